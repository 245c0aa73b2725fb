"""Marks as arrays, and what is plain to see in them: the usual rules, islands, judges turned round or on another scale, agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Marks:
    """One mark for each read: codes of case and judge, the value; sorted by case, then judge, so that the order of rows does not matter."""

    case: Ints
    judge: Ints
    value: Floats
    cases: int
    judges: int

    def by_case(self, values: Floats) -> Floats:
        """The sum of a value of each read by case."""
        return np.bincount(self.case, values, self.cases).astype(np.float64)

    def by_judge(self, values: Floats) -> Floats:
        """The sum of a value of each read by judge."""
        return np.bincount(self.judge, values, self.judges).astype(np.float64)

    @property
    def reads(self) -> Ints:
        """Reads of each case."""
        return np.bincount(self.case, minlength=self.cases)

    @property
    def loads(self) -> Ints:
        """Reads of each judge."""
        return np.bincount(self.judge, minlength=self.judges)


def marks(case: Ints, judge: Ints, value: Floats, cases: int, judges: int) -> Marks:
    """Marks in their order."""
    order = np.lexsort((judge, case))
    return Marks(case[order], judge[order], value[order], cases, judges)


def means(of: Marks) -> Floats:
    """The plain mean of each case, NaN without reads."""
    with np.errstate(invalid="ignore"):
        return of.by_case(of.value) / of.reads


def at_ends(of: Marks) -> Floats:
    """1 for each mark at an end of the scale where marks pile up (one in a hundred or more), 0 for others: quality beyond the end cannot show in it."""
    found = np.zeros(len(of.value))
    for end in (of.value.min(initial=np.inf), of.value.max(initial=-np.inf)):
        here = of.value == end
        if here.sum() * 100 >= len(here) and here.sum() >= 3:
            found[here] = 1.0
    return found


def trimmed(of: Marks) -> Floats:
    """The mean without the highest and the lowest mark; with fewer than three marks the plain mean."""
    order = np.lexsort((of.value, of.case))
    value, case = of.value[order], of.case[order]
    first = np.r_[True, case[1:] != case[:-1]] if len(case) else np.zeros(0, bool)
    last = np.r_[first[1:], True] if len(case) else first
    inner = ~(first | last) | (of.reads[case] < 3)
    with np.errstate(invalid="ignore"):
        return np.bincount(case[inner], value[inner], of.cases) / np.bincount(case[inner], minlength=of.cases)


def z_scores(of: Marks) -> Floats:
    """The mean of marks standardised within each judge, put back on the scale of all marks; a judge without spread says nothing."""
    loads = np.maximum(of.loads, 1)
    middle = of.by_judge(of.value) / loads
    rest = of.value - middle[of.judge]
    spread = np.sqrt(of.by_judge(rest**2) / loads)
    z = rest / np.where(spread > 1e-9, spread, 1.0)[of.judge]
    centre, scale = (float(of.value.mean()), float(of.value.std())) if len(of.value) else (0.0, 0.0)
    return centre + scale * means(Marks(of.case, of.judge, z, of.cases, of.judges))


def islands(of: Marks) -> Ints:
    """The number of the island of each case: cases of two islands share no judge, directly or through others."""
    size = of.cases + of.judges
    graph = sparse.coo_matrix((np.ones(len(of.case)), (of.case, of.cases + of.judge)), shape=(size, size))
    found = csgraph.connected_components(graph, directed=False)[1][: of.cases]
    return np.unique(found, return_inverse=True)[1].astype(np.int64)


def turned(of: Marks) -> npt.NDArray[np.bool_]:
    """Judges whose marks run against those of the others on the same cases, by more than chance allows (three standard errors, Fisher's z)."""
    loads = np.maximum(of.loads, 1)
    rest = of.value - (of.by_judge(of.value) / loads)[of.judge]
    reads = of.reads[of.case]
    shared = reads > 1
    others = np.where(shared, (of.by_case(rest)[of.case] - rest) / np.maximum(reads - 1, 1), 0.0)
    count = of.by_judge(shared.astype(np.float64))
    safe = np.maximum(count, 1)
    mine, theirs = rest - (of.by_judge(rest * shared) / safe)[of.judge], others - (of.by_judge(others) / safe)[of.judge]
    cover, first, second = (of.by_judge(x * shared) for x in (mine * theirs, mine**2, theirs**2))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.clip(np.where(first * second > 1e-12, cover / np.sqrt(first * second), 0.0), -0.999, 0.999)
    z = np.arctanh(r) * np.sqrt(np.maximum(count - 3, 0))
    agreed = bool((count > 3).any()) and float(np.median(r[count > 3])) > 0
    found: npt.NDArray[np.bool_] = (z < -3) & agreed
    return found


def off_scale(of: Marks) -> list[tuple[int, float]]:
    """Judges whose marks lie about a power of ten from the others': (judge, the others' typical mark over theirs)."""
    if of.judges < 3:
        return []
    order = np.lexsort((of.value, of.judge))
    value, judge = of.value[order], of.judge[order]
    start = np.searchsorted(judge, np.arange(of.judges))
    loads = of.loads
    read = loads > 0
    middle = np.full(of.judges, np.nan)
    middle[read] = value[(start + loads // 2)[read]]
    typical = float(np.nanmedian(middle)) if read.any() else 0.0
    if typical <= 0:
        return []
    found = []
    for at in np.flatnonzero(read & (middle > 0)).tolist():
        ratio = typical / float(middle[at])
        low, high = value[start[at]], value[start[at] + loads[at] - 1]
        exponent = round(float(np.log10(ratio)))
        if exponent and abs(np.log10(ratio) - exponent) < 0.4 and (high < typical / 3 if exponent > 0 else low > typical * 3):
            found.append((at, ratio))
    return found


def alpha(of: Marks) -> float | None:
    """Krippendorff's alpha for interval data; None where no case has two reads or all marks are equal."""
    paired = of.reads[of.case] > 1
    value, case = of.value[paired], of.case[paired]
    if len(value) < 2 or value.std() < 1e-12:
        return None
    count = np.bincount(case, minlength=of.cases)
    mean = np.bincount(case, value, of.cases) / np.maximum(count, 1)
    within = np.bincount(case, (value - mean[case]) ** 2, of.cases)
    observed = float((within * 2 * count / np.maximum(count - 1, 1)).sum() / len(value))
    expected = float(2 * value.var(ddof=1))
    return 1 - observed / expected


def groups(found: Ints, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Names by island, the largest first."""
    order = np.argsort(found, kind="stable")
    cuts = np.flatnonzero(np.diff(found[order])) + 1
    parts = [tuple(names[at] for at in part.tolist()) for part in np.split(order, cuts)] if len(order) else []
    return tuple(sorted(parts, key=lambda part: (-len(part), part)))
