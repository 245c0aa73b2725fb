from __future__ import annotations

import pytest

from zhengping.engine import tables
from zhengping.engine.record import Case, Coding, Entry, Measure, Place
from zhengping.engine.roundup.groups import group


def headings(theme: str, words: str) -> list[str]:
    """The headings of the groups that one measure makes."""
    measure = Measure("measure", 1, words, words + "。", 0)
    entry = Entry(Case(1, "标题", "单位", (words,)), Coding(1, Place("110000"), "单位", "", "", measures=(measure,)))
    return [found.heading for found in group(next(t for t in tables.themes() if t.key == theme), [entry])]


@pytest.mark.parametrize(
    ("theme", "words", "heading"),
    [
        ("rural", "选派博士和专家包村", "请专家和科技特派员进村入户"),
        ("reform", "协调银行发放创业贷款", "用金融和市场力量支持人才"),
    ],
)
def test_a_measure_joins_the_aspect_that_its_words_speak_for(theme, words, heading):
    assert headings(theme, words) == [heading]


@pytest.mark.parametrize(("theme", "words", "heading"), [("rural", "建设博士后站和专家大院", "请专家"), ("reform", "组建人才发展集团", "用金融")])
def test_the_name_of_a_thing_does_not_speak_for_an_aspect(theme, words, heading):
    assert not any(found.startswith(heading) for found in headings(theme, words))
