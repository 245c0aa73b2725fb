"""Every secret is a word of its own; what comes back to whom may not read it is searched byte by byte."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from tests.server.conftest import client_of, edition_of, person
from tests.server.test_doors import NAMES, judged

from zhengping.server.call.models import Membership
from zhengping.server.judging import operations as judging
from zhengping.server.publication import operations as publication
from zhengping.server.publication.models import Listed, Notice
from zhengping.server.screening import operations as screening
from zhengping.server.submission import operations as submission
from zhengping.server.submission.models import Submission

SECRETS = {
    "contact": "金丝雀联系人",
    "telephone": "13800009999",
    "address": "canary-unit@example.org",
    "reason": "金丝雀理由",
    "title": "金丝雀标题",
    "unit": "浙江省金丝雀集团有限公司",
    "judge": "金丝雀评委",
    "objector": "金丝雀异议人",
    "evidence": "金丝雀证据",
    "code": "",
}


@pytest.fixture
def world(edition, organiser, numbered, screener):
    """A case of 浙江 whose contact, reasons and judge are secrets."""
    case = next(case for case in numbered if case.division.startswith("33"))
    held = Submission.objects.get(pk=case.pk)
    submission.correct(
        submission=held, actor=organiser, changed=held.changed, title=SECRETS["title"], unit=SECRETS["unit"], contact_name=SECRETS["contact"],
        contact_telephone=SECRETS["telephone"], contact_email=SECRETS["address"], theme="reform",
    )  # fmt: skip
    screening.mark(body=held.body, submission=held, actor=organiser, mark="recommended", reason=SECRETS["reason"])
    judge = person("judge@example.org", name=SECRETS["judge"])
    Membership.objects.create(edition=edition, user=judge, role="judge")
    given = judged(edition, judge, held)
    objected(edition, organiser, next(other for other in numbered if other.pk != case.pk))
    other = person("other@example.org")
    edition_of(other, "other")
    SECRETS["code"] = held.query_code
    people = {"anonymous": None, "judge": judge, "screener": screener, "unit": person("unit@example.org"), "other organiser": other}
    return {"case": held, "clients": {role: client_of(user) for role, user in people.items()}, "edition": edition, "given": given}


def objected(edition, organiser, listed):
    """Somebody objects to a list before the public."""
    now = timezone.now()
    notice = Notice.objects.create(edition=edition, number=1, days=1, counting="working", opened_at=now, closes_at=now + timedelta(days=1), decided="0", hash="0", by=organiser)
    Listed.objects.create(notice=notice, submission=listed, place=1, award="一等奖", title=listed.title, unit=listed.unit)
    publication.object_(edition=edition, at=now, reasons="样例", name=SECRETS["objector"], email="o@example.org", evidence=SECRETS["evidence"].encode(), evidence_name="1.txt")


def opened(answer) -> bytes:
    """All bytes of an answer: head, body, and what lies in its zips."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items()).encode()
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body += b"".join(archive.read(name) for name in archive.namelist())
    return head + body


def test_no_secret_reaches_whom_it_should_not(world):
    case, edition = world["case"], world["edition"]
    given = world["given"]
    words = {"key": "reform", "page": 1, "about": "total", "slug": edition.slug, "number": case.number, "pk": case.files.first().pk, "sign": "x", "ending": "docx", "kind": "themes", "word": "x", "token": "guess", "code": "en", "round": 1, "assignment": given.pk, "seat": given.seat_id, "proposal": 1, "objection": 1}
    leaks = []
    for role, client in world["clients"].items():
        own = {SECRETS["judge"], SECRETS["title"]} if role == "judge" else set()  # a judge reads blind what the case says
        for name, _view, taken in NAMES:
            for division in ("320000", "330000"):
                try:
                    address = reverse(name, kwargs={word: {**words, "division": division}[word] for word in taken})
                except NoReverseMatch:
                    continue
                for query in ("", f"?q={SECRETS['title']}", f"?q={SECRETS['contact']}", "?order=contact_name&judge=1"):
                    data = opened(client.get(address + query)).replace(query.encode(), b"")
                    echo = {SECRETS["title"], SECRETS["contact"]} if query else set()  # what was asked stands in the search field
                    leaks += [(role, name, key) for key, secret in SECRETS.items() if secret and secret not in own | echo and secret.encode() in data]

    assert leaks == []


def test_a_screener_sees_no_contact_of_the_own_province(world, edition, organiser):
    user = person("zj@example.org")
    Membership.objects.create(edition=edition, user=user, role="screener", body=edition.bodies.get(division="330000"))
    client = client_of(user)
    case = world["case"]
    pages = [reverse("screening:cases", args=[edition.slug, "330000"]), reverse("screening:case", args=[edition.slug, "330000", case.number]), reverse("screening:sheet", args=[edition.slug, "330000"])]
    data = b"".join(opened(client.get(page)) for page in pages)

    assert SECRETS["title"].encode() in data
    assert [key for key in ("contact", "telephone", "address", "code") if SECRETS[key].encode() in data] == []


PAYLOAD = "<script>zp()</script>\"'><img src=x onerror=zp()>{{7*7}}"


def test_no_text_of_a_person_becomes_markup_on_any_page(edition, organiser, numbered, screener):
    case = Submission.objects.get(pk=next(case for case in numbered if case.division.startswith("32")).pk)
    Submission.objects.filter(pk=case.pk).update(title=PAYLOAD[:150], unit=PAYLOAD, contact_name=PAYLOAD[:60], excluded_why="")
    edition.bodies.filter(pk=case.body_id).update(contact_name=PAYLOAD[:60], contact_telephone=PAYLOAD[:40])
    type(edition).objects.filter(pk=edition.pk).update(name=PAYLOAD[:120], notice=PAYLOAD, contact=PAYLOAD[:100])
    screening.mark(body=case.body, submission=case, actor=organiser, mark="recommended", reason=PAYLOAD)
    judge = person("judge@example.org", name=PAYLOAD[:60])
    Membership.objects.create(edition=edition, user=judge, role="judge")
    given = judged(edition, judge, case)
    type(given.sheet).objects.filter(pk=given.sheet.pk).update(notes=PAYLOAD)
    judging.say(held=given.round, submission=case, actor=judge, words=PAYLOAD)
    words = {"slug": edition.slug, "number": case.number, "division": "320000", "pk": case.files.first().pk, "token": case.token, "round": 1, "assignment": given.pk, "seat": given.seat_id, "proposal": 1, "kind": "themes", "sign": "x", "word": "x", "ending": "jsonl", "code": "en"}
    wrong, seen = [], 0
    for user in (organiser, screener, judge, None):
        client = client_of(user)
        for name, _view, taken in NAMES:
            try:
                answer = client.get(reverse(name, kwargs={word: words[word] for word in taken}))
            except (KeyError, NoReverseMatch):
                continue
            if answer.status_code != 200 or not answer.get("Content-Type", "").startswith(("text/html", "image/svg")):
                continue
            body = answer.content.decode()
            seen += PAYLOAD[:20].replace("<", "&lt;").replace(">", "&gt;") in body
            wrong += [(name, str(user)) for raw in ("<script>zp", "<img src=x", "onerror=zp()>") if raw in body]

    assert seen > 15  # it does stand on pages, as words
    assert wrong == []
