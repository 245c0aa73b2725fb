"""Letters of a mailbox and the answers to them."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.call import records as call_records
from zhengping.server.call.models import Edition
from zhengping.server.mail.models import Letter, Message
from zhengping.server.mail.operations import mark_bounced, post
from zhengping.server.submission import queries, records
from zhengping.server.submission.models import Incoming, Intake, Submission
from zhengping.server.submission.operations.locking import Refused
from zhengping.server.submission.operations.taking import receive

MOST_ANSWERS = 20  # to one address within a day: two machines never write to each other for ever


@transaction.atomic
def ask_sender(*, file: Incoming, actor: User, language: str) -> None:
    """Write to whoever sent a file that it could not be read, and why. Raises Refused where no address is known."""
    address = file.intake.sender or (file.intake.by.email if file.intake.by else "") or (file.intake.body.email if file.intake.body else "")
    if not address:
        raise Refused(_("不知道这个文件是谁发来的，无法询问。"))
    edition = file.intake.edition
    link = call_records.address(reverse("submission:upload", args=[edition.slug]))
    subject, text = call_records.letter(edition, "answer", subject=file.name, outcome=f"{file.name}：{queries.reason(file, language)}", link=link)
    post(key=f"ask:{file.pk}:{timezone.localdate()}", to=address, subject=subject, body=text, kind="answer", edition=edition.slug)
    note(actor=actor, action="submission.ask_sender", object=f"file:{file.pk}", edition=edition.slug)


def keep_letter(*, edition: Edition, mailbox: str, uid: str, raw: bytes) -> Letter:
    """Keep a letter of a mailbox; the same one a second time is the first one, and a copy of its bytes or Message-ID is marked as repeated."""
    seen = Letter.objects.filter(mailbox=mailbox, uid=uid).first()
    if seen:
        return seen
    sha256, _size = records.store(raw, is_waiting=True)
    head = records.letter_head(raw)
    with transaction.atomic():
        twin = Letter.objects.filter(edition=edition.slug).filter(Q(sha256=sha256) | (Q(message_id=head.message_id) if head.message_id else Q(pk=None)))
        kind = "repeated" if twin.exists() else head.kind
        made, is_new = Letter.objects.get_or_create(
            mailbox=mailbox,
            uid=uid,
            defaults={
                "edition": edition.slug, "sha256": sha256, "message_id": head.message_id, "sender": head.sender, "subject": head.subject, "kind": kind,
                "state": "waiting" if kind == "letter" else "done",
            },
        )  # fmt: skip
        if is_new:
            note(actor="mailbox", action="submission.keep_letter", object=f"letter:{made.pk}", edition=edition.slug, after={"kind": kind, "sha256": sha256})
            if kind == "bounce":
                mark_bounced(message_ids=head.returned, why=head.subject)
    return made


def take_letter(*, letter: Letter) -> Intake:
    """Take in what a letter brings, once."""
    edition = Edition.objects.get(slug=letter.edition)
    name = f"{records.safe_name(letter.subject)[:80] or 'mail'}.eml"
    made = receive(edition=edition, source="mail", files=[(name, records.bytes_of(letter.sha256))], arrived_at=letter.arrived_at, letter=letter.pk, sender=letter.sender)
    Letter.objects.filter(pk=letter.pk).update(state="done")
    return made


@transaction.atomic
def answer(*, intake: Intake, language: str = "zh") -> None:
    """Tell the sender of a letter, once, which numbers its cases got and what could not be read; receipts are attached."""
    held = Intake.objects.select_for_update(of=("self",)).select_related("edition").get(pk=intake.pk)
    letter = Letter.objects.filter(pk=held.letter).first()
    if held.answered_at or letter is None:
        return
    held.answered_at = timezone.now()
    held.save(update_fields=["answered_at"])
    lately = Message.objects.filter(kind="answer", to=held.sender, created_at__gt=timezone.now() - timedelta(days=1)).count()
    if not held.sender or lately >= MOST_ANSWERS:
        return
    cases = list(Submission.objects.filter(pk__in=held.files.exclude(submission=None).values("submission")).select_related("edition").order_by("number"))
    bad = list(held.files.filter(state__in=queries.BAD))
    lines = [_("已收到案例《{title}》，编号 {number}，查询码 {code}。").format(title=c.title, number=c.number, code=c.query_code) for c in cases]
    lines += [f"{file.path}：{queries.reason(file, language)}" for file in bad]
    if not cases and not bad:
        lines.append(_("邮件中没有找到案例，请把案例的 Word 文件作为附件重新发送，或在网页上传。"))
    parts = []
    for case in cases[:10]:
        sha256, _size = records.store(records.receipt(case, queries.current(case)))
        parts.append({"name": f"receipt-{case.number}.pdf", "type": "application/pdf", "sha256": sha256})
    link = call_records.address(reverse("submission:upload", args=[held.edition.slug]))
    subject, text = call_records.letter(held.edition, "answer", subject=letter.subject, outcome="\n".join(lines), link=link)
    post(
        key=f"answer:{letter.pk}", to=held.sender, subject=subject, body=text, kind="answer", edition=held.edition.slug, attachments=parts, in_reply_to=letter.message_id
    )
