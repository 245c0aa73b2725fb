"""Uploading, reading what was read, confirming, receipts; the organiser's intake."""

from __future__ import annotations

from pathlib import Path

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from zhengping.server.audit.templatetags.words import language
from zhengping.server.call import records as call_records
from zhengping.server.call.models import Edition
from zhengping.server.call.queries import closes, last_close
from zhengping.server.call.rules import door
from zhengping.server.submission import forms, operations, queries, records, tasks
from zhengping.server.submission.models import Incoming, Intake, Submission

# --- the unit --------------------------------------------------------------------------------------------------------


@door("call.read_notice", "GET", "POST")
def upload(request, slug):
    """Drop files; what was read comes on the next page."""
    arrived_at = getattr(request, "arrived_at", None) or timezone.now()
    edition = request.about
    state = _state(edition, arrived_at)
    form = forms.UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and state == "open" and form.is_valid():
        files = [(file.name, file.file) for file in form.cleaned_data["files"]]
        by = request.user if request.user.is_authenticated else None
        try:
            intake = operations.receive(edition=edition, source="upload", files=files, arrived_at=arrived_at, by=by)
        except operations.DiskFull as error:
            return render(request, "submission/upload.html", {"edition": edition, "form": form, "state": state, "trouble": str(error)}, status=507)
        lone = tasks.read_now(intake)
        return redirect("submission:case", lone) if lone else redirect("submission:intake", intake.token)
    words = {"edition": edition, "form": form, "state": state, "is_late": queries.is_late(edition, None, arrived_at), "closes": call_records.moment(edition, edition.closes), "largest": forms.settings.LARGEST_FILE >> 20}
    return render(request, "submission/upload.html", words)


def _state(edition: Edition, at) -> str:
    """"before", "open" or "after"; an edition that keeps late cases stays open."""
    if edition.published_at is None or (edition.opens and at < edition.opens):
        return "before"
    if edition.late_rule != "refuse" or (edition.closes and at <= edition.closes):
        return "open"
    last = last_close(edition)
    return "after" if last and at > last else "open"


@door("accounts.everyone")
def intake(request, token):
    """What became of the files of an upload; straight to the case where there is one alone."""
    found = get_object_or_404(Intake.objects.select_related("edition"), token=token)
    if lone := queries.lone(found):
        return redirect("submission:case", lone)
    files = list(found.files.select_related("submission"))
    for file in files:
        file.why = queries.reason(file, language()) if file.reason else ""
    cases = list(found.submissions.all()) or list({file.submission for file in files if file.submission})
    words = {"intake": found, "edition": found.edition, "files": files, "cases": cases, "bad": [file for file in files if file.state in queries.BAD], "progress": queries.progress(found)}
    return render(request, "submission/intake.html", words)


def _own(token: str) -> Submission:
    return get_object_or_404(Submission.objects.select_related("edition", "body"), token=token)


@door("accounts.everyone", "GET", "POST")
def case(request, token):
    """A unit's own case: what was read, what to look at, correct and confirm."""
    held = _own(token)
    initial = {name: getattr(held, name) for name in operations.DETAILS} | {"division": held.place or held.division, "theme": held.theme, "changed": held.changed}
    form = forms.CaseForm(request.POST or None, initial=initial, edition=held.edition)
    if request.method == "POST" and form.is_valid():
        words = dict(form.cleaned_data)
        words.setdefault("consents", False)
        if words["division"] and words["division"] == held.division:
            words["division"] = ""
        try:
            why = operations.correct(submission=held, actor=_actor(request), confirms=request.POST.get("do") == "code", **words)
        except operations.Refused as error:
            messages.error(request, str(error))
            return redirect("submission:case", token)
        except operations.Stale:
            messages.error(request, _("这个案例刚刚在别处被修改，您的修改没有保存。请核对后再改。"))
            return redirect("submission:case", token)
        return _next(request, held, why)
    return render(request, "submission/case.html", _shown(held, form))


def _next(request, held: Submission, why: str):
    """What is told after a correction; and the letter that asks to confirm, where the button says so. `why` it was not confirmed at once."""
    did = request.POST.get("do")
    try:
        if why:
            messages.error(request, why)
        elif did == "mail":
            operations.ask_to_confirm(submission=held)
            address = Submission.objects.get(pk=held.pk).contact_email
            messages.success(request, _("确认链接已发往 {address}，请在 72 小时内打开邮件确认。").format(address=address))
        elif did == "code":
            messages.success(request, _("报送成功。请记下案例编号和查询码，并下载回执。"))
        else:
            messages.success(request, _("已保存。"))
    except operations.Refused as error:
        messages.error(request, str(error))
    return redirect("submission:case", held.token)


def _actor(request):
    return request.user if request.user.is_authenticated else "unit"


def _shown(held: Submission, form) -> dict[str, object]:
    versions = list(held.versions.all())
    version = next(one for one in versions if one.number == held.current)
    text = records.case_of(version)
    findings = list(queries.findings(held))
    for at, finding in enumerate(findings):
        finding.anchor = f"f{at}" if finding.paragraph >= 0 else ""
        finding.sentence = records.sentence(finding, language())
    spans = [records.Span(f.paragraph, f.start, f.end or f.start + 1, f"finding-{f.severity}", f.anchor) for f in findings if f.paragraph >= 0]
    now = timezone.now()
    end = closes(held.edition, held.body)
    return {
        "case": held,
        "edition": held.edition,
        "form": form,
        "lines": records.laid_out(text, spans),
        "parts": records.parts_of(text, call_records.parts(held.edition)),
        "total": records.length(text.text),
        "findings": findings,
        "versions": versions,
        "version": version,
        "files": held.files.all(),
        "may_change": queries.may_change(held, now),
        "may_confirm": queries.may_confirm(held, now),
        "closes": call_records.moment(held.edition, end),
        "arrived": call_records.moment(held.edition, held.arrived_at),
    }


@door("accounts.everyone", "GET", "POST")
def confirmed(request, token, word):
    """The page behind the link of the confirming mail: one press, as mail scanners open links by themselves."""
    held = _own(token)
    if request.method == "POST":
        try:
            operations.confirm(submission=held, via="e-mail", word=word)
        except operations.Refused as error:
            messages.error(request, str(error))
            return redirect("submission:confirmed", token, word)
        messages.success(request, _("报送成功，回执已发往您的邮箱。"))
        return redirect("submission:case", token)
    return render(request, "submission/confirmed.html", {"case": held, "edition": held.edition})


@door("accounts.everyone")
def receipt(request, token):
    """The receipt as a PDF."""
    held = _own(token)
    if held.number is None:
        raise Http404
    return _attached(records.receipt(held, held.versions.select_related("intake").get(number=held.current)), f"receipt-{held.edition.slug}-{held.number}.pdf", "application/pdf")


@door("accounts.everyone", "POST")
def replace(request, token):
    """A new text in place of the old, which is kept."""
    arrived_at = getattr(request, "arrived_at", None) or timezone.now()
    held = _own(token)
    form = forms.UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("submission:case", token)
    if not queries.may_change(held, arrived_at):
        messages.error(request, _("征集已经截止，不能再替换。如需更正，请联系组织方。"))
        return redirect("submission:case", token)
    files = [(file.name, file.file) for file in form.cleaned_data["files"]]
    try:
        made = operations.receive(edition=held.edition, source="upload", files=files, arrived_at=arrived_at, replaces=held, body=held.intake.body)
    except operations.DiskFull as error:
        messages.error(request, str(error))
        return redirect("submission:case", token)
    tasks.read_now(made)
    bad = [queries.reason(file, language()) for file in made.files.filter(state__in=queries.BAD)]
    if bad:
        messages.error(request, _("新文件没有读出案例：{why}原版本保持不变。").format(why=" ".join(bad)))
    elif queries.current(Submission.objects.get(pk=held.pk)).intake_id != made.pk:
        messages.error(request, _("新文件中没有找到案例正文，原版本保持不变。"))
    else:
        messages.success(request, _("已替换，原版本仍然保留。"))
    return redirect("submission:case", token)


@door("accounts.everyone", "POST")
def withdraw(request, token):
    """Take the case back."""
    held = _own(token)
    try:
        operations.withdraw(submission=held, actor=_actor(request), why=request.POST.get("why", ""))
        messages.success(request, _("已撤回。材料仍保留，但不再参加本届评选。"))
    except operations.Refused as error:
        messages.error(request, str(error))
    return redirect("submission:case", token)


@door("accounts.everyone")
def own_file(request, token, pk):
    """A file of the unit's own case."""
    file = get_object_or_404(Incoming, pk=pk, submission=_own(token), state="read")
    return _original(file)


@door("accounts.everyone")
def verify(request, pk, sign):
    """Whether a receipt is genuine, and nothing else."""
    held = Submission.objects.select_related("edition").filter(pk=pk, number__isnull=False).first()
    version = next((v for v in held.versions.all() if records.is_receipt_sign(held, v, sign)), None) if held else None
    words = {"case": held if version else None, "version": version}
    if version:
        words["time"] = call_records.moment(held.edition, version.intake.arrived_at)
        words["is_current"] = version.number == held.current
    return render(request, "submission/verify.html", words, status=200 if version else 404)


@door("accounts.everyone", "GET", "POST")
def find(request):
    """To a case by number and query code."""
    form = forms.FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        tries = int(request.session.get("tries", 0))
        held = Submission.objects.filter(edition=words["edition"], number=words["number"], query_code=words["code"]).first() if tries < 20 else None
        if held:
            return redirect("submission:case", held.token)
        request.session["tries"] = tries + 1
        form.add_error(None, _("编号或查询码不对，请核对回执。") if tries < 20 else _("尝试次数过多，请联系组织方。"))
    return render(request, "submission/find.html", {"form": form})


@door("accounts.own")
def mine(request):
    """What a person sent: by this account, or under an address that is proved to be the person's."""
    held = queries.sent_by(request.user).select_related("edition").order_by("-id")
    return render(request, "submission/mine.html", {"page": Paginator(held, 50).get_page(request.GET.get("page"))})


# --- the organiser ---------------------------------------------------------------------------------------------------


@door("call.look")
def intakes(request, slug):
    """Everything that came in by bulk, letter or upload, newest first."""
    edition = get_object_or_404(Edition, slug=slug)
    rows = Intake.objects.filter(edition=edition).select_related("body", "by").exclude(source="upload", submissions__isnull=True, state="drafted")
    if request.GET.get("source"):
        rows = rows.filter(source=request.GET["source"])
    page = Paginator(rows.distinct(), 50).get_page(request.GET.get("page"))
    words = {"edition": edition, "page": page, "at": "intakes", "bad": queries.unreadable(edition).count(), "form": forms.BulkForm()}
    return render(request, "submission/intakes.html", words)


@door("call.manage", "POST")
def bulk(request, slug):
    """Zips, lists, many files, or a folder of this machine."""
    edition = get_object_or_404(Edition, slug=slug)
    form = forms.BulkForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("submission:intakes", slug)
    now = timezone.now()
    try:
        if form.cleaned_data["files"]:
            files = [(file.name, file.file) for file in form.cleaned_data["files"]]
            made = operations.receive(edition=edition, source="zip", files=files, arrived_at=now, by=request.user)
        else:
            made = operations.take_folder(edition=edition, folder=Path(form.cleaned_data["folder"]), by=request.user, arrived_at=now)
    except operations.Refused as error:
        messages.error(request, str(error))
        return redirect("submission:intakes", slug)
    return redirect("submission:progress", slug, made.pk)


@door("call.look")
def progress(request, slug, pk):
    """How far an intake has come, and what it gave."""
    found = get_object_or_404(Intake.objects.select_related("edition", "body", "by"), edition__slug=slug, pk=pk)
    bad = list(found.files.filter(state__in=queries.BAD)[:200])
    for file in bad:
        file.why = queries.reason(file, language())
    words = {"intake": found, "edition": found.edition, "at": "intakes", "progress": queries.progress(found), "bad": bad, "cases": found.submissions.count()}
    return render(request, "submission/progress.html", words)


@door("call.look", "GET", "POST")
def unreadable(request, slug):
    """Files that could not be read: open, read again, ask the sender, dismiss with a reason."""
    edition = get_object_or_404(Edition, slug=slug)
    if request.method == "POST":
        if not request.user.has_perm("call.manage", edition):
            return HttpResponse(status=403)
        file = get_object_or_404(Incoming, pk=request.POST.get("id"), intake__edition=edition, state__in=queries.BAD)
        did = request.POST.get("do")
        if did == "again":
            operations.handle_file(file=file, actor=request.user, state="waiting", words="")
            messages.success(request, _("已重新排队读取。"))
        elif did == "retype" and request.POST.get("text", "").strip():
            operations.retype(file=file, actor=request.user, title=request.POST.get("title", ""), text=request.POST["text"])
            messages.success(request, _("已按录入的文字建立案例。"))
        elif did == "ask":
            try:
                operations.ask_sender(file=file, actor=request.user, language=language())
                messages.success(request, _("询问已进入发件箱。"))
            except operations.Refused as error:
                messages.error(request, str(error))
        elif did == "dismiss" and request.POST.get("words", "").strip():
            operations.handle_file(file=file, actor=request.user, state="dismissed", words=request.POST["words"])
            messages.success(request, _("已注明不予处理。"))
        else:
            messages.error(request, _("请填写理由或文字。"))
        return redirect("submission:unreadable", slug)
    page = Paginator(queries.unreadable(edition), 50).get_page(request.GET.get("page"))
    for file in page:
        file.why = queries.reason(file, language())
    return render(request, "submission/unreadable.html", {"edition": edition, "page": page, "at": "intakes"})


@door("call.manage")
def original(request, slug, pk):
    """The original bytes of any file of the edition."""
    return _original(get_object_or_404(Incoming, pk=pk, intake__edition__slug=slug))


def _original(file: Incoming) -> HttpResponse:
    """The bytes as a download under a safe name: never shown by the browser, whatever they are."""
    try:
        data = records.bytes_of(file.sha256)
    except (OSError, ValueError):
        raise Http404 from None
    return _attached(data, records.safe_name(file.name), "application/octet-stream")


def _attached(data: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name), "Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type=kind, headers=headers)
