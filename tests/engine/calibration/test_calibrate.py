import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengping.engine.calibration import Options, calibrate
from zhengping.engine.record import Criterion
from zhengping.engine.tables import Trouble


def world(seed, cases=200, judges=20, reads=3, severity=0.7, lazy=()):
    """Marks of judges of unlike severity; -> cases, judges, values, the truth by case."""
    rng = np.random.default_rng(seed)
    quality, strict = rng.standard_normal(cases), rng.normal(0, severity, judges)
    judge = np.stack([rng.permutation(judges)[:reads] for _ in range(cases)]).ravel()
    case = np.repeat(np.arange(cases), reads)
    values = np.round(72 + 7 * (quality[case] - strict[judge] + rng.standard_normal(len(case))))
    for who in lazy:
        values[judge == who] = 80
    return [f"c{at:04}" for at in case], [f"j{at:02}" for at in judge], values, {f"c{at:04}": float(q) for at, q in enumerate(quality)}


def by_case(found):
    return {row.case: row for row in found.estimates}


def values_of(found):
    return np.array([by_case(found)[case].estimate for case in sorted(by_case(found))])


def test_estimates_lie_nearer_the_truth_than_means():
    cases, judges, values, truth = world(0)
    found = by_case(calibrate(cases, judges, values))

    names = sorted(truth)
    true = [truth[name] for name in names]
    ours = np.corrcoef(true, [found[name].estimate for name in names])[0, 1]
    mean = np.corrcoef(true, [found[name].mean for name in names])[0, 1]
    assert ours > mean + 0.02


def test_nine_intervals_of_ten_hold_the_truth():
    held = []
    for seed in range(6):
        cases, judges, values, truth = world(seed, cases=400, judges=20)
        middle = np.mean(list(truth.values()))
        held += [row.low <= 72 + 7 * (truth[row.case] - middle) + (row_mean) <= row.high for row, row_mean in _centred(calibrate(cases, judges, values))]
    assert 0.87 <= np.mean(held) <= 0.93


def _centred(found):
    centre = np.mean([row.estimate for row in found.estimates]) - 72
    return [(row, centre) for row in found.estimates]


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed):
    cases, judges, values, _ = world(seed, 40, 8)
    order = np.random.default_rng(seed).permutation(len(values))

    mixed = calibrate([cases[at] for at in order], [judges[at] for at in order], values[order])

    assert mixed == calibrate(cases, judges, values)


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 1000))
def test_names_do_not_matter(seed):
    cases, judges, values, _ = world(seed, 40, 8)
    other = {name: f"x{at}" for at, name in enumerate(np.random.default_rng(seed).permutation(sorted(set(cases))).tolist())}

    first = by_case(calibrate(cases, judges, values))
    second = by_case(calibrate([other[name] for name in cases], [f"z{name}" for name in judges], values))

    assert all(abs(first[name].estimate - second[other[name]].estimate) < 0.01 for name in first)


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 1000), st.floats(-5, 5))
def test_shifting_one_judge_hardly_changes_the_estimates(seed, shift):
    cases, judges, values, _ = world(seed, 100, 10, severity=1)
    moved = values + shift * (np.array(judges) == "j03")

    first, second = (values_of(calibrate(cases, judges, marks)) for marks in (values, moved))

    assert np.abs((first - first.mean()) - (second - second.mean())).max() < 0.2 * 7


def test_a_judge_who_gives_the_same_mark_to_all_says_nothing():
    cases, judges, values, _ = world(1, lazy=(4,))
    found = calibrate(cases, judges, values)

    assert abs(next(row for row in found.judges if row.judge == "j04").discrimination) < 0.2
    assert "calibrate-same" in [key for key, _ in found.notes]


def test_a_judge_on_another_scale_is_asked_about_not_guessed():
    cases, judges, values, _ = world(2)
    values = np.where(np.array(judges) == "j05", values / 10, values)

    with pytest.raises(Trouble, match="j05") as trouble:
        calibrate(cases, judges, values)
    assert "10" in trouble.value.said("en")
    assert calibrate(cases, judges, values, options=Options(as_is=True)).estimates


def test_a_judge_who_turned_the_scale_round_is_found():
    cases, judges, values, _ = world(3, cases=400)
    values = np.where(np.array(judges) == "j07", 144 - values, values)

    found = calibrate(cases, judges, values)

    assert ("calibrate-turned", (("judges", "j07"),)) in found.notes


def test_islands_are_told_with_both_readings():
    first, second = world(4, 60, 6), world(5, 60, 6)
    cases = first[0] + [f"d{name}" for name in second[0]]
    judges = first[1] + [f"k{name}" for name in second[1]]

    found = calibrate(cases, judges, np.concatenate([first[2], second[2] + 6]))

    assert [len(group) for group in found.islands] == [60, 60]
    assert found.notes[0][0] == "calibrate-islands"
    levels = [np.mean([row.even for row in found.beside if row.island == at]) for at in (1, 2)]
    assert abs(levels[0] - levels[1]) < 0.01


def test_totals_are_weighted_sums_and_criteria_stand_beside():
    cases, judges, values, _ = world(6, 60, 8)
    criteria = ["a"] * len(values) + ["b"] * len(values)
    rubric = (Criterion("a", weight=0.3), Criterion("b", weight=0.7))

    found = calibrate(cases * 2, judges * 2, np.concatenate([values, values]), criteria, rubric)

    alone = by_case(calibrate(cases, judges, values))
    assert found.criteria == ("a", "b")
    assert all(abs(row.estimate - alone[row.case].estimate) < 1e-3 for row in found.estimates)


def test_a_missing_criterion_is_filled_and_told():
    cases, judges, values, _ = world(7, 60, 8)
    criteria = ["a"] * len(values) + ["b"] * (len(values) - 3)

    found = calibrate(cases + cases[3:], judges + judges[3:], np.concatenate([values, values[3:]]), criteria)

    assert ("calibrate-filled", (("count", "3"),)) in found.notes
    assert abs(by_case(found)[cases[0]].estimate / 2 - 72) < 30


@pytest.mark.parametrize("values", [[80.0], [80.0, 80.0, 80.0], [70.0, 90.0, 80.0]])
def test_a_handful_of_marks_gives_an_answer(values):
    found = calibrate(["a", "b", "b"][: len(values)], ["x", "x", "y"][: len(values)], np.array(values))

    assert all(np.isfinite(row.estimate) for row in found.estimates)


def test_the_explanation_adds_up():
    cases, judges, values, _ = world(8)

    row = calibrate(cases, judges, values).estimates[0]

    assert f"原始均分 {row.mean:.1f}" in row.explanation
    assert row.explanation.endswith(f"校准后 {row.estimate:.1f}。")


def test_no_score_is_a_trouble():
    with pytest.raises(Trouble):
        calibrate([], [], np.zeros(0))


def test_marks_at_the_end_of_the_scale_widen_the_interval_of_their_case():
    cases, judges, values, _ = world(8, cases=300)
    free, cut = by_case(calibrate(cases, judges, values)), np.minimum(values, np.quantile(values, 0.9))
    found = by_case(calibrate(cases, judges, cut))
    ends = {name: sum(cut[at] == cut.max() for at in range(len(cut)) if cases[at] == name) for name in found}

    width = [np.mean([found[name].high - found[name].low for name in found if ends[name] == count]) for count in (0, 1, 3)]
    assert width[0] < width[1] < width[2]
    assert np.ptp([free[name].high - free[name].low for name in free if free[name].reads == 3]) < 0.15 * width[0]
