from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengping.engine.assignment import Impossible, Rules, assign, fits
from zhengping.engine.record import Candidate, Judge

PROVINCES = ("110000", "310000", "320000", "330000", "440000", "510000")
THEMES = ("人才评价", "人才引进", "人才培养")


def world(seed, cases=24, judges=9):
    rng = np.random.default_rng(seed)
    some = [Candidate(f"案例{at}", str(rng.choice(PROVINCES)), f"单位{rng.integers(20)}", (str(rng.choice(THEMES)),)) for at in range(cases)]
    who = [Judge(f"评委{at}", PROVINCES[at % 6], f"单位{rng.integers(20)}", tuple(rng.permutation(THEMES)[:2].tolist())) for at in range(judges)]
    return some, who, rng.random((cases, judges)).astype(np.float32)


def pairs(plan):
    return {(pair.case, pair.judge) for pair in plan.assignments}


def test_each_case_goes_to_those_who_know_its_theme():
    cases = [Candidate("1", themes=("人才评价",)), Candidate("2", themes=("人才引进",))]
    judges = [Judge("甲", themes=("人才评价",)), Judge("乙", themes=("人才引进",))]

    plan = assign(cases, judges, Rules(reads=1))

    assert pairs(plan) == {("1", "甲"), ("2", "乙")}
    assert (plan.total, plan.floor, plan.parts) == (2.0, 1.0, ((1.0, 1.0), (1.0, 1.0)))


def test_the_floor_is_kept_at_the_cost_of_the_sum():
    fit = np.array([[1.0, 0.4], [0.7, 0.0]], np.float32)
    cases, judges = [Candidate("1"), Candidate("2")], [Judge("a", least=1, most=1), Judge("b", least=1, most=1)]

    assert pairs(assign(cases, judges, Rules(1, floor=0.0), fit=fit)) == {("1", "b"), ("2", "a")}
    assert pairs(assign(cases, judges, Rules(1), fit=np.array([[1.0, 0.4], [0.5, 0.0]], np.float32))) == {("1", "b"), ("2", "a")}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_no_rule_is_ever_broken(seed):
    cases, judges, fit = world(seed)
    rng = np.random.default_rng(seed)
    declared = {(f"案例{rng.integers(24)}", f"评委{rng.integers(9)}") for _turn in range(6)}

    try:
        plan = assign(cases, judges, Rules(3, spread=True), fit=fit, conflicts=declared)
    except Impossible as error:
        assert error.found
        return

    home = {case.case: case for case in cases}
    seat = {judge.judge: judge for judge in judges}
    for pair in plan.assignments:
        case, judge = home[pair.case], seat[pair.judge]
        assert case.division != judge.division and case.unit != judge.unit and (pair.case, pair.judge) not in declared
    for case in cases:
        readers = [pair.judge for pair in plan.assignments if pair.case == case.case]
        assert len(readers) == len({seat[name].division for name in readers}) == 3
    assert all(load.least <= load.reads <= load.most for load in plan.loads)
    assert plan.total <= plan.optimum + 1e-6


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(seed, chance):
    cases, judges, fit = world(seed)
    rows, columns = chance.sample(range(24), 24), chance.sample(range(9), 9)

    first = assign(cases, judges, Rules(2), fit=fit)
    second = assign([cases[at] for at in rows], [judges[at] for at in columns], Rules(2), fit=fit[np.ix_(rows, columns)])

    assert first == second


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_a_judge_who_is_away_changes_nothing(seed):
    cases, judges, fit = world(seed)

    first = assign(cases, judges, Rules(2), fit=fit)
    second = assign(cases, [*judges, Judge("远方", "650000", away=True)], Rules(2), fit=np.hstack([fit, np.ones((24, 1), np.float32)]))

    assert first.assignments == second.assignments


def test_reads_already_begun_are_kept_even_of_a_judge_who_is_away():
    cases, judges, fit = world(4)
    judges[0] = replace(judges[0], away=True)
    kept = [("案例1", "评委0"), ("案例2", "评委4")]

    plan = assign(cases, judges, Rules(3), fit=fit, kept=kept)

    assert {(pair.case, pair.judge) for pair in plan.assignments if pair.source == "kept"} == set(kept)
    assert [pair.case for pair in plan.assignments if pair.judge == "评委0"] == ["案例1"]
    assert all(sum(pair.case == case.case for pair in plan.assignments) == 3 for case in cases)


def test_pairs_set_by_hand_hold():
    cases, judges, fit = world(5)
    free = assign(cases, judges, Rules(3), fit=fit)
    taken = min(pairs(free))
    other = min(
        (case.case, judge.judge) for case in cases for judge in judges if (case.case, judge.judge) not in pairs(free) and case.division != judge.division
    )

    plan = assign(cases, judges, Rules(3, fixed=(other,), forbidden=(taken,)), fit=fit)

    assert other in pairs(plan) and taken not in pairs(plan)


def test_panels_are_joined_by_the_share_of_link_cases():
    rng = np.random.default_rng(3)
    cases = [Candidate(f"c{at}", themes=(THEMES[at % 3],)) for at in range(60)]
    judges = [Judge(f"j{at}", themes=(THEMES[at % 3],)) for at in range(12)]
    fit = rng.random((60, 12)).astype(np.float32)

    apart = assign(cases, judges, Rules(3, panels=True, links=0.0), fit=fit)
    joined = assign(cases, judges, Rules(3, panels=True, links=0.3), fit=fit)

    crossing = [pair for pair in joined.assignments if int(pair.case[1:]) % 3 != int(pair.judge[1:]) % 3]
    assert (len(apart.islands), len(joined.islands), len(crossing)) == (3, 0, 18)
    assert all(load.variance is None for load in apart.loads) and all(load.variance > 1 for load in joined.loads)


def test_the_variance_of_a_balanced_design_is_one():
    from itertools import combinations

    trios = list(combinations(range(4), 3))
    cases, judges = [Candidate(f"c{at}") for at in range(4)], [Judge(f"j{at}") for at in range(4)]
    kept = [(f"c{at}", f"j{who}") for at, trio in enumerate(trios) for who in trio]

    plan = assign(cases, judges, Rules(3), kept=kept)

    assert [round(load.variance, 9) for load in plan.loads] == [1.0] * 4


@pytest.mark.parametrize(
    ("judges", "rules", "keys", "values"),
    [
        ([Judge("a", most=1), Judge("b", most=1)], Rules(2), ["assign-too-few"], {"short": "2"}),
        ([Judge("a", least=9, most=9), Judge("b", least=9, most=9)], Rules(1), ["assign-too-much"], {"over": "16"}),
        ([Judge("a", "330000"), Judge("b", "330000"), Judge("c", "110000")], Rules(2), ["assign-short"], {"more": "1", "province": "浙江"}),
        ([Judge("a", "110000"), Judge("b", "110000")], Rules(2, spread=True), ["assign-second"], {"count": "2"}),
    ],
    ids=["too few reads", "too many at least", "own province", "one province"],
)
def test_what_stands_in_the_way_is_named_with_the_least_change(judges, rules, keys, values):
    cases = [Candidate("1", "330000"), Candidate("2", "330000")]

    with pytest.raises(Impossible) as caught:
        assign(cases, judges, rules)

    assert [trouble.key for trouble in caught.value.found] == keys
    assert values.items() <= dict(caught.value.found[0].values).items()


def test_a_full_judge_is_named_with_the_reads_that_are_missing():
    cases = [Candidate(f"{at}", "330000") for at in range(3)] + [Candidate(f"{at}", "110000") for at in range(3, 6)]
    judges = [Judge("京", "110000", least=0, most=2), Judge("浙", "330000", least=0, most=9)]

    with pytest.raises(Impossible) as caught:
        assign(cases, judges, Rules(1))

    assert [(trouble.key, dict(trouble.values)["judges"], dict(trouble.values)["cases"]) for trouble in caught.value.found] == [
        ("assign-most", "京 +1", "0、1、2")
    ]


def test_words_in_common_add_to_the_expertise():
    cases = [Candidate("1", themes=("评价", "引进"), words=("职称", "海外"))]
    judges = [Judge("a", themes=("评价",), words=("职称", "海外")), Judge("b", themes=("引进",)), Judge("c", themes=("培养",), words=("职称",))]

    fit, theme, words = fits(cases, judges)

    assert np.allclose(theme, [[1, 0.85, 0.15]]) and np.allclose(words, [[1, 0, 0.5]])
    assert np.allclose(fit, [[1, 0.85 * 0.7, 0.15 * 0.85]])


def test_a_larger_task_reaches_the_optimum_of_the_sum_and_a_better_floor():
    rng = np.random.default_rng(7)
    expertise, theme = rng.beta(0.6, 1.2, (30, 9)), rng.integers(9, size=400)
    fit = (0.7 * expertise[:, theme].T + 0.3 * rng.random((400, 30))).astype(np.float32)
    cases, judges = [Candidate(f"{at}") for at in range(400)], [Judge(f"{at}") for at in range(30)]

    plain = assign(cases, judges, Rules(3, floor=0.0), fit=fit)
    fair = assign(cases, judges, Rules(3), fit=fit)

    assert plain.total == plain.optimum == fair.optimum
    assert fair.floor > plain.floor and fair.total > 0.98 * fair.optimum
