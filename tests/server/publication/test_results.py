"""What stands in the published results."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from zhengping.server.publication import queries
from zhengping.server.publication.models import Correction, Listed, Notice, Result, Revocation


@pytest.fixture
def published(edition, organiser, numbered):
    """Three cases in the results, the second without consent."""
    now = timezone.now()
    notice = Notice.objects.create(
        edition=edition, number=1, days=5, counting="working", opened_at=now - timedelta(days=9), closes_at=now - timedelta(days=1), decided="0", hash="0", by=organiser
    )
    for at, case in enumerate(numbered[:3], 1):
        Listed.objects.create(notice=notice, submission=case, place=at, award="一等奖", title=case.title, unit=case.unit)
        type(case).objects.filter(pk=case.pk).update(consents=at != 2)
    return Result.objects.create(edition=edition, notice=notice, hash="0", published_at=now, by=organiser)


def test_nothing_is_published_before_the_results_are(edition, numbered):
    assert queries.results(edition) == []
    assert not queries.published_cases(edition).exists()


def test_results_are_corrected_and_without_what_was_revoked(published, numbered, organiser):
    now = timezone.now()
    Correction.objects.create(result=published, submission=numbered[0], field="unit", before=numbered[0].unit, after="更正后的单位", reasons="单位更名", by=organiser, at=now)
    Revocation.objects.create(result=published, submission=numbered[2], reasons="材料不实", by=organiser, at=now)

    found = queries.results(published.edition)

    assert [(row.place, row.unit) for row in found] == [(1, "更正后的单位"), (2, numbered[1].unit)]


def test_cases_are_published_with_consent_alone(published, numbered):
    assert set(queries.published_cases(published.edition)) == {numbered[0], numbered[2]}
