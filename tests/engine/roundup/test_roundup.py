from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengping.engine import chains, figures, roundup, tables
from zhengping.engine.folder import edition, register


@pytest.fixture
def entries(sample):
    return register.read(sample / "out" / "register.jsonl")


@pytest.fixture
def call(sample):
    return edition.load(sample / "edition.toml")


def test_every_sentence_has_a_source(entries, call):
    article = chains.overview(entries, call).round_up

    assert [s.text for section in article.sections for paragraph in section.paragraphs for s in paragraph if not s.sources] == []


def test_numbers_of_the_opening_are_those_of_the_figures(entries, call):
    found = chains.overview(entries, call)
    opening = "".join(s.text for paragraph in found.round_up.sections[0].paragraphs for s in paragraph)

    assert f"案例{figures.find(found.figures, 'total').value}篇" in opening
    assert f"{figures.find(found.figures, 'provinces').value}个省级单位" in opening


def test_the_order_of_the_cases_does_not_matter(entries, call):
    assert chains.overview(entries[::-1], call).round_up.text == chains.overview(entries, call).round_up.text


def test_numbers_in_a_case_sentence_stand_in_the_case(entries, call):
    texts = {entry.case.number: entry.case.text for entry in entries}
    article = chains.overview(entries, call).round_up
    wrong = []
    for section in article.sections[1:]:
        for paragraph in section.paragraphs:
            for sentence in paragraph:
                cases = [source.case for source in sentence.sources if source.case]
                if cases:
                    wrong += [(n, sentence.text) for n in re.findall(r"\d+", sentence.text) if not any(n in texts[c] for c in cases)]
    assert wrong == []


def test_must_and_never_are_kept(entries, call):
    article = chains.overview(entries, call, must=(3,), never=(5,)).round_up
    named = {source.case for section in article.sections for paragraph in section.paragraphs for s in paragraph for source in s.sources}

    assert 3 in named and 5 not in named


@pytest.mark.parametrize(("must", "never", "key"), [((999,), (), "round-up-unknown"), ((1,), (1,), "round-up-both")])
def test_numbers_that_cannot_be_are_refused(entries, call, must, never, key):
    with pytest.raises(tables.Trouble) as error:
        chains.overview(entries, call, must=must, never=never)

    assert error.value.key == key


@pytest.mark.parametrize("kind", ["docx", "html", "pdf"])
def test_an_article_gives_the_same_bytes_twice(entries, call, kind):
    article = chains.overview(entries, call).round_up

    assert roundup.render(article, kind, entries) == roundup.render(article, kind, entries)


@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(1, 40), min_size=1))
def test_every_figure_of_cases_equals_their_number(sample, chosen):
    entries = [entry for entry in register.read(sample / "out" / "register.jsonl") if entry.case.number in chosen]
    found = figures.count(entries, edition.load(sample / "edition.toml"))

    assert [f for f in found if f.about in ("province", "type", "level", "theme", "mark", "total") and f.value != len(f.cases)] == []
    for about in ("province", "type", "level", "theme", "mark"):
        assert sum(f.value for f in found if f.about == about) == len(entries)


def test_a_body_that_was_not_invited_is_never_missing(entries, call):
    from dataclasses import replace

    found = figures.count(entries, replace(call, invited=("110000", "310000")))

    assert {f.key for f in found if f.about == "missing"} <= {"110000", "310000"}
