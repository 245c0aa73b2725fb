"""The programming interface is as strict as the pages: tokens, scopes, editions, roles, paging, ETags, rates."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.server.api.conftest import caller
from tests.server.conftest import edition_of, person

from zhengping.server.api import operations, records
from zhengping.server.api.models import SCOPES, Token
from zhengping.server.call.models import Membership
from zhengping.server.submission import tasks
from zhengping.server.submission.models import Submission

CALLS = {  # address below the edition: scope
    "": "", "/cases": "cases", "/cases/1": "cases", "/codings": "codings", "/cases/1/coding": "codings", "/figures": "figures", "/results": "results", "/uploads/1": "upload",
}  # fmt: skip


def at(edition, rest=""):
    return f"/api/v1/editions/{edition.slug}{rest}"


def test_cases_are_paged_in_the_order_of_their_numbers(call, edition, numbered):
    first = call.get(at(edition, "/cases?size=4")).json()
    second = call.get(at(edition, "/cases?size=4&page=2")).json()

    assert (first["count"], [case["number"] for case in first["items"] + second["items"]]) == (6, [1, 2, 3, 4, 5, 6])


def test_a_case_comes_with_its_text(call, edition, numbered):
    told = call.get(at(edition, "/cases/1")).json()

    assert told["title"] == numbered[0].title and any("引才机制" in text for text in told["paragraphs"])


def test_words_find_cases(call, edition, numbered):
    assert [c["number"] for c in call.get(at(edition, "/cases?q=科技特派员")).json()["items"]] == [
        row.number for row in numbered if "科技特派员" in row.words.words or "科技特派员" in row.title
    ]


def test_an_unknown_word_is_refused(call, edition, numbered):
    assert call.get(at(edition, "/cases?judge=x")).status_code == 422


@pytest.mark.parametrize("rest", CALLS)
def test_without_a_token_nothing_opens(visitor, edition, numbered, rest):
    assert visitor.get(at(edition, rest)).status_code == 401


@pytest.mark.parametrize("rest", [rest for rest, scope in CALLS.items() if scope])
def test_a_token_without_the_scope_is_refused(organiser, edition, numbered, rest):
    client = caller(organiser, edition, scopes=[scope for scope in SCOPES if scope != CALLS[rest]])[0]

    assert client.get(at(edition, rest)).status_code == 403


@pytest.mark.parametrize("rest", CALLS)
def test_a_token_of_another_edition_sees_nothing(organiser, edition, numbered, rest):
    client = caller(organiser, edition_of(organiser, "other"))[0]

    assert client.get(at(edition, rest)).status_code == 404


@pytest.mark.parametrize("role", ["judge", "chair", "screener", "unit"])
@pytest.mark.parametrize("rest", CALLS)
def test_a_token_has_no_more_rights_than_its_person(edition, numbered, rest, role):
    user = person(f"{role}9@example.org")
    if role != "unit":
        Membership.objects.create(edition=edition, user=user, role=role, body=edition.bodies.first() if role == "screener" else None)

    assert caller(user, edition)[0].get(at(edition, rest)).status_code == 403


def test_an_auditor_reads_and_does_not_write(edition, numbered):
    user = person("auditor9@example.org")
    Membership.objects.create(edition=edition, user=user, role="auditor")
    client = caller(user, edition)[0]

    read = client.get(at(edition, "/cases")).status_code
    wrote = client.put(at(edition, "/cases/1/coding"), {"changed": 1}, content_type="application/json").status_code
    sent = client.post(at(edition, "/uploads"), {"files": io.BytesIO(b"x")}).status_code

    assert (read, wrote, sent) == (200, 403, 403)


def test_an_ended_a_revoked_and_a_wrong_token_are_refused(organiser, edition, visitor):
    ended, row = caller(organiser, edition)
    Token.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    revoked, other = caller(organiser, edition)
    operations.revoke_token(token=other, actor=organiser)

    found = [client.get(at(edition)).status_code for client in (ended, revoked)]

    assert found == [401, 401]
    assert visitor.get(at(edition), headers={"authorization": "Bearer zp_x"}).status_code == 401


def test_only_the_hash_of_a_token_is_kept(organiser, edition):
    row, word = operations.make_token(user=organiser, edition=edition, name="x", scopes=["cases"], days=1)

    kept = " ".join(str(value) for value in Token.objects.filter(pk=row.pk).values_list().get())
    assert word not in kept and records.hashed(word) in kept


def test_what_has_not_changed_is_not_sent_again(call, edition, numbered):
    first = call.get(at(edition, "/cases"))
    again = call.get(at(edition, "/cases"), headers={"if-none-match": first["ETag"]})
    Submission.objects.filter(number=1, edition=edition).update(title="新的题目")
    changed = call.get(at(edition, "/cases"), headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content, changed.status_code) == (304, b"", 200)


def test_too_many_calls_are_refused_for_a_while(call, edition, settings):
    settings.API_A_MINUTE, settings.WORKERS = 3, 1

    found = [call.get(at(edition)) for _ in range(4)]

    assert [answer.status_code for answer in found] == [200, 200, 200, 429]
    assert found[-1]["Retry-After"] == "60"


def test_a_coding_is_confirmed_and_a_stale_one_refused(call, edition, numbered):
    told = call.get(at(edition, "/cases/1/coding")).json()
    words = {"changed": told["changed"], "theme": "rural"}

    first = call.put(at(edition, "/cases/1/coding"), words, content_type="application/json")
    second = call.put(at(edition, "/cases/1/coding"), words, content_type="application/json")

    assert (first.status_code, first.json()["source"], first.json()["themes"][0]) == (200, "person", "rural")
    assert second.status_code == 409


def test_files_are_taken_in_and_numbered(call, edition, word):
    file = io.BytesIO(word(7))
    file.name = "案例.docx"
    sent = call.post(at(edition, "/uploads"), {"files": file})
    while tasks.sweep_files():
        pass
    tasks.sweep_drafts()

    told = call.get(at(edition, f"/uploads/{sent.json()['id']}")).json()

    assert (sent.status_code, told["state"], told["numbers"]) == (202, "drafted", [1])


def test_figures_name_the_cases_that_they_counted(call, edition, numbered):
    total = next(figure for figure in call.get(at(edition, "/figures")).json() if figure["about"] == "total")

    assert (total["value"], total["cases"]) == (6, [1, 2, 3, 4, 5, 6])


def test_the_person_makes_and_ends_tokens_on_a_page(at_desk, edition, organiser):
    shown = at_desk.post("/account/tokens/", {"name": "同步", "edition": edition.pk, "scopes": ["cases"], "days": 30}).content.decode()
    row = Token.objects.get()

    at_desk.post("/account/tokens/", {"revoke": row.pk})

    row.refresh_from_db()
    assert "zp_" in shown and not row.holds


def test_a_stranger_cannot_end_another_ones_token(edition, organiser, visitor):
    from tests.server.conftest import client_of

    row, _word = operations.make_token(user=organiser, edition=edition, name="x", scopes=["cases"], days=1)

    assert client_of(person("b@example.org")).post("/account/tokens/", {"revoke": row.pk}).status_code == 404
