"""Estimates with their uncertainty -> how firm a choice is: judged again, and in truth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import default_rng

from zhengping.engine.record import Estimate
from zhengping.engine.selection.model import Floats, Ints
from zhengping.engine.selection.problem import Field, choose

Tick = Callable[[str, int, int], None]
_NORMAL = 1.6448536269514722  # a 90 % interval is twice this many standard deviations wide


def spread(estimate: Estimate) -> float | None:
    """The posterior standard deviation of an estimate, from `sd` or its 90 % interval; None where neither is stated."""
    if estimate.sd is not None:
        return estimate.sd
    if estimate.low is not None and estimate.high is not None:
        return (estimate.high - estimate.low) / (2 * _NORMAL)
    return None


def stability(field: Field, award: Ints, draws: int, seed: int, tick: Tick) -> tuple[Floats, Floats] | None:
    """For each case the share of second judgings that give it the same award, and the probability to be truly among the chosen; None without intervals.

    Posterior-predictive: the truth q* ~ N(q, V); a second judging of equal precision gives the estimate q' = m + r (q* - m) + e with
    r = 1 - V / tau^2 and e ~ N(0, r V), tau^2 being the variance of quality (variance of the estimates and mean of V); then the rules choose again.
    The plain bootstrap around q would be too rosy. Seeded; the standard error of a share is at most 0.5 / sqrt(draws).
    """
    known = [spread(estimate) for estimate in field.estimates]
    if any(value is None for value in known) or not known or not draws:
        return None
    deviation = np.array(known, np.float64)
    values = field.values
    variance = deviation**2
    quality = float(values.var() + variance.mean()) or 1.0
    trust = np.clip(1 - variance / quality, 0.0, 1.0)
    names = np.argsort(np.argsort([estimate.case for estimate in field.estimates]))  # chance belongs to the case, not to its row
    rng = default_rng(seed)
    same, chosen = np.zeros(len(values)), np.zeros(len(values))
    for turn in range(draws):
        tick("stability", turn, draws)
        first, second = rng.standard_normal(len(values))[names], rng.standard_normal(len(values))[names]
        truth = values + deviation * first
        again = values.mean() + trust * (truth - values.mean()) + np.sqrt(trust) * deviation * second
        chosen += choose(field, truth).award >= 0
        same += choose(field, again).award == award
    tick("stability", draws, draws)
    return same / draws, chosen / draws
