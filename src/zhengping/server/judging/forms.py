"""Words of organisers and judges about the judging."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengping.server.judging.models import ORIGINS, SIDES, Poll, Round

MOST_WORKBOOK = 5 << 20  # bytes


class JudgesForm(forms.Form):
    """A list of judges made in Excel."""

    sheet = forms.FileField(label=_("评委名单（.xlsx）"))


class WorkbookForm(forms.Form):
    """A judge's sheets that were filled in in Excel; `judge` is asked where somebody else gives them in."""

    judge = forms.ChoiceField(label=_("评委"))
    sheet = forms.FileField(label=_("填好的工作簿（.xlsx）"), widget=forms.FileInput(attrs={"accept": ".xlsx"}))

    def __init__(self, *args, judges, **words):
        super().__init__(*args, **words)
        if judges is None:
            del self.fields["judge"]
        else:
            self.fields["judge"].choices = [("", ""), *judges]

    def clean_sheet(self):
        """Not longer than a workbook of sheets can be."""
        file = self.cleaned_data["sheet"]
        if file.size > MOST_WORKBOOK:
            raise forms.ValidationError(_("文件有 {size} MB，评分工作簿不会超过 {most} MB，请核对是不是下载的那一个。").format(size=file.size >> 20, most=MOST_WORKBOOK >> 20))
        return file


class RoundForm(forms.ModelForm):
    """The rules of a round."""

    class Meta:
        model = Round
        fields = ["reads", "own", "has_panels", "scope", "shortlist", "is_blind", "opens", "closes"]
        widgets = {name: forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M") for name in ("opens", "closes")}

    changed = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self):
        """It closes after it opens, and somebody reads."""
        cleaned = super().clean()
        if cleaned.get("opens") and cleaned.get("closes") and cleaned["closes"] <= cleaned["opens"]:
            self.add_error("closes", _("评审截止须晚于评审开始。"))
        if cleaned.get("reads") == 0:
            self.add_error("reads", _("每个案例至少一位评委。"))
        return cleaned


class PanelForm(forms.Form):
    """A panel with its themes and judges."""

    name = forms.CharField(label=_("评审组名称"), max_length=60)
    themes = forms.MultipleChoiceField(label=_("主题"), required=False, widget=forms.CheckboxSelectMultiple)
    judges = forms.MultipleChoiceField(label=_("评委"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, themes, judges, **words):
        super().__init__(*args, **words)
        self.fields["themes"].choices, self.fields["judges"].choices = themes, judges


class PairForm(forms.Form):
    """A pair of case and judge that is fixed or forbidden by hand."""

    number = forms.IntegerField(label=_("案例编号"), min_value=1)
    judge = forms.ChoiceField(label=_("评委"))
    side = forms.ChoiceField(label=_("要求"), choices=[*SIDES, ("", _("取消要求"))], required=False)

    def __init__(self, *args, judges, **words):
        super().__init__(*args, **words)
        self.fields["judge"].choices = judges


class FurtherForm(forms.Form):
    """How many awards there are and how many further reads the judges can bear."""

    awards = forms.IntegerField(label=_("获奖案例数"), min_value=1)
    budget = forms.IntegerField(label=_("本批最多加评几份"), min_value=1, max_value=5000, initial=30)


class SeatForm(forms.Form):
    """Whether a judge has time."""

    is_away = forms.TypedChoiceField(
        label=_("能否参加评审"), choices=[("0", _("能参加")), ("1", _("不能参加"))], coerce=lambda word: word == "1", widget=forms.RadioSelect, initial="0"
    )
    most = forms.IntegerField(label=_("最多评几个案例（可不填）"), required=False, min_value=0, max_value=10_000)


class ConflictForm(forms.Form):
    """Whose cases a judge must not read."""

    unit = forms.CharField(label=_("应回避的单位"), max_length=200)
    reason = forms.CharField(label=_("原因"), max_length=300, required=False)


class OpinionForm(forms.Form):
    """A second opinion."""

    value = forms.DecimalField(label=_("讨论后的总分"), max_digits=8, decimal_places=2)
    reason = forms.CharField(label=_("理由"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class WordForm(forms.Form):
    """A word in a discussion."""

    words = forms.CharField(label=_("发言"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class SheetForm(forms.Form):
    """A score sheet: a number for each criterion, notes, and the version that was shown."""

    notes = forms.CharField(required=False, max_length=8000)
    version = forms.IntegerField(min_value=0)

    def __init__(self, *args, criteria, **words):
        super().__init__(*args, **words)
        self.criteria = criteria
        for row in criteria:
            self.fields[row.field] = forms.DecimalField(
                required=False, min_value=0, max_value=row.high, max_digits=7, decimal_places=2,
                error_messages={"invalid": _("请填数字。"), "max_value": _("不能超过 %(limit_value)s。"), "min_value": _("不能小于 %(limit_value)s。")},
            )  # fmt: skip

    @property
    def marks(self) -> dict[str, Decimal | None]:
        """The marks by the criterion's name."""
        return {row.name: self.cleaned_data[row.field] for row in self.criteria}


# --- the public vote -------------------------------------------------------------------------------------------------


class PollForm(forms.ModelForm):
    """The rules of the public vote; its moments are in the time zone that holds while the form is made and read (the edition's)."""

    class Meta:
        model = Poll
        fields = ["is_on", "opens", "closes", "scope", "round", "shortlist", "is_blind", "most", "points", "ceiling", "an_address", "a_network"]
        widgets = {name: forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M") for name in ("opens", "closes")}
        help_texts = {
            "points": _("案例的折算分 = 票数 × 每票分数，不超过上限。是否计入评奖、如何计入，在“评奖规则”中设定。"),
            "an_address": _("同一单位、学校常共用一个对外地址，人多的请调高；只为防止程序刷票，不能识别个人。"),
            "a_network": _("网段指 IPv4 的 /24（256 个地址）、IPv6 的 /64。"),
        }

    changed = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self):
        """A vote that is on has a window; numbers are such as can be counted."""
        cleaned = super().clean()
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if cleaned.get("is_on") and not (opens and closes):
            self.add_error("opens" if not opens else "closes", _("举行公众投票须填写开始和截止时间。"))
        if opens and closes and closes <= opens:
            self.add_error("closes", _("投票截止须晚于投票开始。"))
        for name, low, high in (("most", 1, 50), ("shortlist", 1, 100_000), ("an_address", 1, 100_000), ("a_network", 1, 1_000_000), ("points", 0, 100), ("ceiling", 0, 100)):
            if cleaned.get(name) is not None and not low <= cleaned[name] <= high:
                self.add_error(name, _("应在 {low} 到 {high} 之间。").format(low=low, high=high))
        return cleaned


class BallotForm(forms.Form):
    """Who votes, by e-mail."""

    email = forms.CharField(label=_("邮箱"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}), help_text=_("只用于确认和防止重复投票，不公开，也不用于其他用途。"))

    def clean_email(self):
        """An address, full-width letters made plain."""
        return forms.EmailField(max_length=254).clean(unicodedata.normalize("NFKC", self.cleaned_data["email"]).strip())


class AsideForm(forms.Form):
    """Ballots that are not to be counted, and why."""

    kind = forms.ChoiceField(choices=ORIGINS, widget=forms.HiddenInput)
    value = forms.CharField(max_length=120, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("不计入的理由"), max_length=300)
