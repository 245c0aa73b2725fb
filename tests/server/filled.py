"""Cases of the engine's register put into an edition as if they had come in, been coded and numbered."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from zhengping.server.publication.models import Listed, Notice, Result
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


def publish(edition, by, cases, awards=("特别案例", "优秀案例")):
    """Results of an edition as if its publicity period were over: the first third with the first award, the rest with the second."""
    now = timezone.now()
    notice = Notice.objects.create(edition=edition, number=1, days=5, counting="working", opened_at=now, closes_at=now, decided="0" * 64, hash="0" * 64, by=by)
    names = {theme.key: theme.name for theme in edition.themes.all()}
    Listed.objects.bulk_create(
        [
            Listed(notice=notice, submission=row, place=at, award=awards[at * 3 > len(cases)], title=row.title, unit=row.unit, region=row.place, theme=names.get(row.theme, ""))
            for at, row in enumerate(cases, 1)
        ],
        batch_size=500,
    )  # fmt: skip
    Submission.objects.filter(pk__in=[row.pk for row in cases]).update(consents=True) if len(cases) < 900 else None
    return Result.objects.create(edition=edition, notice=notice, hash="0" * 64, published_at=now, by=by)
