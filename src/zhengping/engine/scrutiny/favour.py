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
_FEWEST = 8
_BENT = 12  # reads from which a judge's line may bend
_PILED = 0.04  # share of marks at the ends of the scale from which it does
_MOST = 150.0  # reads that the usual variance is worth at most: how much judges differ is itself known from few judges


@dataclass(frozen=True, slots=True)
class Line:
    """For each judge the line mark = a + b · quality (+ c · quality² where its marks pile up at an end of the scale); `rest` is what it leaves.

    `terms` are the columns 1, quality, quality² of each read (0 where a judge has no such term), `inverse` of their sums of squares by judge, `squares` the
    sum of the squares left, `usual` and `prior` the moderated scale of variance and the reads it is worth, `free` the reads less the terms.
    """

    weight: Floats
    terms: Floats
    inverse: Floats
    rest: Floats
    squares: Floats
    usual: float
    prior: float
    free: Floats


@dataclass(frozen=True, slots=True)
class Effects:
    """For each judge and group: the effect in points, its chance p (one-sided: more than expected), the reads in the group."""

    effect: Floats
    p: Floats
    reads: Ints


def line(of: Panel, seen: Others) -> Line:
    """Fit each judge's line; a judge with fewer than four reads, or whose cases are all alike, has a level alone."""
    count, loads = len(of.judges), of.loads
    weight = 1 / (of.noise[of.judge] + of.scale[of.judge] ** 2 * seen.variance)
    x = seen.quality / np.sqrt(of.quality)
    mean = (of.by(of.judge, x, count) / np.maximum(loads, 1))[of.judge]
    varied = (loads >= 4) & (of.by(of.judge, (x - mean) ** 2, count) > 1e-6 * loads)
    bent = varied & (loads >= _BENT) & (_ends(of) >= _PILED)
    terms = np.stack([np.ones(len(x)), x * varied[of.judge], x**2 * bent[of.judge]], axis=1)
    table = np.stack([[of.by(of.judge, weight * one * other, count) for other in terms.T] for one in terms.T]).transpose(2, 0, 1)
    absent = np.stack([np.zeros(count, bool), ~varied, ~bent], axis=1)
    table[:, range(3), range(3)] += np.where(absent, 1.0, 0.0)
    inverse: Floats = np.linalg.pinv(table, hermitian=True).astype(np.float64)
    right = np.stack([of.by(of.judge, weight * one * of.base, count) for one in terms.T], axis=1)
    rest = of.base - np.einsum("rt,rt->r", terms, np.einsum("jst,jt->js", inverse, right)[of.judge])
    free = np.maximum(loads - 1.0 - varied - bent, 0.0)
    first = of.by(of.judge, weight * rest**2, count) / np.maximum(free, 1)
    near = _FAR * np.sqrt(np.maximum(first, 1e-12)[of.judge] / weight)
    rest = np.clip(rest, -near, near)
    squares = of.by(of.judge, weight * rest**2, count)
    usual, prior = _moderation(squares, free)
    return Line(weight, terms, inverse, rest, squares, usual, prior, free)


def _ends(of: Panel) -> Floats:
    """The share of each judge's marks that stand at the lowest or the highest mark given by anybody: there the scale cuts marks off."""
    end = (of.value <= of.value.min() + 1e-9) | (of.value >= of.value.max() - 1e-9)
    return of.by(of.judge, end.astype(np.float64), len(of.judges)) / np.maximum(of.loads, 1)


def _moderation(squares: Floats, free: Floats) -> tuple[float, float]:
    """The usual scale of variance and how many reads it is worth beside a judge's own."""
    enough = free >= 4
    if enough.sum() < 5:
        return max(float(squares.sum() / max(float(free.clip(1).sum()), 1.0)), 1e-12), 20.0
    own = free[enough]
    logs = np.log(np.maximum(squares[enough] / own, 1e-12)) - special.digamma(own / 2) + np.log(own / 2)
    near = np.abs(logs - np.median(logs)) < np.log(4.0)  # a straight line says nothing of the others' noise
    spread = float(stats.median_abs_deviation(logs, scale="normal") ** 2 - np.median(special.polygamma(1, own / 2)))
    prior = _MOST if spread <= 0 else float(np.clip(2 / spread, 3, _MOST))
    return max(float(squares[enough][near].sum() / own[near].sum()), 1e-12), prior


def effects(of: Panel, fitted: Line, seen: Others, key: Ints, size: int, owner: Ints, member: Bools | None = None) -> Effects:
    """Test membership of the reads with `key` (a code for judge and group, below `size`; reads that are no `member` belong to none).

    `owner` is the judge of each key. p is 1 where the group cannot be told from the rest of the judge's reads.
    """
    use = np.ones(len(key)) if member is None else member.astype(np.float64)
    reads = np.bincount(key, use, size).astype(np.int64)
    w = fitted.weight * use
    sums = np.stack([np.bincount(key, w * term, size) for term in fitted.terms.T], axis=1)
    d0, score = sums[:, 0], np.bincount(key, w * fitted.rest, size)
    room = d0 - np.einsum("ks,kst,kt->k", sums, fitted.inverse[owner], sums)
    usable = (reads > 0) & (room > 0.02 * d0)
    safe = np.where(usable, room, 1.0)
    effect = np.where(usable, score / safe, 0.0)
    spread = _spread(fitted, owner, effect * score)
    pull = np.bincount(key, w * np.abs(of.scale[of.judge]) * seen.pull, size) / np.where(d0 > 0, d0, 1.0)
    level = np.bincount(key, use * seen.level, size) / np.maximum(reads, 1)
    error = np.sqrt(spread / safe + pull**2 * level)
    p = np.where(usable, stats.t.sf(effect / error, fitted.prior + np.maximum(fitted.free[owner] - 1, 0)), 1.0)
    return Effects(effect, p, reads)


def _spread(fitted: Line, owner: Ints, explained: Floats) -> Floats:
    """The moderated scale of variance once a test's own effect is taken out."""
    left = np.maximum(fitted.squares[owner] - explained, 0.0)
    found: Floats = (fitted.prior * fitted.usual + left) / (fitted.prior + np.maximum(fitted.free[owner] - 1, 0))
    return found


def drift(of: Panel, fitted: Line, position: Floats) -> tuple[Floats, Floats]:
    """For each judge how many points the marks rise over the sitting beyond what the cases explain, and p (two-sided, NaN without a test).

    `position` runs from -0.5 to 0.5 within each judge, NaN where the order is unknown (such reads tell nothing).
    """
    count = len(of.judges)
    known = np.isfinite(position)
    z = np.where(known, position, 0.0)
    w = fitted.weight
    sums = np.stack([of.by(of.judge, w * z * term, count) for term in fitted.terms.T], axis=1)
    whole, score = of.by(of.judge, w * z**2, count), of.by(of.judge, w * z * fitted.rest, count)
    room = whole - np.einsum("js,jst,jt->j", sums, fitted.inverse, sums)
    usable = (of.by(of.judge, known.astype(np.float64), count) >= _FEWEST) & (room > 1e-6 * np.maximum(whole, 1e-300))
    safe = np.where(usable, room, 1.0)
    effect = np.where(usable, score / safe, 0.0)
    owner = np.arange(count)
    t = effect / np.sqrt(_spread(fitted, owner, effect * score) / safe)
    return effect, np.where(usable, 2 * stats.t.sf(np.abs(t), fitted.prior + np.maximum(fitted.free - 1, 0)), np.nan)
