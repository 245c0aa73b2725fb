"""Pages about the programming interface: a person's tokens, an edition's hooks."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from zhengping.server.accounts.rules import door as own_door
from zhengping.server.api import forms, operations
from zhengping.server.api.models import EVENTS, SCOPES, Token
from zhengping.server.call.models import Edition
from zhengping.server.call.rules import door, memberships
from zhengping.server.mail import operations as mail
from zhengping.server.mail.models import Delivery, Hook


@own_door("accounts.own", "GET", "POST")
def tokens(request):
    """The person's tokens; a new one is shown this once."""
    editions = Edition.objects.filter(pk__in=[m.edition_id for m in memberships(request.user) if m.role in ("organiser", "auditor")])
    form, word = forms.TokenForm(editions=editions), ""
    if request.method == "POST" and request.POST.get("revoke", "").isdigit():
        operations.revoke_token(token=get_object_or_404(Token, pk=int(request.POST["revoke"][:18]), user=request.user), actor=request.user)
        messages.success(request, _("令牌已停用。"))
        return redirect("api:tokens")
    if request.method == "POST":
        form = forms.TokenForm(request.POST, editions=editions)
        if form.is_valid():
            word = operations.make_token(user=request.user, **form.cleaned_data)[1]
    rows = Token.objects.filter(user=request.user).select_related("edition")
    return render(request, "api/tokens.html", {"form": form, "word": word, "rows": rows, "scopes": SCOPES, "may": editions.exists()})


@door("call.manage", "GET", "POST")
def hooks(request, slug):
    """Where the edition's events go, and what became of them."""
    edition = get_object_or_404(Edition, slug=slug)
    form, secret = forms.HookForm(events=EVENTS.items()), ""
    if request.method == "POST" and request.POST.get("end", "").isdigit():
        mail.end_hook(hook=get_object_or_404(Hook, pk=int(request.POST["end"][:18]), edition=slug), actor=request.user)
        messages.success(request, _("已停止发送。"))
        return redirect("api:hooks", slug=slug)
    if request.method == "POST":
        form = forms.HookForm(request.POST, events=EVENTS.items())
        if form.is_valid() and not mail.is_allowed(form.cleaned_data["address"]):
            form.add_error("address", _("这台主机不在允许的名单中，请管理员在 ZHENGPING_HOOK_HOSTS 中列入。"))
        if form.is_valid():
            secret = mail.make_hook(edition=slug, address=form.cleaned_data["address"], events=form.cleaned_data["events"], actor=request.user).secret
    rows = list(Hook.objects.filter(edition=slug))
    for row in rows:
        row.names = [EVENTS.get(event, event) for event in row.events]
    sent = [(delivery, EVENTS.get(delivery.event, delivery.event)) for delivery in Delivery.objects.filter(hook__edition=slug).select_related("hook")[:50]]
    return render(request, "api/hooks.html", {"edition": edition, "at": "hooks", "form": form, "secret": secret, "rows": rows, "sent": sent})
