"""Knowledge gradient at the cut lines (Frazier, Powell, Dayanik 2008): the read whose answer is expected to improve the awards most comes first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from zhengping.engine.record import Estimate, JudgeEstimate

Floats = npt.NDArray[np.float64]
_NORMAL = 1.6448536269514722
_LEAST = 0.002
_AGAIN = 0.2  # what a second further read of a case in one step counts for: the first would have told whether it is needed


@dataclass(frozen=True, slots=True)
class Line:
    """An award line: the best `count` cases stand above it; `weight` is what a point means there."""

    count: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Read:
    """A further read: `gain` is by how many points (times weight) it is expected to raise the quality of the awards, summed over the lines."""

    case: str
    judge: str
    gain: float


@dataclass(frozen=True, slots=True)
class NextReads:
    """Reads, the most worth first. `least` is the gain below which no read is worth it; `is_enough`: the budget was not used up for that reason,
    `is_blocked`: nor could all cases that deserve a read be given a judge."""

    reads: tuple[Read, ...]
    lines: tuple[float, ...]
    least: float
    is_enough: bool
    is_blocked: bool


def next_reads(
    estimates: Sequence[Estimate],
    judges: Sequence[JudgeEstimate],
    done: Collection[tuple[str, str]],
    budget: int,
    lines: Sequence[Line],
    *,
    may: Callable[[str, str], bool] | None = None,
    most: int = 8,
    least: float | None = None,
    loads: Mapping[str, int] | None = None,
) -> NextReads:
    """Up to `budget` further reads; at most `most` reads a case; never a pair of `done` nor one that `may(case, judge)` forbids.

    A case's second and later read in one step must be worth five times as much as the first of another: what the first says is not known yet (measured).
    A read by a judge of discrimination a, noise s and severity variance v adds the precision a² / (s² + v). Judges with few reads come first
    among those allowed, so that loads stay even; `loads` is the most that a judge reads in all. `least` is by default 0.002 of the estimates' standard deviation.
    """
    rows = sorted(estimates, key=lambda row: (-row.estimate, row.case))
    values = np.array([row.estimate for row in rows])
    cuts = tuple(float(values[line.count - 1 : line.count + 1].mean()) for line in lines if 0 < line.count < len(rows))
    weights = np.array([line.weight for line in lines if 0 < line.count < len(rows)])
    floor = _LEAST * float(values.std()) if least is None and len(values) else least or 0.0
    chosen = _Chosen(judges, done, may, loads or {})
    variance = [_deviation(row) ** 2 for row in rows]
    reads = [row.reads for row in rows]
    before = tuple(reads)
    at = np.array(cuts)
    usual = chosen.usual
    heap = [(-_gain(value, spread, usual, at, weights), place) for place, (value, spread) in enumerate(zip(values.tolist(), variance, strict=True))]
    heapq.heapify(heap)
    found: list[Read] = []
    blocked = False
    while heap and len(found) < budget and -heap[0][0] > floor:
        _worth, place = heapq.heappop(heap)
        if reads[place] >= most:
            continue
        judge = chosen.take(rows[place].case)
        if judge is None:
            blocked = True
            continue
        precision = chosen.precision[judge]
        found.append(Read(rows[place].case, judges[judge].judge, _gain(values[place], variance[place], precision, at, weights)))
        variance[place] = 1 / (1 / variance[place] + precision)
        reads[place] += 1
        heapq.heappush(heap, (-_gain(values[place], variance[place], usual, at, weights) * _AGAIN ** (reads[place] - before[place]), place))
    found.sort(key=lambda read: -read.gain)
    return NextReads(tuple(found), cuts, floor, len(found) < budget, blocked)


def _deviation(row: Estimate) -> float:
    if row.sd is not None:
        return max(row.sd, 1e-9)
    return 1e-9 if row.low is None or row.high is None else max((row.high - row.low) / (2 * _NORMAL), 1e-9)


def _gain(value: float, variance: float, precision: float, cuts: Floats, weights: Floats) -> float:
    """What one more read is expected to be worth: step (phi(z) - z Phi(-z)) at each line."""
    step = (variance - 1 / (1 / variance + precision)) ** 0.5 if precision > 0 else 0.0
    if step <= 0 or not len(cuts):
        return 0.0
    z = np.abs(value - cuts) / step
    return float((weights * step * (np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi) - z * ndtr(-z))).sum())


class _Chosen:
    """Who reads next: the least loaded judge that may read the case and whose marks tell something."""

    def __init__(
        self, judges: Sequence[JudgeEstimate], done: Collection[tuple[str, str]], may: Callable[[str, str], bool] | None, loads: Mapping[str, int]
    ) -> None:
        self._judges, self._may, self._done, self._loads = judges, may, set(done), loads
        self.precision = [self._precision(one) for one in judges]
        told = [value for value in self.precision if value > 0]
        self.usual = float(np.median(told)) if told else 0.0
        self._queue = [(one.reads, at) for at, one in enumerate(judges) if self.precision[at] > 0.3 * self.usual]
        heapq.heapify(self._queue)

    @staticmethod
    def _precision(one: JudgeEstimate) -> float:
        severity = 0.0 if one.low is None or one.high is None else ((one.high - one.low) / (2 * _NORMAL)) ** 2
        noise = (one.noise or 0.0) ** 2 + severity
        return max(one.discrimination, 0.0) ** 2 / noise if noise > 0 else 0.0

    def take(self, case: str) -> int | None:
        """The judge for a further read of the case; None where nobody is left."""
        passed: list[tuple[int, int]] = []
        found = None
        while self._queue:
            load, at = heapq.heappop(self._queue)
            name = self._judges[at].judge
            if load >= self._loads.get(name, load + 1):
                continue
            if (case, name) not in self._done and (self._may is None or self._may(case, name)):
                found = at
                self._done.add((case, name))
                heapq.heappush(self._queue, (load + 1, at))
                break
            passed.append((load, at))
        for entry in passed:
            heapq.heappush(self._queue, entry)
        return found
