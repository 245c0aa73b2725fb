"""List pages ask as many questions of the database for three rows as for sixty."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.server.conftest import client_of

from zhengping.server.audit.operations import note
from zhengping.server.mail.models import Message
from zhengping.server.mail.operations import post
from zhengping.server.submission.models import Finding, Incoming, Match, Submission

PAGES = ("desk:cases", "desk:matches", "desk:findings", "desk:outbox", "desk:audit", "desk:screening", "desk:overview", "submission:intakes", "submission:unreadable", "call:bodies", "call:members")


def more(edition, numbered, count):
    """So many further cases, findings, matches, files, letters, entries."""
    first = numbered[0]
    rows = Submission.objects.bulk_create(
        Submission(
            edition=edition, intake=first.intake, ordinal=100 + at, number=100 + at, confirmed_at=timezone.now(), arrived_at=timezone.now(), source="zip",
            body=first.body, title=f"案例{at}", unit="单位", theme="reform", division="320100",
        )
        for at in range(count)
    )  # fmt: skip
    Finding.objects.bulk_create(Finding(submission=row, version=1, kind="cut-off", severity="warning") for row in rows)
    Match.objects.bulk_create(Match(edition=edition, submission=row, other=first, kind="near", share=0.4) for row in rows)
    Incoming.objects.bulk_create(Incoming(intake=first.intake, name="x", sha256="0" * 64, size=1, state="unreadable", reason="empty") for _ in rows)
    for at in range(count):
        post(key=f"m{at}", to="u@example.org", subject="x", body="x", kind="receipt", edition=edition.slug)
        note(actor="user:1", action="test", object=f"submission:{first.pk}", edition=edition.slug)


def asked(client, address):
    """How many questions a page asks."""
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


@pytest.mark.django_db
def test_no_list_asks_more_for_more_rows(edition, numbered, organiser, screener):
    addresses = [reverse(name, args=[edition.slug]) for name in PAGES]
    desk, province = client_of(organiser), client_of(screener)
    more(edition, numbered, 3)
    here = reverse("screening:cases", args=[edition.slug, "320000"])
    before = {**{address: asked(desk, address) for address in addresses}, here: asked(province, here)}
    Submission.objects.filter(number__gte=100).delete()
    more_again(edition, numbered)
    after = {**{address: asked(desk, address) for address in addresses}, here: asked(province, here)}

    assert after == before


def more_again(edition, numbered):
    """Sixty of each."""
    Incoming.objects.filter(reason="empty").delete()
    Message.objects.filter(key__startswith="m").delete()
    more(edition, numbered, 60)
