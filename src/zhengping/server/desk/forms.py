"""Words of the organiser at the desk."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengping.engine import tables
from zhengping.server.audit.templatetags.words import called_lazily

DECISIONS = [("same", _("同一案例重复报送")), ("series", _("正当的系列案例")), ("copied", _("抄袭，予以排除")), ("chance", _("偶然相似，不作处理"))]


class CodingForm(forms.Form):
    """What a person says of a case's coding."""

    theme = forms.ChoiceField(label=_("主题"), required=False, widget=forms.RadioSelect)
    division = forms.RegexField(r"^\d{6}$", label=_("行政区划代码"), required=False, error_messages={"invalid": _("请填写六位数字。")})
    unit_type = forms.ChoiceField(label=_("单位类型"), required=False, choices=[("", "—"), *((name, called_lazily(name)) for name, _english in tables.unit_types())])
    unit_level = forms.ChoiceField(label=_("单位层级"), required=False, choices=[("", "—"), *((name, called_lazily(name)) for name, _english in tables.LEVELS)])
    changed = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, themes, **words):
        super().__init__(*args, **words)
        self.fields["theme"].choices = [(theme.key, f"{at} {theme.name}") for at, theme in enumerate(themes, 1)]


class DecisionForm(forms.Form):
    """What a match is."""

    decision = forms.ChoiceField(label=_("判定"), choices=DECISIONS, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("理由"), max_length=300)
    changed = forms.IntegerField(widget=forms.HiddenInput)
