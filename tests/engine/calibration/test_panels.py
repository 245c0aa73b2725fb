import numpy as np
import pytest

from zhengping.engine.calibration import calibrate
from zhengping.engine.calibration.marks import marks
from zhengping.engine.calibration.panels import panels


def fixed(seed, links=0.15, severity=0.0, strength=0.8, groups=5, size=6, cases=80):
    """Panels of six judges; a share of the cases has one read from another panel. -> cases, judges, values, the truth, the panel of each case."""
    rng = np.random.default_rng(seed)
    theme = np.arange(groups * cases) % groups
    quality = rng.standard_normal(len(theme)) + rng.normal(0, strength, groups)[theme]
    mild = rng.normal(0, 0.5, groups * size) + rng.normal(0, severity, groups)[np.arange(groups * size) // size]
    judge = np.stack([home * size + rng.permutation(size)[:3] for home in theme])
    crossed = rng.random(len(theme)) < links
    judge[crossed, 0] = ((theme + rng.integers(1, groups, len(theme))) % groups * size + rng.integers(size, size=len(theme)))[crossed]
    case = np.repeat(np.arange(len(theme)), 3)
    values = 72 + 7 * (quality[case] + mild[judge.ravel()] + rng.standard_normal(len(case)))
    return case, judge.ravel(), values, quality, theme


def estimates(case, judge, values):
    found = calibrate([f"c{at:03}" for at in case], [f"j{at:02}" for at in judge], values)
    return np.array([row.estimate for row in sorted(found.estimates, key=lambda row: row.case)]), found


def correlation(seed, **changed):
    case, judge, values, quality, _theme = fixed(seed, **changed)
    plain = np.bincount(case, values) / 3
    return np.corrcoef(estimates(case, judge, values)[0], quality)[0, 1], np.corrcoef(plain, quality)[0, 1]


@pytest.mark.parametrize("links", [0.1, 0.4])
def test_judges_who_read_together_are_a_panel(links):
    case, judge, values, _quality, _theme = fixed(0, links)
    home = panels(marks(case, judge, values, 400, 30))

    assert [len(set(home[at * 6 : at * 6 + 6])) for at in range(5)] == [1] * 5
    assert len(set(home)) == 5


def test_mixed_judges_are_no_panels():
    rng = np.random.default_rng(0)
    judge = np.stack([rng.permutation(30)[:3] for _ in range(400)]).ravel()

    assert panels(marks(np.repeat(np.arange(400), 3), judge, rng.standard_normal(1200), 400, 30)) is None


@pytest.mark.parametrize("severity", [0.0, 1.0])
def test_links_tell_strong_cases_from_mild_panels(severity):
    ours, plain = np.mean([correlation(seed, severity=severity) for seed in range(6)], axis=0)

    assert ours > plain - 0.01
    assert ours > 0.8


def test_fixed_panels_are_told():
    case, judge, values, _quality, _theme = fixed(1)

    assert ("calibrate-panels", (("count", "5"),)) in estimates(case, judge, values)[1].notes


def test_intervals_hold_the_truth_in_fixed_panels():
    held = []
    for seed in range(8):
        case, judge, values, quality, _theme = fixed(seed, severity=0.7)
        found = estimates(case, judge, values)[1]
        rows = sorted(found.estimates, key=lambda row: row.case)
        true = 7 * (quality - quality.mean()) + np.mean([row.estimate for row in rows])
        held += [row.low <= one <= row.high for row, one in zip(rows, true, strict=True)]
    assert 0.84 <= np.mean(held) <= 0.96


def test_names_and_order_do_not_matter_in_fixed_panels():
    case, judge, values, _quality, _theme = fixed(2, severity=0.5)
    other = np.random.default_rng(3).permutation(30)
    order = np.random.default_rng(4).permutation(len(case))

    first, second = estimates(case, judge, values)[0], estimates(case[order], other[judge][order], values[order])[0]

    assert np.abs(first - second).max() < 0.02


def test_without_links_small_differences_of_panels_are_quality_and_great_ones_severity():
    strong = np.mean([correlation(seed, links=0.0, severity=0.0, strength=0.5) for seed in range(6)], axis=0)
    severe = np.mean([correlation(seed, links=0.0, severity=1.5, strength=0.5) for seed in range(6)], axis=0)

    assert strong[0] > strong[1] - 0.01
    assert severe[0] > severe[1] + 0.1
