"""Between web server and site: bodies are taken in first, requests take turns, and who waits for a reader holds nobody up."""

import io
import threading
import time

import pytest
from django.utils import timezone

from zhengping.server import gate


class Body:
    """What comes of an upload, when it comes."""

    def __init__(self, comes):
        self.comes = comes

    def read(self, *size):
        assert self.comes.wait(20)
        return b"body"


def asked(application, body, answers):
    """A request of four bytes in a thread of its own."""
    own = gate.Gate(lambda environ, start: (start("200 OK", []), application(environ))[1])
    environ = {"wsgi.input": body, "CONTENT_LENGTH": "4"}
    thread = threading.Thread(target=lambda: answers.append(whole(own(environ, lambda *head: None))), daemon=True)
    thread.start()
    return thread


def whole(answer):
    """What is sent, and the end of it."""
    sent = b"".join(answer)
    answer.close()
    return sent


def test_slow_uploads_hold_nobody_up():
    comes, slow, quick = threading.Event(), [], []
    echoes = lambda environ: [environ["wsgi.input"].read()]  # noqa: E731
    uploads = [asked(echoes, Body(comes), slow) for _ in range(3 * gate.HANDS)]

    asked(echoes, io.BytesIO(b"here"), quick).join(20)

    assert quick == [b"here"]
    assert slow == []
    comes.set()
    for upload in uploads:
        upload.join(20)
    assert slow == [b"body"] * len(uploads)


def test_no_more_than_the_turns_are_worked_on_at_once_but_for_those_who_wait():
    now, most, lock, answers = [0], [0], threading.Lock(), []

    def works(environ):
        with gate.waiting():
            time.sleep(0.01)
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.02)
        with lock:
            now[0] -= 1
        return [b"."]

    own = gate.Gate(lambda environ, start: (start("200 OK", []), works(environ))[1])
    threads = [threading.Thread(target=lambda: answers.extend(own({}, lambda *head: None)), daemon=True) for _ in range(5 * gate.TURNS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert most == [gate.TURNS]
    assert answers == [b"."] * len(threads)


def test_turns_are_handed_on_in_order_of_asking():
    turns, order = gate._Turns(1), []
    turns.take()

    def asks(number):
        turns.take()
        order.append(number)
        turns.give()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=asks, args=(number,), daemon=True))
        threads[-1].start()
        while len(turns._asking) <= number:
            time.sleep(0.001)
    turns.give()
    for thread in threads:
        thread.join(20)

    assert order == [0, 1, 2, 3, 4]


def test_a_fault_of_the_application_gives_its_turn_back():
    def fails(environ, start):
        raise ValueError

    for _ in range(2 * gate.TURNS):
        with pytest.raises(ValueError):
            gate.Gate(fails)({}, None)

    assert gate._turns._free == gate.TURNS


def test_outside_of_a_request_nothing_is_given_or_taken():
    with gate.waiting():
        assert gate._turns._free == gate.TURNS


@pytest.mark.parametrize(("seconds", "is_begin"), [(900, True), (-1, False)])
def test_a_body_within_a_quarter_of_an_hour_arrived_when_it_began(monkeypatch, seconds, is_begin):
    seen, comes, asks = [], threading.Event(), threading.Event()
    monkeypatch.setattr(gate, "BODY_SECONDS", seconds)
    body = Body(comes)
    body.read = lambda *size: asks.set() or Body.read(body, *size)
    request = asked(lambda environ: seen.append(environ["zhengping.arrived_at"]) or [b""], body, [])
    assert asks.wait(20)
    between = timezone.now()
    comes.set()
    request.join(20)

    assert (seen[0] <= between) == is_begin


def test_a_body_for_which_there_is_no_room_is_left_to_the_site(monkeypatch):
    monkeypatch.setattr(gate, "SPARE", 1 << 60)
    body = io.BytesIO()

    assert gate._whole({"wsgi.input": body, "CONTENT_LENGTH": str(1 << 20)}) is body
    assert gate._whole({"wsgi.input": io.BytesIO(b"few"), "CONTENT_LENGTH": "3"}).read() == b"few"


def test_half_of_an_upload_whose_sender_is_gone_is_no_upload():
    heads = []

    answer = gate.Gate(lambda environ, start: pytest.fail("half an upload came through"))({"wsgi.input": io.BytesIO(b"ha"), "CONTENT_LENGTH": "4"}, lambda *head: heads.append(head[0]))

    assert (list(answer), heads) == ([], ["400 Bad Request"])


def test_what_is_larger_than_anybody_may_send_is_not_taken_in(settings):
    heads = []
    environ = {"wsgi.input": io.BytesIO(), "CONTENT_LENGTH": str(settings.LARGEST_BULK * 2)}

    answer = gate.Gate(lambda environ, start: pytest.fail("it came through"))(environ, lambda *head: heads.append(head[0]))

    assert heads == ["413 Content Too Large"]
    assert "请分几次上传" in b"".join(answer).decode()
