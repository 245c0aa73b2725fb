"""An edition's rows -> the engine's Edition, and the words of its letters."""

from __future__ import annotations

import io
import re
from functools import lru_cache

import segno
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt

from zhengping.engine import record
from zhengping.server.audit.templatetags.words import language
from zhengping.server.call.models import Body, Edition, MailTemplate, Part
from zhengping.server.call.queries import here

# kind: (name, subject, body); words in braces are filled in, text only
LETTERS = {
    "notice": (
        _("征稿启事"),
        "关于组织报送{edition}的通知",
        "{body}：\n\n{hosts}现组织开展{edition}。请将启事转发至本地区各单位，并于{deadline}前完成报送。\n\n"
        "启事、案例模板和转发页面：{link}\n（本链接仅供{body}使用，请勿公开。）\n\n咨询：{contact}",
    ),
    "reminder": (
        _("转发提醒"),
        "提醒：{edition}启事请予转发",
        "{body}：\n\n{edition}的启事已发送，目前尚未收到转发情况。截止时间为{deadline}。\n\n转发页面：{link}\n\n咨询：{contact}",
    ),
    "invitation": (
        _("邀请"),
        "邀请您参加{edition}的工作",
        "您好！\n\n现邀请您以“{role}”身份参加{edition}的工作。请在{expires}前打开以下链接，登录或注册后即可开始：\n{link}\n\n"
        "链接只能使用一次。如非本人，请忽略本邮件。\n\n咨询：{contact}",
    ),
    "confirm": (
        _("确认报送"),
        "请确认报送：{title}",
        "您好！\n\n您正在向{edition}报送案例《{title}》。请打开以下链接确认，确认后即获得案例编号和回执：\n{link}\n\n"
        "链接 72 小时内有效。如非本人操作，请忽略本邮件。\n\n咨询：{contact}",
    ),
    "receipt": (
        _("回执"),
        "回执：案例{number}《{title}》",
        "您好！\n\n{edition}已收到案例《{title}》（{unit}）。\n案例编号：{number}\n收到时间：{time}\n文件校验码（SHA-256）：{sha256}\n\n"
        "查看、替换或撤回（截止前）：{link}\n\n回执见附件。咨询：{contact}",
    ),
    "request": (
        _("退回修改"),
        "请修改后重新报送：{title}",
        "您好！\n\n{body}审阅了案例《{title}》，请修改后重新报送：\n\n{request}\n\n修改和上传：{link}\n\n咨询：{contact}",
    ),
    "answer": (
        _("来件答复"),
        "收到您的来件：{subject}",
        "您好！\n\n{edition}收到您的邮件“{subject}”。处理情况如下：\n\n{outcome}\n\n{link}\n\n咨询：{contact}\n本邮件由系统自动发送。",
    ),
    "screening": (
        _("筛选提醒"),
        "提醒：{edition}省级筛选",
        "{body}：\n\n{edition}的省级筛选截止时间为{deadline}，贵处名单尚未上报。\n\n筛选页面：{link}\n\n咨询：{contact}",
    ),
    "objection": (
        _("异议登记"),
        "您的异议已登记：第{number}号",
        "您好！\n\n您对{edition}公示名单提出的异议已登记为第{number}号。{state}\n\n办理进展：{link}\n（本链接仅供您本人使用。）\n\n咨询：{contact}",
    ),
    "hearing": (
        _("听取单位意见"),
        "请就异议作出说明：{title}",
        "{unit}：\n\n{edition}公示期间，有人对贵单位报送的案例《{title}》提出异议。请就以下问题作出说明：\n\n{question}\n\n"
        "填写说明：{link}\n（本链接仅供贵单位使用。）\n\n咨询：{contact}",
    ),
    "ruling": (
        _("异议裁定"),
        "异议第{number}号的裁定：{outcome}",
        "您好！\n\n您对{edition}公示名单提出的第{number}号异议已裁定：{outcome}。\n\n理由：{reasons}\n\n查看：{link}\n\n咨询：{contact}",
    ),
    "renewed": (
        _("名单变动"),
        "{edition}新名单：《{title}》{change}",
        "{unit}：\n\n贵单位报送的案例《{title}》在{edition}的新名单中{change}。新名单公示至{end}，公示期重新计算，期满无异议后发布结果。\n\n查看名单：{link}\n\n咨询：{contact}",
    ),
    "vote": (
        _("确认投票"),
        "请确认您的投票：{edition}",
        "您好！\n\n有人用这个邮箱参加{edition}的公众投票，选择了以下案例：\n{cases}\n\n请打开以下链接确认，确认后投票才计入：\n{link}\n\n"
        "链接在投票截止（{closes}）前有效。这个邮箱如果已经投过票，确认后以这次的选择为准。如非本人操作，请忽略本邮件，不会计入。\n\n咨询：{contact}",
    ),
    "result": (
        _("结果通知"),
        "《{title}》荣获{award}",
        "{unit}：\n\n贵单位报送的案例《{title}》在{edition}中荣获{award}。\n\n结果：{results}\n证书（电子版，可核验）：{link}\n\n咨询：{contact}",
    ),
}


def letter(edition: Edition, kind: str, **values: object) -> tuple[str, str]:
    """Subject and body of a letter of an edition; a word in braces that is not known stays as it is."""
    own = MailTemplate.objects.filter(edition=edition, kind=kind).first()
    subject, body = (own.subject, own.body) if own else LETTERS[kind][1:]
    known = {"edition": edition.name, "contact": edition.contact or "—", "hosts": "、".join(edition.hosts), **values}

    def filled(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda word: str(known.get(word[1], word[0])), text)

    return " ".join(filled(subject).split()), filled(body)


def moment(edition: Edition, at, *, is_letter: bool = False) -> str:
    """A moment in the edition's zone, as the page's language writes it; letters are Chinese until the organiser rewrites them."""
    if at is None:
        return "—"
    local = at.astimezone(here(edition))
    if not is_letter and language() == "en":
        return f"{local.day} {local:%B %Y, %H:%M}"
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


def address(path: str) -> str:
    """A whole address of this site."""
    return settings.ADDRESS + path


def qr(link: str) -> str:
    """The QR code of an address as SVG (ISO/IEC 18004, level M). One mask for all: every reader takes any of the eight, and to seek the best takes five times as long."""
    held = io.BytesIO()
    segno.make(link, error="m", micro=False, mask=1).save(held, kind="svg", xmldecl=False, scale=4, omitsize=True, border=2)
    return held.getvalue().decode()


def parts(edition: Edition) -> tuple[record.PartRule, ...]:
    """The parts that the notice asks for, in its order."""
    return _parts(edition.pk, edition.version)


@lru_cache(maxsize=64)
def _parts(edition: int, version: int) -> tuple[record.PartRule, ...]:
    """Read once for each version of an edition."""
    return tuple(record.PartRule(p.kind, p.name, p.limit, p.rule, p.required) for p in Part.objects.filter(edition=edition))


def call(edition: Edition) -> record.Edition:
    """The engine's Edition."""
    return record.Edition(
        name=edition.name,
        number=edition.number,
        year=edition.year,
        hosts=tuple(edition.hosts),
        guidance=tuple(edition.guidance),
        opened=_day(edition, edition.opens),
        deadline=_day(edition, edition.closes),
        invited=tuple(edition.bodies.filter(parent=None).values_list("division", flat=True)),
        themes=tuple(record.Theme(t.key, t.name, t.english, tuple(t.belongs)) for t in edition.themes.all()),
        parts=parts(edition),
        limit=edition.limit,
        limit_rule=edition.limit_rule,
        earlier=tuple(record.EarlierEdition(row["edition"], row["year"], row["received"]) for row in edition.earlier),
        group=edition.group,
        group_types=tuple(edition.group_types),
    )


def _day(edition: Edition, at) -> str:
    return at.astimezone(here(edition)).date().isoformat() if at else ""


def body_values(body: Body) -> dict[str, object]:
    """A body as the audit keeps it."""
    return {
        "name": body.name,
        "recommended": body.recommended,
        "general": body.general,
        "extended_to": body.extended_to,
        "parent": body.parent_id,
        "email": body.email,
    }


def values(edition: Edition) -> dict[str, object]:
    """An edition as the audit keeps it."""
    skipped = {"id", "version", "copied_from", "published_at"}
    return {f.name: getattr(edition, f.name) for f in edition._meta.fields if f.name not in skipped}


def now_text(edition: Edition) -> str:
    """This moment in words."""
    return moment(edition, timezone.now())


def template(edition: Edition) -> bytes:
    """The form of a case as .docx: a table for unit and contact, then the edition's parts with their limits."""
    document = Document()
    document.core_properties.author, document.core_properties.title = "", edition.name
    style = document.styles["Normal"]
    style.font.name, style.font.size = "仿宋_GB2312", Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋_GB2312")
    document.add_heading("案例名称", 0)
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label in ("报送单位", "所在地", "所属主题", "联系人", "联系电话", "电子邮箱"):
        cells = table.add_row().cells
        cells[0].text = label
        if label == "所属主题":
            cells[1].text = "（从下列主题中选择：" + "、".join(theme.name for theme in edition.themes.all()) + "）"
    for at, part in enumerate(edition.parts.all()):
        rule = {"以内": "{}字以内", "左右": "{}字左右", "不超过": "不超过{}字"}[part.rule].format(part.limit) if part.limit else ""
        told = "，".join(word for word in (rule, "" if part.required else "可不写") if word)
        document.add_heading(f"{'一二三四五六七八九十'[at % 10]}、{part.name}", 1)
        document.add_paragraph(f"（{told}）" if told else "")
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()
