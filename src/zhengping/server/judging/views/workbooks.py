"""A judge's sheets as a workbook, out and in: by the judge, or by organiser and chair for a judge who gave it back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhengping.engine.rendering import Sheet as Page
from zhengping.engine.rendering import workbook as book_of
from zhengping.server.judging import forms, operations, queries, records
from zhengping.server.judging.models import JudgeSeat, Round
from zhengping.server.judging.rules import door
from zhengping.server.judging.views.rounds import XLSX, _round

SALT, HOURS = "judging.workbook", 12  # a preview may be confirmed so long
TOLD = {
    "taken": (gettext_lazy("采用"), "good"), "same": (gettext_lazy("没有变化"), ""), "empty": (gettext_lazy("未填"), ""), "clash": (gettext_lazy("网上也改过"), "warn"),
    "wrong": (gettext_lazy("有误，不采用"), "bad"), "foreign": (gettext_lazy("不是这位评委的"), "bad"), "moved": (gettext_lazy("不再评审"), "bad"),
    "signed": (gettext_lazy("已签字"), "warn"), "closed": (gettext_lazy("不在评审时间内"), "bad"),
}  # fmt: skip


# --- out -------------------------------------------------------------------------------------------------------------


def _titles(held: Round, cases: Iterable) -> dict[int, str]:
    """The titles of cases as the round's judges read them."""
    return {case.pk: records.blind(case).title if held.is_blind else case.title for case in cases}


def _rows(held: Round, **of):
    return list(queries.holding(held).filter(**of).select_related("submission", "sheet").prefetch_related("sheet__marks"))


def _file(data: bytes, name: str, kind: str = XLSX) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})


def _of(held: Round, seat: JudgeSeat) -> bytes:
    rows = _rows(held, seat=seat)
    return records.issued(held, rows, _titles(held, {row.submission for row in rows}), timezone.now())


@door("judging.judge")
def workbook_file(request, slug, round):
    """A judge's own sheets."""
    held = _round(slug, round)
    seat = queries.seat_of(held.edition, request.user)
    if seat is None:
        raise Http404
    return _file(_of(held, seat), f"{slug}-{round}-sheets.xlsx")


@door("judging.lead")
def workbook_of(request, slug, round, seat):
    """The sheets of a judge, for one who works on paper or in Excel."""
    held = _round(slug, round)
    found = JudgeSeat.objects.filter(edition=held.edition, pk=seat).first()
    if found is None:
        raise Http404
    operations.give_workbooks(held=held, actor=request.user, seats=[found])
    return _file(_of(held, found), f"{slug}-{round}-sheets-{found.pk}.xlsx")


@door("judging.lead")
def workbooks_zip(request, slug, round):
    """The sheets of all judges of a round, and which file is whose."""
    held = _round(slug, round)
    by_seat: dict[JudgeSeat, list] = {}
    for row in _rows(held):
        by_seat.setdefault(row.seat_id, []).append(row)
    titles, now = _titles(held, {row.submission for rows in by_seat.values() for row in rows}), timezone.now()
    seats = list(JudgeSeat.objects.filter(pk__in=by_seat))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for seat in seats:
            archive.writestr(f"{slug}-{round}-sheets-{seat.pk}.xlsx", records.issued(held, by_seat[seat.pk], titles, now))
        whose = [(f"{slug}-{round}-sheets-{seat.pk}.xlsx", seat.name, len(by_seat[seat.pk])) for seat in seats]
        archive.writestr("judges.xlsx", book_of([Page(_("评委"), ((_("文件"), 34), (_("评委"), 20), (_("案例数"), 10)), whose)]))
    operations.give_workbooks(held=held, actor=request.user, seats=seats)
    return _file(out.getvalue(), f"{slug}-{round}-sheets.zip", "application/zip")


# --- in --------------------------------------------------------------------------------------------------------------


@door("judging.judge", "GET", "POST")
def workbook(request, slug, round):
    """A judge's own workbook: to download, and to give back."""
    held = _round(slug, round)
    seat = queries.seat_of(held.edition, request.user)
    form = forms.WorkbookForm(judges=None)
    told: dict[str, object] = {}
    if request.method == "POST" and seat:
        form = forms.WorkbookForm(request.POST, request.FILES, judges=None)
        told = _returned(request, held, seat, form)
        if told is None:
            return redirect("judging:own", slug)
    words = {"edition": held.edition, "round": held, "seat": seat, "form": form, "is_own": True, "given": _rows(held, seat=seat) if seat else []}
    return render(request, "judging/workbook.html", words | told)


@door("judging.look", "GET", "POST")
def workbooks(request, slug, round):
    """The judges' workbooks of a round: to hand out, and to type in for a judge who gave one back."""
    held = _round(slug, round)
    loads = [load for load in queries.loads(held) if load.given]
    seats = {str(load.seat.pk): load.seat for load in loads}
    judges = [(pk, seat.name) for pk, seat in seats.items()]
    form = forms.WorkbookForm(judges=judges)
    told: dict[str, object] = {}
    may = request.user.has_perm("judging.lead", held)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        form = forms.WorkbookForm(request.POST, request.FILES, judges=judges)
        seat = seats.get(request.POST.get("judge", ""))
        told = _returned(request, held, seat, form) if seat else {"bound": form.is_valid()}
        if told is None:
            return redirect("judging:workbooks", slug, round)
    is_desk = request.user.has_perm("call.look", held.edition)
    words = {"edition": held.edition, "round": held, "loads": loads, "form": form, "may": may, "is_desk": is_desk, "chair_round": held.number}
    return render(request, "judging/workbooks.html", words | told)


def _returned(request, held: Round, seat: JudgeSeat, form) -> dict[str, object] | None:
    """What the page shows of a workbook that was uploaded, or is confirmed; None once it is written."""
    if "held" not in request.POST:
        if not form.is_valid():
            return {}
        file = form.cleaned_data["sheet"]
        try:
            return _preview(request, held, seat, operations.read_workbook(name=file.name, data=file.read(), held=held))
        except operations.Refused as error:
            form.add_error("sheet", str(error))
            return {}
    try:
        words = signing.loads(request.POST["held"], salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature:
        words = {}
    if words.get("of") != [held.pk, seat.pk, request.user.pk]:
        messages.error(request, _("核对页面已过期，请重新上传工作簿。"))
        return {}
    filled = records.from_words(words)
    compared = operations.compare_workbook(held=held, seat=seat, filled=filled)
    choices = {one.assignment.pk: request.POST.get(f"choice{one.assignment.pk}", "") for one in compared if one.state == "clash" and one.assignment}
    if [[one.state, one.version] for one in compared] != words["seen"]:
        messages.error(request, _("核对以后，网上的内容又有变化，没有写入任何内容。请按下表重新核对。"))
        return _preview(request, held, seat, filled, choices)
    try:
        count = operations.take_workbook(held=held, seat=seat, actor=request.user, compared=compared, choices=choices)
    except operations.Stale:
        messages.error(request, _("核对以后，网上的内容又有变化，没有写入任何内容。请按下表重新核对。"))
        return _preview(request, held, seat, filled, choices)
    except operations.Refused as error:
        messages.error(request, str(error))
        return _preview(request, held, seat, filled, choices)
    messages.success(request, _("已写入 {count} 份评分表，均未签字；请核对后在网站上签字提交。").format(count=count))
    return None


def _preview(request, held: Round, seat: JudgeSeat, filled: records.Filled, choices=None) -> dict[str, object]:
    """The rows of a workbook beside what is kept, and the sealed words that a confirmation sends back."""
    compared = operations.compare_workbook(held=held, seat=seat, filled=filled)
    rows, count = [], dict.fromkeys(TOLD, 0)
    for one in compared:
        count[one.state] += 1
        name, look = TOLD[one.state]
        why = [*one.row.wrong, *([one.why] if one.why else []), *one.row.remarks]
        rows.append({"one": one, "name": name, "look": look, "why": why, "choice": (choices or {}).get(one.assignment.pk, "") if one.assignment else ""})
    standing = {one.assignment.submission_id for one in compared if one.assignment}
    absent = queries.holding(held).filter(seat=seat).exclude(submission__in=standing).values_list("submission__number", flat=True)
    words = records.as_words(filled) | {"of": [held.pk, seat.pk, request.user.pk], "seen": [[one.state, one.version] for one in compared]}
    return {
        "rows": rows,
        "told_rows": [row for row in rows if row["one"].state not in ("same", "empty") or row["why"][1:]],
        "quiet_rows": [row for row in rows if row["one"].state in ("same", "empty") and not row["why"][1:]],
        "seat": seat,
        "remarks": filled.remarks,
        "count": [(TOLD[state][0], number) for state, number in count.items() if number],
        "writable": count["taken"] + count["clash"],
        "absent": list(absent),
        "held_words": signing.dumps(words, salt=SALT, compress=True),
    }
