"""A rephrasing tells what its paragraph told: nothing false, no other fact, and what it left out is named."""

from __future__ import annotations

import pytest
from tests.engine.roundup.test_verify import EDITION, ENTRIES, FIGURES

from zhengping.engine import roundup

OLD = "浙江省湖州市安吉县委组织部选派科技特派员45名，建成白茶专家工作站3个，推行“一村一专家”。福建省宁德市寿宁县开设田间课堂，培训茶农1200人次，户均增收8000元。"
CHECKER = roundup.Checker(ENTRIES, FIGURES, EDITION)


def told(new, old=OLD):
    found = roundup.rephrased(old, new, CHECKER)
    return [(c.quote, c.nearest) for c in found.wrong], [(c.quote, c.nearest) for c in found.changed], list(found.lost)


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        OLD.replace("选派科技特派员45名，建成白茶专家工作站3个", "建成白茶专家工作站3个，选派科技特派员45名"),
        OLD.replace("开设田间课堂，培训茶农", "开设了田间课堂，共培训茶农"),
        OLD.replace("浙江省湖州市安吉县委组织部", "如安吉县"),
        OLD.rstrip("。"),
    ],
)
def test_an_honest_rephrasing_may_stand(new):
    assert told(new) == ([], [], [])


@pytest.mark.parametrize(
    ("new", "wrong", "changed"),
    [
        (OLD.replace("45名", "47名"), [("47名", "45名")], []),
        (OLD.replace("1200人次", "8000人次"), [("8000人", "1200人")], []),
        (OLD.replace("一村一专家", "一村两专家"), [("一村两专家", "一村一专家")], []),
        (OLD.replace("浙江省湖州市安吉县委组织部", "浙江省湖州市德清县委组织部"), [("浙江省湖州市德清县委组织部", "浙江省湖州市安吉县委组织部")], []),
        (OLD.replace("增收8000元", "减收8000元"), [], [("减收", "增收")]),
        (f"{OLD}征集活动共收到案例2篇。", [], [("2篇", "")]),
    ],
)
def test_a_false_or_another_fact_is_objected_to_with_what_is_true(new, wrong, changed):
    found = told(new)

    assert (found[0], [row for row in found[1] if row in changed]) == (wrong, changed)


def test_a_true_fact_of_another_case_is_none_of_the_paragraph():
    old = "安吉县选派科技特派员45名，建成白茶专家工作站3个。"

    wrong, changed, lost = told("寿宁县开设田间课堂，培训茶农1200人次。", old)

    assert wrong == []
    assert {quote for quote, _nearest in changed} >= {"寿宁县", "1200人"}
    assert lost == ["安吉县", "45名", "3个"]


def test_numbers_of_one_case_that_change_places_are_told():
    old = "安吉县选派科技特派员45名，建成白茶专家工作站3个。"

    wrong, changed, _lost = told("安吉县选派科技特派员3名，建成白茶专家工作站45个。", old)

    assert {quote for quote, _nearest in (*wrong, *changed)} == {"3名", "45个"}


def test_what_was_left_out_is_named_and_bars_nothing():
    assert told("安吉县选派科技特派员45名，推行“一村一专家”。") == ([], [], ["福建省宁德市寿宁县", "3个", "1200人", "8000元"])
