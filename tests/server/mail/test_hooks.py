"""Events reach an office's own server, signed, once each, again where it did not take them, and never a host that nobody listed."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone
from tests.server.conftest import take

from zhengping.server.mail import operations, tasks
from zhengping.server.mail.models import Delivery

HERE = "http://" + "127.0.0.1"


@pytest.fixture
def office(settings):
    """A real server that keeps what it gets and answers as told."""
    got, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])).decode()))
            code = answers.pop(0) if answers else 204
            self.send_response(code)
            if code == 302:
                self.send_header("Location", f"{HERE}:{self.server.server_port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.HOOK_HOSTS = [f"127.0.0.1:{server.server_port}"]
    yield f"{HERE}:{server.server_port}/in", got, answers
    server.shutdown()
    server.server_close()


@pytest.fixture
def hook(office, edition, organiser):
    """A hook to it."""
    return operations.make_hook(edition=edition.slug, address=office[0], events=["submission.confirm"], actor=organiser)


def test_what_was_asked_for_is_told_signed_and_once(office, hook, edition, numbered):
    _address, got, _answers = office

    tasks.sweep_hooks()
    tasks.sweep_hooks()

    head, body = got[0]
    moment, sign = (part.split("=", 1)[1] for part in head["Zhengping-Signature"].split(","))
    assert len(got) == 6 and len({json.loads(body)["id"] for _head, body in got}) == 6
    assert sign == operations.signature(hook.secret, int(moment), body)
    assert sign != operations.signature("another", int(moment), body)


def test_what_happened_before_is_not_told(office, edition, numbered, organiser):
    operations.make_hook(edition=edition.slug, address=office[0], events=["submission.confirm"], actor=organiser)

    assert (tasks.sweep_hooks(), office[1]) == (0, [])


def test_what_was_not_taken_is_sent_again_later(office, hook, edition, word, organiser):
    _address, got, answers = office
    answers.append(503)
    take(edition, ("案例.docx", word(1)), source="zip", by=organiser)
    tasks.sweep_hooks()
    waiting = Delivery.objects.get()
    early = tasks.sweep_hooks()
    Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))

    tasks.sweep_hooks()

    assert (waiting.state, waiting.answer, early) == ("waiting", "503", 0)
    assert Delivery.objects.get().state == "sent" and got[0][1] == got[1][1]


def test_a_redirect_is_not_followed(office, hook, edition, word, organiser):
    _address, got, answers = office
    answers.append(302)
    take(edition, ("案例.docx", word(1)), source="zip", by=organiser)

    tasks.sweep_hooks()

    assert len(got) == 1 and Delivery.objects.get().answer == "302"


def test_nobody_to_reach_is_told_and_given_up_in_the_end(office, hook, edition, word, organiser, settings):
    settings.HOOK_HOSTS = ["127.0.0.1:1"]
    type(hook).objects.update(address=f"{HERE}:1/")
    take(edition, ("案例.docx", word(1)), source="zip", by=organiser)
    for _ in range(9):
        Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        tasks.sweep_hooks()

    found = Delivery.objects.get()
    assert (found.state, found.attempts) == ("failed", 8) and "Error" in found.answer


@pytest.mark.parametrize("address", [f"{HERE}/", "http://169.254.169.254/", "file:///etc/passwd", "http://x@127.0.0.1:9/", "https://office.example.org:99999/"])
def test_a_host_that_is_not_listed_is_refused(at_desk, edition, settings, address):
    settings.HOOK_HOSTS = ["office.example.org", "127.0.0.1:9"]

    at_desk.post(f"/o/{edition.slug}/settings/hooks/", {"address": address, "events": ["submission.confirm"]})

    from zhengping.server.mail.models import Hook

    assert not Hook.objects.exists()


def test_the_organiser_adds_and_ends_a_hook_on_a_page(at_desk, office, edition):
    from zhengping.server.mail.models import Hook

    shown = at_desk.post(f"/o/{edition.slug}/settings/hooks/", {"address": office[0], "events": ["submission.confirm"]}).content.decode()
    made = Hook.objects.get()

    at_desk.post(f"/o/{edition.slug}/settings/hooks/", {"end": made.pk})

    made.refresh_from_db()
    assert made.secret in shown and made.ended_at
    assert made.secret not in at_desk.get(f"/o/{edition.slug}/settings/hooks/").content.decode()


def test_nothing_personal_is_told(office, hook, edition, case, organiser):
    from zhengping.server.submission import operations as submission

    type(case).objects.filter(pk=case.pk).update(consents=True)
    submission.correct(submission=case, actor=organiser, changed=case.changed, contact_name="张三丰", contact_email="zsf@example.org", contact_telephone="13800001111", title=case.title, unit=case.unit)
    submission.confirm(submission=case, actor="unit", via="code")

    tasks.sweep_hooks()

    told = "".join(body for _head, body in office[1])
    assert told and not any(word in told for word in ("张三丰", "zsf@", "13800001111"))
