"""Putting up what was published."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from zhengping.engine.text.likeness import nearest
from zhengping.server.among import among
from zhengping.server.call.models import Edition
from zhengping.server.library import queries
from zhengping.server.library.models import Entry, Shelf
from zhengping.server.publication import queries as publication
from zhengping.server.submission import operations as submission
from zhengping.server.submission.models import Text
from zhengping.server.submission.records import packed

COMPARED = 1500  # characters of a text that are compared
FIELDS = [field.name for field in Entry._meta.fields if field.name not in ("id", "submission")]


def refresh(edition: Edition) -> bool:
    """Put up the published cases of an edition as they stand, take down what is no longer public; -> whether anything had changed.

    All is made before the transaction begins, so that nobody waits for it; what changes meanwhile is seen at the next look.
    """
    state = queries.state_of(edition)
    if Shelf.objects.filter(edition=edition, state=state).exists():
        return False
    rows = publication.shown(edition)
    keys = [row.submission.pk for row in rows]
    edited = publication.edited_words(keys)
    made = _entries(edition, rows, dict(Text.objects.filter(submission__in=among(keys)).values_list("pk", "words")) | edited)
    also = {row.submission.pk: _also(row, edited.get(row.submission.pk, "")) for row in rows}
    counted = packed(queries.counted(edition, {row.submission.pk: row.award for row in rows}))
    with transaction.atomic():
        submission.index_also(also)
        Entry.objects.filter(edition=edition).exclude(submission__in=among(keys)).delete()
        Entry.objects.bulk_create(made, batch_size=400, update_conflicts=True, unique_fields=["submission"], update_fields=FIELDS)
        Shelf.objects.update_or_create(edition=edition, defaults={"state": state, "cases": len(made), "figures": counted, "at": timezone.now()})
    return True


def _entries(edition: Edition, rows: Sequence[publication.Published], texts: dict[int, str]) -> list[Entry]:
    """Published cases as lists show them (not kept), each with the cases most like it."""
    provinces = queries.provinces(edition)
    keys = [row.submission.pk for row in rows]
    alike = nearest([f"{row.title}\n{texts.get(row.submission.pk, '')[:COMPARED]}" for row in rows])
    return [
        Entry(
            submission=row.submission, edition=edition, number=row.submission.number, rank=int(row.published_at.timestamp()) * 1_000_000 - row.place, title=row.title,
            unit=row.unit, division=row.submission.division, province=provinces.get(row.submission.body_id) or queries.province(row.submission.division),
            place=row.submission.place, theme=row.submission.theme, unit_type=row.submission.unit_type, award=row.award,
            summary=" ".join(texts.get(row.submission.pk, "")[:400].split())[:160], published_at=row.published_at, similar=[keys[at] for at in others],
        )
        for row, others in zip(rows, alike, strict=True)
    ]  # fmt: skip


def _also(row: publication.Published, text: str) -> str:
    """What the page of a case shows beside its own words: a title or unit that was corrected, a text that was edited."""
    names = [name for name, own in ((row.title, row.submission.title), (row.unit, row.submission.unit)) if name != own]
    return "\n".join([*names, *([text] if text else [])])
