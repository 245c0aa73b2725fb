"""Reads × calibrated judges -> for each read what the other judges say of its case: the judge under scrutiny never bears witness to itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from zhengping.engine.record import JudgeEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_TURNS = 50


@dataclass(frozen=True, slots=True)
class Reads:
    """One read for each place: case, judge, the total in points; further, where known, the marks by criterion (what "equal marks" means), the
    comment, the seconds at which the read was begun and signed, and its place in the judge's sitting (NaN where unknown; without `order` that of signing)."""

    cases: Sequence[str]
    judges: Sequence[str]
    values: Floats
    marks: Sequence[tuple[float, ...]] = ()
    comments: Sequence[str] = ()
    begun: Floats | None = None
    signed: Floats | None = None
    order: Floats | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """Reads as arrays, sorted by judge, then case, with the calibrated judges: `base` is the mark less what the judge's severity explains, so that
    base = scale · quality + noise; `evidence` and `weight` are the sum and the precision with which the read bears witness to its case."""

    cases: tuple[str, ...]
    judges: tuple[str, ...]
    case: Ints
    judge: Ints
    value: Floats
    base: Floats
    scale: Floats
    noise: Floats  # variances
    evidence: Floats
    weight: Floats
    quality: float  # the variance of quality
    marks: Ints
    comments: tuple[str, ...] = field(repr=False)
    begun: Floats
    signed: Floats
    order: Floats

    def by(self, key: Ints, values: Floats, count: int) -> Floats:
        """The sum of a value of each read by a key."""
        return np.bincount(key, values, count).astype(np.float64)

    @property
    def loads(self) -> Ints:
        """Reads of each judge."""
        return np.bincount(self.judge, minlength=len(self.judges))


@dataclass(frozen=True, slots=True)
class Others:
    """What the other judges say of the case of each read: expected quality and its variance, and how much of a group's level remains in it (`pull`),
    with the variance of that level."""

    quality: Floats
    variance: Floats
    pull: Floats
    level: Floats


def panel(reads: Reads, judges: Sequence[JudgeEstimate]) -> Panel:
    """Sort the reads and put the marks of all judges on one footing by their calibrated severities, scales and noises."""
    names, readers = tuple(sorted(set(reads.cases))), tuple(sorted(set(reads.judges)))
    at_case, at_judge = ({name: at for at, name in enumerate(known)} for known in (names, readers))
    case = np.fromiter((at_case[name] for name in reads.cases), np.int64, len(reads.cases))
    judge = np.fromiter((at_judge[name] for name in reads.judges), np.int64, len(reads.judges))
    order = np.lexsort((case, judge))
    case, judge, value = case[order], judge[order], reads.values[order]
    known = {one.judge: one for one in judges}
    severity, scale, noise = _parameters([known[name] for name in readers])
    cleared = value + severity[judge]
    precision = scale[judge] ** 2 / noise[judge]
    level, quality = _levels(case, cleared, scale[judge], noise[judge], precision, len(names))
    base = cleared - level
    marks = [reads.marks[at] for at in order.tolist()] if len(reads.marks) else [(one,) for one in value.tolist()]
    codes = {mark: at for at, mark in enumerate(sorted(set(marks)))}
    none = np.full(len(case), np.nan)
    begun, signed, sitting = (none if times is None else times[order] for times in (reads.begun, reads.signed, reads.order))
    return Panel(
        names,
        readers,
        case,
        judge,
        value,
        base,
        scale,
        noise,
        scale[judge] * base / noise[judge],
        precision,
        quality,
        np.fromiter((codes[mark] for mark in marks), np.int64, len(marks)),
        tuple(reads.comments[at] for at in order.tolist()) if len(reads.comments) else (),
        begun,
        signed,
        sitting if reads.order is not None else signed,
    )


def _parameters(judges: Sequence[JudgeEstimate]) -> tuple[Floats, Floats, Floats]:
    severity = np.array([one.severity for one in judges])
    scale = np.array([one.discrimination for one in judges])
    noise = np.array([np.nan if one.noise is None else one.noise for one in judges]) ** 2
    usual = float(np.nanmedian(noise)) if np.isfinite(noise).any() else 1.0
    return severity, scale, np.maximum(np.where(np.isfinite(noise), noise, usual), max(1e-4 * usual, 1e-9))


def _levels(case: Ints, cleared: Floats, scale: Floats, noise: Floats, precision: Floats, count: int) -> tuple[float, float]:
    """The marks' common level and the variance of quality, by EM at known judges."""
    level, quality = float(np.average(cleared, weights=1 / noise)), max(float(cleared.var()), 1e-9)
    held = np.bincount(case, precision, count)
    for _turn in range(_TURNS):
        error = 1 / (held + 1 / quality)
        found = np.bincount(case, scale * (cleared - level) / noise, count) * error
        quality = max(float((found**2 + error).mean()), 1e-9)
        level += float(np.average(cleared - level - scale * found[case], weights=1 / noise))
    return level, quality


def others(of: Panel, group: Ints | None = None) -> Others:
    """The quality of each read's case as the other judges have it.

    With `group` (the code of each case, -1 for none) cases are drawn to the level of their group as the other judges have it, so that a group that
    is truly better does not look favoured by everybody.
    """
    count = len(of.cases)
    weight = of.by(of.case, of.weight, count)[of.case] - of.weight
    evidence = of.by(of.case, of.evidence, count)[of.case] - of.evidence
    if group is None:
        error = 1 / (weight + 1 / of.quality)
        return Others(evidence * error, error, np.zeros(len(of.case)), np.zeros(len(of.case)))
    between = _between(of, group)
    inner = of.quality - between
    level, doubt = _group_levels(of, group, between, inner, weight, evidence)
    error = 1 / (weight + 1 / inner)
    pull = error / inner
    return Others(evidence * error + pull * level, error, pull, doubt)


def _between(of: Panel, group: Ints) -> float:
    """The variance of quality between groups (method of moments), at most nine tenths of the whole."""
    weight, evidence = of.by(of.case, of.weight, len(of.cases)), of.by(of.case, of.evidence, len(of.cases))
    used = (weight > 1e-9) & (group >= 0)
    if not used.any():
        return 0.0
    names, code = np.unique(group[used], return_inverse=True)
    says = evidence[used] / weight[used]
    trust = 1 / (of.quality + 1 / weight[used])
    total = np.bincount(code, trust)
    mean = np.bincount(code, trust * says) / total
    grand = float(np.average(mean, weights=total))
    spread = float((total * (mean - grand) ** 2).sum()) - (len(names) - 1)
    room = float(total.sum() - (total**2).sum() / total.sum()) if len(names) > 1 else 0.0
    return float(np.clip(spread / room, 0.0, 0.9 * of.quality)) if room > 0 else 0.0


def _group_levels(of: Panel, group: Ints, between: float, inner: float, weight: Floats, evidence: Floats) -> tuple[Floats, Floats]:
    """For each read the level of its case's group and that level's variance, from all reads but those of the read's judge."""
    zero = np.zeros(len(of.case))
    mine = group[of.case]
    if between <= 0 or (mine < 0).all():
        return zero, zero
    groups = int(group.max()) + 1
    full_weight, full_evidence = of.by(of.case, of.weight, len(of.cases)), of.by(of.case, of.evidence, len(of.cases))
    trust, says = _trust(full_weight, full_evidence, inner)
    known = group >= 0
    all_trust, all_says = (np.bincount(group[known], part[known], groups) for part in (trust, trust * says))
    trust_less, says_less = _trust(weight, evidence, inner)
    key = np.where(mine >= 0, of.judge * groups + mine, 0)
    size = len(of.judges) * groups
    use = (mine >= 0).astype(np.float64)
    change = of.by(key, use * (trust_less - trust[of.case]), size)
    change_says = of.by(key, use * (trust_less * says_less - (trust * says)[of.case]), size)
    held = all_trust[mine] + change[key] + 1 / between
    level = np.where(mine >= 0, (all_says[mine] + change_says[key]) / held, 0.0)
    return level, np.where(mine >= 0, 1 / held, 0.0)


def _trust(weight: Floats, evidence: Floats, inner: float) -> tuple[Floats, Floats]:
    """How much a case says of its group's level, and what."""
    safe = np.maximum(weight, 1e-12)
    return np.where(weight > 1e-9, 1 / (inner + 1 / safe), 0.0), evidence / safe


def codes(names: Sequence[str], of: Panel, values: Mapping[str, str]) -> Ints:
    """The code of each case's value in `names`, -1 where it has none."""
    at = {name: code for code, name in enumerate(names)}
    return np.array([at.get(values.get(case, ""), -1) for case in of.cases], np.int64)
