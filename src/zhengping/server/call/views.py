"""Editions, notices, forwarding, members: pages of organisers, bodies and readers."""

from __future__ import annotations

import re

from django.conf import settings as site
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhengping.engine import rendering
from zhengping.engine.rendering import Article, Heading, Span, Text
from zhengping.server.accounts.queries import by_address
from zhengping.server.call import forms, operations, queries, records
from zhengping.server.call.models import Body, Edition, Invitation, MailTemplate, Membership
from zhengping.server.call.rules import door, memberships

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@door("accounts.everyone", public=True)
def home(request):
    """The editions a person may see, the person's own first."""
    own = {m.edition_id for m in memberships(request.user)}
    editions = list(queries.editions_for(request.user))
    may_begin = request.user.has_perm("call.begin")
    return render(request, "call/home.html", {"editions": editions, "own": own, "may_begin": may_begin, "now": timezone.now()})


@door("accounts.everyone")
def language(request, code):
    """Choose the language: kept in a cookie, back to the page one came from."""
    following = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(following, {request.get_host()}, request.is_secure())
    response = redirect(following if safe else "home")
    if code in dict(site.LANGUAGES):
        secure = site.LANGUAGE_COOKIE_SECURE
        response.set_cookie(site.LANGUAGE_COOKIE_NAME, code, max_age=31_536_000, secure=secure, httponly=True, samesite="Lax")
    return response


# --- notice ----------------------------------------------------------------------------------------------------------


@door("call.read_notice", public=True)
def notice(request, slug):
    """The notice with its attachments and the way to the upload page."""
    edition = get_object_or_404(Edition, slug=slug)
    now = timezone.now()
    link = records.address(reverse("submission:upload", args=[slug]))
    last = queries.last_close(edition)
    state = "before" if edition.opens and now < edition.opens else "after" if last and now > last else "open"
    words = {"edition": edition, "state": state, "closes": records.moment(edition, edition.closes), "code": records.qr(link), "link": link}
    return render(request, "call/notice.html", words)


@door("call.read_notice", public=True)
def notice_file(request, slug, ending):
    """The notice as .docx or .pdf."""
    edition = get_object_or_404(Edition, slug=slug)
    lines = [line.strip() for line in edition.notice.splitlines() if line.strip()]
    blocks = [Heading(line) if re.match(r"^[一二三四五六七八九十]+、.{1,24}$", line) else Text((Span(line),)) for line in lines]
    article = Article(_("{name}征稿启事").format(name=edition.name), tuple(blocks), note="、".join(edition.hosts))
    data = rendering.word(article) if ending == "docx" else rendering.printed(article)
    return _file(data, f"{edition.slug}-notice.{ending}", WORD if ending == "docx" else "application/pdf")


@door("call.read_notice", public=True)
def form_file(request, slug):
    """The template of a case as .docx, made from the edition's own parts."""
    edition = get_object_or_404(Edition, slug=slug)
    return _file(records.template(edition), f"{edition.slug}-template.docx", WORD)


@door("call.read_notice", public=True)
def code(request, slug):
    """The QR code of the upload page."""
    data = records.qr(records.address(reverse("submission:upload", args=[slug])))
    response = HttpResponse(data, content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def _file(data: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


# --- the edition -----------------------------------------------------------------------------------------------------


@door("call.begin", "GET", "POST")
def begin(request):
    """A new edition, empty or from the last one."""
    own = Edition.objects.filter(memberships__user=request.user, memberships__role="organiser")
    form = forms.BeginForm(request.POST or None, own=own)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        if words["source"]:
            edition = operations.copy_edition(actor=request.user, source=words["source"], slug=words["slug"])
            changes = {"number": words["number"], "year": words["year"], "name": words["name"]}
            operations.update_edition(actor=request.user, edition=edition, version=1, changes=changes)
        else:
            edition = operations.begin_edition(actor=request.user, slug=words["slug"], number=words["number"], year=words["year"], name=words["name"])
        messages.success(request, _("已建立。请逐项填写，检查无误后发布启事。"))
        return redirect("call:settings", edition.slug)
    return render(request, "call/form.html", {"form": form, "title": _("新建届次"), "button": _("建立")})


@door("call.manage", "GET", "POST")
def settings(request, slug):
    """Name, windows and rules of an edition."""
    edition = get_object_or_404(Edition, slug=slug)
    form = forms.EditionForm(request.POST or None, instance=edition, initial={"version": edition.version})
    if request.method == "POST" and form.is_valid():
        words = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        if _changed(request, edition, form.cleaned_data["version"], words):
            return redirect("call:settings", slug)
    return render(request, "call/settings.html", {"form": form, "edition": Edition.objects.get(slug=slug), "at": "settings", "title": _("基本信息和时间")})


def _changed(request, edition: Edition, version: int, words: dict) -> bool:
    try:
        operations.update_edition(actor=request.user, edition=Edition.objects.get(pk=edition.pk), version=version, changes=words)
    except operations.Stale:
        messages.error(request, _("这一届的设置刚刚被他人修改，您的修改没有保存。请刷新后再改。"))
        return False
    messages.success(request, _("已保存。"))
    return True


@door("call.manage", "GET", "POST")
def notice_text(request, slug):
    """The words of the notice."""
    edition = get_object_or_404(Edition, slug=slug)
    form = forms.NoticeForm(request.POST or None, request.FILES or None, initial={"notice": edition.notice, "version": edition.version})
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["file"] or form.cleaned_data["notice"].replace("\r\n", "\n")
        if _changed(request, edition, form.cleaned_data["version"], {"notice": words}):
            return redirect("call:notice_text", slug)
    return render(request, "call/settings.html", {"form": form, "edition": edition, "at": "notice", "title": _("启事正文"), "has_file": True})




@door("call.manage", "GET", "POST")
def rows(request, slug, kind):
    """Themes, parts or criteria, each a row."""
    edition = get_object_or_404(Edition, slug=slug)
    model = operations.ROWS[kind]
    initial = [{f.name: getattr(row, f.name) for f in model._meta.fields} for row in model.objects.filter(edition=edition)]
    formset = forms.ROWS[kind](request.POST or None, initial=initial, prefix="rows")
    if request.method == "POST" and formset.is_valid():
        kept = [form.cleaned_data for form in formset.ordered_forms if form.cleaned_data]
        try:
            operations.set_rows(actor=request.user, edition=edition, version=int(request.POST.get("version") or 0), kind=kind, rows=kept)
            messages.success(request, _("已保存。"))
            return redirect("call:rows", slug, kind)
        except operations.Stale:
            messages.error(request, _("这一届的设置刚刚被他人修改，您的修改没有保存。请刷新后再改。"))
    titles = {"themes": _("主题"), "parts": _("正文组成"), "criteria": _("评分细则")}
    return render(request, "call/rows.html", {"formset": formset, "edition": edition, "at": kind, "title": titles[kind]})


@door("call.manage", "GET", "POST")
def publish(request, slug):
    """What is missing, and the button that puts the notice out."""
    edition = get_object_or_404(Edition, slug=slug)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "withdraw":
                operations.withdraw_notice(actor=request.user, edition=edition, reason=request.POST.get("reason", "")[:300])
                messages.success(request, _("启事已撤下。"))
            else:
                sent = operations.publish(actor=request.user, edition=edition)
                messages.success(request, _("启事已发布，通知已进入发件箱，共 {sent} 封。").format(sent=sent))
        except operations.NotYet as error:
            messages.error(request, str(error))
        return redirect("call:publish", slug)
    return render(request, "call/publish.html", {"edition": edition, "gaps": queries.gaps(edition), "at": "publish"})


# --- bodies ----------------------------------------------------------------------------------------------------------


@door("call.manage", "GET", "POST")
def bodies(request, slug):
    """The invited bodies: who opened, who forwarded, until when, with whom to speak."""
    edition = get_object_or_404(Edition, slug=slug)
    form = forms.NewBodyForm(request.POST if request.POST.get("do") == "add" else None)
    if request.method == "POST":
        if request.POST.get("do") == "remind":
            chosen = edition.bodies.filter(pk__in=request.POST.getlist("body")) if request.POST.getlist("body") else edition.bodies.filter(parent=None, forwarded_at=None)
            sent = operations.remind(actor=request.user, edition=edition, bodies=chosen)
            messages.success(request, _("提醒已进入发件箱，共 {sent} 个单位有邮箱；同一天不会重复提醒。").format(sent=sent))
            return redirect("call:bodies", slug)
        if form.is_valid():
            words = form.cleaned_data
            if edition.bodies.filter(division=words["division"]).exists():
                form.add_error("division", _("这个单位已在名单中。"))
            else:
                parent = queries.body_of(edition, words["division"]) if words["division"][2:] != "0000" else None
                operations.add_body(actor=request.user, edition=edition, division=words["division"], name=words["name"], parent=parent)
                messages.success(request, _("已加入“{name}”。").format(name=words["name"]))
                return redirect("call:bodies", slug)
    return render(request, "call/bodies.html", {"edition": edition, "bodies": edition.bodies.select_related("parent"), "form": form, "at": "bodies"})


@door("call.manage", "GET", "POST")
def body(request, slug, division):
    """One body's address, quota and deadline."""
    found = get_object_or_404(Body.objects.select_related("edition"), edition__slug=slug, division=division)
    form = forms.BodyForm(request.POST or None, instance=found, zone=queries.here(found.edition))
    if request.method == "POST" and form.is_valid():
        operations.update_body(actor=request.user, body=Body.objects.get(pk=found.pk), **form.cleaned_data)
        messages.success(request, _("已保存。"))
        return redirect("call:bodies", slug)
    link = records.address(reverse("call:forwarding", args=[found.token]))
    return render(request, "call/settings.html", {"form": form, "edition": found.edition, "at": "bodies", "title": found.name, "link": link})


@door("accounts.everyone", "GET", "POST")
def forwarding(request, token):
    """A body's own page: the notice to forward, and what it says of its forwarding."""
    found = get_object_or_404(Body.objects.select_related("edition", "parent"), token=token)
    edition = found.edition
    if edition.published_at is None:
        raise Http404
    operations.open_forwarding(body=found)
    initial = {"own_deadline": found.own_deadline and found.own_deadline.astimezone(queries.here(edition)).strftime("%Y-%m-%dT%H:%M")}
    initial |= {"contact_name": found.contact_name, "contact_telephone": found.contact_telephone}
    form = forms.ForwardForm(request.POST or None, initial=initial, latest=queries.closes(edition, found), zone=queries.here(edition))
    if request.method == "POST" and form.is_valid():
        operations.forward(body=found, **form.cleaned_data)
        messages.success(request, _("已记录，谢谢。情况有变化时可再次填写。"))
        return redirect("call:forwarding", token)
    words = {"edition": edition, "body": found, "form": form, "closes": records.moment(edition, queries.closes(edition, found))}
    return render(request, "call/forwarding.html", {**words, "forwarded": found.forwarded_at and records.moment(edition, found.forwarded_at)})


# --- members ---------------------------------------------------------------------------------------------------------


@door("call.manage", "GET", "POST")
def members(request, slug):
    """Who works on the edition, who is invited."""
    edition = get_object_or_404(Edition, slug=slug)
    form = forms.InviteForm(request.POST if request.POST.get("do") == "invite" else None, edition=edition)
    if request.method == "POST":
        did = request.POST.get("do")
        try:
            if did == "invite" and form.is_valid():
                operations.invite(actor=request.user, edition=edition, **form.cleaned_data)
                messages.success(request, _("邀请已进入发件箱。"))
                return redirect("call:members", slug)
            if did == "revoke":
                operations.revoke_invitation(actor=request.user, invitation=get_object_or_404(Invitation, pk=request.POST.get("id"), edition=edition))
                return redirect("call:members", slug)
            if did == "remove":
                operations.remove_member(actor=request.user, membership=get_object_or_404(Membership, pk=request.POST.get("id"), edition=edition))
                return redirect("call:members", slug)
        except operations.NotYet as error:
            messages.error(request, str(error))
    words = {"edition": edition, "members": queries.members(edition), "invitations": edition.invitations.filter(used_at=None, revoked_at=None).select_related("body")}
    return render(request, "call/members.html", {**words, "form": form, "at": "members", "now": timezone.now()})


@door("accounts.everyone", "GET", "POST")
def accept(request, token):
    """The page behind an invitation's link."""
    found = queries.invitation(token)
    if request.method == "POST" and request.user.is_authenticated:
        try:
            member = operations.accept(user=request.user, token=token)
        except operations.NotYet as error:
            messages.error(request, str(error))
            return redirect("call:accept", token)
        messages.success(request, _("已加入。"))
        if member.role == "screener":
            return redirect("screening:cases", member.edition.slug, member.body.division)
        return redirect("home")
    return render(request, "call/accept.html", {"invitation": found, "token": token})


@door("accounts.own", "GET", "POST")
def delegate(request, pk):
    """Hand one's own task to a colleague for a time."""
    membership = get_object_or_404(Membership.objects.select_related("edition", "body", "user"), pk=pk, user=request.user)
    form = forms.DelegateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        to = by_address(form.cleaned_data["email"])
        if to is None or to == request.user:
            form.add_error("email", _("没有用这个邮箱注册的同事，请对方先注册。"))
        else:
            try:
                operations.delegate(membership=membership, to=to, until=form.cleaned_data["until"])
                messages.success(request, _("已交给{name}。到期自动收回，过程会留痕。").format(name=to))
                return redirect("accounts:profile")
            except operations.NotYet as error:
                form.add_error("until", str(error))
    title = _("把任务临时交给同事：{name}").format(name=f"{membership.edition.name} {membership.get_role_display()}")
    return render(request, "call/form.html", {"form": form, "title": title, "button": _("交接")})


# --- letters ---------------------------------------------------------------------------------------------------------

KNOWN = {
    kind: set(re.findall(r"\{(\w+)\}", subject + body)) | {"edition", "contact", "hosts"} for kind, (_name, subject, body) in records.LETTERS.items()
}


@door("call.manage")
def letters(request, slug):
    """The kinds of letters of an edition."""
    edition = get_object_or_404(Edition, slug=slug)
    own = {template.kind: template for template in edition.mail_templates.all()}
    kinds = [(kind, name, own.get(kind)) for kind, (name, _subject, _body) in records.LETTERS.items()]
    return render(request, "call/letters.html", {"edition": edition, "kinds": kinds, "at": "letters"})


@door("call.manage", "GET", "POST")
def letter(request, slug, kind):
    """The words of one kind, with what they become."""
    edition = get_object_or_404(Edition, slug=slug)
    if kind not in records.LETTERS:
        raise Http404
    name, subject, body = records.LETTERS[kind]
    own = MailTemplate.objects.filter(edition=edition, kind=kind).first()
    form = forms.LetterForm(request.POST or None, initial={"subject": own.subject if own else subject, "body": own.body if own else body}, known=KNOWN[kind])
    if request.method == "POST" and request.POST.get("do") == "reset":
        operations.set_template(actor=request.user, edition=edition, kind=kind, subject="", body="")
        return redirect("call:letter", slug, kind)
    if request.method == "POST" and form.is_valid():
        operations.set_template(actor=request.user, edition=edition, kind=kind, subject=form.cleaned_data["subject"], body=form.cleaned_data["body"])
        messages.success(request, _("已保存。"))
        return redirect("call:letter", slug, kind)
    example = {word: f"［{word}］" for word in KNOWN[kind] - {"edition", "contact", "hosts"}}
    shown = records.letter(edition, kind, **example)
    words = {"edition": edition, "form": form, "at": "letters", "title": name, "shown": shown, "known": sorted(KNOWN[kind]), "is_own": own is not None}
    return render(request, "call/letter.html", {**words, "language": get_language()})
