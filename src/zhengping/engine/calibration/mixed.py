"""The crossed mixed model: mark = mu + q_case + b_judge + e, variances by REML, effects by BLUP.

Average-information REML (Gilmour, Thompson, Cullis 1995) on the mixed-model equations with the cases absorbed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from zhengping.engine.calibration.marks import Floats, Marks

_STEPS = 40


@dataclass(frozen=True, slots=True)
class Mixed:
    """Variances of case, judge and rest; the mean; effects with their prediction-error variances. `judge` is leniency (positive: milder)."""

    case_variance: float
    judge_variance: float
    rest_variance: float
    mean: float
    case: Floats
    judge: Floats
    case_error: Floats
    judge_error: Floats


@dataclass(slots=True)
class _Equations:
    """The equations at given ratios; the last column of `design` is the mean."""

    design: sparse.csr_matrix
    inverse: Floats
    diagonal: Floats
    of: Marks

    def solve(self, y: Floats) -> tuple[Floats, Floats]:
        """Case effects, and judge effects with the mean last."""
        by_case = self.of.by_case(y)
        right = np.append(self.of.by_judge(y), y.sum()) - self.design.T @ (by_case / self.diagonal)
        judge = self.inverse @ right
        return (by_case - self.design @ judge) / self.diagonal, judge

    def rest(self, y: Floats) -> Floats:
        """What the effects leave of y."""
        case, judge = self.solve(y)
        left: Floats = y - case[self.of.case] - judge[self.of.judge] - judge[-1]
        return left


def _equations(of: Marks, design: sparse.csr_matrix, case_ratio: float, judge_ratio: float) -> _Equations:
    diagonal = of.reads + case_ratio
    scaled = sparse.diags(1 / diagonal) @ design
    matrix = -(design.T @ scaled).toarray()
    loads = np.append(of.loads, len(of.value)).astype(np.float64)
    at = np.arange(of.judges)
    matrix[at, at] += loads[:-1] + judge_ratio
    matrix[-1, :-1] += loads[:-1]
    matrix[:-1, -1] += loads[:-1]
    matrix[-1, -1] += loads[-1]
    # a Cholesky factor needs fewer operations, but its threads wait for one another for seconds where the processor is shared
    inverse: Floats = linalg.inv(matrix, overwrite_a=True, check_finite=False)
    return _Equations(design, inverse, diagonal.astype(np.float64), of)


def mixed(of: Marks) -> Mixed:
    """Fit the model. Variances are at least 1e-6 of the marks', that of the cases at least the standard error that one of 0 would have; with no spread at all every effect is 0."""
    total = float(of.value.var()) if len(of.value) else 0.0
    if total < 1e-18:
        zero, none = np.zeros(of.cases), np.zeros(of.judges)
        return Mixed(0.0, 0.0, 0.0, float(of.value.mean()) if len(of.value) else 0.0, zero, none, zero, none)
    design = _design(of)
    theta = _start(of, total)
    y = of.value - of.value.mean()
    for _step in range(_STEPS):
        changed, theta = _step_of(of, design, y, theta, total)
        if changed < 1e-6:
            break
    # no spread of quality found is no proof of none: with it at 0 every interval would have no width (Chung and others 2013)
    error = theta[2] * np.sqrt(2 / max(of.cases - 1, 1)) * float((1 / np.maximum(of.reads, 1)).mean())  # of a variance of 0, by the spread of the cases' means
    return _effects(of, design, y, np.array([max(theta[0], error), *theta[1:]]))


def _design(of: Marks) -> sparse.csr_matrix:
    """Cases by judges, how often each read each; the last column counts the reads."""
    ones = np.ones(len(of.value))
    rows, columns = np.concatenate([of.case, of.case]), np.concatenate([of.judge, np.full(len(ones), of.judges)])
    return sparse.csr_matrix((np.concatenate([ones, ones]), (rows, columns)), shape=(of.cases, of.judges + 1))  # equal places are added


def projected(of: Marks, found: Mixed) -> Callable[[Floats], Floats]:
    """What the fitted model's mean and effects leave of any values of the reads."""
    return _equations(of, _design(of), found.rest_variance / found.case_variance, found.rest_variance / found.judge_variance).rest


def _start(of: Marks, total: float) -> Floats:
    """Variances to begin with, from the spread of the means of cases and judges (analysis of variance, one way at a time)."""
    found = []
    for key, size in ((of.case, of.reads), (of.judge, of.loads)):
        held = size > 0
        count, n = int(held.sum()), len(of.value)
        sums = np.bincount(key, of.value, len(size))[held]
        between = float((sums**2 / size[held]).sum() - of.value.sum() ** 2 / n)
        within = total * n - between
        usual = (n - float((size[held] ** 2).sum()) / n) / max(count - 1, 1)
        inner = within / max(n - count, 1)
        found.append(max((between / max(count - 1, 1) - inner) / usual, 0.05 * total) if usual > 0 and n > count else 0.3 * total)
    return np.array([*found, max(total - sum(found), 0.1 * total)])


def _step_of(of: Marks, design: sparse.csr_matrix, y: Floats, theta: Floats, total: float) -> tuple[float, Floats]:
    """One step of average information, no variance lowered more than tenfold; an EM step where it would raise one so or is not finite. -> the greatest change as
    a share of the marks' variance, and the variances."""
    at = _equations(of, design, theta[2] / theta[0], theta[2] / theta[1])
    case, judge = at.solve(y)
    rest = y - case[of.case] - judge[of.judge] - judge[-1]
    twice = (design.T @ sparse.diags(at.diagonal**-2.0) @ design).tocoo()
    traces = np.array([(1 / at.diagonal).sum() + (at.inverse[twice.row, twice.col] * twice.data).sum(), np.trace(at.inverse[:-1, :-1])]) * theta[2]
    sizes, squares = np.array([of.cases, of.judges]), np.array([case @ case, judge[:-1] @ judge[:-1]])
    score = np.zeros(3)
    score[:2] = -0.5 * (sizes / theta[:2] - (traces + squares) / theta[:2] ** 2)
    freedom = len(y) - 1 - (sizes - traces / theta[:2]).sum()
    score[2] = -0.5 * (freedom / theta[2] - rest @ rest / theta[2] ** 2)
    work = np.stack([case[of.case] / theta[0], judge[of.judge] / theta[1], rest / theta[2]], axis=1)
    projected = np.stack([at.rest(column) for column in work.T], axis=1) / theta[2]
    information = 0.5 * work.T @ projected
    em = np.array([*((traces + squares) / sizes), rest @ rest / max(freedom, 1e-9)])
    least, step = 1e-6 * total, theta.copy()
    free = (theta > least) | (score > 0)  # a variance that would be negative stays at the least, and the others are found beside it
    try:
        step[free] += np.linalg.solve((information + 1e-12 * np.eye(3) * np.trace(information))[np.ix_(free, free)], score[free])
    except np.linalg.LinAlgError:
        step = em
    if not (np.isfinite(step).all() and (step < 10 * theta).all()):
        step = em
    step = np.maximum(step, np.maximum(0.1 * theta, least))
    return float(np.abs(step - theta).max() / total), step


def _effects(of: Marks, design: sparse.csr_matrix, y: Floats, theta: Floats) -> Mixed:
    at = _equations(of, design, theta[2] / theta[0], theta[2] / theta[1])
    case, judge = at.solve(y)
    mean = float(judge[-1] + of.value.mean())
    case_variance, judge_variance, rest_variance = (float(value) for value in theta)
    return Mixed(case_variance, judge_variance, rest_variance, mean, case, judge[:-1], _errors(at) * theta[2], np.diag(at.inverse)[:-1] * theta[2])


def _errors(at: _Equations) -> Floats:
    """The prediction-error variance of each case, in units of the rest's variance; without the mean's own."""
    of, inverse = at.of, at.inverse[:-1, :-1]
    start = np.searchsorted(of.case, np.arange(of.cases))
    reads, found = of.reads, np.zeros(of.cases)
    for count in np.unique(reads).tolist():
        rows = np.flatnonzero(reads == count)
        for part in np.array_split(rows, max(1, len(rows) * count * count // 2_000_000)):
            who = of.judge[start[part][:, None] + np.arange(count)]
            found[part] = inverse[who[:, :, None], who[:, None, :]].sum(axis=(1, 2))
    return 1 / at.diagonal + found / at.diagonal**2
