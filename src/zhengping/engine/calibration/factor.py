"""The one-factor model: mark = mu + b_judge + a_judge * q_case + e, e ~ N(0, sigma_judge^2) (near Piech et al. 2013, Johnson 1996).

Discriminations are drawn to 1 and noises to the pooled one by as much as the judges' own differences warrant (empirical Bayes), so that with equal
scales the model falls back to the mixed model. Where tails are heavy, marks far out count less (t noise with 8 degrees of freedom).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import polygamma

from zhengping.engine.calibration.marks import Floats, Marks, turned
from zhengping.engine.calibration.mixed import Mixed

_TURNS = 60
_FREEDOM = 8.0
_HEAVY = 1.2


@dataclass(frozen=True, slots=True)
class Factor:
    """Case quality around 0 with its variance at known judges; `judge` is leniency, `scale` discrimination, `noise` a standard deviation."""

    mean: float
    case: Floats
    error: Floats
    judge: Floats
    scale: Floats
    noise: Floats
    heavy: bool
    turned: tuple[int, ...]


@dataclass(slots=True)
class _State:
    case: Floats
    error: Floats
    judge: Floats
    scale: Floats
    noise: Floats  # variances
    mean: float
    quality: float
    spread: float  # variance of the scales between judges
    weight: Floats


def factor(of: Marks, start: Mixed) -> Factor:
    """Fit by EM from the mixed model's answer. With fewer than two judges or no spread the mixed model's answer stands."""
    if start.case_variance <= 0 or of.judges < 2:
        noise = np.full(of.judges, np.sqrt(start.rest_variance))
        return Factor(start.mean, start.case, start.case_error, start.judge, np.ones(of.judges), noise, False, ())
    toward = np.where(turned(of), -1.0, 1.0)
    state = _State(
        start.case.copy(),
        np.full(of.cases, start.rest_variance / 3),
        start.judge.copy(),
        toward.copy(),
        np.full(of.judges, start.rest_variance),
        start.mean,
        start.case_variance,
        0.06,
        np.ones(len(of.value)),
    )
    _run(of, state, start, toward, heavy=False)
    heavy = _kurtosis(of, state) > _HEAVY
    if heavy:
        _run(of, state, start, toward, heavy=True)
    return Factor(state.mean, state.case, state.error, state.judge, state.scale, np.sqrt(state.noise), heavy, tuple(np.flatnonzero(toward < 0).tolist()))


def _run(of: Marks, state: _State, start: Mixed, toward: Floats, *, heavy: bool) -> None:
    floor = 0.02 * start.rest_variance + 1e-12
    for turn in range(_TURNS):
        before = state.case
        scale, noise = state.scale[of.judge], state.noise[of.judge] / state.weight
        precision = 1 / state.quality + of.by_case(scale**2 / noise)
        state.case = of.by_case(scale * (of.value - state.mean - state.judge[of.judge]) / noise) / precision
        state.error = 1 / precision
        _judges(of, state, start, toward, floor)
        if heavy:
            rest = _rest(of, state)
            square = rest**2 + state.scale[of.judge] ** 2 * state.error[of.case]
            state.weight = (_FREEDOM + 1) / (_FREEDOM + square / state.noise[of.judge])
        if turn > 8 and np.abs(state.case - before).max() < 1e-4 * np.sqrt(state.quality):
            break


def _rest(of: Marks, state: _State) -> Floats:
    return of.value - state.mean - state.judge[of.judge] - state.scale[of.judge] * state.case[of.case]


def _judges(of: Marks, state: _State, start: Mixed, toward: Floats, floor: float) -> None:
    """The judges' part: severity and scale by a two-by-two ridge for each, noise by a pooled one; then the pools."""
    q, error, weight = state.case[of.case], state.error[of.case], state.weight
    y = of.value - state.mean
    n, s1, s2 = of.by_judge(weight), of.by_judge(weight * q), of.by_judge(weight * (q**2 + error))
    ridge_b, ridge_a = state.noise / max(start.judge_variance, 1e-9), state.noise / state.spread
    left_b, cross, left_a = n + ridge_b, s1, s2 + ridge_a
    right_b, right_a = of.by_judge(weight * y), of.by_judge(weight * y * q) + ridge_a * toward
    det = left_b * left_a - cross**2
    state.judge = (right_b * left_a - cross * right_a) / det
    state.scale = (left_b * right_a - cross * right_b) / det
    uncertain = state.noise * left_b / det
    read = of.loads > 0
    off = (state.scale - toward)[read] ** 2 + uncertain[read]
    state.spread = float(np.clip(off.mean(), 1e-3, 1.0))
    squares = of.by_judge(weight * (_rest(of, state) ** 2 + state.scale[of.judge] ** 2 * error))
    pooled = max(float(squares.sum() / max(len(y), 1)), floor)
    prior = _prior(squares[read], of.loads[read].astype(np.float64), floor)
    state.noise = np.maximum((squares + prior * pooled) / (of.loads + prior), floor)
    state.mean += float(_rest(of, state).mean())
    state.quality = float((state.case**2 + state.error).mean())


def _prior(squares: Floats, loads: Floats, floor: float) -> float:
    """How many reads the pooled noise is worth: the spread of the logarithms beyond what chance makes (as Smyth 2004), between 3 and 1,000."""
    enough = loads >= 4
    if enough.sum() < 5:
        return 20.0
    logs = np.log(np.maximum(squares[enough] / loads[enough], floor))
    middle = np.median(logs)
    logs = np.clip(logs, middle - 2, middle + 2)
    beyond = float(logs.var(ddof=1) - polygamma(1, loads[enough] / 2).mean())
    return float(np.clip(2 / beyond, 3, 1000)) if beyond > 0 else 1000.0


def _kurtosis(of: Marks, state: _State) -> float:
    """Excess kurtosis of the standardised residuals (0 for normal noise)."""
    rest = _rest(of, state) / np.sqrt(state.noise[of.judge])
    square = float((rest**2).mean())
    return float((rest**4).mean() / square**2 - 3) if square > 0 else 0.0
