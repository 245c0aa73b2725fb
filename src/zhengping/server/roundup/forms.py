"""What an editor says."""

from __future__ import annotations

import re

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from zhengping.server.roundup.models import ORDERS


def _numbers(text: str) -> list[int]:
    """Case numbers in a line; raises ValidationError for another word."""
    words = re.split(r"[\s,，、;；]+", text.strip())
    wrong = [word for word in words if word and not (word.isascii() and word.isdigit() and len(word) < 8)]
    if wrong:
        raise forms.ValidationError(_("“%(word)s”不是案例编号。"), params={"word": wrong[0]})
    return sorted({int(word) for word in words if word})


class DraftForm(forms.Form):
    """How the engine shall draft."""

    length = forms.IntegerField(label=_("篇幅（字）"), min_value=800, max_value=20_000, initial=3000)
    must = forms.CharField(label=_("必须写入的案例编号"), required=False, max_length=2000, help_text=_("用逗号或空格分开。"))
    never = forms.CharField(label=_("不写入的案例编号"), required=False, max_length=2000)

    def clean_must(self) -> list[int]:
        """Numbers."""
        return _numbers(self.cleaned_data["must"])

    def clean_never(self) -> list[int]:
        """Numbers."""
        return _numbers(self.cleaned_data["never"])


class WordForm(forms.Form):
    """A Word file that was changed elsewhere."""

    file = forms.FileField(label=_("修改后的 Word 文件"), widget=forms.FileInput(attrs={"accept": ".docx"}))
    base = forms.IntegerField(widget=forms.HiddenInput)

    def clean_file(self):
        """A .docx of a usual size."""
        file = self.cleaned_data["file"]
        if file.size > min(settings.LARGEST_FILE, 20 << 20):
            raise forms.ValidationError(_("文件超过 20 MB，请上传 .docx 文件。"))
        return file


class CommentForm(forms.Form):
    """What a person says of the article."""

    quote = forms.CharField(label=_("所评的句子"), required=False, max_length=500)
    words = forms.CharField(label=_("意见"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class CollectionForm(forms.Form):
    """What a book shall hold and say."""

    which = forms.ChoiceField(label=_("收录"), choices=[("all", _("全部公开的案例")), ("awards", _("所选奖项的案例")), ("numbers", _("指定编号的案例"))], widget=forms.RadioSelect, initial="all")
    awards = forms.MultipleChoiceField(label=_("奖项"), required=False, widget=forms.CheckboxSelectMultiple)
    numbers = forms.CharField(label=_("案例编号"), required=False, max_length=4000, help_text=_("用逗号或空格分开。"))
    order = forms.ChoiceField(label=_("主题内的顺序"), choices=ORDERS)
    title = forms.CharField(label=_("书名"), max_length=80)
    subtitle = forms.CharField(label=_("副题"), max_length=80, required=False)
    foreword = forms.CharField(label=_("编写说明"), max_length=8000, required=False, widget=forms.Textarea(attrs={"rows": 6}))
    with_roundup = forms.BooleanField(label=_("书前排入已发布的来稿综述"), required=False)
    licence = forms.CharField(label=_("许可说明"), max_length=200, required=False, help_text=_("印在书名页背面。"))

    def __init__(self, *args, awards=(), has_roundup=True, **more):
        super().__init__(*args, **more)
        self.fields["awards"].choices = [(award, award) for award in awards]
        if not awards:
            del self.fields["awards"]
        if not has_roundup:
            del self.fields["with_roundup"]

    def clean_numbers(self) -> list[int]:
        """Numbers."""
        return _numbers(self.cleaned_data["numbers"])

    def clean(self):
        """The choice says which."""
        said = super().clean()
        if said.get("which") == "awards" and not said.get("awards"):
            self.add_error("awards" if "awards" in self.fields else "which", _("请选择奖项。"))
        if said.get("which") == "numbers" and "numbers" in said and not said["numbers"]:
            self.add_error("numbers", _("请填写案例编号。"))
        return said
