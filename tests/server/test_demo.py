"""The demonstration: one edition in the middle of judging, the one before gone all the way; filled again, it stays as it is."""

from __future__ import annotations

from django.utils import timezone
from tests.server.conftest import client_of

from zhengping import samples
from zhengping.server import demo
from zhengping.server.accounts.models import User
from zhengping.server.audit.models import Entry
from zhengping.server.audit.queries import faults
from zhengping.server.call.models import Edition
from zhengping.server.call.queries import screening_closes
from zhengping.server.decision import queries as decision
from zhengping.server.judging import queries as judging
from zhengping.server.judging.models import Assignment
from zhengping.server.publication import queries as publication
from zhengping.server.publication.models import Certificate
from zhengping.server.screening.models import Seal
from zhengping.server.submission.models import Submission


def test_the_demonstration_shows_a_finished_edition_beside_the_current_one(db, tmp_path):
    samples.make(tmp_path, 40, 4)

    demo.fill(tmp_path)
    past, now = Edition.objects.get(slug=demo.PAST), Edition.objects.get(slug=demo.SLUG)
    judge = User.objects.get(email="judge@example.org")
    written = {edition.slug: (judging.signed(held).count(), judging.holding(held).count()) for edition in (past, now) for held in judging.rounds(edition)}
    before = Entry.objects.count()
    demo.fill(tmp_path)

    assert written[past.slug][0] == written[past.slug][1] > 0
    assert 0 < written[now.slug][0] < written[now.slug][1]
    assert Assignment.objects.filter(round__edition=now, seat__user=judge, sheet=None).exists()
    awarded = publication.results(past)
    assert len(awarded) > 2 and Certificate.objects.filter(edition=past).exclude(sha256="").count() == len(awarded)
    assert Submission.objects.filter(edition=now, number__isnull=False).count() > 30
    assert not publication.results(now)
    reader = client_of(None)
    pages = ("/c/sample-3/results/", "/c/sample-3/roundup/", "/c/sample-3/figures/", f"/c/sample-3/cases/{awarded[0].submission.number}/", "/library/", "/c/sample-4/submit/")
    assert [reader.get(page).status_code for page in pages] == [200] * len(pages)
    assert Entry.objects.count() == before and not list(faults())
    _dates_hold_together(past, now)


def _dates_hold_together(past, now):
    """Sent, sent up, judged in this order; one province has an extension and its screener is at work."""
    held, at = judging.rounds(now).get(), timezone.now()
    moments = [now.opens, now.closes, now.screening_closes, now.judging_opens, at, now.judging_closes, now.publicity_opens, now.publicity_closes]
    assert moments == sorted(moments) and (held.opens, held.closes) == (now.judging_opens, now.judging_closes)
    assert not Submission.objects.filter(edition__in=(past, now), is_late=True).exists()
    assert all(seal.at < now.screening_closes for seal in Seal.objects.filter(edition=now))
    assert [body.division for body in now.bodies.exclude(extended_to=None)] == ["320000"] and screening_closes(now.bodies.get(division="320000")) > at
    decided, notice, result = decision.decided(past), publication.notice(past), publication.result(past)
    assert past.judging_closes < decided.confirmed_at < notice.opened_at < notice.closes_at < result.published_at < at
