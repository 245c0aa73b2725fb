"""Judge: own cases, the sheet. Chair: progress, agreement, discussion."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import tables
from zhengping.server.audit.templatetags.words import language
from zhengping.server.call.models import Edition
from zhengping.server.call.records import address, moment, qr
from zhengping.server.judging import forms, operations, queries, records
from zhengping.server.judging.models import Assignment, Conflict, JudgeSeat, Message, Opinion, Round
from zhengping.server.judging.rules import door
from zhengping.server.judging.views.rounds import _edition, _round
from zhengping.server.submission.models import Submission

# --- judge -----------------------------------------------------------------------------------------------------------


@door("judging.judge", "GET", "POST")
def own(request, slug):
    """A judge's own page: whether there is time, own cases with how far they are."""
    edition = _edition(slug)
    seat = queries.seat_of(edition, request.user)
    form = forms.SeatForm(request.POST or None, initial={"is_away": "1" if seat and seat.is_away else "0", "most": seat.most if seat else None})
    if request.method == "POST" and seat and form.is_valid():
        operations.confirm_seat(seat=seat, actor=request.user, **form.cleaned_data)
        messages.success(request, _("已确认，谢谢。"))
        return redirect("judging:own", slug)
    held = _own_rounds(edition, seat) if seat else []
    return render(request, "judging/own.html", {"edition": edition, "seat": seat, "form": form, "held": held})


def _own_rounds(edition: Edition, seat: JudgeSeat) -> list[dict[str, object]]:
    found = []
    for one in queries.rounds(edition):
        rows = list(queries.holding(one).filter(seat=seat).select_related("submission", "sheet").prefetch_related("sheet__marks"))
        if rows:
            wanted = records.criteria(one)
            for row in rows:
                row.state, row.total = _state(row, wanted)
            done = sum(row.state == "signed" for row in rows)
            following = next((row for row in rows if row.state != "signed"), None)
            told = {"round": one, "rows": rows, "done": done, "left": len(rows) - done, "next": following, "closes": moment(edition, one.closes)}
            found.append({**told, "is_open": queries.is_open(one, timezone.now())})
    return found


def _state(row: Assignment, wanted) -> tuple[str, object]:
    """How far a sheet is: "new", "draft" or "signed"; and its total."""
    sheet = getattr(row, "sheet", None)
    if sheet is None:
        return "new", None
    return sheet.state, records.total(wanted, {mark.criterion: mark.value for mark in sheet.marks.all()})


@door("judging.judge", "GET", "POST")
def conflicts(request, slug):
    """Whom a judge must not judge: what is known, and a form to declare more."""
    edition = _edition(slug)
    seat = queries.seat_of(edition, request.user)
    form = forms.ConflictForm(request.POST or None)
    if request.method == "POST" and seat and form.is_valid():
        operations.declare(seat=seat, actor=request.user, **form.cleaned_data)
        messages.success(request, _("已申报，相关案例已改由其他评委评审。"))
        return redirect("judging:conflicts", slug)
    rows = Conflict.objects.filter(seat=seat, submission=None) if seat else []
    numbers = Conflict.objects.filter(seat=seat, submission__isnull=False).select_related("submission") if seat else []
    return render(request, "judging/conflicts.html", {"edition": edition, "seat": seat, "form": form, "rows": rows, "numbers": numbers})


@door("judging.read", "GET", "POST")
def sheet(request, assignment):
    """The blind text on the left, the sheet on the right."""
    row = get_object_or_404(Assignment.objects.select_related("round__edition", "seat", "submission"), pk=assignment)
    wanted = records.criteria(row.round)
    kept, form = _kept(row), None
    if request.method == "POST":
        if request.POST.get("do") == "conflict":
            operations.declare(seat=row.seat, actor=request.user, submission=row.submission, reason=request.POST.get("reason", ""))
            messages.success(request, _("已申报回避，这个案例已改由其他评委评审。"))
            return redirect("judging:own", row.round.edition.slug)
        form = forms.SheetForm(request.POST, criteria=wanted)
        answer = _written(request, row, form)
        if answer:
            return answer
        kept = _kept(row)
    return render(request, "judging/sheet.html", _sheet_words(request, row, wanted, kept, form))


def _kept(row: Assignment) -> dict[str, object]:
    """What is kept of a sheet: version, state, notes, marks."""
    held = row.__class__.objects.filter(pk=row.pk).values("sheet__version", "sheet__state", "sheet__notes", "sheet__pk").first() or {}
    marks = dict(Assignment.objects.filter(pk=row.pk, sheet__marks__isnull=False).values_list("sheet__marks__criterion", "sheet__marks__value"))
    return {"version": held["sheet__version"] or 0, "state": held["sheet__state"] or "draft", "notes": held["sheet__notes"] or "", "marks": marks, "is_new": held["sheet__pk"] is None}


def _written(request, row: Assignment, form) -> HttpResponse | None:
    """Save, sign or undo as the pressed button says; -> where to go, None where the page is to be shown with what was typed."""
    done = request.POST.get("do", "save")
    here = redirect("judging:sheet", row.pk)
    try:
        if done == "undo":
            operations.undo_sign(assignment=row, actor=request.user)
            messages.success(request, _("已撤回签字，可以修改。"))
            return here
        if not form.is_valid():
            messages.error(request, _("有的内容不能保存，请看红字。您输入的内容仍在页面上。"))
            return None
        words = form.cleaned_data
        kept = operations.save_sheet(assignment=row, actor=request.user, version=words["version"], marks=form.marks, notes=words["notes"], began_at=_began(request.POST))
        if done == "sign":
            operations.sign_sheet(assignment=row, actor=request.user, version=kept.version)
            following = queries.holding(row.round).filter(seat=row.seat).exclude(sheet__state="signed").first()
            messages.success(request, _("已签字提交。截止前可以撤回。"))
            return redirect("judging:sheet", following.pk) if following else redirect("judging:own", row.round.edition.slug)
        messages.success(request, _("已保存。"))
        return here
    except operations.Stale:
        messages.error(request, _("这份评分表刚刚在另一个窗口保存过。您输入的内容仍在下方，旁边列出了已保存的内容；核对后再保存即以下方为准。"))
    except operations.Refused as error:
        messages.error(request, str(error))
    return None


def _began(words) -> datetime | None:
    """When the page was first opened, as its own signed word says."""
    try:
        return datetime.fromisoformat(signing.loads(words.get("began", ""), salt="judging.began", max_age=30 * 86400))
    except (signing.BadSignature, ValueError):
        return None


def _sheet_words(request, row: Assignment, wanted, kept, form) -> dict[str, object]:
    typed = form.data if form is not None else {}
    fields = []
    for one in wanted:
        value = kept["marks"].get(one.name)
        stored = "" if value is None else f"{value.normalize():f}"
        errors = form.errors.get(one.field, ()) if form is not None else ()
        fields.append({"row": one, "value": typed.get(one.field, stored), "stored": stored, "errors": errors})
    mine = list(queries.holding(row.round).filter(seat=row.seat).select_related("submission", "sheet").prefetch_related("sheet__marks"))
    at = next((place for place, one in enumerate(mine) if one.pk == row.pk), 0)
    for one in mine:
        one.state, one.total = _state(one, wanted)
    text = records.blind(row.submission) if row.round.is_blind else None
    return {
        "edition": row.round.edition,
        "assignment": row,
        "text": text or _open_text(row.submission),
        "lines": records.lines(text or _open_text(row.submission)),
        "fields": fields,
        "kept": kept,
        "notes": typed.get("notes", kept["notes"]),
        "is_stale": form is not None and form.is_valid() and form.cleaned_data["version"] != kept["version"],
        "is_open": queries.is_open(row.round, timezone.now()),
        "closes": moment(row.round.edition, row.round.closes),
        "began": signing.dumps(timezone.now().isoformat(), salt="judging.began"),
        "total": records.total(wanted, kept["marks"]),
        "others": [one for one in mine if one.total is not None and one.pk != row.pk],
        "before": mine[at - 1] if at else None,
        "after": mine[at + 1] if at + 1 < len(mine) else None,
        "done": sum(one.state == "signed" for one in mine),
        "all": len(mine),
    }


def _open_text(case: Submission):
    """The text of a case in a round that is not blind: still without personal data."""
    from zhengping.engine.record import Blind
    from zhengping.server.submission import queries as submission_queries
    from zhengping.server.submission import records as submission_records

    own = submission_records.case_of(submission_queries.current(case), case.number)
    return Blind(case.number or 0, case.title, own.paragraphs, own.parts)


@door("judging.read", "POST")
def save(request, assignment):
    """What a judge's page saves as one types: 200 with the new version; 409 with what is kept, where it was saved elsewhere; 422 with the reason."""
    row = get_object_or_404(Assignment.objects.select_related("round__edition", "seat", "submission"), pk=assignment)
    form = forms.SheetForm(request.POST, criteria=records.criteria(row.round))
    if not form.is_valid():
        return JsonResponse({"errors": {name: str(found[0]) for name, found in form.errors.items()}}, status=422)
    words = form.cleaned_data
    try:
        kept = operations.save_sheet(assignment=row, actor=request.user, version=words["version"], marks=form.marks, notes=words["notes"], began_at=_began(request.POST))
    except operations.Stale:
        held = _kept(row)
        marks = {one.field: f"{held['marks'][one.name].normalize():f}" if one.name in held["marks"] else "" for one in form.criteria}
        return JsonResponse({"version": held["version"], "values": {**marks, "notes": held["notes"]}}, status=409)
    except operations.Refused as error:
        return JsonResponse({"errors": {"": str(error)}}, status=422)
    return JsonResponse({"version": kept.version, "at": moment(row.round.edition, kept.saved_at or timezone.now())})


@door("judging.judge")
def paper(request, slug, round):
    """Sheets to print and fill in by hand, one a case, each with the code of its page; with `?text=1` each case's text as its judges read it goes before its sheet."""
    held = _round(slug, round)
    seat = queries.seat_of(held.edition, request.user)
    rows = list(queries.holding(held).filter(seat=seat).select_related("submission")) if seat else []
    has_text = "text" in request.GET
    for row in rows:
        text = records.blind(row.submission) if held.is_blind else _open_text(row.submission)
        row.title, row.lines = text.title, records.lines(text) if has_text else []
        row.code = qr(address(reverse("judging:sheet", args=[row.pk])))
    return render(request, "judging/paper.html", {"edition": held.edition, "round": held, "rows": rows, "criteria": records.criteria(held), "has_text": has_text})


# --- chair -----------------------------------------------------------------------------------------------------------


@door("judging.look", "GET", "POST")
def chair(request, slug, round):
    """Progress, agreement, severity, alerts, cases whose judges differ."""
    held = _round(slug, round)
    if request.method == "POST":
        if not request.user.has_perm("judging.lead", held):
            raise PermissionDenied
        messages.success(request, _("已提醒 {count} 位评委。").format(count=operations.remind(held=held, actor=request.user)))
        return redirect("judging:chair", slug, round)
    found = queries.verdict(held)
    words: dict[str, object] = {
        "edition": held.edition,
        "round": held,
        "loads": queries.loads(held),
        "signed": queries.signed(held).count(),
        "given": queries.holding(held).count(),
        "divergent": queries.divergent(held),
        "verdict": found,
        "least": queries.LEAST_READS,
        "may": request.user.has_perm("judging.lead", held),
        "is_desk": request.user.has_perm("call.look", held.edition),
        "chair_round": held.number,
    }
    if found:
        called = [(alert, tables.sentence(f"alert-{alert.kind}", alert.values, language()), tables.sentence(f"innocent-{alert.kind}", alert.values, language())) for alert in found.scrutiny.alerts]
        notes = [tables.sentence(key, values, language()) for key, values in found.calibration.notes]
        words |= {"agreement": found.calibration.agreement, "severity": sorted(found.calibration.judges, key=lambda one: -one.severity), "alerts": called, "notes": notes}
    return render(request, "judging/chair.html", words)


@door("judging.discuss", "GET", "POST")
def discussion(request, slug, round, number):
    """The discussion of a case among its judges, all of them without names; second opinions beside the first sheets."""
    held = _round(slug, round)
    case = Submission.objects.filter(edition=held.edition, number=number).first()
    if case is None:
        raise Http404
    rows = list(queries.holding(held).filter(submission=case).select_related("seat", "sheet", "round__edition").prefetch_related("sheet__marks", "opinions").order_by("pk"))
    mine = next((row for row in rows if row.seat.user_id == request.user.pk and getattr(row, "sheet", None) and row.sheet.state == "signed"), None)
    word, opinion = forms.WordForm(), forms.OpinionForm()
    if request.method == "POST":
        if not request.user.has_perm("judging.speak", (held, number)):
            raise PermissionDenied
        if request.POST.get("do") == "opinion":
            opinion = forms.OpinionForm(request.POST)
            if mine and opinion.is_valid():
                try:
                    operations.give_opinion(assignment=mine, actor=request.user, **opinion.cleaned_data)
                    messages.success(request, _("再次意见已记录，原评分表保持不变。"))
                    return redirect("judging:discussion", slug, round, number)
                except operations.Refused as error:
                    opinion.add_error(None, str(error))
        else:
            word = forms.WordForm(request.POST)
            if word.is_valid():
                operations.say(held=held, submission=case, actor=request.user, words=word.cleaned_data["words"])
                return redirect("judging:discussion", slug, round, number)
    return render(request, "judging/discussion.html", {"word": word, "opinion": opinion, "mine": mine, **_discussed(request, held, case, rows)})


def _discussed(request, held: Round, case: Submission, rows: list[Assignment]) -> dict[str, object]:
    """The judges of a case by letter, with sheets that are signed, and what was said."""
    wanted = records.criteria(held)
    letters, told = {}, []
    for at, row in enumerate(rows):
        letters[row.seat.user_id] = records.letter_of(at)
        state, value = _state(row, wanted)
        if state == "signed":
            marks = {mark.criterion: mark.value for mark in row.sheet.marks.all()}
            is_own = row.seat.user_id == request.user.pk
            told.append({"letter": records.letter_of(at), "marks": [marks.get(one.name) for one in wanted], "total": value, "notes": row.sheet.notes, "opinions": list(row.opinions.all()), "is_own": is_own})
    said = list(Message.objects.filter(round=held, submission=case))
    for one in said:
        one.letter = letters.get(one.by_id, _("组长"))
    text = records.blind(case)
    return {
        "edition": held.edition,
        "round": held,
        "number": case.number,
        "text": text,
        "lines": records.lines(text),
        "criteria": wanted,
        "sheets": told,
        "said": said,
        "may": request.user.has_perm("judging.speak", (held, case.number)),
        "opinions": Opinion.objects.filter(assignment__in=[row.pk for row in rows]).count(),
        "is_leading": request.user.has_perm("judging.look", held),
    }
