"""The unit's own steps: correct, confirm, receipt, withdraw; and what is asked of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import record
from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.call import records as call_records
from zhengping.server.call.models import Body
from zhengping.server.call.queries import body_of
from zhengping.server.mail.operations import post
from zhengping.server.submission import queries, records
from zhengping.server.submission.models import Counter, Submission, Text
from zhengping.server.submission.operations.coding import CODED, check, keep_coding
from zhengping.server.submission.operations.indexing import put_in_index, words_sought
from zhengping.server.submission.operations.locking import Refused, hold, name_of, place_name

CONFIRM_HOURS = 72
DETAILS = ("title", "unit", "contact_name", "contact_telephone", "contact_email", "consents")
PERSONAL = ("contact_name", "contact_telephone", "contact_email")


@transaction.atomic
def correct(*, submission: Submission, actor: User | str, changed: int, theme: str = "", division: str = "", confirms: bool = False, **details: Any) -> str:
    """Keep what a unit corrects about its case: title, unit, place, theme, contact; then confirm it by code, where it `confirms`.

    -> why it could not be confirmed, else "": what was corrected is kept all the same. Raises Stale and Refused.
    """
    held = hold(submission, changed)
    if held.withdrawn_at:
        raise Refused(_("该案例已撤回，不能再修改。"))
    if held.number is not None and not queries.may_change(held, timezone.now()):
        raise Refused(_("征集已经截止，不能再修改。如需更正，请联系组织方。"))
    before = {name: getattr(held, name) for name in DETAILS}
    for name, value in details.items():
        setattr(held, name, value)
    says_more = (theme and theme != held.theme) or (division and division != held.division)
    renamed = (before["title"], before["unit"]) != (held.title, held.unit)
    if says_more or renamed:
        _recode(held, actor, theme, division)
    held.changed += 1
    fields = {*details, "changed", *((*CODED, "body") if says_more or renamed else ())}
    if renamed and held.number is not None:
        words, also = Text.objects.filter(submission=held).values_list("words", "also").first() or ("", "")
        put_in_index([(held.pk, words_sought(held.title, held.unit, words, also))])
    key = f"submission:{held.pk}"
    after = {name: getattr(held, name) for name in DETAILS}
    note(actor=actor, action="submission.correct", object=key, edition=held.edition.slug, before=before, after=after, personal=PERSONAL, subject=key)
    why = _unready(held) if confirms else ""
    if confirms and not why:
        give_number(held, actor=actor, via="code", fields=fields)
    else:
        held.save(update_fields=fields)
    return why


def _recode(held: Submission, actor: User | str, theme: str, division: str) -> None:
    """Code again with the corrected title and unit; what the unit says of place and theme wins over the machine."""
    case = replace(records.case_of(queries.current(held)), title=held.title, unit=held.unit)
    value = check(held.edition, case).coding
    sources = []
    if division and division != value.place.division:
        value = replace(value, place=record.Place(division, place_name(division), confidence=1.0))
        sources.append("division")
    if theme and (not value.themes or theme != value.themes[0]):
        value = replace(value, themes=(theme, *(t for t in value.themes if t != theme)))
        sources.append("theme")
    confidence = tuple((name, 0.95 if name in sources else share) for name, share in value.confidence)
    keep_coding(held, replace(value, confidence=confidence, sources=tuple(sources)), source="unit", by=name_of(actor))
    if held.intake.body_id is None:
        held.body = body_of(held.edition, held.division)


@transaction.atomic
def ask_to_confirm(*, submission: Submission) -> None:
    """Send the link that confirms a draft to the address its unit gave. Raises Refused."""
    held = hold(submission)
    if why := _unready(held):
        raise Refused(why)
    if not held.contact_email:
        raise Refused(_("请先填写邮箱；没有邮箱的，可直接确认并记下查询码。"))
    word = signing.dumps({"s": held.pk, "e": held.contact_email}, salt="submission.confirm")
    link = call_records.address(reverse("submission:confirmed", args=[held.token, word]))
    subject, text = call_records.letter(held.edition, "confirm", title=held.title, link=link)
    key = f"confirm:{held.pk}:{held.contact_email}:{timezone.now():%Y%m%d%H%M}"
    post(key=key[:120], to=held.contact_email, subject=subject, body=text, kind="confirm", edition=held.edition.slug)
    note(actor="unit", action="submission.ask_to_confirm", object=f"submission:{held.pk}", edition=held.edition.slug)


def _unready(held: Submission) -> str:
    """Why a case cannot get its number, empty where it can."""
    if held.number is not None:
        return _("该案例已经确认。")
    if held.withdrawn_at:
        return _("该案例已撤回，请重新上传。")
    if not held.title.strip() or not held.unit.strip():
        return _("请先填写标题和报送单位。")
    if held.edition.has_consent and not held.consents:
        return _("请先勾选同意发表和使用的声明。")
    if not queries.may_confirm(held, timezone.now()):
        return _("征集已经截止，不能再确认。材料已保留，如有特殊情况请联系组织方。")
    most = held.edition.most_per_unit
    if most and queries.arrived(held.edition).filter(unit=held.unit, withdrawn_at=None).count() >= most:
        return _("每个单位最多报送 {most} 个案例，{unit}已经报满。可先撤回其中一个，再确认这一个。").format(most=most, unit=held.unit)
    return ""


@transaction.atomic
def confirm(*, submission: Submission, via: str, actor: User | str = "unit", word: str = "") -> Submission:
    """Give a draft its number and its receipt; a second confirmation finds it done. `word` is the signed word of the e-mail link. Raises Refused."""
    held = hold(submission)
    if word:
        try:
            said = signing.loads(word, salt="submission.confirm", max_age=timedelta(hours=CONFIRM_HOURS))
        except signing.SignatureExpired:
            raise Refused(_("确认链接已过期，请在案例页面重新发送。")) from None
        except signing.BadSignature:
            raise Refused(_("确认链接不完整，请从邮件中完整复制。")) from None
        if said != {"s": held.pk, "e": held.contact_email}:
            raise Refused(_("邮箱已经更改，请使用发到新邮箱的确认链接。"))
    if held.number is not None:
        return held
    if why := _unready(held):
        raise Refused(why)
    give_number(held, actor=actor, via=via)
    return held


def give_number(held: Submission, *, actor: User | str, via: str, fields: Collection[str] = ()) -> None:
    """The next number of the edition, without gaps: the counter's row is locked until the transaction ends. `fields` are others that changed."""
    counter = Counter.objects.select_for_update().get_or_create(edition=held.edition)[0]
    counter.last += 1
    counter.save(update_fields=["last"])
    held.number, held.confirmed_at = counter.last, timezone.now()
    held.is_late = queries.is_late(held.edition, held.body, held.arrived_at)
    held.changed += 1
    held.save(update_fields=["number", "confirmed_at", "is_late", "changed", *fields])
    if held.contact_email and held.source == "upload":  # whoever wrote a letter gets one answer about all of it
        send_receipt(held)
    note(actor=actor, action="submission.confirm", object=f"submission:{held.pk}", edition=held.edition.slug, after={"number": held.number, "via": via})


def send_receipt(held: Submission) -> None:
    """Put the receipt into the outbox."""
    subject, text = call_records.letter(
        held.edition,
        "receipt",
        number=held.number,
        title=held.title,
        unit=held.unit,
        time=call_records.moment(held.edition, held.arrived_at, is_letter=True),
        sha256="、".join(queries.current(held).documents),
        link=call_records.address(reverse("submission:case", args=[held.token])),
    )
    sha256, _size = records.store(records.receipt(held, queries.current(held)))
    part = {"name": f"{_('回执')}-{held.number}.pdf", "type": "application/pdf", "sha256": sha256}
    post(key=f"receipt:{held.pk}:{held.current}", to=held.contact_email, subject=subject, body=text, kind="receipt", edition=held.edition.slug, attachments=[part])


@transaction.atomic
def withdraw(*, submission: Submission, actor: User | str, why: str) -> None:
    """A unit takes its case back; the row and its files stay. Raises Refused."""
    held = hold(submission)
    if not queries.may_change(held, timezone.now()) and actor == "unit":
        raise Refused(_("征集已经截止，不能再撤回。如需撤稿，请联系组织方。"))
    if held.withdrawn_at:
        return
    held.withdrawn_at, held.withdrawn_why, held.changed = timezone.now(), why[:300], held.changed + 1
    held.save(update_fields=["withdrawn_at", "withdrawn_why", "changed"])
    note(actor=actor, action="submission.withdraw", object=f"submission:{held.pk}", edition=held.edition.slug, after={"why": why})


@transaction.atomic
def request_changes(*, submission: Submission, actor: User, body: Body, words: str) -> None:
    """Return a case to its unit with a request. Raises Refused where there is no address."""
    held = hold(submission)
    if not held.contact_email:
        raise Refused(_("该案例没有联系邮箱，请电话联系报送单位。"))
    link = call_records.address(reverse("submission:case", args=[held.token]))
    subject, text = call_records.letter(held.edition, "request", title=held.title, body=body.name, request=words, link=link)
    key = f"request:{held.pk}:{timezone.now():%Y%m%d%H%M%S}"
    post(key=key, to=held.contact_email, subject=subject, body=text, kind="request", edition=held.edition.slug)
    note(actor=actor, action="submission.request_changes", object=f"submission:{held.pk}", edition=held.edition.slug, after={"words": words})
