"""Favour for a group: a judge's marks for it against what the other judges' marks of the same cases lead one to expect of this judge.

A regression for each judge of mark on quality (leave-judge-out) and membership, weighted by what is known of noise and quality; the variance is
moderated between judges (Smyth 2004), so that few reads do not look surer than they are; marks far out count at most three standard deviations (Huber).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from zhengping.engine.scrutiny.reads import Bools, Floats, Ints, Others, Panel

_FAR = 3.0
_MOST = 150.0  # reads that the usual variance is worth at most: how much judges differ is itself known from few judges


@dataclass(frozen=True, slots=True)
class Line:
    """For each judge the line mark = a + b · quality with its moderated scale of variance (`spread`) and freedom; `rest` is what it leaves."""

    weight: Floats
    expected: Floats
    rest: Floats
    sums: Floats  # judge × (weight, weight·quality, weight·quality²)
    squares: Floats
    usual: float
    prior: float
    loads: Ints


@dataclass(frozen=True, slots=True)
class Effects:
    """For each judge and group: the effect in points, its chance p (one-sided: more than expected), the reads in the group."""

    effect: Floats
    p: Floats
    reads: Ints


def line(of: Panel, seen: Others) -> Line:
    """Fit each judge's line; a judge with fewer than four reads has its own calibrated scale."""
    count = len(of.judges)
    weight = 1 / (of.noise[of.judge] + of.scale[of.judge] ** 2 * seen.variance)
    x = seen.quality
    sums = np.stack([of.by(of.judge, weight * x**power, count) for power in range(3)], axis=1)
    y0, y1 = of.by(of.judge, weight * of.base, count), of.by(of.judge, weight * x * of.base, count)
    det = sums[:, 0] * sums[:, 2] - sums[:, 1] ** 2
    slope = np.where(det > 1e-9 * sums[:, 0] ** 2 * of.quality, (sums[:, 0] * y1 - sums[:, 1] * y0) / np.maximum(det, 1e-300), of.scale)
    middle = (y0 - slope * sums[:, 1]) / sums[:, 0]
    expected = middle[of.judge] + slope[of.judge] * x
    rest = of.base - expected
    loads = of.loads
    free = np.maximum(loads - 2, 1)
    first = of.by(of.judge, weight * rest**2, count) / free
    near = _FAR * np.sqrt(np.maximum(first, 1e-12)[of.judge] / weight)
    rest = np.clip(rest, -near, near)
    squares = of.by(of.judge, weight * rest**2, count)
    usual, prior = _moderation(squares, loads)
    return Line(weight, expected, rest, sums, squares, usual, prior, loads)


def _moderation(squares: Floats, loads: Ints) -> tuple[float, float]:
    """The usual scale of variance and how many reads it is worth beside a judge's own."""
    enough = loads >= 6
    if enough.sum() < 5:
        return max(float(squares.sum() / max(float((loads - 2).clip(1).sum()), 1.0)), 1e-12), 20.0
    free = (loads[enough] - 2).astype(np.float64)
    logs = np.log(np.maximum(squares[enough] / free, 1e-12)) - special.digamma(free / 2) + np.log(free / 2)
    near = np.abs(logs - np.median(logs)) < np.log(4.0)  # a straight line says nothing of the others' noise
    spread = float(stats.median_abs_deviation(logs, scale="normal") ** 2 - np.median(special.polygamma(1, free / 2)))
    prior = _MOST if spread <= 0 else float(np.clip(2 / spread, 3, _MOST))
    return max(float(squares[enough][near].sum() / free[near].sum()), 1e-12), prior


def effects(of: Panel, fitted: Line, seen: Others, key: Ints, size: int, owner: Ints, member: Bools | None = None) -> Effects:
    """Test membership of the reads with `key` (a code for judge and group, below `size`; reads that are no `member` belong to none).

    `owner` is the judge of each key. p is 1 where the group cannot be told from the rest of the judge's reads.
    """
    use = np.ones(len(key)) if member is None else member.astype(np.float64)
    reads = np.bincount(key, use, size).astype(np.int64)
    w, x = fitted.weight * use, seen.quality
    d0, d1, score = (np.bincount(key, part, size) for part in (w, w * x, w * fitted.rest))
    s0, s1, s2 = fitted.sums[owner].T
    det = s0 * s2 - s1**2
    flat = det <= 1e-9 * s0**2 * of.quality
    explained = np.where(flat, d0**2 / s0, (s2 * d0**2 - 2 * s1 * d0 * d1 + s0 * d1**2) / np.where(flat, 1.0, det))
    room = d0 - explained
    usable = (reads > 0) & (room > 0.02 * d0)
    safe = np.where(usable, room, 1.0)
    effect = np.where(usable, score / safe, 0.0)
    free = np.maximum(fitted.loads[owner] - 3, 0).astype(np.float64)
    left = np.maximum(fitted.squares[owner] - effect * score, 0.0)
    spread = (fitted.prior * fitted.usual + left) / (fitted.prior + free)
    pull = np.bincount(key, w * np.abs(of.scale[of.judge]) * seen.pull, size) / np.where(d0 > 0, d0, 1.0)
    level = np.bincount(key, use * seen.level, size) / np.maximum(reads, 1)
    error = np.sqrt(spread / safe + pull**2 * level)
    p = np.where(usable, stats.t.sf(effect / error, fitted.prior + free), 1.0)
    return Effects(effect, p, reads)


def drift(of: Panel, fitted: Line, seen: Others, position: Floats) -> tuple[Floats, Floats]:
    """For each judge how many points the marks rise over the sitting beyond what the cases explain, and p (two-sided).

    `position` runs from -0.5 to 0.5 within each judge, NaN where the order is unknown.
    """
    count = len(of.judges)
    known = np.isfinite(position)
    w, z = fitted.weight * known, np.where(known, position, 0.0)
    x = seen.quality
    s0, s1, s2 = (of.by(of.judge, w * x**power, count) for power in range(3))
    d0, d1, d2 = (of.by(of.judge, w * z * part, count) for part in (np.ones(len(x)), x, z))
    y0, y1, yz = (of.by(of.judge, w * fitted.rest * part, count) for part in (np.ones(len(x)), x, z))
    det = s0 * s2 - s1**2
    usable = (det > 1e-9 * s0**2 * of.quality) & (of.by(of.judge, known.astype(np.float64), count) >= 8)
    safe = np.where(usable, det, 1.0)
    a, b = (s2 * d0 - s1 * d1) / safe, (s0 * d1 - s1 * d0) / safe
    room, score = d2 - a * d0 - b * d1, yz - a * y0 - b * y1
    usable &= room > 1e-9 * np.maximum(s0, 1e-300)
    effect = np.where(usable, score / np.where(usable, room, 1.0), 0.0)
    free = np.maximum(of.by(of.judge, known.astype(np.float64), count) - 3, 0.0)
    spread = (fitted.prior * fitted.usual + np.maximum(fitted.squares - effect * score, 0.0)) / (fitted.prior + free)
    t = effect / np.sqrt(spread / np.where(usable, room, 1.0))
    return effect, np.where(usable, 2 * stats.t.sf(np.abs(t), fitted.prior + free), 1.0)
