"""A task -> its assignment: the greatest sum of fit under a floor for the worst-off case, and how high that floor is.

First the optimum of the sum: a flow over the pairs worth keeping, then circles of exchanges over all pairs until none gains. Then the floor is
raised step by step, each case below it lifted along the path that costs the sum least. How far, where nobody says: the repeated flow (weights of
badly served cases rise by 15 % a round; over two choices of pairs) shows what floor can be had for what loss; exchanges reach its floor for less, and go on
until four fifths of the difference are spent: better served and a greater sum. In larger tasks the loss is a fixed small share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zhengping.engine.assignment.exchange import Exchange
from zhengping.engine.assignment.flow import Blocked, pruned, solve
from zhengping.engine.assignment.rules import SCALE
from zhengping.engine.assignment.task import Bools, Ints, Task

Tick = Callable[[str, int, int], None]

_STEP = 0.004
_ROUNDS = 20
_SMALL = 100_000  # pairs: beyond it flows see the best of them alone, and no flow is repeated
_LOSS = 0.00012  # what a floor may cost of the sum beyond: what the repeated flow loses at least in large tasks (0.012 to 0.025 %)


@dataclass(frozen=True, slots=True)
class Found:
    """Chosen pairs (indices), the greatest sum without a floor, and whether an asked floor was reached."""

    case: Ints
    judge: Ints
    optimum: int
    is_reached: bool = True


def find(task: Task, floor: float | None, tick: Tick) -> Found:
    """The assignment of a task. Raises Blocked where the rules and bounds leave none."""
    tick("optimum", 0, 1)
    exchange = _optimum(task)
    optimum = exchange.total()
    tick("optimum", 1, 1)
    if not (task.need > 0).any() or not len(task.judges):
        return Found(*exchange.copy(), optimum)
    if floor is not None:
        reached = _climb(exchange, floor, -1, tick)
        return Found(*reached.copy(), optimum, _worst(reached) >= min(1.0, floor) - 1e-9)
    if task.fit.size > _SMALL:
        finest = _STEP / 4 if task.fit.size <= 10 * _SMALL else 2 * _STEP
        return Found(*_climb(exchange, 1.0, optimum - int(optimum * _LOSS), tick, 4 * _STEP, finest).copy(), optimum)
    references = [_repeated(exchange, task.ok, SCALE // 1000, tick), _repeated(exchange, _promising(exchange), 1, tick)]
    cheapest = max(references, key=Exchange.total)
    there = _reached(exchange, max(references, key=_worst), tick)
    if there.total() < cheapest.total():  # that floor costs more than the other reference loses: no further than its floor then
        there = _reached(exchange, cheapest, tick)
    loss = optimum - cheapest.total()
    budget = int(0.2 * (optimum - there.total()) + 0.8 * loss)
    return Found(*_climb(there, 1.0, optimum - budget, tick).copy(), optimum)


def _reached(start: Exchange, reference: Exchange, tick: Tick) -> Exchange:
    """The floor of a reference by exchanges from `start`, or the reference itself improved where they do not reach it."""
    goal = _worst(reference)
    there = _climb(start, goal, -1, tick, 1.0)
    if _worst(there) < goal - 1e-9:
        there = reference
        there.guard(_floors(there, goal))
        there.improve()
    return there


def _optimum(task: Task) -> Exchange:
    """The assignment of the greatest sum."""
    if task.fit.size > _SMALL:
        try:
            pairs = solve(task, pruned(task.fit.astype(np.float32), task.ok, int(task.most.max())))
        except Blocked:
            pairs = solve(task, task.ok)
    else:
        pairs = solve(task, task.ok)
    exchange = Exchange(task, *pairs)
    exchange.guard(np.zeros(len(task.cases), np.int64))
    exchange.improve()
    return exchange


def _free(exchange: Exchange) -> Bools:
    """Cases that the floor speaks of: all of whose reads are still open."""
    return np.asarray((exchange.task.need > 0) & (exchange.reads == exchange.task.need))


def _worst(exchange: Exchange) -> float:
    """The mean fit of the worst-off case among those whose reads are open (1 if there is none)."""
    free = _free(exchange)
    return float((exchange.sums[free] / exchange.reads[free]).min() / SCALE) if free.any() else 1.0


def _reach(exchange: Exchange) -> Ints:
    """The sum each case would have with its best judges for itself."""
    task = exchange.task
    best = -np.sort(-np.where(task.ok, task.fit, 0), axis=1)[:, : exchange.held.shape[1]].astype(np.int64)
    reach = np.concatenate([np.zeros((len(best), 1), np.int64), best.cumsum(1)], axis=1)
    sums = exchange.sums.copy()
    case, judge = exchange.copy()
    np.subtract.at(sums, case, task.fit[case, judge])
    return np.asarray(sums + reach[np.arange(len(best)), np.minimum(task.need, reach.shape[1] - 1)])


def _ceiling(exchange: Exchange) -> float:
    """No floor can be higher: the least that a case has with its best judges."""
    free = _free(exchange)
    return float((_reach(exchange)[free] / exchange.reads[free]).min() / SCALE) if free.any() else 0.0


def _floors(exchange: Exchange, floor: float, reach: Ints | None = None) -> Ints:
    """The floor of each case's sum; cases with reads that are set already have one no higher than what they can reach."""
    floors: Ints = np.floor(exchange.reads * floor * SCALE + 1e-6).astype(np.int64)
    if not _free(exchange).all():
        floors = np.where(_free(exchange), floors, np.minimum(floors, _reach(exchange) if reach is None else reach))
    return floors


def _climb(start: Exchange, goal: float, least: int, tick: Tick, step: float = _STEP, finest: float = _STEP / 4) -> Exchange:
    """Raise the floor in steps up to `goal` while the sum stays at `least` or more; -> the last assignment for which that was so."""
    kept, now = start, Exchange(start.task, *start.copy())
    reach = _reach(start)
    free = _free(start)
    goal = min(goal, _ceiling(start))
    low = _worst(start)
    while free.any() and low < goal - 1e-9 and step >= finest:
        floor = min(goal, max(_worst(now), low) + step)
        floors = _floors(now, floor, reach)
        now.guard(floors)
        below = np.flatnonzero(now.sums < floors)
        order = below[np.argsort(now.sums[below], kind="stable")].tolist()
        done = all(now.total() >= least and now.lift(case, int(floors[case])) for case in order)
        if done:
            now.improve()
        if done and now.total() >= least:
            kept, now, low = now, Exchange(now.task, *now.copy()), floor
            tick("floor", int(1000 * low), int(1000 * goal))
        else:
            now, step = Exchange(kept.task, *kept.copy()), step / 2
    return kept


def _repeated(start: Exchange, arcs: Bools, unit: int, tick: Tick) -> Exchange:
    """Repeated flow over `arcs`, weights rounded to `unit` millionths: the assignment with the best worst case among twenty weightings."""
    task = start.task
    share = np.ones(len(task.cases))
    best, pairs = -1.0, start.copy()
    free = _free(start)
    extra = np.zeros(len(task.cases), np.int64)
    for at, who, _source in task.set:
        extra[at] += int(task.fit[at, who])
    for turn in range(_ROUNDS if free.any() else 0):
        case, judge = solve(task, arcs, share, unit)
        sums = extra.copy()
        np.add.at(sums, case, task.fit[case, judge])
        means = sums / np.maximum(1, start.reads) / SCALE
        if means[free].min() > best:
            best, pairs = float(means[free].min()), (case, judge)
        share = np.where(means <= 1.02 * best, share * 1.15, np.maximum(1.0, share * 0.995))
        tick("weights", turn + 1, _ROUNDS)
    return Exchange(task, *pairs)


def _promising(start: Exchange, best: int = 16, own: int = 8) -> Bools:
    """The pairs that a weighting may choose: each case's best judges after the judges' prices, its best before them, and those it has."""
    task = start.task
    prices = start.prices()
    keep = np.zeros_like(task.ok)
    for weights, wide in ((task.fit - prices[None, :], best), (task.fit, own)):
        wide = min(wide, task.fit.shape[1])
        order = np.argpartition(-np.where(task.ok, weights, -(2**31)).astype(np.float32), wide - 1, axis=1)[:, :wide]
        np.put_along_axis(keep, order, True, 1)
    keep[start.copy()] = True
    return np.asarray(keep & task.ok)
