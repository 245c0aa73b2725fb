"""Words of screeners."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengping.server.accounts.queries import proves
from zhengping.server.screening.models import MARK_NAMES


class KeyedRadios(forms.RadioSelect):
    """Choices that keys 0, 1, 2 … press."""

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        """An option with its key."""
        return super().create_option(name, value, label, selected, index, subindex, {**(attrs or {}), "data-key": str(index)})


class MarkForm(forms.Form):
    """A mark with a sentence of reason."""

    mark = forms.ChoiceField(label=_("等次"), choices=[("", _("未标注")), *MARK_NAMES.items()], required=False, widget=KeyedRadios)
    reason = forms.CharField(label=_("理由（一句话）"), max_length=300, required=False)
    changed = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self):
        """A case that is declined has a reason."""
        cleaned = super().clean()
        if cleaned.get("mark") == "declined" and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("不报送的案例请写明理由。"))
        return cleaned


class SheetForm(forms.Form):
    """A 汇总表 that was marked in Excel."""

    sheet = forms.FileField(label=_("标注后的汇总表（.xlsx）"))


class AddForm(forms.Form):
    """Files of a case that came by e-mail or on paper."""

    files = forms.FileField(label=_("案例文件（Word、PDF 或压缩包）"))


class SealForm(forms.Form):
    """The password once more, or a code of the second factor."""

    password = forms.CharField(label=_("登录密码或两步验证码"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False)
    is_checked = forms.BooleanField(label=_("名单已核对无误，同意上报"))

    def __init__(self, *args, user, **words):
        super().__init__(*args, **words)
        self.user = user

    def clean_password(self):
        """Right, by either."""
        word = self.cleaned_data["password"]
        if not proves(self.user, word):
            raise forms.ValidationError(_("密码或验证码不对，请重新输入。"))
        return word


class RequestForm(forms.Form):
    """What a unit shall change."""

    words = forms.CharField(label=_("请单位修改的内容"), widget=forms.Textarea(attrs={"rows": 5}), max_length=2000)
