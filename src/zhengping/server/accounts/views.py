"""A person's own page."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhengping.server.accounts import operations
from zhengping.server.accounts.forms import ProfileForm
from zhengping.server.accounts.rules import door


@door("accounts.own", "GET", "POST")
def profile(request):
    """Name, telephone, unit, and the ways to passwords, second factors and sessions."""
    user = request.user
    form = ProfileForm(request.POST or None, instance=user, initial={"unit_name": user.unit.name if user.unit else ""})
    if request.method == "POST" and form.is_valid():
        user.refresh_from_db()
        words = form.cleaned_data
        operations.update_profile(user=user, name=words["name"], telephone=words["telephone"], unit=words["unit_name"].strip())
        messages.success(request, _("已保存。"))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


def csrf_failure(request, reason=""):
    """A form that was left open too long, or came from elsewhere."""
    return render(request, "accounts/stale.html", status=403)
