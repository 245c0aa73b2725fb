"""Adding to the chain, always inside the transaction that makes the change."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from zhengping.server.audit.models import Anchor, Entry, Head, PersonKey
from zhengping.server.audit.queries import anchored
from zhengping.server.audit.records import as_text, chained, sealed


def note(
    *,
    actor: object,
    action: str,
    object: str,
    edition: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    personal: tuple[str, ...] = (),
    subject: str = "",
) -> None:
    """Add one entry. `personal` names the values that are encrypted under the key of `subject`.

    Raises TransactionManagementError outside of a transaction: a change and its entry stand or fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an audit entry belongs into the transaction of its change")
    key = _key(subject) if personal and (before or after) else None
    entry = Entry(
        actor=key_of(actor),
        edition=edition,
        action=action,
        object=object,
        before=as_text(_guarded(before, personal, subject, key)),
        after=as_text(_guarded(after, personal, subject, key)),
    )
    head = Head.objects.select_for_update().get_or_create(id=1)[0]  # from here all others wait until the transaction ends
    entry.at, entry.previous = timezone.now(), head.hash
    entry.hash = chained(entry)
    Entry.objects.bulk_create([entry])
    Head.objects.filter(id=1).update(count=head.count + 1, hash=entry.hash)


def key_of(actor: object) -> str:
    """A person, or who else acts, as a text key."""
    if isinstance(actor, str):
        return actor
    number = getattr(actor, "pk", None)
    return f"user:{number}" if number else "anonymous"


def _key(subject: str) -> bytes | None:
    """A person's key, made where there is none yet; None where it was destroyed."""
    PersonKey.objects.bulk_create([PersonKey(subject=subject, key=os.urandom(32))], ignore_conflicts=True)
    held = PersonKey.objects.values_list("key", flat=True).get(subject=subject)
    return bytes(held) if held else None


def _guarded(values: Mapping[str, Any] | None, personal: tuple[str, ...], subject: str, key: bytes | None) -> dict[str, Any] | None:
    if not values or not personal:
        return dict(values) if values else None
    hidden = {name: sealed(str(values[name]), key, os.urandom(12)) if key else "" for name in personal if values.get(name)}
    return {**values, **hidden, "subject": subject}


@transaction.atomic
def erase(*, subject: str, actor: object) -> None:
    """Destroy a person's key: the values in the chain become unreadable, the chain still verifies."""
    PersonKey.objects.filter(subject=subject).update(key=None)
    note(actor=actor, action="audit.erase", object=subject)


@transaction.atomic
def anchor(*, at: Any = None) -> Anchor:
    """Sign today's head, once a day."""
    day = timezone.localdate(at or timezone.now())
    head = Head.objects.select_for_update().get_or_create(id=1)[0]
    made = Anchor(day=day, count=head.count, hash=head.hash)
    made.signature = signing.Signer(key=settings.SECRET_KEY, salt="audit.anchor").sign(anchored(made))
    return Anchor.objects.get_or_create(day=day, defaults={"count": made.count, "hash": made.hash, "signature": made.signature})[0]
