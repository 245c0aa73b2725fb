"""Organiser: judges, panels, rounds."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from zhengping.engine import tables
from zhengping.server.audit.templatetags.words import language
from zhengping.server.call.models import Edition
from zhengping.server.call.records import moment
from zhengping.server.judging import forms, operations, queries, records
from zhengping.server.judging.models import Assignment, JudgeSeat, Panel, Round
from zhengping.server.judging.rules import door

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _edition(slug: str) -> Edition:
    return get_object_or_404(Edition, slug=slug)


def _round(slug: str, number: int) -> Round:
    return get_object_or_404(Round.objects.select_related("edition"), edition__slug=slug, number=number)


def _common(request, edition: Edition, part: str) -> dict[str, object]:
    may = request.user.has_perm("call.manage", edition)
    return {"edition": edition, "at": "judging", "part": part, "may": may, "rounds": list(queries.rounds(edition))}


def _manager(request, about) -> None:
    """Those who only look may not write."""
    if not request.user.has_perm("call.manage", about):
        raise PermissionDenied


@door("call.look", "GET", "POST")
def rounds(request, slug):
    """The rounds, and a form for a further one."""
    edition = _edition(slug)
    form = forms.RoundForm(request.POST or None, initial={"reads": 3, "own": "province", "is_blind": True, "opens": edition.judging_opens, "closes": edition.judging_closes})
    if request.method == "POST":
        _manager(request, edition)
        if form.is_valid():
            made = operations.begin_round(edition=edition, actor=request.user, **{name: form.cleaned_data[name] for name in form.Meta.fields})
            messages.success(request, _("已新建第 {number} 轮。").format(number=made.number))
            return redirect("judging:round", slug, made.number)
    words = _common(request, edition, "rounds")
    for row in words["rounds"]:
        row.given, row.done = queries.holding(row).count(), queries.signed(row).count()
        row.moments = f"{moment(edition, row.opens)} – {moment(edition, row.closes)}"
    return render(request, "judging/rounds.html", {**words, "form": form, "judges": queries.seats(edition).count()})


@door("call.look", "GET", "POST")
def judges(request, slug):
    """The judges; a list from Excel; invitations."""
    edition = _edition(slug)
    form, rows = forms.JudgesForm(), None
    if request.method == "POST":
        _manager(request, edition)
        if request.POST.get("do") == "invite":
            count = operations.invite_judges(edition=edition, actor=request.user)
            messages.success(request, _("已向 {count} 位评委发出邀请。").format(count=count))
            return redirect("judging:judges", slug)
        form = forms.JudgesForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                rows = operations.read_judges(data=form.cleaned_data["sheet"].read(), edition=edition)
                taken = operations.take_judges(edition=edition, actor=request.user, rows=rows)
                messages.success(request, _("已采用 {taken} 行。").format(taken=taken))
            except operations.Refused as error:
                form.add_error("sheet", str(error))
    themes = {theme.key: theme.name for theme in edition.themes.all()}
    held = list(queries.seats(edition).prefetch_related("conflicts"))
    for seat in held:
        seat.themes = "、".join(themes.get(key, key) for key in seat.fields)
        seat.avoids = "、".join(c.unit or c.division for c in seat.conflicts.all() if not c.submission_id)
    words = {**_common(request, edition, "judges"), "seats": held, "form": form, "wrong": [row for row in rows or () if row.wrong]}
    return render(request, "judging/judges.html", {**words, "waiting": sum(seat.invited_at is None for seat in held)})


@door("call.look")
def judges_template(request, slug):
    """An empty list of judges."""
    data = records.template(_edition(slug))
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{slug}-judges.xlsx"'})


@door("call.look", "GET", "POST")
def panels(request, slug):
    """Panels with their themes and judges."""
    edition = _edition(slug)
    themes = [(theme.key, theme.name) for theme in edition.themes.all()]
    seats = [(str(seat.pk), seat.name) for seat in JudgeSeat.objects.filter(edition=edition)]
    chosen = Panel.objects.filter(edition=edition, pk=request.GET.get("panel") if str(request.GET.get("panel", "")).isdigit() else 0).first()
    initial = {"name": chosen.name, "themes": chosen.themes, "judges": [str(s.pk) for s in chosen.seats.all()]} if chosen else None
    form = forms.PanelForm(request.POST or None, initial=initial, themes=themes, judges=seats)
    if request.method == "POST":
        _manager(request, edition)
        if form.is_valid():
            words = form.cleaned_data
            operations.keep_panel(edition=edition, actor=request.user, name=words["name"], themes=words["themes"], seats=map(int, words["judges"]))
            messages.success(request, _("已保存。"))
            return redirect("judging:panels", slug)
    called = dict(themes)
    rows = list(Panel.objects.filter(edition=edition).prefetch_related("seats"))
    for row in rows:
        row.told = "、".join(called.get(key, key) for key in row.themes)
    return render(request, "judging/panels.html", {**_common(request, edition, "panels"), "panels": rows, "form": form})


@door("call.look", "GET", "POST")
def round_(request, slug, round):
    """A round: rules, proposal, loads, coverage, further reads."""
    held = _round(slug, round)
    form = forms.RoundForm(None, instance=held, initial={"changed": held.changed})
    further = forms.FurtherForm()
    if request.method == "POST":
        _manager(request, held)
        done = request.POST.get("do", "")
        if done == "rules":
            form = forms.RoundForm(request.POST, instance=_round(slug, round))
        elif done == "further":
            further = forms.FurtherForm(request.POST)
        if _done(request, held, done, form, further):
            return redirect("judging:round", slug, round)
    return render(request, "judging/round.html", {**_common(request, held.edition, f"round{round}"), **_shown(held), "form": form, "further": further})


def _done(request, held: Round, done: str, form, further) -> bool:
    """Do what a button of the round's page asks; -> whether the page is to be shown anew."""
    act = {"held": held, "actor": request.user}
    try:
        if done == "propose":
            operations.propose(**act, language=language())
            messages.success(request, _("方案已生成，请核对后确认。"))
        elif done == "confirm":
            messages.success(request, _("已确认，{count} 份新任务已交给评委。").format(count=operations.confirm(**act)))
        elif done == "discard":
            operations.discard(**act)
            messages.success(request, _("方案已放弃。"))
        elif done == "remind":
            messages.success(request, _("已提醒 {count} 位评委。").format(count=operations.remind(**act)))
        elif done == "rules":
            if not form.is_valid():
                return False
            operations.update_round(**act, changed=form.cleaned_data["changed"] or 0, **{name: form.cleaned_data[name] for name in form.Meta.fields})
            messages.success(request, _("已保存。"))
        elif done == "further":
            if not further.is_valid():
                return False
            count = operations.propose_further(**act, **further.cleaned_data)
            messages.success(request, _("建议加评 {count} 份，请核对后确认。").format(count=count))
    except operations.Refused as error:
        messages.error(request, str(error))
        return False
    return True


def _shown(held: Round) -> dict[str, object]:
    """What the page of a round shows of its loads, coverage and proposal."""
    waiting = queries.proposed(held)
    own = Assignment.objects.filter(round=held, moved_at=None)
    if held.plan.get("kind") == "whole":  # what will hold once the proposal is confirmed
        wanted = {tuple(pair) for pair in held.plan["pairs"]}
        keep = [pk for pk, case, seat in own.values_list("pk", "submission", "seat") if (case, seat) in wanted]
        own = Assignment.objects.filter(pk__in=keep) if len(keep) < 900 else own
    plan = held.plan
    share = 100 * plan["total"] / plan["optimum"] if plan.get("optimum") else None
    pairs = held.pairs.select_related("seat", "submission")
    moved = Assignment.objects.filter(round=held, moved_at__isnull=False, confirmed_at__isnull=False).exclude(moved_why=_("重新分配"))
    return {
        "round": held,
        "count": waiting.count(),
        "waiting": waiting.select_related("seat", "submission")[:60],
        "loads": queries.loads(held),
        "coverage": queries.coverage(held, own),
        "share": share,
        "pairs": pairs,
        "moved": moved.select_related("seat", "submission").order_by("-moved_at")[:20],
        "is_further": plan.get("kind") == "further",
        "signed": queries.signed(held).count(),
        "given": queries.holding(held).count(),
        "barred": [(tables.sentence(f"barred-{kind}", (), language()), count) for kind, count in plan.get("barred", ())],
    }


@door("call.look", "GET", "POST")
def pairs(request, slug, round):
    """Who has which case; pairs fixed or forbidden by hand."""
    held = _round(slug, round)
    seats = {str(seat.pk): seat for seat in JudgeSeat.objects.filter(edition=held.edition)}
    form = forms.PairForm(request.POST or None, judges=[(pk, seat.name) for pk, seat in seats.items()])
    if request.method == "POST":
        _manager(request, held)
        if form.is_valid():
            words = form.cleaned_data
            case = queries.cases(held).filter(number=words["number"]).first()
            if case is None:
                form.add_error("number", _("本轮没有编号为 {number} 的案例。").format(number=words["number"]))
            else:
                try:
                    operations.set_pair(held=held, actor=request.user, seat=seats[words["judge"]], submission=case, side=words["side"])
                    messages.success(request, _("已记录。重新分配后生效；不得评的已立即改派。"))
                    return redirect("judging:pairs", slug, round)
                except operations.Refused as error:
                    form.add_error(None, str(error))
    rows: dict[int, dict[str, object]] = {}
    own = Assignment.objects.filter(round=held, moved_at=None).select_related("submission", "seat", "sheet").order_by("submission__number", "seat")
    if word := request.GET.get("q", "").strip():
        own = own.filter(seat__name__icontains=word) | own.filter(submission__title__icontains=word)
    for row in own[:3000]:
        rows.setdefault(row.submission_id, {"case": row.submission, "reads": []})["reads"].append(row)
    words = {"round": held, "rows": list(rows.values())[:300], "form": form, "pairs": held.pairs.select_related("seat", "submission")}
    return render(request, "judging/pairs.html", {**_common(request, held.edition, f"round{round}"), **words})
