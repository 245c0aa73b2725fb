"""Scores × rubric -> Calibration: estimates in all and by criterion, judges, agreement, explanations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zhengping.engine import tables
from zhengping.engine.calibration.fit import NORMAL, Fit, fit, ranks
from zhengping.engine.calibration.marks import Floats, Ints, Marks, alpha, groups, marks, means, off_scale, trimmed, z_scores
from zhengping.engine.calibration.result import Agreement, Beside, Calibration, Note
from zhengping.engine.record import Criterion, Estimate, JudgeEstimate

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Options:
    """`as_is` takes marks on another scale as given; `votes` are public votes by case, mixed with weight `share`; `language` of explanations."""

    as_is: bool = False
    votes: Mapping[str, float] | None = None
    share: float = 0.3
    language: str = "zh"
    draws: int = 200
    seed: int = 0


def calibrate(
    cases: Sequence[str],
    judges: Sequence[str],
    values: Floats,
    criteria: Sequence[str] = (),
    rubric: Sequence[Criterion] = (),
    options: Options | None = None,
) -> Calibration:
    """Estimate what scores say of cases, freed of their judges.

    One score for each place of `cases`, `judges`, `values` (and `criteria`, names of the rubric; without a rubric each weighs 1). The total is the sum
    of weight times mark. Raises tables.Trouble where there is no score, and naming a judge whose marks seem to stand on another scale.
    """
    chosen = options or Options()
    given = _coded(cases, judges, values, criteria, rubric)
    names, readers, kinds = given.names, given.readers, given.kinds
    if not chosen.as_is:
        _ask_scales(given.case, given.judge, values, given.kind, readers, kinds)
    total, filled = _total(given.case, given.judge, values, given.kind, given.weights, len(names), len(readers))
    found = fit(total)
    parts = _parts(given.case, given.judge, values, given.kind, len(kinds), names, readers) if len(kinds) > 1 else []
    return _result(names, readers, total, found, parts, kinds, filled, chosen)


@dataclass(frozen=True, slots=True)
class Totals:
    """Reads with their total in points: names by case, then judge, and the marks by criterion (NaN where one is missing)."""

    cases: tuple[str, ...]
    judges: tuple[str, ...]
    values: Floats
    marks: tuple[tuple[float, ...], ...]


def totals(cases: Sequence[str], judges: Sequence[str], values: Floats, criteria: Sequence[str] = (), rubric: Sequence[Criterion] = ()) -> Totals:
    """The total of each read, as `calibrate` takes it: the sum of weight times mark, a missing mark filled in from the read's others."""
    given = _coded(cases, judges, values, criteria, rubric)
    total, _filled = _total(given.case, given.judge, values, given.kind, given.weights, len(given.names), len(given.readers))
    _keys, read = np.unique(given.case * len(given.readers) + given.judge, return_inverse=True)
    table = np.full((len(total.value), len(given.kinds)), np.nan)
    table[read, given.kind] = values
    names, readers = ([known[at] for at in side.tolist()] for known, side in ((given.names, total.case), (given.readers, total.judge)))
    return Totals(tuple(names), tuple(readers), total.value, tuple(map(tuple, table.tolist())))


@dataclass(frozen=True, slots=True)
class _Coded:
    """Scores as codes of sorted names; kinds are the criteria with their weights."""

    names: list[str]
    readers: list[str]
    kinds: tuple[str, ...]
    case: Ints
    judge: Ints
    kind: Ints
    weights: Floats


def _coded(cases: Sequence[str], judges: Sequence[str], values: Floats, criteria: Sequence[str], rubric: Sequence[Criterion]) -> _Coded:
    if not len(values):
        raise tables.Trouble("calibrate-nothing")
    names, case = _codes(cases)
    readers, judge = _codes(judges)
    kinds = tuple(row.name for row in rubric) or tuple(sorted(set(criteria))) or ("",)
    place = {name: at for at, name in enumerate(kinds)}
    kind = np.fromiter((place[name] for name in criteria), np.int64, len(values)) if len(criteria) else np.zeros(len(values), np.int64)
    return _Coded(names, readers, kinds, case, judge, kind, np.array([row.weight for row in rubric] or [1.0] * len(kinds)))


def _codes(names: Sequence[str]) -> tuple[list[str], Ints]:
    known = sorted(set(names))
    at = {name: code for code, name in enumerate(known)}
    return known, np.fromiter((at[name] for name in names), np.int64, len(names))


def _ask_scales(case: Ints, judge: Ints, values: Floats, kind: Ints, readers: Sequence[str], kinds: Sequence[str]) -> None:
    for at, name in enumerate(kinds):
        mine = kind == at
        odd = off_scale(marks(case[mine], judge[mine], values[mine], int(case.max()) + 1, len(readers)))
        if odd:
            who, ratio = odd[0]
            own, others = float(np.median(values[mine & (judge == who)])), float(np.median(values[mine & (judge != who)]))
            times = 10.0 ** round(float(np.log10(ratio)))
            rest = "、".join(readers[other] for other, _ratio in odd[1:6]) or "-"
            raise tables.Trouble(
                "calibrate-scale", judge=readers[who], own=f"{own:g}", others=f"{others:g}", times=f"{times:g}", criterion=name or "-", rest=rest
            )


def _total(case: Ints, judge: Ints, values: Floats, kind: Ints, weights: Floats, cases: int, judges: int) -> tuple[Marks, int]:
    """The total of each read; -> also how many missing marks were filled in from the read's case and judge and the criterion's mean."""
    if len(weights) == 1:
        return marks(case, judge, values * weights[0], cases, judges), 0
    keys, read = np.unique(case * judges + judge, return_inverse=True)
    table = np.full((len(keys), len(weights)), np.nan)
    table[read, kind] = values
    absent = np.isnan(table)
    held = ~absent.all(axis=0)
    table, absent, weights = table[:, held], absent[:, held], weights[held]
    if absent.any():
        middle, scale = np.nanmean(table, axis=0), np.nanstd(table, axis=0)
        scale[scale < 1e-9] = 1.0
        level = np.nanmean((table - middle) / scale, axis=1)
        table = np.where(absent, middle + scale * 0.7 * level[:, None], table)
    return marks(keys // judges, keys % judges, table @ weights, cases, judges), int(absent.sum())


def _parts(case: Ints, judge: Ints, values: Floats, kind: Ints, count: int, names: Sequence[str], readers: Sequence[str]) -> list[Floats]:
    found = []
    for at in range(count):
        mine = kind == at
        if not mine.any():
            found.append(np.full(len(names), np.nan))
            continue
        of = marks(case[mine], judge[mine], values[mine], len(names), len(readers))
        estimate = fit(of).estimate
        found.append(np.where(of.reads > 0, estimate, np.nan))
    return found


def _result(
    names: Sequence[str], readers: Sequence[str], of: Marks, found: Fit, parts: Sequence[Floats], kinds: Sequence[str], filled: int, options: Options
) -> Calibration:
    mean, trim, z = means(of), trimmed(of), z_scores(of)
    estimate = np.round(found.estimate, _DIGITS)
    rank, low, high = ranks(estimate, found.deviation, options.seed, options.draws)
    wide = NORMAL * found.deviation
    level = float(found.judge[of.judge].mean())
    strict = -(of.by_case(found.judge[of.judge]) / of.reads - level)
    voted = _voted(names, mean, options)
    told = _sentences(mean, strict, estimate, of.reads, options.language)
    reads = of.reads.tolist()
    order = np.lexsort((np.arange(len(names)), rank)).tolist()
    shown = [np.round(column, _DIGITS).tolist() for column in (estimate, estimate - wide, estimate + wide, mean, trim, found.deviation)]
    others = [np.round(column, _DIGITS).tolist() for column in (z, found.plain, found.even)]
    by_kind = [np.round(part, _DIGITS).tolist() for part in parts]
    estimates = tuple(
        Estimate(
            names[at],
            shown[0][at],
            shown[1][at],
            shown[2][at],
            int(rank[at]),
            int(low[at]),
            int(high[at]),
            shown[3][at],
            shown[4][at],
            reads[at],
            told[at],
            shown[5][at],
        )
        for at in order
    )
    beside = tuple(
        Beside(
            others[0][at],
            others[1][at],
            others[2][at],
            int(found.island[at]) + 1,
            None if voted is None else round(float(voted[at]), _DIGITS),
            tuple(None if np.isnan(column[at]) else column[at] for column in by_kind),
        )
        for at in order
    )
    split = groups(found.island, names) if len(found.island) and found.island.max() else ()
    notes = _notes(readers, of, found, split, filled)
    criteria = tuple(kinds) if parts else ()
    return Calibration(estimates, beside, _judges(readers, of, found, level), _agreement(of, found), criteria, split, notes, found.factor.heavy)


def _voted(names: Sequence[str], mean: Floats, options: Options) -> Floats | None:
    """The mean mixed with public votes, whose logarithm is put on the mean's centre and spread; a case without a vote has none."""
    if options.votes is None:
        return None
    mix: Floats = (1 - options.share) * mean + options.share * _scaled(mean, np.array([options.votes.get(name, 0.0) for name in names]))
    return mix


def _scaled(mean: Floats, votes: Floats) -> Floats:
    found = np.log1p(votes)
    spread = float(found.std())
    scaled: Floats = mean.mean() + (found - found.mean()) / (spread or 1.0) * mean.std()
    return scaled


def scaled_votes(means: Sequence[float], votes: Sequence[float]) -> tuple[float, ...]:
    """Public votes on the scale of marks: the logarithm of one more than the votes, with the centre and the spread of the same cases' `means` (points).

    What `Options.votes` mixes with the mean, for whoever mixes it with another estimate. Equal votes everywhere give the mean of the means.
    """
    return tuple(np.round(_scaled(np.array(means, np.float64), np.array(votes, np.float64)), _DIGITS).tolist()) if len(means) else ()


def _sentences(mean: Floats, strict: Floats, estimate: Floats, reads: Ints, language: str) -> list[str]:
    """For each case why its estimate differs from its mean: severity of its judges, then what few reads, scales and noise of judges do."""
    rest = estimate - mean - strict
    words = {
        key: tables.sentence(key, (), language) for key in ("explained-start", "explained-stricter", "explained-milder", "explained-even", "explained-end")
    }
    up, down = (tables.sentence(key, (), language) for key in ("explained-up", "explained-down"))
    found = []
    for raw, part, left, value, count in zip(mean.tolist(), strict.tolist(), rest.tolist(), estimate.tolist(), reads.tolist(), strict=True):
        kind = "explained-even" if abs(part) < 0.05 else "explained-stricter" if part > 0 else "explained-milder"
        middle = (up if left > 0 else down).replace("#", f"{abs(left):.1f}").replace("@", str(count)) if abs(left) >= 0.05 else ""
        found.append(
            words["explained-start"].replace("#", f"{raw:.1f}")
            + words[kind].replace("#", f"{abs(part):.1f}")
            + middle
            + words["explained-end"].replace("#", f"{value:.1f}")
        )
    return found


def _judges(readers: Sequence[str], of: Marks, found: Fit, level: float) -> tuple[JudgeEstimate, ...]:
    wide = NORMAL * np.sqrt(found.mixed.judge_error)
    rows = zip(readers, (level - found.judge).tolist(), wide.tolist(), found.factor.scale.tolist(), found.factor.noise.tolist(), of.loads.tolist(), strict=True)
    return tuple(
        JudgeEstimate(
            name, round(severe, _DIGITS), round(severe - half, _DIGITS), round(severe + half, _DIGITS), round(scale, _DIGITS), round(noise, _DIGITS), reads
        )
        for name, severe, half, scale, noise, reads in rows
    )


def _agreement(of: Marks, found: Fit) -> Agreement:
    """ICC(1) = case / (case + judge + rest), ICC(k) the same for a mean of k reads by different judges."""
    case, judge, rest = found.mixed.case_variance, found.mixed.judge_variance, found.mixed.rest_variance
    whole, k = case + judge + rest, float(len(of.value) / of.cases)
    tells = whole > 0 and bool((of.reads > 1).any())
    agreed = alpha(of)
    shares = [round(part / whole, 4) if whole else 0.0 for part in (case, judge, rest)]
    return Agreement(
        len(of.value),
        of.cases,
        of.judges,
        round(k, 3),
        round(case / whole, 4) if tells else None,
        round(case / (case + (judge + rest) / k), 4) if tells else None,
        None if agreed is None else round(agreed, 4),
        *shares,
    )


def _notes(readers: Sequence[str], of: Marks, found: Fit, split: Sequence[Sequence[str]], filled: int) -> tuple[Note, ...]:
    notes: list[Note] = []

    def names(at: Sequence[int]) -> str:
        return "、".join(readers[one] for one in at[:5]) + ("…" if len(at) > 5 else "")

    if split:
        shown = "; ".join("、".join(part[:3]) + ("…" if len(part) > 3 else "") for part in split[:5])
        notes.append(("calibrate-islands", (("count", str(len(split))), ("groups", shown))))
    if found.panels:
        notes.append(("calibrate-panels", (("count", str(found.panels)),)))
    if found.factor.turned:
        notes.append(("calibrate-turned", (("judges", names(found.factor.turned)),)))
    loads = of.loads
    square = of.by_judge(of.value**2) / np.maximum(loads, 1) - (of.by_judge(of.value) / np.maximum(loads, 1)) ** 2
    same = np.flatnonzero((loads >= 5) & (square < 1e-9)).tolist()
    if same and found.mixed.case_variance > 0:
        notes.append(("calibrate-same", (("judges", names(same)),)))
    once = int((of.reads == 1).sum())
    if once:
        notes.append(("calibrate-once", (("count", str(once)),)))
    if filled:
        notes.append(("calibrate-filled", (("count", str(filled)),)))
    return tuple(notes)
