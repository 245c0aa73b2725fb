"""An assignment -> a better one, by exchanges: who gives a case away takes another, round a circle of judges.

The judges are the nodes of a graph; the arc u -> v is the best way for u to hand one of its cases to v. A closed walk of positive gain raises the
sum (cancelling of cycles, Klein 1967); a path from v to u that makes room lifts a chosen case at the least cost (successive shortest paths). An arc
is closed where it would bring its case below the floor, so that the floor is kept by every move.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from zhengping.engine.assignment.task import Bools, Ints, Task

_NEVER = -(10**12)
_LENGTH = 12
_TRIES = 30

Move = tuple[int, int, int]


class Exchange:
    """A changing assignment of a task; `sums` are the sums of fit of the cases, set reads included."""

    def __init__(self, task: Task, case: Ints, judge: Ints) -> None:
        self.task = task
        self.fit = task.fit
        count, judges = task.fit.shape
        self._count = judges
        width = max(1, int(task.need.max(initial=0)))
        order = np.lexsort((judge, case))
        self.held = np.full((count, width), -1)
        place = np.arange(len(order)) - np.repeat(np.cumsum(task.need) - task.need, task.need)
        self.held[case[order], place] = judge[order]
        self.sums = np.zeros(count, np.int64)
        np.add.at(self.sums, case, task.fit[case, judge])
        self.reads = task.need.copy()
        for at, who, _source in task.set:
            self.sums[at] += int(task.fit[at, who])
            self.reads[at] += 1
        self.load = np.bincount(judge, minlength=judges)
        self._cases = [[] for _ in range(judges)]  # type: list[list[int]]
        for at, who in zip(case.tolist(), judge.tolist(), strict=True):
            self._cases[who].append(at)
        province = task.province if task.spread else np.arange(judges)
        self._mates = [np.flatnonzero(province == province[who]) for who in range(judges)]
        mates = (province[:, None] == province[None, :]).astype(np.int8)
        self._taken = np.zeros((count, judges), np.int8)
        for column in self.held.T:
            self._taken[column >= 0] += mates[column[column >= 0]]
        self._open = task.ok & (self._taken == 0)
        self._gain = np.full((judges + 1, judges + 1), _NEVER)
        self._by = np.full((judges + 1, judges + 1), -1)
        self._floor = np.zeros(count, np.int64)
        self._closed: set[tuple[int, int]] = set()
        self._nodes = np.arange(judges + 1)

    def total(self) -> int:
        """The sum of fit."""
        return int(self.sums.sum())

    def guard(self, floor: Ints) -> None:
        """Set the floor of each case's sum; a case below it may only rise."""
        self._floor = floor
        for judge in range(self._count):
            self._arcs(judge)

    def copy(self) -> tuple[Ints, Ints]:
        """Cases and judges as they are now."""
        case, place = np.nonzero(self.held >= 0)
        return case, self.held[case, place]

    def allowed(self, cases: Sequence[int] | Ints, judge: int) -> Bools:
        """Which judges may take each of `cases` over from `judge`."""
        free: Bools = self._open[cases]
        mates = self._mates[judge]
        at = np.asarray(cases)[:, None]
        free[:, mates] = self.task.ok[at, mates] & (self._taken[at, mates] == 1)
        free[:, judge] = False
        return free

    def _take(self, case: Ints | int, judge: int, by: int) -> None:
        """Note that `by` more judges of the province of `judge` read a case, which closes it to the others of that province."""
        mates = self._mates[judge]
        self._taken[case, mates] += by
        self._open[case, mates] = self.task.ok[case, mates] & (self._taken[case, mates] == 0)

    def _arcs(self, judge: int) -> None:
        """Lay the arcs that leave `judge` anew, and those between it and the slack of the loads (the last node)."""
        gain, end = self._gain, self._count
        row = np.full(end + 1, _NEVER)
        cases = self._cases[judge]
        if self._closed:
            cases = [case for case in cases if (judge, case) not in self._closed]
        if cases:
            at = np.array(cases)
            change = self.fit[at] - self.fit[at, judge][:, None]
            room = np.minimum(self._floor[at], self.sums[at]) - self.sums[at]
            room = room.astype(np.int32)[:, None]
            change = np.where(self.allowed(at, judge) & (change >= room), change, np.int32(-(2**31)))
            best = change.argmax(0)
            value = change[best, self._nodes[:end]].astype(np.int64)
            row[:end] = np.where(value > -(2**31), value, _NEVER)
            self._by[judge, :end] = at[best]
        row[end] = 0 if self.load[judge] < self.task.most[judge] else _NEVER
        gain[judge] = row
        gain[end, judge] = 0 if self.load[judge] > self.task.least[judge] else _NEVER

    def _move(self, moves: Sequence[Move]) -> set[int]:
        touched: set[int] = set()
        for case, source, target in moves:
            touched.update(judge for judge in self.held[case].tolist() if judge >= 0)
            self.held[case, self.held[case].tolist().index(source)] = target
            self.sums[case] += int(self.fit[case, target]) - int(self.fit[case, source])
            self._cases[source].remove(case)
            self._cases[target].append(case)
            self._take(case, source, -1)
            self._take(case, target, 1)
            self.load[source] -= 1
            self.load[target] += 1
            touched.update((source, target))
        for judge in touched:
            self._arcs(judge)
        return touched

    def _steps(self, path: Sequence[int]) -> list[Move]:
        """The moves along a path; steps over the slack move nothing."""
        end = self._count
        return [(int(self._by[u, v]), u, v) for u, v in itertools.pairwise(path) if end not in (u, v)]

    def _is_clear(self, moves: Sequence[Move]) -> bool:
        cases = [case for case, _source, _target in moves]
        return len(set(cases)) == len(cases)

    # --- raising the sum

    def improve(self) -> int:
        """Go round circles of positive gain until none is found; -> how many. Without a floor and spread the sum is then the greatest possible."""
        done = tries = 0
        while tries < 200:
            found = self._circles()
            if not found:
                break
            used: set[int] = set()
            went = False
            for circle in found:
                path = [*circle, circle[0]]
                moves = self._steps(path)
                gain = sum(int(self._gain[u, v]) for u, v in itertools.pairwise(path))
                if gain > 0 and self._is_clear(moves) and not used & set(circle):
                    used |= self._move(moves)
                    done, went = done + 1, True
            if not went:  # the circle uses a case twice: close one of its arcs for now
                case, source, _target = self._steps([*found[0], found[0][0]])[0]
                self._closed.add((source, case))
                self._arcs(source)
                tries += 1
        self._reopen()
        return done

    def _reopen(self) -> None:
        closed = {judge for judge, _case in self._closed}
        self._closed = set()
        for judge in sorted(closed):
            self._arcs(judge)

    def _circles(self) -> list[list[int]]:
        """Circles of positive gain, by Bellman and Ford."""
        best = np.zeros(self._count + 1, np.int64)
        before = np.full(self._count + 1, -1)
        for _round in range(self._count + 2):
            reached = best[:, None] + self._gain
            source = reached.argmax(0)
            value = reached[source, self._nodes]
            up = value > best
            if not up.any():
                return []
            best = np.where(up, value, best)
            before = np.where(up, source, before)
            found = _loops(before.tolist())
            if found:
                return found
        return []

    def prices(self) -> Ints:
        """What a read of each judge is worth at the optimum of the sum (the longest paths from the slack)."""
        best = np.maximum(self._gain[self._count], _NEVER // 2)
        best[self._count] = 0
        for _round in range(self._count + 1):
            value = (best[:, None] + self._gain).max(0)
            if (value <= best).all():
                break
            best = np.maximum(best, value)
        known = best[: self._count]
        return np.where(known > _NEVER // 4, known, 0)

    # --- lifting a case

    def lift(self, case: int, target: int) -> bool:
        """Raise the sum of a case to `target` at the least cost to the others; -> whether that was possible."""
        for _step in range(2 * self.held.shape[1]):
            if self.sums[case] >= target:
                return True
            move = self._way(case, target)
            if move is None:
                return False
            self._move(move)
        return bool(self.sums[case] >= target)

    def _way(self, case: int, target: int) -> list[Move] | None:
        """The best moves that raise a case, nearest to `target` first; None if there are none."""
        mine = [judge for judge in self.held[case].tolist() if judge >= 0]
        options = {}
        for judge in mine:
            change = self.fit[case].astype(np.int64) - int(self.fit[case, judge])
            good = self.allowed([case], judge)[0] & (change > 0)
            if good.any():
                options[judge] = (good, change)
        self._closed = {(judge, case) for judge in mine}
        for judge in mine:
            self._arcs(judge)
        found = None
        for _try in range(_TRIES if options else 0):
            found, clashes = self._try(case, target, options)
            if found or not clashes:
                break
            self._closed |= clashes
            for judge in {judge for judge, _case in clashes}:
                self._arcs(judge)
        self._reopen()
        return found

    def _try(self, case: int, target: int, options: dict[int, tuple[Bools, Ints]]) -> tuple[list[Move] | None, set[tuple[int, int]]]:
        """The first way of the best few that uses no case twice; else the clashes to close."""
        ways = []
        for judge, (good, change) in options.items():
            best, layers = self._to(judge)
            for other in np.flatnonzero(good & (best[: self._count] > _NEVER // 2)).tolist():
                after = min(int(self.sums[case] + change[other]), target)
                ways.append((-after, -int(change[other] + best[other]), judge, other, layers))
        ways.sort(key=lambda way: way[:4])
        clashes: set[tuple[int, int]] = set()
        for _after, _cost, judge, other, layers in ways[:5]:
            path = _path(other, judge, layers)
            moves = self._steps(path)
            if self._is_clear(moves):
                return [(case, judge, other), *moves], set()
            seen: set[int] = set()
            for at, source, _target in moves:
                if at in seen:
                    clashes.add((source, at))
                    break
                seen.add(at)
        return None, clashes

    def _to(self, judge: int) -> tuple[Ints, list[Ints]]:
        """The best gain from each node to `judge` over at most `_LENGTH` arcs, and by layer of length the next node (-1: unchanged)."""
        best = self._gain[:, judge].copy()
        best[judge] = _NEVER
        layers = [np.where(best > _NEVER // 2, judge, -1)]
        for _length in range(_LENGTH):
            reached = self._gain + best[None, :]
            source = reached.argmax(1)
            value = reached[self._nodes, source]
            up = value > best
            up[judge] = False
            if not up.any():
                break
            best = np.where(up, value, best)
            layers.append(np.where(up, source, -1))
        return best, layers


def _path(start: int, end: int, layers: Sequence[Ints]) -> list[int]:
    """The nodes from `start` to `end` by the layers of `_to`."""
    path, at, layer = [start], start, len(layers) - 1
    while at != end and layer >= 0:
        following = int(layers[layer][at])
        if following >= 0:
            at = following
            path.append(at)
        layer -= 1
    return path


def _loops(before: Sequence[int]) -> list[list[int]]:
    """The circles in a map from each node to the one before it (-1: none), each in walking order."""
    seen = [-1] * len(before)
    found = []
    for root in range(len(before)):
        at = root
        while at >= 0 and seen[at] < 0:
            seen[at] = root
            at = before[at]
        if at >= 0 and seen[at] == root:
            circle, step = [at], before[at]
            while step != at:
                circle.append(step)
                step = before[step]
            found.append(circle[::-1])
    return found
