"""The organiser's pages that show several stages at once."""

from __future__ import annotations

import re

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from zhengping.engine.figures import ABOUT, find
from zhengping.server.accounts import operations as account_operations
from zhengping.server.accounts import queries as account_queries
from zhengping.server.audit import queries as audit
from zhengping.server.audit.templatetags.words import called, language
from zhengping.server.call import operations as call_operations
from zhengping.server.call.models import Edition
from zhengping.server.call.rules import door
from zhengping.server.desk import forms, queries
from zhengping.server.desk import records as out
from zhengping.server.desk.filters import CaseFilter
from zhengping.server.library import records as drawn
from zhengping.server.mail import operations as mail_operations
from zhengping.server.mail import queries as mail_queries
from zhengping.server.mail.models import Message
from zhengping.server.screening import queries as screening
from zhengping.server.submission import operations, records
from zhengping.server.submission import queries as submission
from zhengping.server.submission.models import Finding, Match, Submission

PAGE = 50


def _edition(slug: str) -> Edition:
    return get_object_or_404(Edition, slug=slug)


def _page(request, rows, most: int = PAGE):
    return Paginator(rows, most).get_page(request.GET.get("page"))


@door("call.look")
def overview(request, slug):
    """Where the edition stands, and what waits."""
    edition = _edition(slug)
    names = {"sealed": _("已上报"), "marking": _("筛选中"), "arrived": _("有来稿"), "forwarded": _("已转发"), "opened": _("已打开"), "silent": _("未打开"), "": _("未受邀")}
    key = [(queries.COLOURS[step], name) for step, name in names.items()]
    words = {"edition": edition, "at": "overview", "numbers": queries.overview(edition), "tiles": queries.tiles(edition), "key": key}
    return render(request, "desk/overview.html", words)


# --- figures ---------------------------------------------------------------------------------------------------------


@door("call.look")
def figures(request, slug):
    """What is counted of all cases: tile map, bars, each number with its cases; another edition beside it where one is chosen."""
    edition = _edition(slug)
    found = queries.figures(edition)
    editions = queries.editions_beside(edition, request.user)
    other = next((one for one in editions if one.slug == request.GET.get("beside")), None)
    names = {theme.key: called(theme) for theme in edition.themes.all()}
    words = {
        "edition": edition, "at": "figures", "total": find(found, "total"), "provinces": find(found, "provinces"), "absent": find(found, "absent"),
        "tiles": drawn.tiles(found, "desk:figure", slug), "groups": drawn.groups(found, "desk:figure", slug, names), "editions": editions, "other": other,
        "earlier": [figure for figure in found if figure.about == "edition"], "beside": queries.beside(found, queries.figures(other), names) if other else [],
    }  # fmt: skip
    return render(request, "desk/figures.html", words)


@door("call.look")
def figure(request, slug, about):
    """The cases of a figure."""
    edition = _edition(slug)
    found = find(queries.figures(edition), about, request.GET.get("key", ""))
    if found is None or about not in ABOUT:
        raise Http404
    page = _page(request, found.cases)
    rows = {case.number: case for case in queries.with_marks(submission.cases(edition).filter(number__in=list(page.object_list)))}
    page.object_list = [rows[number] for number in page.object_list if number in rows]
    names = {theme.key: called(theme) for theme in edition.themes.all()}
    words = {"edition": edition, "at": "figures", "figure": found, "name": ABOUT[about][language() == "en"], "label": drawn.label(found, names), "page": page}
    return render(request, "desk/figure.html", words)


@door("call.look")
def figures_file(request, slug, ending):
    """All figures with the numbers of their cases as .xlsx, or as one page of charts and tables to print."""
    edition = _edition(slug)
    return _file(out.figures(edition, queries.figures(edition), ending, language()), ending, f"{slug}-figures")


# --- cases -----------------------------------------------------------------------------------------------------------


def _filtered(request, edition: Edition) -> CaseFilter:
    return CaseFilter(request.GET, queryset=submission.cases(edition), edition=edition, request=request)


@door("call.look", "GET", "POST")
def cases(request, slug):
    """All cases: filtered, sorted, paged, exported; filters can be kept under a name."""
    edition = _edition(slug)
    if request.method == "POST":
        query = re.sub(r"(^|&)page=\d+", "", request.GET.urlencode())
        name = request.POST.get("name", "").strip()[:60]
        if request.POST.get("do") == "forget":
            account_operations.forget_filter(user=request.user, edition=slug, page="cases", name=name)
        elif name and query:
            account_operations.save_filter(user=request.user, edition=slug, page="cases", name=name, query=query[:1000])
            messages.success(request, _("已保存条件“{name}”。").format(name=name))
        return redirect(request.get_full_path())
    found = _filtered(request, edition)
    page = _page(request, queries.ordered(found.qs, request.GET.get("order", "number")))
    page.object_list = queries.with_marks(page.object_list)
    themes = {theme.key: theme for theme in edition.themes.all()}
    for case in page.object_list:
        case.theme_row = themes.get(case.theme)
    words = {"edition": edition, "at": "cases", "filter": found, "page": page, "saved": account_queries.filters(request.user, slug, "cases")}
    return render(request, "desk/cases.html", {**words, "query": request.GET.urlencode()})


@door("call.look")
def export(request, slug, ending):
    """What the list shows, all pages of it, as .xlsx, .csv or .jsonl."""
    edition = _edition(slug)
    rows = queries.with_marks(queries.ordered(_filtered(request, edition).qs, request.GET.get("order", "number")))
    return _file(out.register(edition, rows, ending), ending, f"{slug}-cases")


def _file(data, ending: str, name: str) -> HttpResponse:
    return HttpResponse(data, content_type=out.KINDS[ending], headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'})


@door("call.manage")
def originals(request, slug):
    """The original files of the cases shown as one zip, in folders by province, with the register inside."""
    edition = _edition(slug)
    found = queries.with_marks(_filtered(request, edition).qs.select_related("body__parent").prefetch_related("files"))
    return StreamingHttpResponse(out.originals(edition, found), content_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{slug}-originals.zip"'})


@door("call.look", "GET", "POST")
def case(request, slug, number):
    """One case with its whole life on one line."""
    edition = _edition(slug)
    held = get_object_or_404(submission.arrived(edition).select_related("edition", "body", "intake", "owner"), number=number)
    if request.method == "POST":
        if not request.user.has_perm("call.manage", edition):
            return HttpResponse(status=403)
        if request.POST.get("do") == "exclude":
            operations.exclude(submission=held, actor=request.user, why=request.POST.get("why", "").strip())
        elif request.POST.get("do") == "withdraw" and request.POST.get("why", "").strip():
            operations.withdraw(submission=held, actor=request.user, why=request.POST["why"].strip())
        messages.success(request, _("已保存。"))
        return redirect("desk:case", slug, number)
    return render(request, "desk/case.html", {**_shown(held), "edition": edition, "at": "cases"})


def _shown(held: Submission) -> dict[str, object]:
    text = records.case_of(submission.current(held))
    row = submission.coding(held)
    coding = records.coding_of(row) if row else None
    found = list(submission.findings(held))
    for at, finding in enumerate(found):
        finding.sentence, finding.anchor = records.sentence(finding, language()), f"f{at}" if finding.paragraph >= 0 else ""
    spans = [records.Span(f.paragraph, f.start, f.end or f.start + 1, f"finding-{f.severity}", f.anchor) for f in found if f.paragraph >= 0 and f.state == "open"]
    names = {
        "arrived": _("到达"), "read": _("读取"), "confirmed": _("编号"), "replaced": _("替换"), "compared": _("查重"),
        "coded": _("人工编码"), "marked": _("筛选"), "sealed": _("上报"), "withdrawn": _("撤回"),
    }  # fmt: skip
    return {
        "case": held,
        "lines": records.laid_out(text, [*spans, *_evidence(text, coding)]),
        "coding": coding,
        "coding_row": row,
        "theme": held.edition.themes.filter(key=held.theme).first(),
        "findings": found,
        "matches": [(match, match.earlier or (match.other if match.submission_id == held.pk else match.submission)) for match in submission.matches(held)],
        "versions": held.versions.all(),
        "codings": held.codings.all(),
        "files": held.files.all(),
        "life": [{**station, "name": names[station["key"]]} for station in queries.life(held)],
        "entries": queries.explained(audit.entries(object=f"submission:{held.pk}")[:40]),
    }


def _evidence(text, coding) -> list[records.Span]:
    """The words that bear the coding out, where they stand in the text."""
    found = []
    for evidence in coding.evidence if coding else ():
        if 0 <= evidence.paragraph < len(text.paragraphs) and evidence.quote:
            start = text.paragraphs[evidence.paragraph].find(evidence.quote)
            if start >= 0:
                found.append(records.Span(evidence.paragraph, start, start + len(evidence.quote), "evidence"))
    return found


# --- coding ----------------------------------------------------------------------------------------------------------


@door("call.look", "GET", "POST")
def queue(request, slug):
    """The least certain case first: text with its evidence on the left, coding on the right, worked by keyboard."""
    edition = _edition(slug)
    if request.method == "POST":
        if not request.user.has_perm("call.manage", edition):
            return HttpResponse(status=403)
        return _coded(request, edition)
    rows = queries.queue(edition)
    skipped = [int(word) for word in request.GET.get("skip", "").split(",") if word.isdigit()][-500:]
    wanted = request.GET.get("case", "")
    held = submission.cases(edition).filter(number=int(wanted)).first() if wanted.isdigit() else rows.exclude(number__in=skipped).first()
    counts = submission.cases(edition)
    words = {"edition": edition, "at": "queue", "waiting": rows.count(), "sure": counts.filter(is_coded_by_person=False, confidence__gte=submission.SURE).count()}
    last = request.session.get("last_coding", {})
    words |= {"last": last if last.get("edition") == slug else None, "level": submission.SURE}
    if held:
        held = Submission.objects.select_related("edition", "intake", "body").get(pk=held.pk)
        themes = list(edition.themes.all())
        initial = {"theme": held.theme, "division": held.division, "unit_type": held.unit_type, "unit_level": held.unit_level, "changed": held.changed}
        form = forms.CodingForm(initial=initial, themes=themes)
        words |= {**_shown(held), "form": form, "themes": themes, "skip": ",".join(map(str, [*skipped, held.number]))}
    return render(request, "desk/queue.html", words)


def _coded(request, edition: Edition):
    did = request.POST.get("do")
    slug = edition.slug
    if did == "many":
        batch, count = operations.confirm_many(edition=edition, actor=request.user, above=submission.SURE)
        request.session["last_coding"] = {"edition": slug, "batch": batch, "count": count}
        messages.success(request, _("已确认 {count} 个案例的编码，可一步撤销。").format(count=count))
        return redirect("desk:queue", slug)
    if did == "undo":
        last = request.session.pop("last_coding", {})
        if last.get("edition") == slug:
            count = operations.undo_codings(edition=edition, actor=request.user, batch=last["batch"])
            messages.success(request, _("已撤销 {count} 个案例的编码。").format(count=count))
        return redirect("desk:queue", slug)
    if did == "again":
        count = operations.code_again(edition=edition)
        messages.success(request, _("已按确认过的编码重新判断，{count} 个案例有变化。").format(count=count))
        return redirect("desk:queue", slug)
    held = get_object_or_404(submission.cases(edition), number=request.POST.get("number") or 0)
    form = forms.CodingForm(request.POST, themes=edition.themes.all())
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect(f"{request.path}?case={held.number}")
    batch = f"one{held.pk}-{form.cleaned_data['changed']}"
    try:
        operations.confirm_coding(submission=held, actor=request.user, batch=batch, **form.cleaned_data)
    except operations.Stale:
        messages.error(request, _("同事刚刚确认了案例 {number} 的编码，您的改动没有保存，请核对。").format(number=held.number))
        return redirect(f"{request.path}?case={held.number}")
    except operations.Refused as error:
        messages.error(request, str(error))
        return redirect(f"{request.path}?case={held.number}")
    request.session["last_coding"] = {"edition": slug, "batch": batch, "count": 1, "number": held.number}
    return redirect("desk:queue", slug)


# --- matches, findings -----------------------------------------------------------------------------------------------


@door("call.look")
def matches(request, slug):
    """Pairs that share text."""
    edition = _edition(slug)
    rows = queries.matches(edition)
    if request.GET.get("open"):
        rows = rows.filter(decision="")
    if request.GET.get("earlier"):
        rows = rows.filter(earlier__isnull=False)
    waiting = submission.to_compare(edition).count()
    return render(request, "desk/matches.html", {"edition": edition, "at": "matches", "page": _page(request, rows), "waiting": waiting, "decisions": dict(forms.DECISIONS)})


@door("call.look", "GET", "POST")
def match(request, slug, pk):
    """Two texts side by side with the passages in common, and what they are."""
    edition = _edition(slug)
    held = get_object_or_404(Match.objects.select_related("submission__edition", "other__edition", "earlier", "decided_by"), pk=pk, edition=edition)
    form = forms.DecisionForm(request.POST if request.POST.get("do") == "decide" else None, initial={"decision": held.decision, "reason": held.reason, "changed": held.changed})
    if request.method == "POST":
        if not request.user.has_perm("call.manage", edition):
            return HttpResponse(status=403)
        try:
            if request.POST.get("do") == "undo":
                operations.decide_match(match=held, actor=request.user, changed=held.changed, decision="", reason="")
                return redirect("desk:match", slug, pk)
            if form.is_valid():
                operations.decide_match(match=held, actor=request.user, **form.cleaned_data)
                if form.cleaned_data["decision"] == "copied" and request.POST.get("exclude", "").isdigit():
                    out = get_object_or_404(submission.arrived(edition), number=int(request.POST["exclude"]))
                    operations.exclude(submission=out, actor=request.user, why=form.cleaned_data["reason"])
                messages.success(request, _("已判定。"))
                following = queries.matches(edition).filter(decision="").first()
                return redirect("desk:match", slug, following.pk) if following else redirect("desk:matches", slug)
        except operations.Stale:
            messages.error(request, _("同事刚刚判定了这一对，您的判定没有保存，请核对。"))
            return redirect("desk:match", slug, pk)
    ours = records.case_of(submission.current(held.submission))
    if held.other:
        theirs = records.case_of(submission.current(held.other))
    else:
        theirs = records.record.Case(held.earlier.number, held.earlier.title, held.earlier.unit, tuple(held.earlier.text.split("\n")))
    passages = records.passages_of(held)
    words = {
        "edition": edition,
        "at": "matches",
        "match": held,
        "form": form,
        "ours": records.laid_out(ours, records.places(ours, [(p.start, p.end) for p in passages], "common")),
        "theirs": records.laid_out(theirs, records.places(theirs, [(p.other_start, p.other_end) for p in passages], "common", is_anchored=False)),
        "count": len(passages),
        "decisions": dict(forms.DECISIONS),
    }
    return render(request, "desk/match.html", words)


@door("call.look", "GET", "POST")
def findings(request, slug):
    """What proofreading noticed, over all cases."""
    edition = _edition(slug)
    if request.method == "POST":
        if not request.user.has_perm("call.manage", edition):
            return HttpResponse(status=403)
        held = get_object_or_404(Finding, pk=request.POST.get("id"), submission__edition=edition)
        operations.decide_finding(finding=held, actor=request.user, state="open" if request.POST.get("do") == "open" else "dismissed")
        return redirect(request.get_full_path())
    rows = queries.findings(edition)
    severity, kind = request.GET.get("severity", ""), request.GET.get("kind", "")
    rows = rows.filter(state="dismissed") if request.GET.get("state") == "dismissed" else rows.filter(state="open")
    if severity in ("error", "warning", "notice"):
        rows = rows.filter(severity=severity)
    if kind:
        rows = rows.filter(kind=kind)
    page = _page(request, rows)
    for finding in page:
        finding.sentence = records.sentence(finding, language())
    kinds = queries.findings(edition).order_by("kind").values_list("kind", flat=True).distinct()
    return render(request, "desk/findings.html", {"edition": edition, "at": "findings", "page": page, "kinds": kinds})


# --- screening, mail, audit ------------------------------------------------------------------------------------------


@door("call.look", "GET", "POST")
def screening_state(request, slug):
    """How far each province has come; reminders."""
    edition = _edition(slug)
    rows = screening.state(edition)
    if request.method == "POST":
        if not request.user.has_perm("call.manage", edition):
            return HttpResponse(status=403)
        chosen = request.POST.getlist("body")
        late = [row["body"] for row in rows if (str(row["body"].pk) in chosen if chosen else not row["seal"])]
        sent = call_operations.remind(actor=request.user, edition=edition, bodies=late, kind="screening")
        messages.success(request, _("提醒已进入发件箱，共 {sent} 个单位有邮箱；同一天不会重复提醒。").format(sent=sent))
        return redirect("desk:screening", slug)
    done = sum(bool(row["seal"]) for row in rows)
    return render(request, "desk/screening.html", {"edition": edition, "at": "screening", "rows": rows, "done": done})


@door("call.look", "GET", "POST")
def outbox(request, slug):
    """Messages of the edition: waiting, sent, failed."""
    edition = _edition(slug)
    if request.method == "POST":
        if not request.user.has_perm("call.manage", edition):
            return HttpResponse(status=403)
        mail_operations.retry(message=get_object_or_404(Message, pk=request.POST.get("id"), edition=slug))
        return redirect("desk:outbox", slug)
    rows = mail_queries.messages(slug)
    if request.GET.get("state"):
        rows = rows.filter(state=request.GET["state"])
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(to__icontains=words) | rows.filter(subject__icontains=words)
    return render(request, "desk/outbox.html", {"edition": edition, "at": "outbox", "page": _page(request, rows), "letters": mail_queries.letters(slug)[:50]})


@door("call.look")
def message(request, slug, pk):
    """One message as it is sent."""
    edition = _edition(slug)
    return render(request, "desk/message.html", {"edition": edition, "at": "outbox", "message": get_object_or_404(Message, pk=pk, edition=slug)})


@door("call.look")
def audit_log(request, slug):
    """Who did what, when; and whether the chain of hashes holds."""
    edition = _edition(slug)
    rows = audit.entries(edition=slug)
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(object=words) | rows.filter(action__icontains=words)
    page = _page(request, rows)
    page.object_list = queries.explained(page.object_list)
    faults = list(audit.faults()) if request.GET.get("check") else None
    return render(request, "desk/audit.html", {"edition": edition, "at": "audit", "page": page, "faults": faults, "is_checked": faults is not None})
