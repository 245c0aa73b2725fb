"""What the chain says, and whether it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core import signing

from zhengping.server.audit.models import Anchor, Entry, Head, PersonKey
from zhengping.server.audit.records import PREFIX, chained, opened


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the chain does not hold: `entry` its number, `kind` "changed", "removed", "end" or "anchor"."""

    entry: int
    kind: str
    object: str = ""


def faults() -> Iterator[Fault]:
    """Every place where a row was changed, taken out or put in behind the chain's back."""
    previous, count = "", 0
    hashes = {}
    for entry in Entry.objects.order_by("id").iterator(5000):
        if entry.previous != previous:
            yield Fault(entry.id, "removed", entry.object)
        if chained(entry) != entry.hash:
            yield Fault(entry.id, "changed", entry.object)
        previous, count = entry.hash, count + 1
        hashes[count] = entry.hash
    head = Head.objects.first()
    if (head.count, head.hash) != (count, previous) if head else count:
        yield Fault(count, "end")
    for anchor in Anchor.objects.order_by("day"):
        if not _is_signed(anchor) or hashes.get(anchor.count) != anchor.hash:
            yield Fault(anchor.count, "anchor", str(anchor.day))


def anchored(anchor: Anchor) -> str:
    """The words that an anchor signs."""
    return f"{anchor.day}:{anchor.count}:{anchor.hash}"


def _is_signed(anchor: Anchor) -> bool:
    signer = signing.Signer(key=settings.SECRET_KEY, salt="audit.anchor")
    try:
        return signer.unsign(anchor.signature) == anchored(anchor)
    except signing.BadSignature:
        return False


def entries(object: str | None = None, edition: str | None = None):
    """Entries about an object or an edition, newest first."""
    found = Entry.objects.order_by("-id")
    if object is not None:
        found = found.filter(object=object)
    return found if edition is None else found.filter(edition=edition)


def readable(text: str, subject_keys: dict[str, bytes | None] | None = None) -> dict[str, str]:
    """Kept values as words; a person's value is shown only to whom `subject_keys` was given, else as asterisks."""
    values = json.loads(text) if text else {}
    subject = values.pop("subject", "")
    key = (subject_keys or {}).get(subject)
    return {name: (opened(value, key) or "***") if isinstance(value, str) and value.startswith(PREFIX) else value for name, value in values.items()}


def keys() -> dict[str, bytes | None]:
    """The persons' keys that were not destroyed."""
    return {row.subject: bytes(row.key) for row in PersonKey.objects.exclude(key=None)}
