"""The public: choosing, voting by e-mail or account, confirming. The organiser: rules, counts, where ballots come from."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.server.call.queries import here
from zhengping.server.call.records import moment
from zhengping.server.judging import forms, operations, queries, records
from zhengping.server.judging.models import ORIGINS, Ballot, Poll, SetAside
from zhengping.server.judging.rules import door
from zhengping.server.judging.views.rounds import XLSX, _common, _edition, _manager

ON_A_PAGE = 50


def _moment(request):
    return getattr(request, "arrived_at", None) or timezone.now()


# --- the public ------------------------------------------------------------------------------------------------------


def _picked(words) -> list[int]:
    """The numbers of the chosen cases, each once."""
    return list(dict.fromkeys(int(word) for word in words.getlist("pick")[:200] if word.isdecimal() and len(word) < 9))


def _account(user) -> str:
    """The confirmed address of a person who is logged in, "" where there is none."""
    return user.email if user.is_authenticated and EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists() else ""


def _about(held: Poll, at) -> dict[str, object]:
    edition = held.edition
    state = "none" if not held.is_on or not held.opens or not held.closes else "before" if at < held.opens else "open" if queries.takes_votes(held, at) else "over"
    return {"edition": edition, "poll": held, "state": state, "opens": moment(edition, held.opens), "closes": moment(edition, held.closes)}


@door("call.read_notice", "GET", "POST")
def vote(request, slug):
    """The list to choose from, over several pages; then the e-mail address. What is chosen goes along in the address: nothing is kept before it is sent."""
    held = queries.poll(_edition(slug))
    about = _about(held, _moment(request)) | {"account": _account(request.user)}
    if request.method == "POST":
        return _sent(request, held, about)
    picks = _picked(request.GET)
    if about["state"] != "open" or request.GET.get("sent"):
        return render(request, "judging/vote_state.html", about)
    over = len(picks) - held.most
    if over > 0:
        messages.warning(request, _("每人最多投 {most} 个案例，您选了 {count} 个。请取消其中 {over} 个。").format(most=held.most, count=len(picks), over=over))
    elif request.GET.get("do") == "next":
        if picks:
            return render(request, "judging/vote_send.html", {**about, "rows": _rows(held, picks), "form": forms.BallotForm(), "change": _change(slug, picks)})
        messages.warning(request, _("还没有选择案例。请先勾选要投的案例。"))
    page = Paginator(queries.found_standings(held, request.GET.get("q", "")), ON_A_PAGE).get_page(request.GET.get("page"))
    shown = {row.submission.number for row in page}
    words = {"page": page, "picks": picks, "others": _rows(held, [number for number in picks if number not in shown]), "left": max(0, held.most - len(picks))}
    return render(request, "judging/vote.html", {**about, **words})


def _rows(held: Poll, numbers: list[int]):
    found = {row.submission.number: row for row in queries.standings(held).filter(submission__number__in=numbers)}
    return [found[number] for number in numbers if number in found]


def _change(slug: str, picks: list[int]) -> str:
    return reverse("judging:vote", args=[slug]) + "?" + "&".join(f"pick={number}" for number in picks)


def _sent(request, held: Poll, about) -> HttpResponse:
    """Take what was sent; by an account it counts at once."""
    slug, picks, form = held.edition.slug, _picked(request.POST), forms.BallotForm(request.POST)
    act = {"poll": held, "at": _moment(request), "numbers": picks, "ip": records.origin(request.META)}
    if about["state"] != "open":
        return render(request, "judging/vote_state.html", about, status=422)
    try:
        if about["account"] and request.POST.get("by") == "account":
            operations.cast_vote(**act, user=request.user)
            messages.success(request, _("投票已计入。截止前再投一次，即以后一次为准。"))
            return redirect(reverse("judging:vote", args=[slug]) + "?sent=account")
        if form.is_valid():
            operations.ask_vote(**act, email=form.cleaned_data["email"])
            return redirect(reverse("judging:vote", args=[slug]) + "?sent=mail")
    except operations.TooMany as error:
        answer = render(request, "judging/vote_many.html", {**about, "why": str(error)}, status=429)
        answer["Retry-After"] = "3600"
        return answer
    except operations.Refused as error:
        form.add_error(None, str(error))
    return render(request, "judging/vote_send.html", {**about, "rows": _rows(held, picks), "form": form, "change": _change(slug, picks)}, status=422)


@door("call.read_notice", "GET", "POST")
def vote_confirm(request, slug, token):
    """The page behind the link of the mail: one press, as mail scanners open links by themselves."""
    row = Ballot.objects.filter(token=token, poll__edition__slug=slug, via="mail").select_related("poll__edition").first()
    if row is None:
        return render(request, "judging/vote_confirm.html", {"edition": _edition(slug), "is_wrong": True}, status=404)
    held, error = row.poll, ""
    if request.method == "POST":
        try:
            operations.confirm_vote(ballot=row, at=_moment(request))
            messages.success(request, _("投票已计入。截止前再投一次，即以后一次为准。"))
            return redirect("judging:vote_confirm", slug, token)
        except operations.Refused as refused:
            error = str(refused)
    rows = _rows(held, list(row.votes.values_list("submission__number", flat=True)))
    return render(request, "judging/vote_confirm.html", {**_about(held, _moment(request)), "ballot": row, "rows": rows, "error": error})


# --- the organiser ---------------------------------------------------------------------------------------------------


@door("call.look", "GET", "POST")
def poll(request, slug):
    """The rules, the counts as they are, when and from where votes came, what is set aside."""
    edition = _edition(slug)
    held = queries.poll(edition)
    with timezone.override(here(edition)):
        form = forms.PollForm(instance=queries.poll(edition), initial={"changed": held.changed})
        if request.method == "POST":
            _manager(request, edition)
            if request.POST.get("do") == "rules":
                form = forms.PollForm(request.POST, instance=queries.poll(edition))
            if _kept(request, held, form):
                return redirect("judging:poll", slug)
        return render(request, "judging/poll.html", {**_common(request, edition, "poll"), **_about(held, _moment(request)), **_counts(request, held), "form": form})


def _kept(request, held: Poll, form) -> bool:
    """Do what a button asks; -> whether the page is to be shown anew."""
    do, act = request.POST.get("do"), {"actor": request.user}
    try:
        if do == "rules":
            if not form.is_valid():
                return False
            operations.keep_poll(**act, edition=held.edition, changed=form.cleaned_data["changed"] or 0, **{name: form.cleaned_data[name] for name in form.Meta.fields})
            messages.success(request, _("已保存。"))
        elif do == "undo" and request.POST.get("pk", "").isdecimal():
            operations.undo_set_aside(**act, held=get_object_or_404(SetAside, poll=held, pk=request.POST["pk"]))
            messages.success(request, _("已恢复计入。"))
        elif do == "aside" and held.pk:
            words = forms.AsideForm(request.POST)
            if not words.is_valid():
                messages.error(request, _("请写明不计入的理由。"))
                return False
            operations.set_aside(**act, poll=held, **words.cleaned_data)
            messages.success(request, _("已不计入，投票仍保留，可以恢复。"))
    except operations.Refused as error:
        messages.error(request, str(error))
        return False
    return True


def _counts(request, held: Poll) -> dict[str, object]:
    if not held.pk:
        return {}
    votes = queries.votes(held)
    rows = [{"case": row.submission, "title": row.title, "votes": votes.get(row.submission.number, 0)} for row in queries.standings(held)]
    rows.sort(key=lambda row: (-row["votes"], row["case"].number))
    for row in rows:
        row["points"] = records.points(held, row["votes"])
    hours = queries.by_hour(held)
    asides = list(SetAside.objects.filter(poll=held).select_related("by", "undone_by"))
    gone = {(one.kind, one.value) for one in asides if one.undone_at is None}
    origins = [{"one": one, "name": dict(ORIGINS)[one.kind], "told": records.told(one, here(held.edition)), "shown": records.called(one.value, one.network), "is_aside": (one.kind, one.value) in gone} for one in queries.origins(held)]
    holding = queries.ballots(held).count()
    return {
        "page": Paginator(rows, 100).get_page(request.GET.get("page")), "votes": sum(votes.values()), "ballots": holding, "aside": holding - queries.counted(held).count(),
        "waiting": Ballot.objects.filter(poll=held, confirmed_at=None).count(), "hours": hours[-72:], "peak": max((count for _hour, count in hours), default=1), "origins": origins,
        "surges": sum(row["one"].is_surge for row in origins), "set_asides": asides,
    }  # fmt: skip


@door("call.look")
def poll_sheet(request, slug):
    """Votes, hours, origins and what is set aside, as a workbook; nothing of any person."""
    held = queries.poll(_edition(slug))
    data = records.poll_workbook(held, list(queries.standings(held)), queries.votes(held), queries.by_hour(held), queries.origins(held), list(SetAside.objects.filter(poll=held).select_related("by"))) if held.pk else records.poll_workbook(held, [], {}, [], [], [])
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{slug}-votes.xlsx"'})
