"""Files that wait -> what the engine read in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from zhengping.engine import record
from zhengping.engine.workers import Read, Readers
from zhengping.server.audit.operations import note
from zhengping.server.gate import waiting
from zhengping.server.submission import records
from zhengping.server.submission.models import Document, Incoming, Intake

ENGINE = "1"
MOST_ATTEMPTS = 3


class _Readers(Readers):
    """Readers for whom a request waits without holding its turn."""

    def read(self, file: record.IncomingFile, wants: str = "document") -> Read:
        """Read a file now."""
        with waiting():
            return super().read(file, wants)


@lru_cache(maxsize=1)
def readers() -> Readers:
    """The reader processes of this process, started when first needed."""
    return _Readers(settings.READERS)


def read(*, incoming: Incoming, is_counted: bool = False) -> record.Document | None:
    """Read one waiting file; `is_counted` where this attempt was counted before. A second reader of the same file finds it read and does nothing.

    -> its document; None where it gave none, where other files were found in it, and where it had been read before.
    """
    if not is_counted:
        Incoming.objects.filter(pk=incoming.pk).update(attempts=F("attempts") + 1)
    if incoming.intake.began_at is None:
        Intake.objects.filter(pk=incoming.intake_id, began_at=None).update(began_at=timezone.now())
    known = Document.objects.filter(pk=incoming.sha256, by_engine=ENGINE).exists()
    answer = Read() if known else _answer(incoming)
    if answer.reason == "classified":
        records.forget(incoming.sha256)
    else:
        records.keep(incoming.sha256)
    children = [(child, *records.store(child.data, is_waiting=True)) for child in answer.children]
    with transaction.atomic():
        state = "refused" if answer.reason == "classified" else "unreadable" if answer.reason else "read" if known or answer.document else "opened"
        values = {"state": state, "reason": answer.reason, "values": [list(pair) for pair in answer.values]}
        if not Incoming.objects.filter(pk=incoming.pk, state="waiting").update(**values):
            return None
        if answer.document and not known:
            row = Document(sha256=incoming.sha256, kind=answer.document.kind, value=records.packed(answer.document), by_engine=ENGINE)
            Document.objects.bulk_create([row], update_conflicts=True, unique_fields=["sha256"], update_fields=["kind", "value", "by_engine"])
        Incoming.objects.bulk_create(
            Incoming(intake_id=incoming.intake_id, parent=incoming, name=child.name[-300:], within=list(child.within), sha256=sha256, size=size)
            for child, sha256, size in children
        )
        Incoming.objects.bulk_create(
            Incoming(
                intake_id=incoming.intake_id,
                parent=incoming,
                name=refused.arrival.name[-300:],
                within=list(refused.arrival.within),
                sha256=refused.arrival.sha256,
                size=refused.arrival.size,
                state="unreadable",
                reason=refused.reason,
                values=[list(pair) for pair in refused.values],
            )
            for refused in answer.refused
        )
        if state == "refused":
            note(actor="", action="submission.refuse_classified", object=f"intake:{incoming.intake_id}", edition=incoming.intake.edition.slug, after={"sha256": incoming.sha256})
    return None if answer.children or answer.refused else answer.document


def _answer(incoming: Incoming) -> Read:
    if incoming.attempts >= MOST_ATTEMPTS:
        return Read(None, "reader-died")
    try:
        data = records.bytes_of(incoming.sha256)
    except (OSError, ValueError):
        return Read(None, "damaged-member", (("error", "sha256"),))
    file = record.IncomingFile(incoming.name, data, tuple(incoming.within), sender=incoming.intake.sender)
    return readers().read(file)


def documents(intake: Intake, fresh: Mapping[str, record.Document], rows: Sequence[Incoming] = ()) -> tuple[list[record.Document], dict[str, list[Incoming]]]:
    """The documents of an intake, each once with all its arrivals, in order of arrival, and the rows by sha256; `fresh` are those just read, `rows` those of all its files where known."""
    by_sha: dict[str, list[Incoming]] = {}
    for row in rows or intake.files.filter(state="read").order_by("id"):
        by_sha.setdefault(row.sha256, []).append(row)
    held = Document.objects.in_bulk([sha256 for sha256 in by_sha if sha256 not in fresh])
    found = []
    for sha256, same in by_sha.items():
        document: record.Document = fresh.get(sha256) or records.opened(held[sha256].value, record.Document)
        arrivals = tuple(record.Arrival(r.name, r.sha256, r.size, tuple(r.within), intake.sender, "", intake.arrived_at.isoformat()) for r in same)
        found.append(_with_arrivals(document, arrivals))
    return found, by_sha


def _with_arrivals(document: record.Document, arrivals: tuple[record.Arrival, ...]) -> record.Document:
    return replace(document, arrivals=arrivals)
