from __future__ import annotations

from zhengping.engine import chains
from zhengping.engine.record import Case, Edition, Entry

CODER = chains.coder(Edition(year=2026))
TEXT = (
    "一是下放职称评审权，实行用人主体自主评价。二是取消论文要求，评定农民高级职称12人。",
    "仍存在三个问题：一是标准单一；二是评审专家不足。",
)


def test_each_value_has_its_evidence():
    coding = CODER.code(Case(1, "职称评审改革", "江苏省南京市鼓楼区人社局", TEXT))

    assert (coding.place.division, coding.unit_type, coding.unit_level, coding.themes[0]) == ("320106", "人社", "县级", "evaluation")
    assert {"division", "unit_type", "theme"} <= {evidence.about for evidence in coding.evidence}


def test_measures_and_problems_are_told_apart():
    measures = CODER.code(Case(1, "职称评审改革", "南京市人社局", TEXT)).measures

    assert [(measure.role, measure.ordinal) for measure in measures] == [("measure", 1), ("measure", 2), ("problem", 1), ("problem", 2)]


def test_numbers_of_a_measure_are_kept():
    measures = CODER.code(Case(1, "", "", TEXT)).measures

    assert measures[1].numbers == ("12人",)


def test_nothing_is_guessed_where_nothing_is_said():
    coding = CODER.code(Case(1, "", "", ()))

    assert (coding.place.division, coding.unit_type, coding.themes) == ("", "", ())


def test_a_unit_of_another_province_than_its_sender_is_a_conflict():
    from zhengping.engine.coding import conflicts

    case = Case(1, "", "浙江省杭州市委组织部", province="320000")
    coding = CODER.code(case)

    assert "place-conflict" in [finding.kind for finding in conflicts(case, coding)]
    assert coding.place.confidence < 0.9


def test_confirmed_codings_teach_the_coder():
    text = ("推动蓝莓冷链仓储与分拣标准落地，" * 10,)
    before = CODER.code(Case(99, "蓝莓冷链", "", text)).themes[:1]
    confirmed = [Entry(Case(n, "蓝莓冷链", "", text), _coding(n)) for n in range(1, 31)]

    after = chains.coder(Edition(year=2026), confirmed).code(Case(99, "蓝莓冷链", "", text)).themes[:1]

    assert (before != ("patriotism",), after) == (True, ("patriotism",))


def _coding(number):
    from zhengping.engine.record import Coding, Place

    return Coding(number, Place(""), "", "", "", ("patriotism",))
