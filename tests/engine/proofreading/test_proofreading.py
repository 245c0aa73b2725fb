from __future__ import annotations

import pytest

from zhengping.engine.proofreading import proofread
from zhengping.engine.record import Case, Edition, Part, PartRule

FULL = "各部门共同研究解决办法，定期开展回访，把工作做细做实，群众普遍表示满意，这项工作仍在继续推进。" * 3


def kinds(text: str, **more) -> list[str]:
    """Kinds of findings in one paragraph."""
    return [finding.kind for finding in proofread(Case(1, "标题", "单位", (text, FULL), **more)) if finding.paragraph >= 0]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("加强*治引领，凝聚人才队伍的力量。", "masked-character"),
        ("县党*、政府高度重视。", "masked-character"),
        ("设立个编制用于引才。", "lost-number"),
        ("安排专项资金万元支持。", "lost-number"),
        ("聘请引才大使名，效果良好。", "lost-number"),
        ("截至目前，年起全面推行。", "lost-year"),
        ("组织组织培训十期。", "doubled-word"),
        ("二是健全评价体系。三是优化服务。", "missing-ordinal"),
    ],
)
def test_damage_is_found(text, kind):
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "一是建立机制。二是优化服务，发放补贴200万元。",
        "组建家居制造产业人才联盟，推行点对点对接。",
        "投入上万元，近亿元，设立人才专项。",
        "数据为3*4的矩阵，注：见附件。",
        "2023年起，全市著名专家、知名企业参与。",
    ],
)
def test_clean_text_is_quiet(text):
    assert kinds(text) == []


def test_a_number_is_never_suggested():
    found = proofread(Case(1, "标题", "单位", ("设立个编制，引进名博士，投入万元。", FULL)))

    assert [f.suggestion for f in found if f.kind.startswith("lost-")] == [""] * len([f for f in found if f.kind.startswith("lost-")])


def test_a_masked_word_that_is_certain_is_restored():
    found = [f for f in proofread(Case(1, "标题", "单位", ("加强*治引领。", FULL))) if f.kind == "masked-character"]

    assert [f.suggestion for f in found] == ["政治引领"]


def test_a_text_that_stops_in_mid_sentence_is_found():
    assert "cut-off" in [f.kind for f in proofread(Case(1, "标题", "单位", (FULL, "通过这些办法，全县的人才工作逐步走上了规")))]


def test_parts_that_are_missing_or_too_long_are_found():
    edition = Edition(parts=(PartRule("background", "案例背景", 10), PartRule("effect", "成效", 100)))
    case = Case(1, "标题", "单位", (FULL,), (Part("background", "背景", 0, 1),))

    assert sorted(f.kind for f in proofread(case, edition)) == ["part-missing", "part-too-long"]


def test_half_width_marks_hide_nothing():
    text = "学生来稿多篇,做好工*,截至年底,聘请引才大使名;效果好。"

    assert sorted(kinds(text)) == ["lost-number", "lost-number", "lost-year", "masked-character"]


def test_a_quotation_keeps_the_marks_of_the_text():
    found = [f for f in proofread(Case(1, "标题", "单位", ("聘请引才大使名,效果好。", FULL))) if f.kind == "lost-number"]

    assert [f.quote for f in found] == ["聘请引才大使名,效果好。"]


def test_a_blank_between_a_number_and_its_measure_word_is_none():
    assert kinds("5 个部门的 16 条政策归并，70 名骨干进入 2023 年 8 月成立的 3 家企业。") == []


def test_places_count_the_blanks_of_the_text():
    text = "有 70 名骨干，设立 个编制。"
    found = [f for f in proofread(Case(1, "标题", "单位", (text, FULL))) if f.kind == "lost-number"]

    assert [text[f.start : f.end].replace(" ", "") for f in found] == ["设立个"]


def test_a_number_at_the_end_of_the_line_before_is_not_lost():
    found = proofread(Case(1, "标题", "单位", (FULL + "不符合条件的5", "个项目组退回整改。", FULL)))

    assert [f.kind for f in found if f.kind == "lost-number"] == []
