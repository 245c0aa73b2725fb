"""Lists of the publication ask as many questions of the database for one row as for six; and a certificate is made once however often it is asked for."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from tests.server.test_counts import asked

from zhengping.server.publication import operations
from zhengping.server.publication.models import Certificate, Listed, Notice, Objection, Result
from zhengping.server.submission.records import bytes_of


def add(notice, cases):
    """A row, an objection with nothing decided, a certificate for each case."""
    for case in cases:
        place = notice.rows.count() + 1
        Listed.objects.create(notice=notice, submission=case, place=place, award="一等奖", title=case.title, unit=case.unit)
        Objection.objects.create(edition=notice.edition, number=place, notice=notice, submission=case, name="样例", reasons="样例", arrived_at=timezone.now())
        number = f"2026-001-{place:05d}"
        Certificate.objects.create(edition=notice.edition, submission=case, number=number, heading="荣誉证书", words="样例", issuer="样例", day=timezone.localdate(), sha256="0" * 64)


def test_no_list_asks_more_for_more_rows(edition, organiser, numbered, at_desk):
    now = timezone.now()
    notice = Notice.objects.create(edition=edition, number=1, days=5, counting="working", opened_at=now, closes_at=now, decided="0", hash="0", by=organiser)
    Result.objects.create(edition=edition, notice=notice, hash="0", published_at=now, by=organiser)
    pages = [reverse(f"publication:{name}", args=[edition.slug]) for name in ("notice", "results", "objections", "certificates", "changes", "overview")]
    add(notice, numbered[:1])
    before = {page: asked(at_desk, page) for page in pages}
    add(notice, numbered[1:])

    assert {page: asked(at_desk, page) for page in pages} == before


def test_a_certificate_is_made_once(result):
    row = Certificate.objects.first()
    operations.make_certificate(certificate=row)
    first = Certificate.objects.get(pk=row.pk).sha256
    operations.make_certificate(certificate=row)

    assert Certificate.objects.get(pk=row.pk).sha256 == first and bytes_of(first)
