"""Cases of the engine's register put into an edition as if they had come in, been coded and numbered."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from zhengping.server.submission import records
from zhengping.server.submission.models import Coding, Intake, Submission, Text, Version


def fill(edition, entries, marks=None):
    """Rows of submission, version, coding and text for each entry; -> the submissions by number."""
    now = timezone.now()
    bodies = {body.division: body for body in edition.bodies.all()}
    intake = Intake.objects.create(edition=edition, source="zip", arrived_at=now, state="drafted", drafted_at=now)
    rows = Submission.objects.bulk_create(
        [
            Submission(
                edition=edition, intake=intake, ordinal=at, number=e.case.number, title=e.case.title[:300], unit=e.case.unit[:200], source="zip", arrived_at=now, confirmed_at=now,
                characters=len(e.case.text), division=e.coding.place.division, place=e.coding.place.name[:80], unit_type=e.coding.unit_type, unit_level=e.coding.unit_level,
                theme=e.coding.themes[0] if e.coding.themes else "", confidence=0.95, consents=True, compared_at=now,
                body=bodies.get(e.coding.place.division[:2] + "0000" if e.coding.place.division else ""),
            )
            for at, e in enumerate(entries)
        ],
        batch_size=500,
    )  # fmt: skip
    split = [records.split(replace(e.case, mark="")) for e in entries]
    Version.objects.bulk_create(
        [Version(submission=row, number=1, intake=intake, value=value, personal=personal, by="machine", at=now) for row, (value, personal) in zip(rows, split, strict=True)], batch_size=500
    )
    Coding.objects.bulk_create([Coding(submission=row, version=1, source="machine", by="machine", at=now, value=records.packed(e.coding)) for row, e in zip(rows, entries, strict=True)], batch_size=500)
    Text.objects.bulk_create([Text(submission=row, words=e.case.text) for row, e in zip(rows, entries, strict=True)], batch_size=500)
    return {row.number: row for row in rows}
