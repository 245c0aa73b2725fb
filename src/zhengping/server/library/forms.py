"""What a reader looks for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

NAMES = {"theme": _("主题"), "province": _("地区"), "unit_type": _("单位类型"), "award": _("奖项"), "edition": _("届次")}


class SearchForm(forms.Form):
    """Words, each of which must stand there, and filters."""

    q = forms.CharField(label=_("名称、单位或正文"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"}))

    def __init__(self, data, *, choices):
        super().__init__(data)
        for name, label in NAMES.items():
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=[("", _("全部")), *choices[name]])
