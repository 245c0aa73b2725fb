"""Fifty falsifications: each is found while it is typed, and in a Word file that comes back changed; the unchanged draft has no mark."""

from __future__ import annotations

import io
from random import Random

import pytest
from benchmarks.verify import planted
from docx import Document

from zhengping.engine.record import RoundUp
from zhengping.server.roundup import queries
from zhengping.server.submission.records import opened


@pytest.fixture
def changes(article):
    """Fifty changes, each of one sentence."""
    draft = opened(article.registers.get().draft, RoundUp)
    sentences = [sentence for section in draft.sections for paragraph in section.paragraphs for sentence in paragraph]
    found = [row for seed in range(1, 9) for row in planted(sentences, Random(seed))]
    return list(dict.fromkeys(found))[:50]


def test_each_is_marked_while_it_is_typed(at_desk, edition, text, changes):
    missed = []
    for kind, sentence, changed in changes:
        rows = text.split("\n")
        at = next(at for at, row in enumerate(rows) if sentence in row)
        rows[at] = rows[at].replace(sentence, changed)
        page = at_desk.post(f"/o/{edition.slug}/roundup/check/", {"p": rows, "at": at}).content.decode()
        if "is-wrong" not in page:
            missed.append((kind, sentence, changed))

    assert (len(changes), missed) == (50, [])


def test_each_is_marked_in_a_word_file_that_comes_back(at_desk, edition, article, text, changes):
    original = at_desk.get(f"/o/{edition.slug}/roundup/article.docx").content
    missed = []
    for kind, sentence, changed in changes:
        document = Document(io.BytesIO(original))
        paragraph = next(p for p in document.paragraphs if sentence in p.text)
        paragraph.text = paragraph.text.replace(sentence, changed)
        held = io.BytesIO()
        document.save(held)
        held.seek(0)
        held.name = "总编修改.docx"
        at_desk.post(f"/o/{edition.slug}/roundup/word/", {"file": held, "base": queries.article(edition).current})
        made = queries.current(queries.article(edition))
        if made.source != "word" or not made.wrong:
            missed.append((kind, sentence, changed, made.source))

    assert (len(changes), missed) == (50, [])


def test_the_unchanged_draft_has_no_mark(at_desk, edition, article):
    page = at_desk.get(f"/o/{edition.slug}/roundup/").content.decode()

    assert queries.current(article).claims > 50
    assert "is-wrong" not in page


def test_an_unchanged_word_file_changes_nothing(at_desk, edition, article):
    held = io.BytesIO(at_desk.get(f"/o/{edition.slug}/roundup/article.docx").content)
    held.name = "综述.docx"

    at_desk.post(f"/o/{edition.slug}/roundup/word/", {"file": held, "base": article.current})

    assert queries.article(edition).current == article.current
