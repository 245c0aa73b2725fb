"""A person's words about oneself."""

from __future__ import annotations

from allauth.account.forms import SignupForm
from django import forms
from django.utils.translation import gettext_lazy as _

from zhengping.server.accounts.models import User


class SignUpForm(SignupForm):
    """Signing up: address, password and the name that others see."""

    name = forms.CharField(label=_("姓名"), max_length=60)

    def save(self, request):
        """Keep the user with the name."""
        user = super().save(request)
        if user:
            user.name = self.cleaned_data["name"]
            user.save(update_fields=["name"])
        return user


class ProfileForm(forms.ModelForm):
    """What a person may change about oneself."""

    unit_name = forms.CharField(label=_("所在单位"), max_length=120, required=False)

    class Meta:
        model = User
        fields = ["name", "telephone"]
        labels = {"name": _("姓名"), "telephone": _("电话")}
