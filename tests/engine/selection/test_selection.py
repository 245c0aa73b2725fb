from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from zhengping.engine.record import Candidate, Estimate
from zhengping.engine.selection import Award, Contradiction, Quota, Rules, Ruling, compare, limits, select
from zhengping.engine.selection.problem import field, problem

PROVINCES = ("110000", "320000", "330000", "510000")


def world(seed, count=40, sd=None):
    rng = np.random.default_rng(seed)
    cases = [
        Candidate(f"c{at}", str(rng.choice(PROVINCES)), f"u{rng.integers(count)}", (f"t{rng.integers(3)}",), (), f"k{rng.integers(3)}") for at in range(count)
    ]
    return [Estimate(f"c{at}", float(value), sd=sd) for at, value in enumerate(rng.normal(80, 5, count))], cases


RULES = Rules(
    (Award("一", 3), Award("二", 7)),
    (
        Quota("most", "province", share=0.4),
        Quota("least", "theme", 2),
        Quota("most", "unit", 1),
        Quota("least", "type", share=0.2),
        Quota("most", "province", 2, award="each"),
    ),
)


def given_awards(found):
    return {choice.case: choice.award for choice in found.choices if choice.award}


def test_without_quotas_the_best_have_the_awards():
    estimates = [Estimate(f"{at}", 90.0 - at) for at in range(5)]

    found = select(estimates, [], Rules((Award("一", 1), Award("二", 2)), reserve=1))

    assert [(choice.case, choice.award, choice.place) for choice in found.choices] == [
        ("0", "一", 1),
        ("1", "二", 2),
        ("2", "二", 3),
        ("3", "备选", 1),
        ("4", "", 0),
    ]
    assert found.choices[0].reason == "第1名，按名次获一。"
    assert dict(found.choices[3].told) == {"zh": "第4名，在入选的3个之后。列备选第1位。", "en": "Rank 4: below the 3 that were chosen. Number 1 of the reserve."}


def brute(some):
    """The value of the optimum by one integer programme over all cases."""
    count, awards = some.worth.shape
    rows, low, high = [], [], []

    def add(members, award, least, most):
        row = np.zeros((count, awards))
        row[list(members), :] = 1 if award < 0 else 0
        if award >= 0:
            row[list(members), award] = 1
        rows.append(row.ravel())
        low.append(least)
        high.append(most)

    for case in range(count):
        add([case], -1, 0, 1)
    for award, number in enumerate(some.numbers):
        add(range(count), award, number, number)
    for limit in some.limits:
        add(limit.members, limit.award, limit.amount if limit.quota.kind == "least" else 0, limit.amount if limit.quota.kind == "most" else count)
    found = milp(-some.worth.ravel(), integrality=np.ones(count * awards), bounds=(0, 1), constraints=LinearConstraint(np.array(rows), low, high))
    return None if found.x is None else -found.fun


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
def test_the_choice_is_the_optimum_and_keeps_every_quota(seed):
    estimates, cases = world(seed)
    some = field(estimates, cases, RULES)
    best = brute(problem(some, some.values))

    if best is None:
        with pytest.raises(Contradiction):
            select(estimates, cases, RULES)
        return
    found = select(estimates, cases, RULES)

    award = given_awards(found)
    names = [each.name for each in RULES.awards]
    assert found.value == pytest.approx(best, abs=1e-6)
    assert [sum(given == name for given in award.values()) for name in names] == [3, 7]
    ordered = [estimate.case for estimate in some.estimates]
    for limit in limits(RULES, some.candidates):
        load = sum(ordered[case] in award and (limit.award < 0 or award[ordered[case]] == names[limit.award]) for case in limit.members)
        assert load <= limit.amount if limit.quota.kind == "most" else load >= limit.amount


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100_000), st.randoms(use_true_random=False))
def test_order_of_rows_and_shift_of_scale_change_nothing(seed, chance):
    estimates, cases = world(seed)
    rules = replace(RULES, quotas=RULES.quotas[:3])
    rows = chance.sample(range(40), 40)

    first = select(estimates, cases, rules)
    second = select([estimates[at] for at in rows], [cases[at] for at in reversed(rows)], rules)
    third = select([replace(estimate, estimate=2 * estimate.estimate + 7) for estimate in estimates], cases, rules)

    assert first == second
    assert given_awards(first) == given_awards(third)


def test_a_full_quota_is_named_as_the_reason():
    estimates = [Estimate(f"{at}", 90.0 - at) for at in range(4)]
    cases = [Candidate("0", "330000"), Candidate("1", "330000"), Candidate("2", "320000"), Candidate("3", "510000")]

    found = select(estimates, cases, Rules((Award("奖", 2),), (Quota("most", "province", 1),)))

    out = next(choice for choice in found.choices if choice.case == "1")
    assert (out.award, out.rule) == ("", "全部奖项中省份“浙江”至多1个")
    assert out.reason == "第2名，按名次应获奖，因名额已满（全部奖项中省份“浙江”至多1个）顺延，未入选。"


def test_a_minimum_that_pulls_a_case_up_is_named():
    estimates = [Estimate(f"{at}", 90.0 - at) for at in range(4)]
    cases = [Candidate(f"{at}", themes=("甲" if at < 3 else "乙",)) for at in range(4)]

    found = select(estimates, cases, Rules((Award("奖", 2),), (Quota("least", "theme", 1, of=("乙",)),)))

    assert given_awards(found) == {"0": "奖", "3": "奖"}
    assert next(choice.rule for choice in found.choices if choice.case == "3") == "全部奖项中主题“乙”至少1个"


def test_an_award_stays_empty_below_its_level():
    found = select([Estimate("a", 90.0), Estimate("b", 70.0)], [], Rules((Award("奖", 2, 80.0),)))

    assert (given_awards(found), found.empty) == ({"a": "奖"}, (("奖", 1),))


def test_forced_and_barred_cases_keep_their_reasons():
    estimates = [Estimate(f"{at}", 90.0 - at) for at in range(4)]
    rulings = (Ruling("0", "撤稿", is_in=False), Ruling("3", "评委会决定", "二"))

    found = select(estimates, [], Rules((Award("一", 1), Award("二", 1)), rulings=rulings))

    assert given_awards(found) == {"1": "一", "3": "二"}
    assert [choice.reason for choice in found.choices if choice.case in "03"] == ["第4名，已指定二：评委会决定。", "第1名，已排除：撤稿。"]


@pytest.mark.parametrize(("ties", "chosen", "is_open"), [(("vote",), "a", True), (("order",), "a", False), (("mean",), "b", False)])
def test_equal_estimates_at_the_line_are_decided_or_named(ties, chosen, is_open):
    estimates = [Estimate("a", 90.0, mean=80.0), Estimate("b", 90.0, mean=85.0)]

    found = select(estimates, [], Rules((Award("奖", 1),), ties=ties))

    assert list(given_awards(found)) == [chosen]
    assert {choice.is_open for choice in found.choices} == {is_open}


def test_equal_estimates_that_no_vote_could_exchange_are_not_put_to_one():
    estimates = [Estimate("a", 95.0), Estimate("b", 90.0), Estimate("c", 90.0)]
    cases = [Candidate("a", "330000"), Candidate("b", "330000"), Candidate("c", "320000")]

    found = select(estimates, cases, Rules((Award("奖", 2),), (Quota("most", "province", 1),)))

    assert (given_awards(found), any(choice.is_open for choice in found.choices)) == ({"a": "奖", "c": "奖"}, False)


def test_the_smallest_set_of_contradictory_rules_is_named():
    estimates = [Estimate(f"{at}", 90.0 - at) for at in range(4)]
    cases = [Candidate(f"{at}", PROVINCES[at // 2], themes=("甲",)) for at in range(4)]
    quotas = (Quota("most", "province", 1), Quota("least", "theme", 1), Quota("least", "province", 2, of=("110000",)))

    with pytest.raises(Contradiction) as caught:
        select(estimates, cases, Rules((Award("奖", 2),), quotas))

    assert sorted((rule.quota.kind, rule.value, rule.amount) for rule in caught.value.rules) == [("least", "110000", 2), ("most", "110000", 1)]
    assert "北京" in caught.value.said("zh") and "infeasible" not in caught.value.said("en")


def test_each_rule_of_a_contradiction_is_needed():
    estimates, cases = world(1)
    rules = Rules((Award("奖", 20),), (Quota("most", "province", 4), Quota("most", "theme", 9), Quota("most", "unit", 1)))

    with pytest.raises(Contradiction) as caught:
        select(estimates, cases, rules)

    kept = [(rule.quota.by, rule.value) for rule in caught.value.rules]
    for left_out in kept:
        some = tuple(Quota("most", by, 4, of=(value,)) for by, value in kept if (by, value) != left_out)
        assert len(given_awards(select(estimates, cases, replace(rules, quotas=some)))) == 20


def test_stability_is_seeded_and_grows_with_certainty():
    rules = Rules((Award("奖", 10),))
    rough, fine = world(3, sd=4.0), world(3, sd=0.5)

    first, again = (select(*rough, rules, draws=50, seed=7) for _turn in range(2))
    sure = select(*fine, rules, draws=50, seed=7)

    def mean(found):
        return np.mean([choice.stability for choice in found.choices if choice.award])

    assert first == again
    assert mean(sure) > mean(first) + 0.1


def test_the_chance_to_be_truly_among_the_chosen_is_honest():
    rng = np.random.default_rng(5)
    said, true = [], []
    for seed in range(8):
        quality = rng.normal(0, 1, 60)
        estimate = 0.5 * (quality + rng.normal(0, 1, 60))  # posterior mean and variance with noise as large as quality
        estimates = [Estimate(f"c{at}", float(value), sd=0.5**0.5) for at, value in enumerate(estimate)]
        best = {f"c{at}" for at in np.argsort(-quality)[:15]}
        found = select(estimates, [], Rules((Award("奖", 15),)), draws=100, seed=seed)
        said += [choice.chance for choice in found.choices if choice.award]
        true += [choice.case in best for choice in found.choices if choice.award]

    assert abs(np.mean(said) - np.mean(true)) < 0.09  # 120 cases: three standard errors of a share are 0.13


def test_without_intervals_stability_is_unknown():
    estimates, cases = world(3)

    assert {choice.stability for choice in select(estimates, cases, Rules((Award("奖", 5),)), draws=20).choices} == {None}


def test_two_sets_of_rules_are_compared_by_who_comes_in_and_goes_out():
    estimates = [Estimate(f"{at}", 90.0 - at) for at in range(3)]
    cases = [Candidate("0", "330000"), Candidate("1", "330000"), Candidate("2", "320000")]
    free = Rules((Award("奖", 2),))

    changes = compare(estimates, cases, free, replace(free, quotas=(Quota("most", "province", 1),)))

    assert [(change.case, change.before, change.after) for change in changes] == [("1", "奖", ""), ("2", "", "奖")]
    assert "至多1个" in changes[0].reason_after
