"""Sending through a real SMTP server on loopback: once, later, never twice."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.utils import timezone

from zhengping.server.mail import operations, tasks
from zhengping.server.mail.models import Message


class Keeper:
    """Keeps what it gets; refuses the recipients it is told to refuse."""

    def __init__(self):
        self.got, self.refused = [], {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        """Take or refuse a recipient."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        """Keep a letter."""
        self.got.append(envelope)
        return "250 OK"


class _Controller(Controller):
    def factory(self):
        return SMTP(self.handler, hostname="localhost")


@pytest.fixture
def server(settings):
    """A server on loopback, and the settings that point to it."""
    keeper = Keeper()
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    controller = _Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.KEEPS_MAIL = False
    yield keeper
    controller.stop()


def post(at=0, **words):
    """A message in the outbox."""
    return operations.post(key=f"test:{at}", to=f"u{at}@example.org", subject="回执", body="正文", kind="receipt", **words)


@pytest.mark.django_db
def test_a_message_is_sent_once_however_often_it_is_swept(server):
    post()
    for _ in range(3):
        tasks.sweep()

    assert [envelope.rcpt_tos for envelope in server.got] == [["u0@example.org"]]
    assert Message.objects.get().state == "sent"


@pytest.mark.django_db
def test_the_same_thing_is_told_once(server):
    post()
    post()
    tasks.sweep()

    assert len(server.got) == 1


@pytest.mark.django_db
def test_a_refusal_for_now_is_tried_again_later_and_one_for_good_is_not(server):
    server.refused = {"u1@example.org": "451 later", "u2@example.org": "550 no such user"}
    post(1)
    post(2)
    tasks.sweep()
    first = dict(Message.objects.values_list("to", "state"))
    server.refused = {}
    tasks.sweep()
    too_early = len(server.got)
    Message.objects.update(next_at=timezone.now())
    tasks.sweep()

    assert first == {"u1@example.org": "waiting", "u2@example.org": "failed"}
    assert too_early == 0
    assert [envelope.rcpt_tos for envelope in server.got] == [["u1@example.org"]]


@pytest.mark.django_db
def test_a_server_that_is_away_loses_nothing(settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", 1
    settings.KEEPS_MAIL = False
    post()
    tasks.sweep()

    row = Message.objects.get()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert "Connection" in row.error


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "state"), [("receipt", "waiting"), ("request", "uncertain")])
def test_a_sender_that_died_in_the_middle_repeats_receipts_and_leaves_the_rest_to_a_person(kind, state):
    row = post()
    Message.objects.filter(pk=row.pk).update(kind=kind, state="sending", next_at=timezone.now() - timedelta(minutes=5))
    operations.settle()

    assert Message.objects.get().state == state


@pytest.mark.django_db
def test_a_repeated_receipt_has_the_same_message_id(server):
    row = post()
    tasks.sweep()
    Message.objects.update(state="waiting", next_at=timezone.now())
    tasks.sweep()

    assert [row.message_id.encode() in envelope.original_content for envelope in server.got] == [True, True]


@pytest.mark.django_db
def test_no_header_comes_out_of_a_subject(server):
    operations.post(key="x", to="u@example.org", subject="a\r\nBcc: all@example.org", body="b", kind="answer", in_reply_to="<x@y>\r\nCc: z@example.org")
    tasks.sweep()

    assert server.got[0].rcpt_tos == ["u@example.org"]
    assert b"\nBcc:" not in server.got[0].original_content
    assert b"\nCc:" not in server.got[0].original_content
