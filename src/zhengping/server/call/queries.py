"""Questions about editions, bodies and members."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import tables
from zhengping.server.audit.templatetags.words import language
from zhengping.server.call.models import Body, Edition, Invitation, Membership, Theme


def editions_for(user):
    """Editions that a person may see: the published, and those in which the person has a role."""
    own = Membership.objects.filter(user=user).values("edition") if user.is_authenticated else []
    return Edition.objects.filter(Q(published_at__isnull=False) | Q(pk__in=own))


def closes(edition: Edition, body: Body | None = None) -> datetime | None:
    """The deadline that counts for a body: its extension, or its parent's, else the edition's."""
    while body is not None:
        if body.extended_to:
            return body.extended_to
        body = body.parent
    return edition.closes


def screening_closes(body: Body) -> datetime | None:
    """Until when a body screens: never ended before its own units may send."""
    end, own = body.edition.screening_closes, closes(body.edition, body)
    return max(end, own) if end and own else end


def is_open(edition: Edition, at: datetime, body: Body | None = None) -> bool:
    """Whether submissions are taken at a moment."""
    end = closes(edition, body)
    return edition.published_at is not None and (edition.opens is None or at >= edition.opens) and (end is None or at <= end)


def last_close(edition: Edition) -> datetime | None:
    """The latest deadline of all bodies: until then the upload page stays open."""
    extended = edition.bodies.aggregate(last=Max("extended_to"))["last"]
    return max((moment for moment in (extended, edition.closes) if moment), default=None)


def by_division(edition: Edition) -> dict[str, Body]:
    """The invited bodies by their six digits."""
    return {body.division: body for body in edition.bodies.select_related("parent")}


def body_of(edition: Edition, division: str, bodies: dict[str, Body] | None = None) -> Body | None:
    """The deepest invited body that a division belongs to; `bodies` are those of `by_division` where many are asked for."""
    if not division:
        return None
    wanted = (division, division[:4] + "00", division[:2] + "0000")
    found = {body.division: body for body in edition.bodies.filter(division__in=wanted)} if bodies is None else bodies
    return next((found[number] for number in wanted if number in found), None)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that must, or should, be mended before publishing."""

    sentence: str
    is_grave: bool
    field: str = ""


def gaps(edition: Edition) -> list[Gap]:
    """What is missing or contradicts itself in an edition."""
    found: list[Gap] = []
    if not edition.notice.strip():
        found.append(Gap(_("还没有征稿启事正文，请在“启事”中填写或上传 Word 文件。"), True, "notice"))
    if not edition.hosts:
        found.append(Gap(_("还没有填写主办单位。"), True, "hosts"))
    if not edition.contact.strip():
        found.append(Gap(_("还没有填写联系人和联系方式，报送单位遇到问题时无处可问。"), False, "contact"))
    found += _order(edition)
    themes = edition.themes.count()
    if not themes:
        found.append(Gap(_("还没有主题。"), True, "themes"))
    if not edition.parts.exists():
        found.append(Gap(_("还没有规定正文的组成部分，案例模板将只有标题和单位。"), False, "parts"))
    total = sum(edition.parts.values_list("limit", flat=True))
    if edition.limit and total > edition.limit:
        found.append(Gap(_("各部分字数上限合计 {total} 字，超过全文上限 {limit} 字。").format(total=total, limit=edition.limit), True, "parts"))
    bodies = list(edition.bodies.filter(parent=None))
    if not bodies:
        found.append(Gap(_("还没有受邀单位。"), True, "bodies"))
    elif without := [body.name for body in bodies if not body.email]:
        names = "、".join(without[:5]) + ("…" if len(without) > 5 else "")
        found.append(Gap(_("{count} 个受邀单位没有邮箱，启事无法发到：{names}。").format(count=len(without), names=names), False, "bodies"))
    minimum = sum(edition.themes.values_list("minimum", flat=True))
    places = [body.recommended for body in bodies]
    if minimum and all(place is not None for place in places) and minimum > sum(place or 0 for place in places):
        found.append(Gap(_("各主题的最低数量合计 {minimum}，多于各地重点推荐名额之和。").format(minimum=minimum), True, "bodies"))
    if not edition.criteria.exists():
        found.append(Gap(_("还没有评分细则，评审开始前须补上。"), False, "criteria"))
    return found


def _order(edition: Edition) -> list[Gap]:
    """Moments that are missing, past or in the wrong order."""
    named = [
        ("opens", _("征集开始")),
        ("closes", _("征集截止")),
        ("screening_closes", _("省级筛选截止")),
        ("judging_opens", _("评审开始")),
        ("judging_closes", _("评审截止")),
        ("publicity_opens", _("公示开始")),
        ("publicity_closes", _("公示截止")),
    ]
    found = []
    if edition.closes is None:
        found.append(Gap(_("还没有填写征集截止时间。"), True, "closes"))
    elif edition.closes < timezone.now():
        found.append(Gap(_("征集截止时间已经过去。"), True, "closes"))
    known = [(field, name, getattr(edition, field)) for field, name in named if getattr(edition, field)]
    for (_first, one, begin), (field, other, end) in itertools.pairwise(known):
        if end <= begin:
            found.append(Gap(_("“{other}”须晚于“{one}”。").format(other=other, one=one), True, field))
    for body in edition.bodies.exclude(extended_to=None):
        if edition.closes and body.extended_to and body.extended_to < edition.closes:
            found.append(Gap(_("{name}的延期截止早于统一截止时间。").format(name=body.name), True, "bodies"))
    return found


def members(edition: Edition):
    """Members by role and name."""
    return edition.memberships.select_related("user", "body", "on_behalf_of__user").order_by("role", "body__order", "user__email")


def bodies(edition: Edition):
    """The bodies of the first tier with how many below them."""
    return edition.bodies.filter(parent=None).annotate(below=Count("children")).select_related("parent")


def invitation(token: str) -> Invitation | None:
    """An invitation that can still be used."""
    return Invitation.objects.filter(token=token, used_at=None, revoked_at=None, expires_at__gt=timezone.now()).select_related("edition", "body").first()


def here(edition: Edition) -> ZoneInfo:
    """The edition's time zone."""
    return ZoneInfo(edition.zone)


def default_bodies() -> list[tuple[str, str]]:
    """The 31 provinces on the mainland and the production corps, as six digits and name: what a national call invites by default."""
    return [(body.number, body.name) for body in tables.bodies() if body.number[:2] not in ("71", "81", "82")]


def theme_choices(edition: Edition) -> list[tuple[str, str]]:
    """The edition's themes in the language of the page."""
    is_english = language() == "en"
    return [(key, english if is_english and english else name) for key, name, english in _themes(edition.pk, edition.version)]


@lru_cache(maxsize=64)
def _themes(edition: int, version: int) -> tuple[tuple[str, str, str], ...]:
    """Key, name and English name of an edition's themes, read once for each of its versions."""
    return tuple(Theme.objects.filter(edition=edition).values_list("key", "name", "english"))
