"""The worker: each of its sweeps runs, what came is compared, and one kind of work leaves time for the others."""

from __future__ import annotations

import os
import signal
import threading
import time

from django.urls import reverse
from tests.server.conftest import take

import zhengping.server.__main__ as server
from zhengping.server.submission import tasks
from zhengping.server.submission.models import Match, Submission


def test_a_look_finds_every_sweep_in_order_and_compares_what_came(edition, organiser, word, caplog, monkeypatch):
    monkeypatch.setattr("django.db.close_old_connections", lambda: None)  # the test's transaction goes on
    take(edition, ("甲.docx", word()), ("乙.docx", word() + b"\0"), source="screener", by=organiser)

    done = server.look()

    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
    assert done >= 1
    assert not Submission.objects.filter(number__isnull=False, compared_at=None).exists()


def test_two_cases_of_the_same_words_are_found_by_the_worker(edition, organiser, word, client):
    take(edition, ("甲.docx", word()), source="screener", by=organiser)
    take(edition, ("乙.docx", word(6)), source="screener", by=organiser)
    first, second = Submission.objects.order_by("pk")
    first.words.words = second.words.words
    first.words.save()

    tasks.sweep_matches()

    match = Match.objects.get()
    assert {match.submission, match.other} == {first, second}
    client.force_login(organiser)
    assert client.get(reverse("desk:matches", args=[edition.slug])).status_code == 200


def test_an_edition_rests_after_a_comparison_and_is_compared_then(edition, organiser, word):
    take(edition, ("甲.docx", word()), source="screener", by=organiser)
    tasks._rests_until[edition.pk] = time.monotonic() + 60

    assert tasks.sweep_matches() == 0

    tasks._rests_until[edition.pk] = time.monotonic()
    assert tasks.sweep_matches() == 1
    assert tasks._rests_until[edition.pk] > time.monotonic() - 1


def test_work_of_minutes_holds_up_no_letter(monkeypatch):
    letters, enough = [], threading.Event()
    told = []

    def books():
        told.append(enough.wait(20))
        return 0

    def mail():
        letters.append(1)
        if len(letters) == 3:
            enough.set()
            os.kill(os.getpid(), signal.SIGTERM)
        return 1

    monkeypatch.setattr(server, "_kinds", lambda: ((books,), (mail,)))
    monkeypatch.setattr("django.db.close_old_connections", lambda: None)
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        assert server.work() == 0
    finally:
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(number, handler)

    assert told[0]
    assert len(letters) >= 3
