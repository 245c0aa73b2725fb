"""Words of the organiser, of objectors and of units."""

from __future__ import annotations

import re
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengping.server.publication.models import EFFECTS, FIELDS, Setting


def _days(text: str) -> list[str]:
    """Days as they are typed, one a line or with commas between. Raises ValidationError naming the one that is none."""
    found = []
    for word in re.split(r"[\s,，、;；]+", text.strip()):
        if word:
            try:
                found.append(date.fromisoformat(word).isoformat())
            except ValueError:
                raise forms.ValidationError(_("“%(word)s”不是日期，请写成 2026-10-01 的样子。"), params={"word": word}) from None
    return sorted(set(found))


class DaysField(forms.CharField):
    """Days, one a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value):
        """As lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value):
        """As a list of ISO days."""
        return _days(value or "")


class SettingForm(forms.ModelForm):
    """The length of the publicity period and the words of certificates."""

    class Meta:
        model = Setting
        fields = ["days", "counting", "holidays", "workdays", "heading", "words", "issuer", "changed"]
        widgets = {"changed": forms.HiddenInput}
        help_texts = {"words": _("可用占位词：{unit}、{title}、{award}、{edition}、{year}。每行一段，第一行不缩进。")}

    holidays = DaysField(label=_("另外的休息日"), required=False, help_text=_("法定节假日已知，只写未列入的，每行一天，如 2027-02-05。"))
    workdays = DaysField(label=_("另外的工作日"), required=False, help_text=_("调休上班等，每行一天。"))

    def clean_days(self):
        """Between one day and sixty."""
        if not 1 <= self.cleaned_data["days"] <= 60:
            raise forms.ValidationError(_("公示天数须在 1 到 60 之间。"))
        return self.cleaned_data["days"]


class WordsForm(forms.Form):
    """The words above a list."""

    words = forms.CharField(label=_("正文"), widget=forms.Textarea(attrs={"rows": 6}), required=False, max_length=5000)


class RenewForm(forms.Form):
    """Why a new list takes the place of the old."""

    why = forms.CharField(label=_("变动说明"), max_length=400, help_text=_("随新名单公开。"))
    empty_why = forms.CharField(label=_("空缺的理由"), max_length=400, required=False, help_text=_("选择空缺时必填，随新名单公开。"))
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class ObjectionForm(forms.Form):
    """An objection: who, about which case, why, with what evidence."""

    case = forms.IntegerField(label=_("案例编号"), required=False, min_value=1, help_text=_("对整份名单有异议的可不填。"))
    name = forms.CharField(label=_("真实姓名或单位名称"), max_length=60, required=False)
    unit = forms.CharField(label=_("所在单位"), max_length=120, required=False)
    email = forms.EmailField(label=_("邮箱"), required=False)
    telephone = forms.CharField(label=_("联系电话"), max_length=40, required=False)
    reasons = forms.CharField(label=_("异议理由"), max_length=8000, widget=forms.Textarea(attrs={"rows": 8}))
    evidence = forms.FileField(label=_("证据文件"), required=False, help_text=_("多个文件请压缩成一个。"))
    is_anonymous = forms.BooleanField(label=_("匿名提出（只登记，不处理）"), required=False)


class QuestionForm(forms.Form):
    """What the unit is asked."""

    question = forms.CharField(label=_("请单位说明的问题"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class AnswerForm(forms.Form):
    """What the unit says."""

    words = forms.CharField(label=_("单位说明"), max_length=8000, widget=forms.Textarea(attrs={"rows": 8}))


class RulingForm(forms.Form):
    """What is decided on an objection."""

    outcome = forms.ChoiceField(label=_("裁定"), choices=[("rejected", _("异议不成立")), ("upheld", _("异议成立"))], widget=forms.RadioSelect)
    effect = forms.ChoiceField(label=_("对名单的改动"), choices=EFFECTS, initial="none")
    award = forms.ChoiceField(label=_("改为"), required=False)
    reasons = forms.CharField(label=_("裁定理由"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    has_no_part = forms.BooleanField(label=_("我与异议人和被异议单位没有利害关系"), required=False)

    def __init__(self, *args, awards, **words):
        super().__init__(*args, **words)
        self.fields["award"].choices = [("", "—"), *((name, name) for name in awards)]


class RevokeForm(forms.Form):
    """An award to be taken back."""

    number = forms.IntegerField(label=_("案例编号"), min_value=1)
    reasons = forms.CharField(label=_("撤销理由"), max_length=1000)


class CorrectForm(forms.Form):
    """A word of the results to be corrected."""

    number = forms.IntegerField(label=_("案例编号"), min_value=1)
    field = forms.ChoiceField(label=_("更正项"), choices=FIELDS)
    words = forms.CharField(label=_("更正为"), max_length=300)
    reasons = forms.CharField(label=_("更正理由"), max_length=400)


class CheckForm(forms.Form):
    """A certificate's number."""

    number = forms.CharField(label=_("证书编号"), max_length=40)
