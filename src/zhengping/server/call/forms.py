"""Words of organisers and forwarding bodies."""

from __future__ import annotations

import io
import re
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.forms import formset_factory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhengping.engine import tables
from zhengping.server.call.models import Body, Edition
from zhengping.server.call.operations import MOMENTS

RULES = [("以内", _("以内（超过即提示）")), ("左右", _("左右（上下浮动一成）")), ("不超过", _("不超过（超过即提示）"))]
KINDS = [
    ("background", _("背景")),
    ("implementation", _("做法")),
    ("innovation", _("创新")),
    ("effect", _("成效")),
    ("spread", _("推广价值")),
    ("other", _("其他")),
]


class Moment(forms.DateTimeInput):
    """A field for a moment, written as browsers of 2020 want it."""

    input_type = "datetime-local"

    def __init__(self):
        super().__init__(format="%Y-%m-%dT%H:%M", attrs={"step": "60"})


class Lines(forms.CharField):
    """A list, one item a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def validate(self, value):
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")


class BeginForm(forms.Form):
    """A new edition, empty or from the last one."""

    slug = forms.SlugField(label=_("网址标识"), max_length=40, help_text=_("小写字母、数字和连字符，用于网址，定后不改。例如 2027-talent。"))
    number = forms.IntegerField(label=_("第几届"), min_value=1, max_value=999)
    year = forms.IntegerField(label=_("年份"), min_value=2000, max_value=2200)
    name = forms.CharField(label=_("名称"), max_length=120)
    source = forms.ModelChoiceField(label=_("从已有届次复制"), queryset=Edition.objects.none(), required=False, help_text=_("复制主题、细则、受邀单位和名额，日期顺延一年。"))

    def __init__(self, *args, own, **words):
        super().__init__(*args, **words)
        self.fields["source"].queryset = own

    def clean_slug(self):
        """A word that is free."""
        slug = self.cleaned_data["slug"].lower()
        if Edition.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("这个网址标识已被使用，请换一个。"))
        return slug


class EditionForm(forms.ModelForm):
    """What an edition is and when. Moments are those of the edition's own zone."""

    hosts = Lines(label=_("主办单位"), required=False, help_text=_("一行一个。"))
    guidance = Lines(label=_("指导单位"), required=False, help_text=_("一行一个。"))
    zone = forms.ChoiceField(label=_("时区"), choices=[(z, z) for z in sorted(available_timezones()) if "/" in z and not z.startswith(("Etc/", "SystemV/"))])
    limit_rule = forms.ChoiceField(label=_("全文字数规则"), choices=RULES)
    late_rule = forms.ChoiceField(label=_("逾期来稿"), choices=[("keep", _("收下并标明逾期")), ("refuse", _("保留材料，不予编号"))])
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Edition
        fields = ["name", "number", "year", "hosts", "guidance", "contact", "zone", *MOMENTS, "limit", "limit_rule", "late_rule", "most_per_unit", "has_consent", "licence"]
        widgets = {name: Moment() for name in MOMENTS}
        labels = {
            "name": _("名称"),
            "number": _("第几届"),
            "year": _("年份"),
            "contact": _("联系人和联系方式"),
            "opens": _("征集开始"),
            "closes": _("征集截止"),
            "screening_closes": _("省级筛选截止"),
            "judging_opens": _("评审开始"),
            "judging_closes": _("评审截止"),
            "publicity_opens": _("公示开始"),
            "publicity_closes": _("公示截止"),
            "limit": _("全文字数"),
            "most_per_unit": _("每单位最多报送（0 为不限）"),
            "has_consent": _("要求同意发表"),
            "licence": _("公布案例的许可"),
        }

    def __init__(self, *args, instance, **words):
        self.held = timezone.get_current_timezone()
        super().__init__(*args, instance=instance, **words)
        for name in MOMENTS:
            at = getattr(instance, name)
            if at:
                self.initial[name] = at.astimezone(ZoneInfo(instance.zone)).strftime("%Y-%m-%dT%H:%M")

    def clean(self):
        """Moments as the edition's zone means them."""
        cleaned = super().clean()
        zone = ZoneInfo(cleaned.get("zone") or self.instance.zone)
        for name in MOMENTS:
            at = cleaned.get(name)
            if at:
                cleaned[name] = timezone.make_naive(at).replace(tzinfo=zone)
        return cleaned


class NoticeForm(forms.Form):
    """The notice, written here or read from a Word file."""

    notice = forms.CharField(label=_("启事正文"), required=False, widget=forms.Textarea(attrs={"rows": 22}))
    file = forms.FileField(label=_("或上传 Word 文件代替以上正文"), required=False, help_text=_(".docx 文件；读取后请再检查一遍。"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_file(self):
        """The words of the file."""
        file = self.cleaned_data.get("file")
        if not file:
            return ""
        from docx import Document

        try:
            document = Document(io.BytesIO(file.read()))
        except Exception as error:  # whatever a stranger's file breaks, the advice is the same
            raise forms.ValidationError(_("这个文件不是可读取的 .docx 文件，请在 Word 或 WPS 中另存为 .docx 后再上传。")) from error
        words = "\n".join(paragraph.text for paragraph in document.paragraphs).strip()
        if not words:
            raise forms.ValidationError(_("文件中没有文字。"))
        return words


class ThemeRow(forms.Form):
    """A theme."""

    key = forms.SlugField(label=_("标识"), max_length=40)
    name = forms.CharField(label=_("主题"), max_length=60)
    english = forms.CharField(label=_("英文名"), max_length=120, required=False)
    belongs = Lines(label=_("包括"), required=False)
    minimum = forms.IntegerField(label=_("最低数量"), min_value=0, initial=0)


class PartRow(forms.Form):
    """A part of the text."""

    kind = forms.ChoiceField(label=_("类别"), choices=KINDS)
    name = forms.CharField(label=_("名称"), max_length=40)
    limit = forms.IntegerField(label=_("字数"), min_value=0, initial=0)
    rule = forms.ChoiceField(label=_("规则"), choices=RULES)
    required = forms.BooleanField(label=_("必有"), required=False, initial=True)


class CriterionRow(forms.Form):
    """A criterion of the rubric."""

    name = forms.CharField(label=_("评分项"), max_length=40)
    explanation = forms.CharField(label=_("说明"), max_length=300, required=False)
    high = forms.IntegerField(label=_("满分"), min_value=1, max_value=1000, initial=100)
    weight = forms.DecimalField(label=_("权重"), min_value=0, max_digits=5, decimal_places=2, initial=1)


ROWS = {
    "themes": formset_factory(ThemeRow, extra=2, can_delete=True, can_order=True),
    "parts": formset_factory(PartRow, extra=2, can_delete=True, can_order=True),
    "criteria": formset_factory(CriterionRow, extra=2, can_delete=True, can_order=True),
}


class BodyForm(forms.ModelForm):
    """A body's name, address, quota and deadline of its own."""

    class Meta:
        model = Body
        fields = ["name", "email", "recommended", "general", "extended_to"]
        widgets = {"extended_to": Moment()}
        labels = {
            "name": _("名称"),
            "email": _("邮箱"),
            "recommended": _("重点推荐名额（空为不限）"),
            "general": _("一般名额（空为不限）"),
            "extended_to": _("单独延期至"),
        }

    def __init__(self, *args, zone, **words):
        super().__init__(*args, **words)
        self.zone = zone
        if self.instance.extended_to:
            self.initial["extended_to"] = self.instance.extended_to.astimezone(zone).strftime("%Y-%m-%dT%H:%M")

    def clean_extended_to(self):
        """The moment as the edition's zone means it."""
        at = self.cleaned_data["extended_to"]
        return timezone.make_naive(at).replace(tzinfo=self.zone) if at else None


class NewBodyForm(forms.Form):
    """A further body, by its six digits."""

    division = forms.RegexField(r"^\d{6}$", label=_("行政区划代码"), help_text=_("六位数字（GB/T 2260），例如 320100。"), error_messages={"invalid": _("请填写六位数字。")})
    name = forms.CharField(label=_("名称"), max_length=60, required=False, help_text=_("空则取区划名称。"))

    def clean(self):
        """A division that exists; a name of its own may stand for it."""
        cleaned = super().clean()
        number = cleaned.get("division", "")
        known = {d.number: d.name for d in tables.divisions()}
        if number and number not in known and not cleaned.get("name"):
            self.add_error("division", _("没有代码为“{number}”的行政区划；如为其他单位，请同时填写名称。").format(number=number))
        elif number and not cleaned.get("name"):
            cleaned["name"] = known[number]
        return cleaned


class ForwardForm(forms.Form):
    """What a body says of its forwarding."""

    own_deadline = forms.DateTimeField(label=_("本地区报送截止时间"), required=False, widget=Moment())
    contact_name = forms.CharField(label=_("联系人"), max_length=60, required=False)
    contact_telephone = forms.CharField(label=_("联系电话"), max_length=40, required=False)

    def __init__(self, *args, latest=None, zone=None, **words):
        super().__init__(*args, **words)
        self.latest, self.zone = latest, zone

    def clean_own_deadline(self):
        """Not after the edition's deadline."""
        at = self.cleaned_data["own_deadline"]
        if at is None:
            return None
        at = timezone.make_naive(at).replace(tzinfo=self.zone)
        if self.latest and at > self.latest:
            raise forms.ValidationError(_("本地区截止时间不能晚于统一截止时间。"))
        return at


class InviteForm(forms.Form):
    """An invitation."""

    email = forms.EmailField(label=_("邮箱"))
    role = forms.ChoiceField(label=_("身份"), choices=[(key, name) for key, name in Body._meta.apps.get_model("call", "Membership")._meta.get_field("role").choices if key != "unit"])
    body = forms.ModelChoiceField(label=_("所属单位（省级初筛必选）"), queryset=Body.objects.none(), required=False)

    def __init__(self, *args, edition, **words):
        super().__init__(*args, **words)
        self.fields["body"].queryset = edition.bodies.all()

    def clean(self):
        """A screener has a body, the others none."""
        cleaned = super().clean()
        if cleaned.get("role") == "screener" and not cleaned.get("body"):
            self.add_error("body", _("请选择初筛人员所属的单位。"))
        if cleaned.get("role") != "screener":
            cleaned["body"] = None
        return cleaned


class DelegateForm(forms.Form):
    """A colleague and until when."""

    email = forms.EmailField(label=_("同事的邮箱"), help_text=_("对方须已注册账号。"))
    until = forms.DateTimeField(label=_("交接至"), widget=Moment())


class LetterForm(forms.Form):
    """The words of a kind of letter."""

    subject = forms.CharField(label=_("邮件主题"), max_length=200)
    body = forms.CharField(label=_("正文"), widget=forms.Textarea(attrs={"rows": 14}))

    def __init__(self, *args, known, **words):
        super().__init__(*args, **words)
        self.known = known

    def clean(self):
        """Only words in braces that the letter knows."""
        cleaned = super().clean()
        for field in ("subject", "body"):
            strange = [word for word in re.findall(r"\{(\w+)\}", cleaned.get(field, "")) if word not in self.known]
            if strange:
                known = "、".join("{" + word + "}" for word in sorted(self.known))
                self.add_error(field, _("没有名为 {word} 的占位词，可用：{known}。").format(word="{" + strange[0] + "}", known=known))
        return cleaned


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label=_("理由"), max_length=300)
