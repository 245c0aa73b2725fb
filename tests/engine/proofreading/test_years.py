from __future__ import annotations

import pytest

from zhengping.engine.proofreading.years import bare_months, bare_years


@pytest.mark.parametrize(("text", "count"), [("年起推行清单制度。", 1), ("2024年起推行。", 0), ("年年落榜，来年再考。", 0), ("年初和年中各办一次。", 0), ("全年办结三百件。", 0)])
def test_a_year_without_its_number_is_found(text, count):
    assert len(bare_years(text)) == count


@pytest.mark.parametrize(
    "text",
    ["截至年底，全县引进人才30名。", "年至1997年增长两成。", "从2021年至年，累计引进。", "1998—年度预算。", "投资已从年的444亿元增加。", "《条例》年3月施行。", "该院于年建成。", "指数年上半年回升。"],
)
def test_a_frame_in_which_only_a_number_can_stand_shows_that_it_is_lost(text):
    assert len(bare_years(text)) == 1


@pytest.mark.parametrize(
    "text",
    ["大家过好年。", "年初下乡，年终总结，年内办完。", "企业年收益100万元，人均年营业额28万元。", "年近七旬的老者。", "高峰年强度达7万吨。", "今年3月，去年底，每年5月。", "比年初增长一成。", "在年轻人中。", "2019年至2021年，1998年底。"],
)
def test_a_year_that_needs_no_number_is_left_alone(text):
    assert bare_years(text) == []


@pytest.mark.parametrize(("text", "count"), [("于今年月交付。", 1), ("去年月，老人来访。", 1), ("于2021年月启动。", 1), ("从3月至月实施。", 1), ("今年月均收入，那年月，每年月光。", 0)])
def test_a_month_without_its_number_is_found(text, count):
    assert len(bare_months(text)) == count
