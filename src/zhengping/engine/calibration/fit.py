"""One set of marks -> quality of cases with its uncertainty, judges, and both readings where cases fall into islands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import default_rng

from zhengping.engine.calibration.factor import Factor, factor
from zhengping.engine.calibration.marks import Floats, Ints, Marks, at_ends, islands
from zhengping.engine.calibration.mixed import Mixed, mixed
from zhengping.engine.calibration.panels import Levels, levels, panels

NORMAL = 1.6448536269514722  # a 90 % interval is twice this many standard deviations wide
_WIDER = 1.02  # variances and scales are estimated from the same marks
_HEAVY = 0.96
_CUT = 0.5  # how much wider the variance of a case is whose marks all stand at an end of the scale
_STRENGTH = 0.25  # variance of the quality of unlinked panels against that of cases: what lies beyond is taken for severity of whole panels


@dataclass(frozen=True, slots=True)
class Fit:
    """`estimate` on the scale of the marks, `deviation` its posterior standard deviation, `even` the reading with islands equally strong; `plain` is what the
    crossed mixed model alone says of the cases, `panels` the number of panels whose levels were told apart by their links (0: judges are mixed)."""

    estimate: Floats
    deviation: Floats
    even: Floats
    judge: Floats
    island: Ints
    mixed: Mixed
    factor: Factor
    plain: Floats
    panels: int = 0


def fit(of: Marks) -> Fit:
    """Fit both models; the factor model's estimate has the mixed model's width."""
    crossed = mixed(of)
    island = islands(of)
    if crossed.case_variance > 0 and not (len(island) and island.max() > 0):
        home = panels(of)
        split = levels(of, crossed, home) if home is not None else None
        if home is not None and split is not None:
            return replace(_by_levels(of, split, island), plain=crossed.mean + crossed.case, panels=int(home.max()) + 1)
    found = factor(of, crossed)
    quality, judge = found.case.copy(), found.judge.copy()
    even, doubt = quality, np.zeros(1)
    if len(island) and island.max() > 0 and crossed.case_variance > 0:
        quality, even, judge, doubt = _readings(of, island, quality, judge, crossed)
    return Fit(found.mean + quality, np.sqrt(_error(of, crossed, found) + doubt), found.mean + even, judge, island, crossed, found, crossed.mean + crossed.case)


def _error(of: Marks, crossed: Mixed, found: Factor) -> Floats:
    """The variance of each case: the mixed model's, wider where its marks stand at an end of the scale and say "at least" or "at most" only."""
    wider = _WIDER * (_HEAVY if found.heavy else 1.0)
    cut = of.by_case(at_ends(of)) / np.maximum(of.reads, 1)
    error: Floats = crossed.case_error * wider**2 * (1 + _CUT * cut)
    return error


def _by_levels(of: Marks, split: Levels, island: Ints) -> Fit:
    """Fit within panels, whose levels are taken out of the marks and given back to cases and judges."""
    inner = Marks(of.case, of.judge, of.value - split.judge[of.judge] - split.case[of.case], of.cases, of.judges)
    crossed = mixed(inner)
    found = factor(inner, crossed)
    deviation = np.sqrt(_error(of, crossed, found) + split.variance)
    level = split.case - float(split.case.mean())
    moved = split.judge - float(split.judge[of.judge].mean())
    mean = float(of.value.mean() - inner.value.mean()) + found.mean - float(level[of.case].mean()) - float(moved[of.judge].mean())
    whole = _with_levels(crossed, level, moved, mean - found.mean)
    quality, judge = found.case + level, found.judge + moved
    return Fit(mean + quality, deviation, mean + quality, judge, island, whole, found, whole.mean + whole.case)


def _with_levels(inner: Mixed, case: Floats, judge: Floats, mean: float) -> Mixed:
    """The crossed model with the levels of panels in its effects and variances."""
    return replace(
        inner,
        case_variance=inner.case_variance + float(case.var()),
        judge_variance=inner.judge_variance + float(judge.var()),
        mean=inner.mean + mean,
        case=inner.case + case,
        judge=inner.judge + judge,
    )


def _readings(of: Marks, island: Ints, quality: Floats, judge: Floats, crossed: Mixed) -> tuple[Floats, Floats, Floats, Floats]:
    """Split each island's level between its cases and its judges, by how much the judges' differences within islands can explain and by how far panels
    are apart at all: levels that differ more than unlike themes do are taken for severe and mild panels; -> the split reading, the reading with islands
    equally strong, the judges' leniency in the split reading, the variance of the split for each case."""
    home = np.full(of.judges, -1)
    home[of.judge] = island[of.case]
    read = home >= 0
    count = int(island.max()) + 1
    cases, judges = np.bincount(island, minlength=count), np.maximum(np.bincount(home[read], minlength=count), 1)
    strong = np.bincount(island, quality, count) / cases
    mild = np.bincount(home[read], judge[read], count) / judges
    level = strong + mild
    own = judge[read] - mild[home[read]]
    inner = float(own @ own / max(read.sum() - count, 1)) + float(crossed.judge_error[read].mean()) * (len(own) > 2 * count)
    noise = min(inner, crossed.judge_variance) / judges + crossed.case_variance / cases
    between = max(0.0, float(np.average((level - np.average(level, weights=cases)) ** 2, weights=cases) - np.average(noise, weights=cases)))
    strength = min(between, _STRENGTH * crossed.case_variance)
    mildness = between - strength
    share = strength / (between + noise) if between else np.zeros(count)
    split = share * level - strong
    moved = judge.copy()
    moved[read] -= split[home[read]]
    return quality + split[island], quality - strong[island], moved, (share * (noise + mildness) + strength / 3)[island]  # a third: if any part of the levels' spread may as well be severity


def ranks(values: Floats, deviation: Floats, seed: int, draws: int) -> tuple[Ints, Ints, Ints]:
    """Rank (1 is best, equals share the better one) and the ends of its 90 % interval from posterior draws. Seeded."""
    count = len(values)
    order = np.sort(-values)
    rank = np.searchsorted(order, -values, side="left") + 1
    rng = default_rng(seed)
    drawn = np.empty((draws, count), np.int32)
    at = np.arange(1, count + 1, dtype=np.int32)
    for turn in range(draws):
        drawn[turn, np.argsort(-(values + deviation * rng.standard_normal(count)))] = at
    drawn.partition((draws // 20, draws - 1 - draws // 20), axis=0)
    low, high = drawn[draws // 20], drawn[draws - 1 - draws // 20]
    return rank.astype(np.int64), np.minimum(low, rank).astype(np.int64), np.maximum(high, rank).astype(np.int64)
