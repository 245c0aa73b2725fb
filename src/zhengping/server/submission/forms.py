"""Words of units and organisers about cases."""

from __future__ import annotations

import difflib
from functools import cache

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from zhengping.engine import tables
from zhengping.server.call.models import Edition
from zhengping.server.call.queries import theme_choices


class ManyFiles(forms.ClearableFileInput):
    """A field that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each within the bound."""

    widget = ManyFiles

    def __init__(self, *args, largest=None, **words):
        super().__init__(*args, **words)
        self.largest = largest

    def clean(self, data, initial=None):
        """The list of files. An empty file is taken: its row says that it is empty."""
        files = [file for file in (data if isinstance(data, (list, tuple)) else [data]) if file]
        if not files and self.required:
            raise forms.ValidationError(_("请先选择文件。"))
        for file in files:
            if self.largest and file.size > self.largest:
                raise forms.ValidationError(_("“{name}”有 {size} MB，超过上限 {most} MB，请压缩图片后再上传。").format(name=file.name, size=file.size >> 20, most=self.largest >> 20))
        return files


class UploadForm(forms.Form):
    """Files of a unit."""

    files = FilesField(label=_("选择文件"), largest=settings.LARGEST_FILE, allow_empty_file=True)


class BulkForm(forms.Form):
    """Files in bulk, or a folder of this machine."""

    files = FilesField(label=_("压缩包、汇总表或多个文件"), largest=settings.LARGEST_BULK, required=False)
    folder = forms.CharField(label=_("或服务器上的文件夹"), max_length=500, required=False, help_text=_("填写文件夹路径，其中的文件会逐个读入，原文件不动。"))

    def clean(self):
        """One of both."""
        cleaned = super().clean()
        if not cleaned.get("files") and not cleaned.get("folder"):
            raise forms.ValidationError(_("请选择文件，或填写文件夹路径。"))
        return cleaned


class CaseForm(forms.Form):
    """What a unit may correct about its case."""

    title = forms.CharField(label=_("案例名称"), max_length=300)
    unit = forms.CharField(label=_("报送单位"), max_length=200)
    division = forms.CharField(label=_("所在地"), required=False, max_length=80, help_text=_("省、市、县名称或六位代码，例如“江苏省南京市”或 320100。"))
    theme = forms.ChoiceField(label=_("主题"), required=False)
    contact_name = forms.CharField(label=_("联系人"), max_length=60, required=False)
    contact_telephone = forms.CharField(label=_("联系电话"), max_length=60, required=False)
    contact_email = forms.EmailField(label=_("邮箱"), required=False, help_text=_("用于发送确认链接和回执。没有邮箱也可以报送，请记下查询码。"))
    consents = forms.BooleanField(label=_("同意主办单位编辑、发表和汇编本案例，并保证材料真实、不含涉密内容"), required=False)
    changed = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, edition, **words):
        super().__init__(*args, **words)
        self.fields["theme"].choices = [("", _("（系统判断）")), *theme_choices(edition)]
        if not edition.has_consent:
            del self.fields["consents"]

    def clean_division(self):
        """Six digits of a division that is named by its digits or its name."""
        words = self.cleaned_data["division"].strip()
        return find_division(words) if words else ""


def find_division(words: str) -> str:
    """Six digits or a name -> six digits. Raises ValidationError with the nearest where it is not known."""
    known = _known()
    number = words[:6]
    if number.isdigit() and len(number) == 6:
        if number in known:
            return number
        raise forms.ValidationError(_("没有代码为“{code}”的行政区划。").format(code=number))
    place = _by_name(words)
    if not place:
        near = _nearest(words, known)
        raise forms.ValidationError(_("没有找到“{words}”，是否为“{near}”？").format(words=words, near=near))
    return place


def _by_name(words: str) -> str:
    """The division whose full name or last part is this, the present one before ended ones; "" where there is none."""
    return _names().get("".join(words.split()), "")


@cache
def _known() -> dict[str, str]:
    """Six digits -> name; of several the latest."""
    return {d.number: d.name for d in tables.divisions()}


@cache
def _names() -> dict[str, str]:
    """Every way to write a division in full -> its six digits; of several the latest."""
    known = _known()
    found = {}
    for number, name in known.items():
        province, city = known.get(number[:2] + "0000", ""), known.get(number[:4] + "00", "")
        found |= dict.fromkeys((name, province + name, province + city + name, city + name), number)
    return found


def _nearest(words: str, known: dict[str, str]) -> str:
    names = {name: number for number, name in known.items()}
    near = difflib.get_close_matches(words, list(names), 1, 0.3)
    return f"{near[0]}({names[near[0]]})" if near else "北京市(110000)"


class FindForm(forms.Form):
    """Number and query code of a receipt."""

    edition = forms.ModelChoiceField(label=_("届次"), queryset=Edition.objects.exclude(published_at=None))
    number = forms.IntegerField(label=_("案例编号"), min_value=1)
    code = forms.CharField(label=_("查询码"), max_length=12)

    def clean_code(self):
        """Capital letters without blanks."""
        return self.cleaned_data["code"].replace(" ", "").replace("-", "").upper()


class WordsForm(forms.Form):
    """Why, or what is asked."""

    words = forms.CharField(label=_("说明"), max_length=300)
