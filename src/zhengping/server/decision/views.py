"""Rules, the proposal with its reasons, what other rules would change, the jury's word, the confirmation by two."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from zhengping.engine import selection, tables
from zhengping.engine.rendering import Sheet, workbook
from zhengping.server.audit.templatetags.words import language, worded
from zhengping.server.call.models import Edition
from zhengping.server.call.rules import chair, organiser
from zhengping.server.decision import forms, operations, queries, records
from zhengping.server.decision.models import BASES, Change, Proposal
from zhengping.server.decision.models import PUBLIC as WAYS
from zhengping.server.decision.rules import door
from zhengping.server.judging import queries as judging
from zhengping.server.submission.models import Submission

BASIS, PUBLIC = dict(BASES), dict(WAYS)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _edition(slug: str) -> Edition:
    return get_object_or_404(Edition, slug=slug)


def _proposal(slug: str, number: int) -> Proposal:
    return get_object_or_404(Proposal.objects.select_related("edition", "by"), edition__slug=slug, number=number)


def _decides(request, about) -> None:
    """Those who only look may not write."""
    if not request.user.has_perm("decision.decide", about):
        raise PermissionDenied


def _common(request, edition: Edition, part: str) -> dict[str, object]:
    held, is_desk = judging.rounds(edition).last(), request.user.has_perm("call.look", edition)
    return {"edition": edition, "at": "decision", "part": part, "may": request.user.has_perm("decision.decide", edition), "is_desk": is_desk, "chair_round": held and held.number}


@door("decision.look", "GET", "POST")
def overview(request, slug):
    """The proposals so far, and the button for another."""
    edition = _edition(slug)
    if request.method == "POST":
        _decides(request, edition)
        try:
            made = operations.propose(edition=edition, actor=request.user)
            messages.success(request, _("正在计算方案，本页会自动更新。"))
            return redirect("decision:proposal", slug, made.number)
        except operations.Refused as error:
            messages.error(request, str(error))
    words = {"proposals": queries.proposals(edition).select_related("by"), "setting": queries.setting(edition), "has_sheets": queries.last_round(edition) is not None}
    return render(request, "decision/overview.html", {**_common(request, edition, "overview"), **words})


def _rows(awards, quotas) -> dict[str, object]:
    """The rules that two valid formsets say."""
    kept = [row.cleaned_data for row in awards if row.cleaned_data and not row.cleaned_data.get("DELETE")]
    limits = [row.cleaned_data for row in quotas if row.cleaned_data and not row.cleaned_data.get("DELETE")]
    return {
        "awards": [{"name": row["name"].strip(), "number": row["number"], "level": row["level"]} for row in kept],
        "quotas": [{"kind": row["kind"], "by": row["by"], "number": row["number"], "award": row["award"].strip()} for row in limits],
    }


def _wrong(values: dict[str, object]) -> str:
    """What is wrong with rules in a sentence, "" for nothing."""
    names = [row["name"] for row in values["awards"]]
    if not names:
        return _("至少要有一个奖项。")
    if len(set(names)) < len(names):
        return _("奖项名称不能相同。")
    unknown = next((row["award"] for row in values["quotas"] if row["award"] and row["award"] not in names), "")
    return _("限制中的奖项“{name}”不在奖项中，应为：{names}。").format(name=unknown, names="、".join(names)) if unknown else ""


def _forms(request, held: dict[str, object]):
    words = request.POST if request.method == "POST" else None
    awards = forms.Awards(words, initial=held["awards"], prefix="awards")
    quotas = forms.Quotas(words, initial=held["quotas"], prefix="quotas")
    return awards, quotas


@door("decision.look", "GET", "POST")
def rules(request, slug):
    """Awards and limits."""
    edition = _edition(slug)
    held = queries.setting(edition)
    form = forms.RulesForm(request.POST or None, instance=queries.setting(edition), initial={"changed": held.changed})
    awards, quotas = _forms(request, {"awards": held.awards, "quotas": held.quotas})
    if request.method == "POST":
        _decides(request, edition)
        if form.is_valid() and awards.is_valid() and quotas.is_valid():
            values = _rows(awards, quotas)
            if wrong := _wrong(values):
                messages.error(request, wrong)
            else:
                words = {name: form.cleaned_data[name] for name in form.Meta.fields}
                try:
                    operations.keep_rules(edition=edition, actor=request.user, changed=form.cleaned_data["changed"] or 0, **words, **values)
                    messages.success(request, _("已保存。"))
                    return redirect("decision:rules", slug)
                except operations.Refused as error:
                    messages.error(request, str(error))
    return render(request, "decision/rules.html", {**_common(request, edition, "rules"), "form": form, "awards": awards, "quotas": quotas})


@door("decision.look", "GET", "POST")
def proposal(request, slug, proposal):
    """The list as it stands, with reasons; confirmation."""
    held = _proposal(slug, proposal)
    form = forms.ConfirmForm(request.POST or None, user=request.user)
    if request.method == "POST":
        _decides(request, held.edition)
        if form.is_valid() and _confirmed(request, held):
            return redirect("decision:proposal", slug, proposal)
    rows = queries.final(held) if held.state in ("chosen", "ready") else []
    shown = {"awarded": [r for r in rows if r.award], "reserve": [r for r in rows if not r.award and r.row.is_reserve], "changed": [r for r in rows if r.change]}
    view = request.GET.get("show", "awarded")
    page = Paginator(shown.get(view, rows), 100).get_page(request.GET.get("page"))
    limits = queries.broken(held, rows) if rows else []
    rules_of = records.rules_of(held.rules)
    words = {
        "proposal": held, "page": page, "show": view if view in shown else "all", "counts": {name: len(part) for name, part in shown.items()} | {"all": len(rows)}, "form": form,
        "sums": queries.sums(held, rows), "broken": [(selection.said(limit, rules_of, language()), count) for limit, count in limits if limit.quota.kind == "most"],
        "lacking": records.short(held.rules, [(limit, count) for limit, count in limits if limit.quota.kind == "least"], language()),
        "ties": queries.ties(held) if rows else [], "confirmations": list(held.confirmations.select_related("by")), "roles": _roles(request, held),
        "hash": queries.digest(rows), "gone": queries.gone(rows), "is_proved": held.bound is not None and held.value >= held.bound - 1e-6 * max(1.0, abs(held.bound)),
        "basis": BASIS[held.rules["basis"]], "public": _public(held.rules), "share": 100 * held.done // held.total if held.total else 0,
    }  # fmt: skip
    return render(request, "decision/proposal.html", {**_common(request, held.edition, "overview"), **words})


def _roles(request, held: Proposal) -> list[str]:
    """The roles in which a person may still confirm."""
    own = [name for name, has in (("chair", chair), ("organiser", organiser)) if has(request.user, held)]
    done = set(held.confirmations.values_list("role", flat=True))
    return [role for role in own if role not in done]


def _confirmed(request, held: Proposal) -> bool:
    role = request.POST.get("role", "")
    if role not in _roles(request, held):
        raise PermissionDenied
    try:
        decided = operations.confirm(proposal=held, actor=request.user, role=role, seen=request.POST.get("seen", ""))
    except operations.Refused as error:
        messages.error(request, str(error))
        return False
    messages.success(request, _("名单已由两人确认，可以公示。") if decided else _("已确认，还需另一人确认。"))
    return True


@door("decision.look", "GET", "POST")
def what_if(request, slug, proposal):
    """Whom other rules would move; nothing is kept."""
    held = _proposal(slug, proposal)
    if held.state not in ("chosen", "ready"):
        raise Http404
    form = forms.RulesForm(request.POST or None, initial={"public": "off", "public_weight": "0.20", **{name: held.rules[name] for name in ("basis", "reserve", "public", "public_weight") if name in held.rules}})
    awards, quotas = _forms(request, held.rules)
    words: dict[str, object] = {}
    if request.method == "POST":
        if form.is_valid() and awards.is_valid() and quotas.is_valid():
            values = _rows(awards, quotas)
            if wrong := _wrong(values):
                messages.error(request, wrong)
            else:
                words = _effects(held, {**held.rules, **values, **{name: form.cleaned_data[name] for name in ("basis", "reserve", "public")}, "public_weight": float(form.cleaned_data["public_weight"])})
    else:
        others = [basis for basis in BASIS if basis != held.rules["basis"]]
        bases = [(str(BASIS[basis]), _effects(held, {**held.rules, "basis": basis})) for basis in others]
        words = {"bases": bases + [(name, _effects(held, rules_)) for name, rules_ in _with_votes(held)]}
    return render(request, "decision/what_if.html", {**_common(request, held.edition, "overview"), "proposal": held, "form": form, "awards": awards, "quotas": quotas, **words})


def _with_votes(held: Proposal) -> list[tuple[str, dict[str, object]]]:
    """The other ways to count the public vote, where there was one, each under its name."""
    if "public" not in held.rules or not held.rows.filter(votes__isnull=False).exists():
        return []
    return [(_public({**held.rules, "public": way}), {**held.rules, "public": way}) for way in PUBLIC if way != held.rules["public"]]


def _public(rules_: dict[str, object]) -> str:
    """How the public vote counts, in words."""
    way = rules_.get("public", "off")
    if way == "share":
        return _("公众投票占 {weight:.0%}").format(weight=float(rules_["public_weight"]))
    if way == "points":
        return _("每票加 {points:g} 分，最多 {ceiling:g} 分").format(points=float(rules_["points"]), ceiling=float(rules_["ceiling"]))
    return _("公众投票不计入")


def _effects(held: Proposal, rules_: dict[str, object]) -> dict[str, object]:
    try:
        found = queries.what_if(held, rules_, language())
    except tables.Trouble as error:
        return {"trouble": error.said(language())}
    comes = sum(1 for one in found if one.after and not one.before)
    goes = sum(1 for one in found if one.before and not one.after)
    return {"effects": found[:300], "count": len(found), "comes": comes, "goes": goes}


@door("decision.look", "GET", "POST")
def case(request, slug, proposal, number):
    """A case in the proposal: what the engine says, what the jury says."""
    held = _proposal(slug, proposal)
    found = get_object_or_404(Submission, edition=held.edition, number=number)
    row = get_object_or_404(held.rows, submission=found)
    form = forms.ChangeForm(request.POST or None, awards=[each["name"] for each in held.rules["awards"]], initial={"award": "" if row.is_reserve else row.award})
    kept = Change.objects.filter(proposal=held, submission=found).select_related("by")
    warned: list[str] = []
    if request.method == "POST":
        _decides(request, held.edition)
        try:
            is_undone = request.POST.get("do") == "undo"
            if (is_undone or form.is_valid()) and "known" not in request.POST:
                award = ("" if row.is_reserve else row.award) if is_undone else form.cleaned_data["award"]
                warned = records.short(held.rules, queries.shortages(held, found, award), language())
            if warned:
                messages.error(request, _("还没有记录：这样改动会使名单达不到“至少”的限制，请看下方说明，确认后再提交。"))
            elif is_undone:
                operations.undo(change=get_object_or_404(kept, undone_at=None), actor=request.user)
                messages.success(request, _("已撤销，恢复为系统建议。"))
                return redirect("decision:case", slug, proposal, number)
            elif form.is_valid():
                operations.change(proposal=held, actor=request.user, submission=found, **form.cleaned_data)
                messages.success(request, _("已记录。"))
                return redirect("decision:case", slug, proposal, number)
        except operations.Refused as error:
            messages.error(request, str(error))
    lacking = [(limit, count) for limit, count in queries.broken(held, queries.final(held)) if limit.quota.kind == "least"] if kept else []
    words = {"warned": warned, "is_undone": request.POST.get("do") == "undo", "lacking": records.short(held.rules, lacking, language()), "public": _public(held.rules), "proposal": held, "case": found, "row": row, "form": form, "changes": kept, "has_change": any(one.undone_at is None for one in kept)}
    return render(request, "decision/case.html", {**_common(request, held.edition, "overview"), **words})


@door("decision.look")
def sheet(request, slug, proposal):
    """The list as it stands, as a workbook."""
    held = _proposal(slug, proposal)
    head = [
        (_("名次"), 6), (_("编号"), 6), (_("案例名称"), 40), (_("报送单位"), 26), (_("奖项"), 8), (_("系统建议"), 8), (_("估计"), 9), (_("下限"), 9), (_("上限"), 9), (_("入选把握"), 9),
        (_("理由"), 36), (_("评委会改动的理由"), 24),
    ]  # fmt: skip
    rows, has_votes = [], held.rows.filter(votes__isnull=False).exists()
    head += [(_("公众票数"), 9)] if has_votes else []
    for one in queries.final(held):
        row, own = one.row, one.row.submission
        numbers = [None if value is None else round(value, 2) for value in (row.estimate, row.low, row.high, row.chance)]
        rows.append([row.rank, own.number, own.title, own.unit, one.award, "" if row.is_reserve else row.award, *numbers, worded(row.reasons), one.change.reason if one.change else "", *([row.votes] if has_votes else [])])
    data = workbook([Sheet(_("名单"), tuple((str(word), width) for word, width in head), rows)])
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{slug}-proposal-{proposal}.xlsx"'})
