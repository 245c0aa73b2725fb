import numpy as np
import pytest

from zhengping.engine.calibration import mixed as steps
from zhengping.engine.calibration.marks import marks
from zhengping.engine.calibration.mixed import mixed


def crossed(seed, cases=60, judges=12, reads=4, severity=0.7):
    rng = np.random.default_rng(seed)
    judge = np.stack([rng.permutation(judges)[:reads] for _ in range(cases)]).ravel()
    case = np.repeat(np.arange(cases), reads)
    value = 70 + 5 * (rng.standard_normal(cases)[case] - rng.normal(0, severity, judges)[judge] + rng.standard_normal(len(case)))
    return marks(case, judge, value, cases, judges)


def likelihood(of, theta):
    """The restricted log-likelihood by its definition, with dense matrices."""
    z, w = np.eye(of.cases)[of.case], np.eye(of.judges)[of.judge]
    v = theta[0] * z @ z.T + theta[1] * w @ w.T + theta[2] * np.eye(len(of.value))
    inverse, x = np.linalg.inv(v), np.ones(len(of.value))
    mean = x @ inverse @ of.value / (x @ inverse @ x)
    rest = of.value - mean
    return -0.5 * (np.linalg.slogdet(v)[1] + np.log(x @ inverse @ x) + rest @ inverse @ rest)


@pytest.mark.parametrize("seed", range(3))
def test_variances_are_where_the_restricted_likelihood_is_greatest(seed):
    of = crossed(seed)
    found = mixed(of)
    theta = np.array([found.case_variance, found.judge_variance, found.rest_variance])
    best = likelihood(of, theta)

    for at in range(3):
        for factor in (0.98, 1.02):
            other = theta.copy()
            other[at] *= factor
            assert likelihood(of, other) < best


def test_effects_are_the_best_linear_predictions():
    of = crossed(5)
    found = mixed(of)
    z, w = np.eye(of.cases)[of.case], np.eye(of.judges)[of.judge]
    v = found.case_variance * z @ z.T + found.judge_variance * w @ w.T + found.rest_variance * np.eye(len(of.value))
    rest = np.linalg.solve(v, of.value - found.mean)

    assert np.allclose(found.case, found.case_variance * z.T @ rest, atol=1e-8)
    assert np.allclose(found.judge, found.judge_variance * w.T @ rest, atol=1e-8)


def test_judges_of_one_severity_have_hardly_any_variance():
    of = crossed(1, cases=200, severity=0.0)

    found = mixed(of)

    assert 0 < found.judge_variance < 0.1 * found.case_variance


@pytest.mark.parametrize("seed", [1, 2, 3, 5])
def test_where_a_variance_would_be_negative_it_is_the_least_and_the_others_are_the_likeliest_beside_it_in_a_dozen_steps(seed, monkeypatch):
    monkeypatch.setattr(steps, "_STEPS", 12)
    of = crossed(seed, cases=80, severity=0.0)
    found = mixed(of)
    theta = np.array([found.case_variance, found.judge_variance, found.rest_variance])
    best = likelihood(of, theta)

    for judge in (1e-4, 0.01, 0.1, 1, 3):
        for rest in (0.97, 1, 1.03):
            assert likelihood(of, np.array([theta[0], judge, theta[2] * rest])) < best + 1e-3


@pytest.mark.parametrize("seed", range(4))
def test_marks_that_are_chance_alone_leave_little_between_the_cases_and_intervals_that_hold_the_truth(seed, monkeypatch):
    monkeypatch.setattr(steps, "_STEPS", 12)
    of = crossed(seed, cases=400)
    rng = np.random.default_rng(seed)
    of = marks(of.case, of.judge, 70 + 10 * rng.standard_normal(len(of.value)), of.cases, of.judges)
    found = mixed(of)

    assert found.judge_variance < 0.05 * of.value.var()
    assert 0 < found.case_variance < 0.03 * of.value.var()
    assert np.mean(np.abs(found.case) < 1.645 * np.sqrt(found.case_error)) > 0.9


@pytest.mark.parametrize("values", [[80, 82, 85, 90, 70], [80, 90, 90, 80], [80, 90, 80, 90, 80, 90], [80, 81]])
@pytest.mark.parametrize("reads", [1, 2, 5])
def test_a_handful_of_marks_gives_numbers(values, reads):
    """One case alone, cases of one mean, one read each: no variance can be told from them, and none may be endless."""
    at = np.arange(len(values))
    of = marks(at // reads, at % reads, np.array(values, float), len(values), reads)
    with np.errstate(all="raise"):
        found = mixed(of)

    assert np.isfinite([*found.case, *found.judge, *found.case_error, *found.judge_error]).all()
    assert max(found.case_variance, found.judge_variance) < 4 * of.value.var()
    assert np.abs(found.case).max() <= np.ptp(of.value)
