"""Searching by words finds what LIKE finds, for one character and for many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengping.engine.text import grams
from zhengping.server.submission import operations, queries
from zhengping.server.submission.models import Submission, Text

WORDS = ("人", "人才", "公寓", "套", "评价改革", "第2产业园区", "江苏省", "（1）", "“青蓝计划”", "%", "\\", "没有这个词")


@pytest.mark.parametrize("sought", WORDS)
def test_a_word_is_found_where_it_stands_and_nowhere_else(numbered, sought):
    texts = dict(Text.objects.values_list("pk", "words"))

    found = set(Submission.objects.filter(pk__in=queries.holding([sought])).values_list("pk", flat=True))

    assert found == {case.pk for case in numbered if sought in f"{case.title}\n{case.unit}\n{texts[case.pk]}"}


def test_several_words_must_all_stand_there(numbered):
    found = Submission.objects.filter(pk__in=queries.holding(["南京", "博士"]))

    assert {case.unit for case in found} == {"江苏省南京市鼓楼区委组织部"}


def test_a_corrected_title_is_found_and_the_old_one_no_longer(numbered, edition):
    case = numbered[0]
    operations.correct(submission=case, actor="unit", changed=case.changed, title="匠心筑梦", unit=case.unit)

    assert [list(Submission.objects.filter(pk__in=queries.holding([word])).values_list("pk", flat=True)) for word in ("匠心筑", "青蓝")] == [[case.pk], []]


def test_what_came_without_passing_here_is_indexed_later(numbered):
    case = numbered[0]
    made = Submission.objects.create(edition=case.edition, intake=case.intake, ordinal=99, title="鸿雁归巢", number=99, confirmed_at=case.arrived_at, source="zip", arrived_at=case.arrived_at)
    before = Submission.objects.filter(pk__in=queries.holding(["鸿雁"])).count()

    done = operations.index_left()

    assert (before, done, list(Submission.objects.filter(pk__in=queries.holding(["鸿雁"])))) == (0, 1, [made])
    assert operations.index_left() == 0


@given(st.text(alphabet="人才A,a 。１1%", max_size=12), st.text(alphabet="人才A,a。１1%", min_size=1, max_size=4))
def test_the_runs_that_a_word_needs_are_those_of_every_text_that_holds_it(before, word):
    text = f"{before}{word}{before}"

    assert set(grams.needed(word)) <= grams.runs(text)
    assert len(grams.folded(text)) == len(text)
    assert any(text[begin:end].find(word) >= 0 for begin, end in grams.found(text, (word,)))


def test_a_case_is_found_once_it_has_a_number(case, edition):
    draft = operations.index_left()
    operations.correct(submission=case, actor="unit", changed=case.changed, title="鸿雁归巢", unit=case.unit, consents=True)
    operations.confirm(submission=case, via="code")

    assert (draft, operations.index_left(), operations.index_left()) == (0, 1, 0)
    assert list(Submission.objects.filter(pk__in=queries.holding(["鸿雁"]))) == [case]
