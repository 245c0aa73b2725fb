"""The shape of a judge's marks against the other judges': a straight line, a scale turned round, haste. p is NaN for a judge who cannot be tested."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from zhengping.engine.scrutiny.reads import Floats, Others, Panel

_NODES = np.linspace(-40.0, 40.0, 801)
_SHARES = stats.t.pdf(_NODES, 10)  # how much honest judges differ is itself known from the middle of some tens of judges
_SHARES = _SHARES / _SHARES.sum()
_NARROW = 0.3  # the least standard deviation of honest judges' log variances: scales that differ by 15 %
LEAST = 8  # reads below which the shape of a judge's marks says too little


def straight(of: Panel) -> tuple[Floats, Floats]:
    """For each judge the spread of its marks as a share of the usual one, and p that an honest judge's is as small.

    Honest judges' spreads differ: their logarithms are taken as Student's t around the median with a robust width, on top of the chance of few reads
    (χ², integrated over). Whole marks blur a spread by a twelfth of their step squared.
    """
    loads, count = of.loads, len(of.judges)
    mean = of.by(of.judge, of.value, count) / np.maximum(loads, 1)
    free = np.maximum(loads - 1, 1).astype(np.float64)
    step = _step(of.value)
    variance = of.by(of.judge, (of.value - mean[of.judge]) ** 2, count) / free + step**2 / 12
    enough = loads >= LEAST
    if enough.sum() < 5:
        return np.ones(count), np.full(count, np.nan)
    logs = np.log(np.maximum(variance, 1e-12))
    middle = float(np.median((logs - special.digamma(free / 2) + np.log(free / 2))[enough]))
    usual = _width((logs - middle)[enough], special.polygamma(1, free[enough] / 2))
    p = np.zeros(count)
    for node, share in zip(_NODES.tolist(), _SHARES.tolist(), strict=True):
        p += share * special.gammainc(free / 2, free / 2 * np.exp(np.minimum(logs - middle - usual * node, 600.0)))
    return np.sqrt(variance / np.exp(middle)), np.where(enough, np.clip(p, 1e-300, 1.0), np.nan)


def _step(values: Floats) -> float:
    """The step of the marks: the least distance between two of them that differ."""
    gaps = np.diff(np.unique(np.round(values, 6)))
    return float(gaps.min()) if len(gaps) else 1.0


def _width(values: Floats, chance: Floats) -> float:
    """The standard deviation between judges beyond chance, from the middle of the values (robust to those who are amiss)."""
    spread = float(stats.median_abs_deviation(values, scale="normal"))
    return float(np.sqrt(max(spread**2 - float(np.median(chance)), _NARROW**2)))


def turned(of: Panel, seen: Others, flat: Floats) -> tuple[Floats, Floats]:
    """For each judge the correlation of its marks with the other judges' estimates, and p that a judge of the usual agreement shows as low a one.

    Only judges whose correlation lies clearly below none, towards the opposite of the usual, may be turned: the others just agree little. `flat` is the p of
    a straight line, which agrees with nobody.
    """
    count, x, y = len(of.judges), seen.quality, of.value
    told = seen.variance < of.quality * 0.999  # another judge has read the case
    use = told.astype(np.float64)
    n = of.by(of.judge, use, count)
    safe = np.maximum(n, 1)
    dx, dy = (part - (of.by(of.judge, use * part, count) / safe)[of.judge] for part in (x, y))
    cover, first, second = (of.by(of.judge, use * part, count) for part in (dx * dy, dx**2, dy**2))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.where(first * second > 1e-12, cover / np.sqrt(first * second), 0.0)
    r = np.clip(r, -0.999, 0.999)
    enough = n >= LEAST
    if enough.sum() < 3:
        return r, np.full(count, np.nan)
    z = np.arctanh(r)
    usual = float(np.median(z[enough]))
    chance = 1 / np.maximum(n - 3, 1)
    width = float(stats.median_abs_deviation(z[enough], scale="normal"))
    between = max(width**2 - float(np.median(chance[enough])), 0.0)
    p = stats.norm.cdf((z - usual) / np.sqrt(chance + between))
    opposite = (z < -0.4 * usual) & (usual > 0) & ~(flat <= 1e-3)
    return r, np.where(enough, np.where(opposite, np.clip(p, 1e-300, 1.0), 1.0), np.nan)


def durations(of: Panel) -> Floats:
    """Seconds spent on each read: signed less begun, else less the judge's signing before; NaN where unknown or not positive."""
    spent = of.signed - of.begun
    order = np.lexsort((of.case, of.signed, of.judge))
    gaps = np.full(len(order), np.nan)
    same = of.judge[order][1:] == of.judge[order][:-1]
    gaps[order[1:]] = np.where(same, np.diff(of.signed[order]), np.nan)
    found = np.where(np.isfinite(spent), spent, gaps)
    return np.where(found >= 0, found, np.nan)


def haste(of: Panel, spent: Floats) -> tuple[Floats, Floats, Floats]:
    """For each judge the median time of a read in seconds (NaN where unknown), its share of the usual, and p that an honest judge is as quick."""
    count = len(of.judges)
    middle, n = np.full(count, np.nan), np.zeros(count)
    ends = np.searchsorted(of.judge, np.arange(count + 1))
    for at in range(count):
        mine = spent[ends[at] : ends[at + 1]]
        mine = mine[np.isfinite(mine)]
        n[at] = len(mine)
        if len(mine):
            middle[at] = float(np.median(mine))
    enough = n >= LEAST
    if enough.sum() < 5:
        return middle, np.ones(count), np.full(count, np.nan)
    logs = np.log(np.maximum(np.where(np.isfinite(middle), middle, 1.0), 1.0))
    usual = float(np.median(logs[enough]))
    width = max(float(stats.median_abs_deviation(logs[enough], scale="normal")), 0.2)
    freedom = float(enough.sum() - 1)
    p = stats.t.cdf((logs - usual) / width, freedom)
    return middle, np.exp(logs - usual), np.where(enough, np.clip(p, 1e-300, 1.0), np.nan)
