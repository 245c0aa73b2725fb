from hypothesis import given
from hypothesis import strategies as st

from zhengping.engine.record import Candidate
from zhengping.engine.selection import Award, Move, Quota, Rules, fill, limits

RULES = Rules((Award("一", 1), Award("二", 2)), (Quota("most", "province", 1, award="一"), Quota("most", "province", 2)), reserve=3)
HOMES = {"a": "320000", "b": "320000", "c": "330000", "d": "320000", "e": "110000", "f": "110000"}
CASES = [Candidate(case, division) for case, division in HOMES.items()]
VALUES = {case: 90.0 - at for at, case in enumerate(HOMES)}
LIST = {"a": "一", "b": "二", "c": "二"}


def filled(after, rules=RULES, before=LIST, **words):
    return fill(before, after, ["d", "e", "f"], rules, CASES, VALUES, **{"barred": {}, **words})


def test_the_reserve_enters_the_lowest_award_in_its_order():
    found = filled({"a": "一", "b": "二"})

    assert found.moves == (Move("e", "", "二"),)
    assert [(skip.case, dict(skip.why)["zh"]) for skip in found.skips] == [("d", "省份名额已满（全部奖项中省份“江苏”至多2个），顺延。")]
    assert dict(found.skips[0].why)["en"].startswith("The quota by province is full")


def test_none_of_the_reserve_passes_a_case_that_has_an_award():
    found = filled({"b": "二", "c": "二"})

    assert (found.moves, found.empty) == ((), (("一", 1),))


def test_a_cascade_moves_each_up_by_one_and_the_reserve_comes_last():
    found = filled({"b": "二", "c": "二"}, cascades=True)

    assert found.moves == (Move("b", "二", "一"), Move("d", "", "二")) and not found.empty


def test_a_case_that_was_lowered_does_not_come_back_and_leaves_nothing_free():
    found = filled({"a": "二", "b": "二", "c": "二"}, cascades=True, barred={"a": "moving-ruled"})

    assert found.moves == (Move("b", "二", "一"),) and [skip.case for skip in found.skips] == ["a"]


def test_where_the_reserve_is_exhausted_the_place_stays_empty():
    found = filled({"a": "一"}, barred={"e": "moving-gone", "f": "moving-jury"})

    assert (found.moves, found.empty) == ((Move("d", "", "二"),), (("二", 1),)) and [skip.case for skip in found.skips] == ["e", "f"]


def test_a_level_and_an_at_least_quota_pass_cases_over():
    level = Rules((Award("一", 1), Award("二", 2, 86.5)))
    least = Rules((Award("一", 1), Award("二", 2)), (Quota("least", "province", 1, of=("330000",)),))

    assert filled({"a": "一", "b": "二"}, level).moves == (Move("d", "", "二"),)
    assert filled({"a": "一", "b": "二"}, level, barred={"d": "moving-gone"}).moves == ()
    assert filled({"a": "一", "b": "二"}, least).moves == ()
    assert filled({"a": "一", "c": "二"}, least).moves == (Move("d", "", "二"),)


def test_places_that_were_empty_before_stay_so():
    assert filled({}, before={"a": "一"}, cascades=True).empty == (("一", 1),)
    assert filled({"a": "一"}, before={"a": "一"}).moves == ()


@given(st.lists(st.sampled_from(["110000", "320000", "330000"]), min_size=9, max_size=9), st.sets(st.integers(0, 4)), st.booleans())
def test_sums_and_quotas_hold_whoever_falls(homes, gone, cascades):
    rules = Rules((Award("一", 2), Award("二", 3)), (Quota("most", "province", 2), Quota("most", "province", 1, award="each")))
    cases = [Candidate(str(at), home) for at, home in enumerate(homes)]
    before = {str(at): "一" if at < 2 else "二" for at in range(5)}
    after = {case: award for case, award in before.items() if int(case) not in gone}
    reserve = [str(at) for at in range(5, 9)]
    found = fill(before, after, reserve, rules, cases, {}, barred={}, cascades=cascades)

    now = {**after, **{move.case: move.after for move in found.moves}}
    free = dict(found.empty)
    assert [sum(name == award for name in now.values()) + free.get(award, 0) for award in ("一", "二")] == [2, 3]
    for limit in limits(rules, cases):
        held = [sum(1 for at in limit.members if (given.get(str(at), "") and limit.award < 0) or given.get(str(at)) == "一二"[limit.award]) for given in (after, now)]
        assert held[1] <= max(held[0], limit.amount)
