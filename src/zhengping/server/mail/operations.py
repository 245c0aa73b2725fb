"""Putting a message into the outbox, and sending it: never twice, never lost."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from datetime import timedelta
from email.utils import make_msgid
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from zhengping.server.mail.models import Message

MOST_ATTEMPTS = 8
REPEATED = ("receipt", "answer", "confirm")  # harmless twice under one Message-ID, harmful if missing


def post(
    *,
    key: str,
    to: str,
    subject: str,
    body: str,
    kind: str,
    edition: str = "",
    attachments: Sequence[dict[str, str]] = (),
    in_reply_to: str = "",
) -> Message:
    """Put a message into the outbox; a second one of the same key is the first one.

    The row is all: the worker's sweep sends what waits, within a second or two of the transaction.
    """
    made, _ = Message.objects.get_or_create(
        key=key,
        defaults={
            "message_id": make_msgid(domain=settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"),
            "edition": edition,
            "kind": kind,
            "to": to,
            "subject": " ".join(subject.split())[:200],
            "body": body,
            "attachments": list(attachments),
            "in_reply_to": " ".join(in_reply_to.split())[:300],
            "next_at": timezone.now(),
        },
    )
    return made


def send(*, message: int, opened: Callable[[str], bytes], at: Any = None) -> str:
    """Send one message if it is still waiting; -> its state. `opened` gives the bytes of an attachment by its sha256."""
    now = at or timezone.now()
    if not Message.objects.filter(pk=message, state="waiting").update(state="sending", next_at=now):
        return ""
    row = Message.objects.get(pk=message)
    mail = EmailMessage(row.subject, row.body, to=[row.to], headers={"Message-ID": row.message_id, "Auto-Submitted": "auto-generated"})
    if row.in_reply_to:
        mail.extra_headers.update({"In-Reply-To": row.in_reply_to, "References": row.in_reply_to, "Auto-Submitted": "auto-replied"})
    for part in row.attachments:
        mail.attach(part["name"], opened(part["sha256"]), part["type"])
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        _refused(row, str(error), now, is_final=all(code >= 500 for code, _ in error.recipients.values()))
    except (smtplib.SMTPException, OSError) as error:
        _refused(row, f"{type(error).__name__}: {error}", now)
    else:
        row.state, row.sent_at, row.error = "sent", timezone.now(), ""
        row.save(update_fields=["state", "sent_at", "error"])
    return row.state


def _refused(row: Message, why: str, now: Any, *, is_final: bool = False) -> None:
    row.attempts += 1
    row.error = why[:300]
    row.state = "failed" if is_final or row.attempts >= MOST_ATTEMPTS else "waiting"
    row.next_at = now + timedelta(minutes=2**row.attempts)
    row.save(update_fields=["attempts", "error", "state", "next_at"])


def settle(*, at: Any = None) -> int:
    """Messages whose sender died in the middle: receipts go out again under the same Message-ID, the others become uncertain."""
    late = Message.objects.filter(state="sending", next_at__lt=(at or timezone.now()) - timedelta(minutes=3))
    again = late.filter(kind__in=REPEATED).update(state="waiting", next_at=at or timezone.now())
    return again + late.update(state="uncertain")


def retry(*, message: Message) -> None:
    """Send a failed or uncertain message again because a person says so."""
    Message.objects.filter(pk=message.pk, state__in=["failed", "uncertain"]).update(state="waiting", attempts=0, next_at=timezone.now())


def mark_bounced(*, message_ids: Sequence[str], why: str) -> int:
    """Messages that came back are failed, with what the returning letter says; -> how many are ours."""
    return Message.objects.filter(message_id__in=message_ids).update(state="failed", error=f"bounce: {why}"[:300])
