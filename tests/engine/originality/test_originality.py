from __future__ import annotations

import random

from zhengping.engine.originality import match
from zhengping.engine.record import Case
from zhengping.samples import prose


def case(number: int, seed: int) -> Case:
    """A case of its own text."""
    text = prose.compose(random.Random(seed), "rural", "示例县", 0)
    return Case(number, text.title, "", tuple(text.paragraphs[:-1]))


def test_cases_of_one_theme_do_not_match():
    assert match([case(n, n) for n in range(60)]) == ()


def test_a_copy_of_an_earlier_edition_is_found_with_its_edition():
    old = case(7, 1)

    found = match([Case(1, "", "", old.paragraphs)], [("2025", old)])

    assert [(m.case, m.other, m.kind, m.edition, m.share) for m in found] == [(1, 7, "same-text", "2025", 1.0)]


def test_passages_point_to_the_same_words_on_both_sides():
    first, second = case(1, 1), case(2, 2)
    mixed = Case(3, "", "", (*second.paragraphs[:2], max(first.paragraphs, key=len)))

    (found,) = [m for m in match([first, mixed]) if m.kind == "near"]

    texts = first.text, mixed.text
    assert found.passages and all(texts[0][p.start : p.end] == texts[1][p.other_start : p.other_end] for p in found.passages)


def test_sentences_in_another_order_still_match():
    first = case(1, 1)
    sentences = [s for s in "".join(first.paragraphs).split("。") if s]
    random.Random(3).shuffle(sentences)

    assert [m.case for m in match([first, Case(2, "", "", ("。".join(sentences),))])] == [1]


def test_what_many_share_does_not_count():
    common = "本案例由各级党委、政府高度重视，有关部门密切配合，社会各界积极参与，形成了良好的工作格局和浓厚的社会氛围，取得阶段性进展。" * 2
    cases = [Case(n, "", "", (*case(n, n).paragraphs, common)) for n in range(1, 41)]

    assert match(cases) == ()
