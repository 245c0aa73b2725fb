"""Values of cases, awards and limits -> the choice of the greatest value, proved.

x[case, award] in {0, 1}; each case has one award at most, each award its number, each limit its bound. Solved by column generation: a linear
programme over the cases that matter, all others priced by its duals (Dantzig & Wolfe 1960), then the integer programme (HiGHS by scipy) over the
columns whose reduced cost could still pay for the gap. Bounds may be broken at a price above any value, so that a contradiction shows as a broken
bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, eye_array, hstack, vstack

from zhengping.engine.selection.rules import Limit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PRICE = 1000.0  # of breaking a bound by one; a case is worth at most the number of awards
_CLOSE = 1e-7


@dataclass(frozen=True, slots=True)
class Problem:
    """`worth` (cases x awards; -inf where a case must not have an award), the number of each award and whether it must be reached, limits, forced
    cases, and the cases from the best to the worst."""

    worth: Floats
    numbers: Ints
    is_filled: npt.NDArray[np.bool_]
    limits: tuple[Limit, ...]
    forced: tuple[int, ...]
    order: Ints


@dataclass(frozen=True, slots=True)
class Solved:
    """The award of each case (-1: none), the value, the bound that no choice exceeds, and how many places the bounds are broken by."""

    award: Ints
    value: float
    bound: float
    broken: float


def solve(problem: Problem) -> Solved:
    """The best choice; where no choice keeps all bounds, one that breaks them least (`broken` > 0)."""
    return _Columns(problem).solve()


class _Columns:
    """The growing set of columns (case, award) and the rows of a problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        cases, awards = problem.worth.shape
        self._rows = awards + len(problem.limits) + len(problem.forced)
        forced_at = {case: awards + len(problem.limits) + at for at, case in enumerate(problem.forced)}
        case_of: list[int] = []
        row_of: list[int] = []
        award_of: list[int] = []
        for at, limit in enumerate(problem.limits):
            case_of += limit.members
            row_of += [awards + at] * len(limit.members)
            award_of += [limit.award] * len(limit.members)
        for case, row in forced_at.items():
            case_of.append(case)
            row_of.append(row)
            award_of.append(-1)
        # for each award the matrix (rows x cases) of its columns
        self._by_award = []
        where, rows, kinds = np.array(case_of, np.int64), np.array(row_of, np.int64), np.array(award_of, np.int64)
        for award in range(awards):
            mine = (kinds == award) | (kinds < 0)
            column = np.concatenate([where[mine], np.arange(cases)])
            row = np.concatenate([rows[mine], np.full(cases, award)])
            self._by_award.append(csr_array(coo_array((np.ones(len(row)), (row, column)), shape=(self._rows, cases))))
        low, high = np.zeros(self._rows), np.full(self._rows, np.inf)
        low[:awards] = np.where(problem.is_filled, problem.numbers, 0)
        high[:awards] = problem.numbers
        for at, limit in enumerate(problem.limits):
            if limit.quota.kind == "most":
                high[awards + at] = limit.amount
            else:
                low[awards + at] = limit.amount
        low[awards + len(problem.limits) :] = 1
        self._low, self._high = low, high
        self._under, self._over = np.flatnonzero(low > 0), np.flatnonzero(np.isfinite(high))
        self.inside = self._first()

    def _first(self) -> npt.NDArray[np.bool_]:
        """Cases to begin with: the best ones, the best of each least-limit, and the forced."""
        problem = self.problem
        inside = np.zeros(len(problem.order), bool)
        inside[problem.order[: int(2 * problem.numbers.sum()) + 50]] = True
        rank = np.empty(len(problem.order), np.int64)
        rank[problem.order] = np.arange(len(problem.order))
        for limit in problem.limits:
            if limit.quota.kind == "least":
                inside[sorted(limit.members, key=lambda case: int(rank[case]))[: 2 * limit.amount + 2]] = True
        inside[list(problem.forced)] = True
        return inside

    def solve(self) -> Solved:
        while True:
            cases = np.flatnonzero(self.inside)
            parts = self._parts(cases)
            lp: Any = linprog(**parts, method="highs")
            bound = -float(lp.fun)
            cost = self._reduced(-np.asarray(lp.ineqlin.marginals))
            missing = (cost.max(1) > _CLOSE) & ~self.inside
            if missing.any():
                self._add(missing, cost)
                continue
            solved = self._integral(cases, parts, lp.x, bound)
            near = (cost.max(1) > solved.value - bound - _CLOSE) & ~self.inside
            if bound - solved.value <= 1e-6 or not near.any():
                return solved
            self._add(near, cost)

    def _add(self, missing: npt.NDArray[np.bool_], cost: Floats) -> None:
        """Take in the most promising of the missing cases."""
        at = np.flatnonzero(missing)
        best = at[np.argsort(-cost[at].max(1), kind="stable")][: max(500, int(self.problem.numbers.sum()))]
        self.inside[best] = True

    def _parts(self, cases: Ints) -> dict[str, Any]:
        """The linear programme over `cases`, as linprog takes it: all rows as at-most rows."""
        worth = self.problem.worth[cases]
        awards = worth.shape[1]
        matrix: Any = hstack([part[:, cases] for part in self._by_award]).tocsr()
        slack = eye_array(len(self._under))
        over = eye_array(len(self._over))
        upper = hstack([matrix[self._over], coo_array((len(self._over), len(self._under))), -over])
        lower = hstack([-matrix[self._under], -slack, coo_array((len(self._under), len(self._over)))])
        count = len(cases)
        once = coo_array((np.ones(awards * count), (np.tile(np.arange(count), awards), np.arange(awards * count))))
        once = hstack([once, coo_array((count, len(self._under) + len(self._over)))])
        values = worth.T.ravel()
        usable = np.isfinite(values)
        return {
            "c": np.concatenate([-np.where(usable, values, 0), np.full(len(self._under) + len(self._over), _PRICE)]),
            "A_ub": vstack([upper, lower, once]).tocsr(),
            "b_ub": np.concatenate([self._high[self._over], -self._low[self._under], np.ones(count)]),
            "bounds": np.column_stack(
                [
                    np.zeros(len(values) + len(self._under) + len(self._over)),
                    np.concatenate([usable.astype(float), np.full(len(self._under) + len(self._over), np.inf)]),
                ]
            ),
        }

    def _reduced(self, duals: Floats) -> Floats:
        """The reduced cost of every column (cases x awards) whose case is not inside."""
        price = np.zeros(self._rows)
        price[self._over] += duals[: len(self._over)]
        price[self._under] -= duals[len(self._over) : len(self._over) + len(self._under)]
        return np.asarray(self.problem.worth - np.column_stack([part.T @ price for part in self._by_award]))

    def _integral(self, cases: Ints, parts: dict[str, Any], found: Floats, bound: float) -> Solved:
        """The integer programme over `cases`, unless the linear one is whole already."""
        if np.abs(found - np.round(found)).max(initial=0) > 1e-6:
            size = len(cases) * self.problem.worth.shape[1]
            bounds = np.asarray(parts["bounds"])
            result: Any = milp(
                parts["c"],
                integrality=np.concatenate([np.ones(size), np.zeros(len(found) - size)]),
                bounds=Bounds(bounds[:, 0], bounds[:, 1]),
                constraints=LinearConstraint(parts["A_ub"], -np.inf, parts["b_ub"]),
                options={"mip_rel_gap": 0.0},
            )
            found = result.x
        values = np.asarray(parts["c"])
        awards = self.problem.worth.shape[1]
        chosen = np.round(found[: len(cases) * awards]).reshape(awards, len(cases)).T
        award = np.full(len(self.problem.worth), -1)
        award[cases] = np.where(chosen.any(1), chosen.argmax(1), -1)
        return Solved(award, -float(values @ found), bound, float(found[len(cases) * awards :].sum()))


def broken(problem: Problem, limits: Sequence[Limit], forced: Sequence[int]) -> bool:
    """Whether the awards cannot be given under these limits and forced cases alone."""
    return solve(Problem(problem.worth, problem.numbers, problem.is_filled, tuple(limits), tuple(forced), problem.order)).broken > 1e-6
