"""The writing aid, against a real server: what it says is taken over only where register and paragraph bear it out; a server that fails is told in words."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone
from tests.server.conftest import client_of, person

from zhengping.server.audit.models import Entry
from zhengping.server.call.models import Membership
from zhengping.server.roundup import operations, queries, records, tasks
from zhengping.server.roundup.models import Rephrasing

KEY = "sk-of-the-tests"
HERE = "http://" + "127.0.0.1"


class Aid:
    """A chat server that keeps what it gets; `answer` makes its answer of the paragraph, or writes it itself."""

    def __init__(self):
        self.got, self.heads, self.paths = [], [], []
        self.answer = lambda handler, text: text


def said(text):
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()


def dripping(handler):
    """A head that never ends, a few bytes now and then."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(10):
        handler.wfile.write(b"X-Slow: 1\r\n")
        time.sleep(0.3)


@pytest.fixture
def server(settings):
    """A real server with the chat interface, and the settings that name it."""
    aid = Aid()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            aid.paths.append(self.path)
            aid.heads.append(dict(self.headers))
            aid.got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            text = json.loads(aid.got[-1])["messages"][-1]["content"].split("原文：", 1)[1]
            made = aid.answer(self, text)
            if made is not None:
                self.send(200, made if isinstance(made, bytes) else said(made))

        def send(self, status, body=b"", **head):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **head}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads, running.block_on_close = True, False
    threading.Thread(target=running.serve_forever, daemon=True).start()
    settings.AID_URL, settings.AID_MODEL, settings.AID_KEY = f"{HERE}:{running.server_port}/v1", "sample-model", KEY
    settings.AID_SECONDS, settings.AID_AN_HOUR = 1, 100
    yield aid
    running.shutdown()
    running.server_close()


@pytest.fixture
def at(article, organiser, text):
    """The line of a paragraph that names cases with numbers; the organiser holds the article."""
    operations.hold(article=article, actor=organiser)
    found = queries.register(article)
    rows = records.claims(found, text)
    return next(
        at for at, row in enumerate(rows) if {"number", "unit"} <= {c.kind for c in row if c.case} or {"number", "place"} <= {c.kind for c in row if c.case}
    )


def address(edition, part="aid/"):
    return f"/o/{edition.slug}/roundup/{part}"


def asked(client, edition, text, at, wish=""):
    """Ask for a paragraph and have the worker do it; -> the page of the editor as it is then."""
    client.post(address(edition), {"p": text.split("\n"), "base": 1, "do": "ask", "paragraph": at, "wish": wish})
    tasks.sweep_rephrasings()
    return client.post(address(edition, ""), {"p": text.split("\n"), "base": 1, "do": "check"}).content.decode()


def take(client, edition, text, answer):
    return client.post(address(edition), {"p": text.split("\n"), "base": 1, "do": "take", "answer": answer})


def number_of(article, text, at):
    """A number of a case in a paragraph with the claim about it."""
    row = records.claims(queries.register(article), text)[at]
    return next(c for c in row if c.kind == "number" and c.case and c.quote.isdigit() and len(c.quote) > 1)


def test_off_by_default_nothing_is_shown_and_nothing_asked(at_desk, edition, article, text, at, settings):
    assert settings.AID_URL == ""

    page = at_desk.get(address(edition, "")).content.decode()
    at_desk.post(address(edition), {"p": text.split("\n"), "base": 1, "do": "ask", "paragraph": at})

    assert "写作辅助" not in page and not Rephrasing.objects.exists()


def test_a_good_answer_is_taken_over_saved_as_a_version_and_told(at_desk, edition, organiser, article, text, at, server):
    server.answer = lambda handler, words: words.replace("，", "，并", 1)

    page = asked(at_desk, edition, text, at, "更简短")
    row = queries.rephrasing(article)
    taken = take(at_desk, edition, text, row.answer).content.decode()
    unsaved = queries.article(edition).current
    changed = text.split("\n")
    changed[at] = row.answer
    at_desk.post(address(edition, ""), {"p": changed, "base": 1, "do": "save"})

    assert "相符，可以采用。" in page and "<ins>并</ins>" in page
    assert "改写已放进" in taken and row.answer in taken and unsaved == 1
    assert queries.current(queries.article(edition)).text == "\n".join(changed)
    assert "采用写作辅助的改写 1 段" in at_desk.get(address(edition, "versions/")).content.decode()
    assert [(e.action, e.actor) for e in Entry.objects.filter(action__contains="rephrasing").order_by("id")] == [
        ("roundup.want_rephrasing", f"user:{organiser.pk}"),
        ("roundup.take_rephrasing", f"user:{organiser.pk}"),
    ]
    assert json.loads(Entry.objects.get(action="roundup.save").after)["rephrasings"] == [row.pk]


def test_only_the_paragraph_and_the_wish_leave_the_house(at_desk, edition, article, text, at, server):
    asked(at_desk, edition, text, at, "更简短")

    told = json.loads(server.got[0])

    assert server.paths == ["/v1/chat/completions"] and server.heads[0]["Authorization"] == f"Bearer {KEY}"
    assert told["messages"][1]["content"] == f"要求：更简短\n原文：{text.split(chr(10))[at]}"
    assert (told["model"], told["stream"], len(told["messages"])) == ("sample-model", False, 2)


def test_a_falsified_number_is_objected_to_with_the_true_one_and_cannot_be_taken(at_desk, edition, article, text, at, server):
    claim = number_of(article, text, at)
    server.answer = lambda handler, words: words.replace(claim.sentence, claim.sentence.replace(claim.quote, "97531"))

    page = asked(at_desk, edition, text, at)
    refused = take(at_desk, edition, text, queries.rephrasing(article).answer)

    assert "与登记册不符，应为" in page and f"应为“{claim.quote}" in page and "97531" in page and "相符，可以采用。" not in page
    assert refused.status_code == 409 and queries.rephrasing(article).state == "ready"
    assert text.split("\n")[at] in refused.content.decode()


def test_what_was_objected_to_may_be_taken_once_the_editor_mended_it(at_desk, edition, article, text, at, server):
    claim = number_of(article, text, at)
    server.answer = lambda handler, words: words.replace(claim.sentence, claim.sentence.replace(claim.quote, "97531"))
    asked(at_desk, edition, text, at)

    mended = take(at_desk, edition, text, queries.rephrasing(article).answer.replace("97531", claim.quote))

    assert mended.status_code == 200 and Rephrasing.objects.get().state == "taken"
    assert json.loads(Entry.objects.get(action="roundup.take_rephrasing").after)["is_as_answered"] is False


def test_places_that_were_exchanged_are_objected_to(at_desk, edition, article, text, at, server):
    rows = records.claims(queries.register(article), text)
    here = next(c for c in rows[at] if c.kind in ("unit", "place") and c.case)
    there = next(c for row in rows for c in row if c.kind in ("unit", "place") and c.case not in (0, *(own.case for own in rows[at])))
    server.answer = lambda handler, words: words.replace(here.quote, there.quote, 1)

    page = asked(at_desk, edition, text, at)

    assert "有的事实不符" in page
    assert take(at_desk, edition, text, queries.rephrasing(article).answer).status_code == 409


def test_a_true_fact_that_the_paragraph_did_not_tell_is_no_rephrasing(at_desk, edition, article, text, at, server):
    rows = records.claims(queries.register(article), text)
    own = {c.case for c in rows[at]}
    other = next(c.sentence for row in rows for c in row if c.kind == "number" and c.is_borne_out and c.case and c.case not in own)
    server.answer = lambda handler, words: words + other

    assert "原段没有" in asked(at_desk, edition, text, at)
    assert take(at_desk, edition, text, queries.rephrasing(article).answer).status_code == 409


def test_facts_that_were_left_out_are_told(at_desk, edition, article, text, at, server):
    claim = number_of(article, text, at)
    server.answer = lambda handler, words: words.replace(claim.sentence, "")

    page = asked(at_desk, edition, text, at)

    assert "改写略去了原段的" in page and claim.quote in page.split("改写略去了原段的")[1][:400]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda handler, text: handler.send(500), "出错（500）"),
        (lambda handler, text: handler.send(401), "不认可密钥（401）"),
        (lambda handler, text: handler.send(404), "没有接受请求（404）"),
        (lambda handler, text: handler.send(429), "请求太多（429）"),
        (lambda handler, text: b"{broken", "看不懂"),
        (lambda handler, text: b'{"choices": []}', "看不懂"),
        (lambda handler, text: b"[" * 100_000, "看不懂"),
        (lambda handler, text: json.dumps({"choices": [{"message": {"content": None}}]}).encode(), "看不懂"),
        (lambda handler, text: "  ", "答复是空的"),
        (lambda handler, text: "<think>想了很久", "答复是空的"),
        (lambda handler, text: "多" * 7000, "过长"),
        (lambda handler, text: b" " * ((1 << 20) + 10), "过长"),
        (lambda handler, text: time.sleep(3), "1 秒内没有答复"),
        (lambda handler, text: dripping(handler), "1 秒内没有答复"),
        (lambda handler, text: handler.connection.shutdown(socket.SHUT_RDWR), "连不上"),
    ],
    ids=["500", "401", "404", "429", "broken", "no-choice", "deep", "null", "empty", "thinking", "long", "huge", "slow", "drops", "hung-up"],
)
def test_a_server_that_fails_is_told_in_a_sentence(at_desk, edition, article, text, at, server, answer, word):
    server.answer = answer
    began = time.monotonic()

    page = asked(at_desk, edition, text, at)

    assert word in page and KEY not in page
    assert time.monotonic() - began < 2.5
    assert text.split("\n")[at] in page


def test_a_server_that_is_down_is_told(at_desk, edition, article, text, at, server, settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.AID_URL = f"{HERE}:{free.getsockname()[1]}/v1"

    assert "连不上" in asked(at_desk, edition, text, at)


def test_no_redirect_is_followed(at_desk, edition, article, text, at, server):
    server.answer = lambda handler, words: handler.send(307, Location=f"http://{handler.headers['Host']}/elsewhere")

    assert "没有接受请求（307）" in asked(at_desk, edition, text, at)
    assert server.paths == ["/v1/chat/completions"]


def test_what_comes_back_is_text_alone(at_desk, edition, article, text, at, server):
    server.answer = lambda handler, words: f"<think>想一想97531</think>\n```\n**<script>alert(1)</script>{words}**\n```\u202e\x07"

    page = asked(at_desk, edition, text, at)

    answer = queries.rephrasing(article).answer
    assert answer == f"alert(1){text.split(chr(10))[at]}"
    assert "<script>alert(1)" not in page


def test_the_key_is_in_no_log_and_on_no_page(at_desk, edition, article, text, at, server, settings, caplog):
    settings.AID_KEY = f"{KEY}\r\nX-Other: 1"  # http.client names a header that it refuses
    with caplog.at_level(logging.DEBUG):
        page = asked(at_desk, edition, text, at)

    assert "连不上" in page and KEY not in page + caplog.text + json.dumps([e.after for e in Entry.objects.all()])


def test_one_at_a_time_and_not_without_end(at_desk, edition, article, text, at, server, settings):
    rows = {"p": text.split("\n"), "base": 1, "do": "ask", "paragraph": at}
    at_desk.post(address(edition), rows)
    second = at_desk.post(address(edition), rows)
    tasks.sweep_rephrasings()
    settings.AID_AN_HOUR = 1
    third = at_desk.post(address(edition), rows)

    assert "正在改写另一段" in second.content.decode() and "一小时内已请求改写 1 次" in third.content.decode()
    assert Rephrasing.objects.count() == 1 and len(server.got) == 1


def test_personal_data_is_not_sent(at_desk, edition, article, text, at, server):
    rows = text.split("\n")
    rows[at] += "联系电话13912345678。"

    answer = at_desk.post(address(edition), {"p": rows, "base": 1, "do": "ask", "paragraph": at}).content.decode()

    assert "不能送出" in answer and not Rephrasing.objects.exists()


def test_only_whoever_holds_the_article_asks_and_takes(at_desk, edition, article, text, at, server):
    colleague = person("colleague@example.org", name="样例同事")
    Membership.objects.create(edition=edition, user=colleague, role="organiser")
    asked(at_desk, edition, text, at)
    other = client_of(colleague)

    wanted = other.post(address(edition), {"p": text.split("\n"), "base": 1, "do": "ask", "paragraph": at})
    taken = take(other, edition, text, queries.rephrasing(article).answer)

    assert (wanted.status_code, taken.status_code) == (409, 409)
    assert Rephrasing.objects.get().state == "ready"


def test_a_paragraph_that_changed_meanwhile_is_not_overwritten(at_desk, edition, article, text, at, server):
    asked(at_desk, edition, text, at)
    rows = text.split("\n")
    rows[at] = rows[at] + "另有补充。"

    answer = take(at_desk, edition, "\n".join(rows), queries.rephrasing(article).answer)

    assert answer.status_code == 409 and "原段已经改动" in answer.content.decode() and rows[at] in answer.content.decode()


def test_the_answer_is_looked_for_without_the_page(at_desk, edition, article, text, at, server):
    at_desk.post(address(edition), {"p": text.split("\n"), "base": 1, "do": "ask", "paragraph": at})
    waiting = at_desk.get(address(edition), headers={"HX-Request": "true"}).content.decode()
    tasks.sweep_rephrasings()
    ready = at_desk.get(address(edition), headers={"HX-Request": "true"}).content.decode()

    assert "every 2s" in waiting and "every 2s" not in ready and "相符，可以采用。" in ready
    assert at_desk.get(address(edition)).status_code == 302


def test_a_question_left_by_a_dead_worker_is_asked_again(at_desk, edition, article, text, at, server):
    at_desk.post(address(edition), {"p": text.split("\n"), "base": 1, "do": "ask", "paragraph": at})
    Rephrasing.objects.update(state="asking", began_at=timezone.now() - timedelta(minutes=5))

    assert tasks.sweep_rephrasings() == 1
    assert queries.rephrasing(article).state == "ready"
