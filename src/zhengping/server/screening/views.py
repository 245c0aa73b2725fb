"""A body's pages: its cases, marks, order, sheet, seal."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.server.audit.templatetags.words import language
from zhengping.server.call.models import Body
from zhengping.server.call.queries import here, screening_closes
from zhengping.server.call.records import moment, parts
from zhengping.server.call.rules import door
from zhengping.server.screening import forms, operations, queries, records
from zhengping.server.screening.models import MARK_NAMES, MARKS, Mark, Seal
from zhengping.server.submission import operations as submission_operations
from zhengping.server.submission import queries as submission_queries
from zhengping.server.submission import records as submission_records
from zhengping.server.submission.models import Submission

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _body(slug: str, division: str) -> Body:
    return get_object_or_404(Body.objects.select_related("edition", "parent"), edition__slug=slug, division=division)


def _common(request, body: Body) -> dict[str, object]:
    seal = queries.seal_of(body)
    return {
        "edition": body.edition,
        "body": body,
        "seal": seal,
        "quotas": [(MARK_NAMES[quota.mark], quota) for quota in queries.quotas(body)],
        "left": queries.unmarked(body),
        "may": request.user.has_perm("call.screen", body) and not seal,
        "closes": moment(body.edition, screening_closes(body)),
        "returned": Seal.objects.filter(body=body, returned_at__isnull=False).first() if not seal else None,
    }


ORDERS = {"number": "number", "title": "title", "unit": "unit", "theme": "theme", "characters": "characters"}


@door("call.look_at_body")
def cases(request, slug, division):
    """The body's cases with their marks, filtered and sorted."""
    body = _body(slug, division)
    rows = queries.sent_up(body)
    wanted = request.GET.get("mark", "")
    own = Mark.objects.filter(body=body)
    if wanted == "none":
        rows = rows.exclude(pk__in=own.values("submission"))
    elif wanted in MARKS:
        rows = rows.filter(pk__in=own.filter(mark=wanted).values("submission"))
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(title__icontains=words) | rows.filter(unit__icontains=words)
    if theme := request.GET.get("theme", ""):
        rows = rows.filter(theme=theme)
    order = request.GET.get("order", "number")
    rows = rows.order_by(ORDERS.get(order.lstrip("-"), "number") if not order.startswith("-") else f"-{ORDERS.get(order[1:], 'number')}", "number")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    marks = {mark.submission_id: mark for mark in own.filter(submission__in=[row.pk for row in page])}
    names = {theme.key: theme for theme in body.edition.themes.all()}
    for row in page:
        row.own = marks.get(row.pk)
        row.theme_name = names.get(row.theme)
    words = {"page": page, "marks": MARK_NAMES, "themes": names.values(), "at": "cases", "all": submission_queries.cases_of(body).count()}
    return render(request, "screening/cases.html", {**_common(request, body), **words})


@door("call.look_at_body", "GET", "POST")
def case(request, slug, division, number):
    """One case to read, mark, or return to its unit."""
    body = _body(slug, division)
    held = get_object_or_404(submission_queries.cases_of(body).select_related("edition", "body", "intake"), number=number)
    mark = Mark.objects.filter(submission=held, body=body).first()
    form = forms.MarkForm(request.POST if "mark" in request.POST or "changed" in request.POST else None, initial=_initial(mark))
    if request.method == "POST":
        if not request.user.has_perm("call.screen", body):
            return HttpResponse(status=403)
        if form.is_valid() and _marked(request, body, held, form.cleaned_data):
            following = queries.sent_up(body).filter(number__gt=number).exclude(pk__in=Mark.objects.filter(body=body).values("submission")).order_by("number").first()
            if request.POST.get("do") == "next" and following:
                return redirect("screening:case", slug, division, following.number)
            return redirect("screening:case", slug, division, number)
    return render(request, "screening/case.html", {**_common(request, body), **_shown(body, held), "mark": mark, "form": form, "at": "cases"})


def _initial(mark: Mark | None) -> dict[str, object]:
    return {"mark": mark.mark, "reason": mark.reason, "changed": mark.changed} if mark else {"changed": 0, "mark": ""}


def _marked(request, body: Body, held: Submission, words: dict) -> bool:
    try:
        operations.mark(body=body, submission=held, actor=request.user, **words)
    except operations.Refused as error:
        messages.error(request, str(error))
        return False
    except operations.Stale:
        messages.error(request, _("同事刚刚标注了这个案例，您的标注没有保存。请核对后再标。"))
        return True
    messages.success(request, _("已标注。"))
    return True


def _shown(body: Body, held: Submission) -> dict[str, object]:
    text = submission_records.case_of(submission_queries.current(held))
    findings = list(submission_queries.findings(held))
    for at, finding in enumerate(findings):
        finding.sentence = submission_records.sentence(finding, language())
        finding.anchor = f"f{at}" if finding.paragraph >= 0 else ""
    spans = [submission_records.Span(f.paragraph, f.start, f.end or f.start + 1, f"finding-{f.severity}", f.anchor) for f in findings if f.paragraph >= 0]
    theme = body.edition.themes.filter(key=held.theme).first()
    rows = queries.sent_up(body)
    return {
        "case": held,
        "lines": submission_records.laid_out(text, spans),
        "parts": submission_records.parts_of(text, parts(body.edition)),
        "findings": findings,
        "theme": theme,
        "contact": submission_records.masked(held.contact_name),
        "before": rows.filter(number__lt=held.number).order_by("-number").first(),
        "after": rows.filter(number__gt=held.number).order_by("number").first(),
    }


@door("call.screen", "POST")
def request_changes(request, slug, division, number):
    """Return a case to its unit with a request."""
    body = _body(slug, division)
    held = get_object_or_404(submission_queries.cases_of(body), number=number)
    form = forms.RequestForm(request.POST)
    if form.is_valid():
        try:
            submission_operations.request_changes(submission=held, actor=request.user, body=body, words=form.cleaned_data["words"])
            messages.success(request, _("已退回，请求已发往报送单位。"))
        except submission_operations.Refused as error:
            messages.error(request, str(error))
    else:
        messages.error(request, _("请写明要修改什么。"))
    return redirect("screening:case", slug, division, number)


@door("call.look_at_body", "GET", "POST")
def order(request, slug, division):
    """The recommended cases in order, by numbers that can be typed over."""
    body = _body(slug, division)
    rows = list(Mark.objects.filter(body=body, mark="recommended").select_related("submission").order_by("order", "submission__number"))
    if request.method == "POST":
        if not request.user.has_perm("call.screen", body):
            return HttpResponse(status=403)
        places = sorted(rows, key=lambda row: (_whole(request.POST.get(f"place{row.submission.number}")), row.order or 9999))
        moved = request.POST.get("up") or request.POST.get("down")
        if moved:
            at = next((at for at, row in enumerate(places) if str(row.submission.number) == moved), None)
            other = at - 1 if request.POST.get("up") else (at or 0) + 1
            if at is not None and 0 <= other < len(places):
                places[at], places[other] = places[other], places[at]
        try:
            operations.put_in_order(body=body, actor=request.user, numbers=[row.submission.number for row in places])
            if not moved:
                messages.success(request, _("已排序。"))
        except operations.Refused as error:
            messages.error(request, str(error))
        return redirect("screening:order", slug, division)
    return render(request, "screening/order.html", {**_common(request, body), "rows": rows, "at": "order"})


def _whole(word: str | None) -> int:
    return int(word) if word and word.isdigit() else 9999


@door("call.look_at_body")
def sheet(request, slug, division):
    """The 汇总表 as .xlsx."""
    body = _body(slug, division)
    data = records.sheet(list(queries.sent_up(body).order_by("number")), queries.marks_of(body))
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{slug}-{division}.xlsx"'})


@door("call.screen", "GET", "POST")
def paper(request, slug, division):
    """Working in Excel: download, mark, upload; and cases that came by other ways."""
    body = _body(slug, division)
    form, add, rows = forms.SheetForm(), forms.AddForm(), None
    if request.method == "POST" and "sheet" in request.FILES:
        form = forms.SheetForm(request.POST, request.FILES)
        if form.is_valid():
            known = {held.number: held for held in queries.sent_up(body)}
            try:
                rows = operations.read_sheet(data=form.cleaned_data["sheet"].read(), known=known)
                taken = operations.take_sheet(body=body, actor=request.user, rows=rows)
                messages.success(request, _("已采用 {taken} 行。").format(taken=taken))
            except operations.Refused as error:
                form.add_error("sheet", str(error))
    elif request.method == "POST":
        add = forms.AddForm(request.POST, request.FILES)
        if add.is_valid():
            file = add.cleaned_data["files"]
            submission_operations.receive(edition=body.edition, source="screener", files=[(file.name, file.file)], arrived_at=timezone.now(), by=request.user, body=body)
            messages.success(request, _("已收到，正在读取，稍后出现在名单中。"))
            return redirect("screening:cases", slug, division)
    wrong = [row for row in rows or () if row.wrong]
    return render(request, "screening/paper.html", {**_common(request, body), "form": form, "add": add, "wrong": wrong, "at": "paper"})


@door("call.look_at_body", "GET", "POST")
def seal(request, slug, division):
    """Send the list up under seal, with password or second factor; then the page to print and stamp."""
    body = _body(slug, division)
    form = forms.SealForm(request.POST or None, user=request.user)
    if request.method == "POST":
        if not request.user.has_perm("call.screen", body):
            return HttpResponse(status=403)
        if form.is_valid():
            try:
                operations.seal(body=body, actor=request.user)
                messages.success(request, _("已上报。请打印汇总表，盖章后留存或寄送。"))
                return redirect("screening:seal", slug, division)
            except operations.Refused as error:
                messages.error(request, str(error))
    return render(request, "screening/seal.html", {**_common(request, body), "form": form, "at": "seal", "zone": here(body.edition)})


@door("call.look_at_body")
def summary(request, slug, division):
    """The sealed list as a PDF with its hash."""
    held = queries.seal_of(_body(slug, division))
    if held is None:
        raise Http404
    data = records.summary(held)
    return HttpResponse(data, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{slug}-{division}-list.pdf"'})


@door("call.manage", "POST")
def take_over(request, slug, division):
    """The organiser returns a sealed list, or seals in the place of a body that does not answer."""
    body = _body(slug, division)
    why = request.POST.get("why", "").strip()
    if not why:
        messages.error(request, _("请写明理由。"))
    else:
        try:
            if request.POST.get("do") == "return":
                operations.give_back(seal=get_object_or_404(Seal, body=body, returned_at=None), actor=request.user, why=why)
                messages.success(request, _("已退回{name}。").format(name=body.name))
            elif request.POST.get("do") == "seal":
                operations.seal_for(body=body, actor=request.user, why=why)
                messages.success(request, _("已代{name}上报，未标注的案例按“一般”计。").format(name=body.name))
        except operations.Refused as error:
            messages.error(request, str(error))
    return redirect(reverse("desk:screening", args=[slug]))
