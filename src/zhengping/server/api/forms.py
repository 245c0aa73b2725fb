"""What a person says about tokens and hooks."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengping.server.api.models import SCOPES
from zhengping.server.call.models import Edition


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(label=_("用途"), max_length=60, help_text=_("例如：统计系统每日同步。"))
    edition = forms.ModelChoiceField(label=_("届次"), queryset=Edition.objects.none())
    scopes = forms.MultipleChoiceField(label=_("可以做什么"), choices=list(SCOPES.items()), widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(label=_("有效天数"), min_value=1, max_value=366, initial=90)

    def __init__(self, *args, editions, **words):
        super().__init__(*args, **words)
        self.fields["edition"].queryset = editions


class HookForm(forms.Form):
    """Where events go."""

    address = forms.URLField(label=_("接收地址"), max_length=300, assume_scheme="https", help_text=_("主机须由管理员列入允许的名单。"))
    events = forms.MultipleChoiceField(label=_("事件"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, events, **words):
        super().__init__(*args, **words)
        self.fields["events"].choices = events
