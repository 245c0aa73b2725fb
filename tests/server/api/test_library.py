"""The public library through the interface: what its pages show, no more."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.server.api.conftest import caller
from tests.server.conftest import edition_of, person
from tests.server.filled import publish

from zhengping.server.api.models import SCOPES
from zhengping.server.library import operations as library
from zhengping.server.library import queries
from zhengping.server.publication import operations, records
from zhengping.server.publication.models import Revocation
from zhengping.server.submission import queries as submission
from zhengping.server.submission.models import Submission
from zhengping.server.submission.records import case_of

HERE = "/api/v1/library"


@pytest.fixture
def published(edition, organiser, numbered):
    """Results of six cases; the second unit does not consent."""
    made = publish(edition, organiser, numbered)
    Submission.objects.filter(pk=numbered[1].pk).update(consents=False)
    library.refresh(edition)
    return made


def numbers(answer):
    return [row["number"] for row in answer.json()["items"]]


def test_the_list_is_that_of_the_page(call, visitor, edition, published):
    first, second = call.get(f"{HERE}?size=3"), call.get(f"{HERE}?size=3&page=2")

    assert numbers(first) + numbers(second) == [entry.number for entry in queries.entries([])] == [1, 3, 4, 5, 6]
    assert first.json()["count"] == 5


@pytest.mark.parametrize(("filtered", "wanted"), [("q", lambda row: {"q": row.title[:3]}), ("theme", lambda row: {"theme": row.theme}), ("province", lambda row: {"province": row.province}), ("award", lambda row: {"award": row.award}), ("edition", lambda row: {"edition": "e4"}), ("none", lambda row: {"edition": "none"})])
def test_words_and_filters_are_those_of_the_page(call, edition, published, filtered, wanted):
    row = queries.entries([]).first()
    asked = wanted(row)

    expected = [entry.number for entry in queries.entries(asked.get("q", "").split(), **{name: value for name, value in asked.items() if name != "q"})]

    assert numbers(call.get(HERE, asked)) == expected and (expected != []) == (filtered != "none")


def test_a_case_comes_with_the_text_of_its_page(call, edition, published, numbered):
    told = call.get(f"{HERE}/e4/1").json()

    assert (told["title"], told["is_edited"], told["is_original"]) == (numbered[0].title, False, True)
    assert told["paragraphs"] == list(case_of(submission.current(numbered[0])).paragraphs) and told["link"].endswith("/c/e4/cases/1/")
    assert "contact_email" not in told and {row["number"] for row in told["similar"]} <= {3, 4, 5, 6}


def test_an_edited_text_is_told_and_the_original_on_demand(call, edition, organiser, published, numbered):
    own = records.parts_of(case_of(submission.current(numbered[0])))
    operations.edit_text(edition=edition, actor=organiser, case=numbered[0], base=0, title="编辑的名称", parts=[[[], ["编辑的正文。"]]])
    library.refresh(edition)

    told, first = call.get(f"{HERE}/e4/1").json(), call.get(f"{HERE}/e4/1?original=true").json()

    assert (told["title"], told["paragraphs"], told["is_edited"], told["is_original"]) == ("编辑的名称", ["编辑的正文。"], True, False)
    assert (first["title"], first["is_edited"], first["is_original"]) == (numbered[0].title, True, True) and first["paragraphs"] == [line for _h, lines in own for line in lines]
    assert numbers(call.get(HERE, {"q": "编辑的正文"})) == [1]
    register = call.get("/api/v1/editions/e4/cases").json()["items"]
    assert [(row["title"], row["public_title"]) for row in register][:2] == [(numbered[0].title, "编辑的名称"), (numbered[1].title, "")]


def test_what_the_public_may_not_read_is_not_there(call, edition, organiser, published, numbered):
    Revocation.objects.create(result=published, submission=numbered[2], reasons="样例", by=organiser, at=published.published_at)
    Submission.objects.filter(pk=numbered[3].pk).update(withdrawn_at=published.published_at)

    gone = [call.get(f"{HERE}/e4/{number}").status_code for number in (2, 3, 4, 99)]
    library.refresh(edition)

    assert gone == [404] * 4 and numbers(call.get(HERE)) == [1, 5, 6]
    assert call.get(f"{HERE}/nowhere/1").status_code == 404


def test_before_the_results_nothing_is_there(call, edition, numbered):
    assert (numbers(call.get(HERE)), call.get(f"{HERE}/e4/1").status_code) == ([], 404)


def test_the_scope_is_needed_and_enough(visitor, edition, organiser, published):
    without = caller(organiser, edition, scopes=[scope for scope in SCOPES if scope != "library"])[0]
    alone = caller(person("reader@example.org"), edition_of(organiser, "other"), scopes=["library"])[0]

    assert [client.get(address).status_code for client in (visitor, without, alone) for address in (HERE, f"{HERE}/e4/1")] == [401, 401, 403, 403, 200, 200]


@pytest.mark.parametrize("asked", ["judge=x", "province=3", "page=0", "q=" + "+".join("一二三四五六七八九")])
def test_what_is_not_known_or_fits_not_is_refused(call, published, asked):
    assert call.get(f"{HERE}?{asked}").status_code == 422


def test_an_answer_that_the_caller_has_is_not_sent_again(call, published):
    for address in (HERE, f"{HERE}/e4/1"):
        tag = call.get(address)["ETag"]

        assert call.get(address, headers={"if-none-match": tag}).status_code == 304


def test_a_list_asks_the_same_number_of_questions_whatever_its_size(call, published):
    call.get(HERE)

    with CaptureQueriesContext(connection) as one:
        call.get(f"{HERE}?size=1")
    with CaptureQueriesContext(connection) as all_:
        call.get(f"{HERE}?size=5")

    assert len(one) == len(all_) <= 6
