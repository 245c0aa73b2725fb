"""Words of the jury."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from zhengping.server.accounts.queries import proves
from zhengping.server.decision.models import Setting

KINDS = (("most", _("至多")), ("least", _("至少")))
BY = (("province", _("每个省")), ("city", _("每个市")), ("unit", _("每个单位")), ("type", _("每类单位")), ("theme", _("每个主题")), ("mark", _("每个等次")))


class RulesForm(forms.ModelForm):
    """Basis and reserve."""

    changed = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Setting
        fields = ["basis", "public", "public_weight", "reserve"]
        help_texts = {"public_weight": _("0 到 0.5。合成后的分 = (1 − 权重) × 评委的分 + 权重 × 公众的分；公众的分由票数的对数换成与平均分同样的中心和离散程度。“加折算分”不用权重，按“公众投票”中的每票分数和上限加分。")}

    def __init__(self, *args, **words):
        super().__init__(*args, **words)
        self.fields["public"].required = self.fields["public_weight"].required = False

    def clean_public(self):
        """Not counted unless said."""
        return self.cleaned_data["public"] or "off"

    def clean_public_weight(self):
        """At most half."""
        weight = self.cleaned_data["public_weight"]
        if weight is not None and not 0 <= weight <= Decimal("0.5"):
            raise forms.ValidationError(_("权重应在 0 到 0.5 之间。"))
        return Decimal("0.20") if weight is None else weight


class AwardRow(forms.Form):
    """An award, the highest first."""

    name = forms.CharField(label=_("奖项"), max_length=60)
    number = forms.IntegerField(label=_("数量"), min_value=0, max_value=100_000)
    level = forms.FloatField(label=_("低于此分则空缺（可不填）"), required=False)


class QuotaRow(forms.Form):
    """A limit."""

    by = forms.ChoiceField(label=_("范围"), choices=BY)
    kind = forms.ChoiceField(label=_("限制"), choices=KINDS)
    number = forms.IntegerField(label=_("数量"), min_value=0, max_value=100_000)
    award = forms.CharField(label=_("只限奖项（空为全部）"), max_length=60, required=False)


Awards = formset_factory(AwardRow, extra=1, can_delete=True)
Quotas = formset_factory(QuotaRow, extra=2, can_delete=True)


class ChangeForm(forms.Form):
    """The jury's word on a case."""

    award = forms.ChoiceField(label=_("改为"), required=False)
    reason = forms.CharField(label=_("理由"), max_length=400)
    votes_for = forms.IntegerField(label=_("赞成票（表决时填写）"), min_value=0, max_value=999, required=False)
    votes_against = forms.IntegerField(label=_("反对票（表决时填写）"), min_value=0, max_value=999, required=False)

    def __init__(self, *args, awards, **words):
        super().__init__(*args, **words)
        self.fields["award"].choices = [*((name, name) for name in awards), ("", _("不授奖"))]


class ConfirmForm(forms.Form):
    """The password once more, or a code of the second factor."""

    password = forms.CharField(label=_("登录密码或两步验证码"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False)
    is_checked = forms.BooleanField(label=_("名单和理由已核对，同意确认"))

    def __init__(self, *args, user, **words):
        super().__init__(*args, **words)
        self.user = user

    def clean_password(self):
        """Right, by either."""
        word = self.cleaned_data["password"]
        if not proves(self.user, word):
            raise forms.ValidationError(_("密码或验证码不对，请重新输入。"))
        return word
