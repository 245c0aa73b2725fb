"""Putting a message into the outbox, and sending it: never twice, never lost."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import secrets
import smtplib
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from datetime import timedelta
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from zhengping.server.audit.models import Entry
from zhengping.server.audit.operations import key_of, note
from zhengping.server.audit.queries import readable
from zhengping.server.mail.models import Delivery, Hook, Message

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


# --- hooks -----------------------------------------------------------------------------------------------------------


def is_allowed(address: str) -> bool:
    """Whether an address lies on a host that the administrator listed; nothing else is ever called from here."""
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        return False
    named = f"{parts.hostname}:{port}" if port else (parts.hostname or "")
    is_plain = parts.username is None and parts.password is None
    return parts.scheme in ("http", "https") and is_plain and named in settings.HOOK_HOSTS


@transaction.atomic
def make_hook(*, edition: str, address: str, events: Sequence[str], actor: Any) -> Hook:
    """Tell an address what happens from now on. The caller has seen to it that the address is allowed."""
    last = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    made = Hook.objects.create(
        edition=edition, address=address, events=list(events), secret=secrets.token_urlsafe(32), last_entry=last, made_by=key_of(actor)
    )
    note(actor=actor, action="mail.make_hook", object=f"hook:{made.pk}", edition=edition, after={"address": address, "events": list(events)})
    return made


@transaction.atomic
def end_hook(*, hook: Hook, actor: Any) -> None:
    """Tell it nothing more."""
    if Hook.objects.filter(pk=hook.pk, ended_at=None).update(ended_at=timezone.now()):
        Delivery.objects.filter(hook=hook, state="waiting").update(state="failed", answer="ended")
        note(actor=actor, action="mail.end_hook", object=f"hook:{hook.pk}", edition=hook.edition, after={"address": hook.address})


@transaction.atomic
def collect(*, hook: Hook, most: int = 500) -> int:
    """Make a delivery of each entry of the audit that a hook asked for; -> how many. Entries are added one after the other, so that none is passed over."""
    held = Hook.objects.select_for_update().get(pk=hook.pk)
    last = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    found = list(Entry.objects.filter(id__gt=held.last_entry, edition=held.edition, action__in=held.events).order_by("id")[:most])
    Delivery.objects.bulk_create([Delivery(hook=held, entry=e.id, event=e.action, body=_told(e), next_at=timezone.now()) for e in found], ignore_conflicts=True)
    held.last_entry = found[-1].id if len(found) == most else last
    held.save(update_fields=["last_entry"])
    return len(found)


def _told(entry: Entry) -> str:
    """An entry as JSON, personal values left out."""
    told = {"id": entry.id, "event": entry.action, "edition": entry.edition, "object": entry.object, "at": entry.at.isoformat(), "after": readable(entry.after), "hash": entry.hash}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def signature(secret: str, moment: int, body: str) -> str:
    """What the receiver computes again: HMAC-SHA256 over moment, full stop and body (RFC 2104)."""
    return hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()


def deliver(*, delivery: Delivery, at: Any = None) -> str:
    """Send one event; -> its state. Refused or not reached, it is tried again, later each time."""
    now = at or timezone.now()
    moment = int(now.timestamp())
    head = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Zhengping",
        "Zhengping-Event": delivery.event,
        "Zhengping-Delivery": str(delivery.pk),
        "Zhengping-Signature": f"t={moment},v1={signature(delivery.hook.secret, moment, delivery.body)}",
    }
    if not is_allowed(delivery.hook.address):
        ok, answer = False, "host not allowed"
    else:
        ok, answer = _posted(delivery.hook.address, delivery.body.encode(), head)
    delivery.attempts += 1
    delivery.answer = answer[:300]
    delivery.state = "sent" if ok else "failed" if delivery.attempts >= MOST_ATTEMPTS else "waiting"
    delivery.sent_at = now if ok else None
    delivery.next_at = now + timedelta(minutes=2**delivery.attempts)
    delivery.save(update_fields=["attempts", "answer", "state", "sent_at", "next_at"])
    return delivery.state


class _Staying(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it could lead to a host that is not listed."""

    def redirect_request(self, *args: Any, **words: Any) -> None:
        """None: the answer is taken as it is."""
        return None


def _posted(address: str, body: bytes, head: dict[str, str]) -> tuple[bool, str]:
    opener = urllib.request.build_opener(_Staying, urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(address, body, head, method="POST"), timeout=10) as answer:
            return 200 <= answer.status < 300, str(answer.status)
    except urllib.error.HTTPError as error:
        return False, str(error.code)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return False, f"{type(error).__name__}: {error}"
