"""Candidates, judges, rules -> the task as arrays: who may read what, how well, how much."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhengping.engine.assignment.rules import SCALE, Rules
from zhengping.engine.record import Candidate, Judge

Ints = npt.NDArray[np.int64]
Fits = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Pairs = Iterable[tuple[str, str]]

_MUNICIPALITIES = ("11", "12", "31", "50")


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be assigned, in the order of the names of cases and judges.

    `fit` is in millionths. `ok` says which judge may be chosen for which case, `need` how many judges a case still needs, `least` and `most` what a
    judge may still be given; reads that are `set` (kept, fixed or links; pairs of indices with their source) are not among these. `province`
    numbers the provinces of judges (each judge a number of its own where none is known); with `spread` one judge of each reads a case.
    """

    cases: tuple[str, ...]
    judges: tuple[str, ...]
    fit: npt.NDArray[np.int32]
    ok: Bools
    need: Ints
    least: Ints
    most: Ints
    province: Ints
    spread: bool
    set: tuple[tuple[int, int, str], ...]
    barred: tuple[tuple[str, int], ...]
    bounds: tuple[tuple[int, int], ...]
    is_default: bool


def province(division: str) -> str:
    """The province a division lies in: its first two digits, or the word itself where it is no number."""
    return division[:2] if division.isdigit() and len(division) == 6 else division


def city(division: str) -> str:
    """The city a division lies in: four digits; municipalities are one city."""
    if not (division.isdigit() and len(division) == 6):
        return division
    return division[:2] if division[:2] in _MUNICIPALITIES else division[:4]


def _same(first: Sequence[str], second: Sequence[str]) -> Bools:
    """Which pairs have the same word, "" being like nothing."""
    words = {word: at for at, word in enumerate(sorted({*first, *second} - {""}), 1)}
    left, right = (np.array([words.get(word, 0) for word in side]) for side in (first, second))
    return np.asarray((left[:, None] == right[None, :]) & (left[:, None] > 0))


def bare(word: str) -> str:
    """A unit's name without blanks and full-width letters."""
    return "".join(unicodedata.normalize("NFKC", word).split())


def conflicts(
    cases: Sequence[Candidate], judges: Sequence[Judge], rules: Rules, declared: Bools, forbidden: Bools
) -> tuple[Bools, tuple[tuple[str, int], ...]]:
    """Which pairs no rule lets through, and how many each rule bars."""
    barred = declared.copy()
    counts = [("declared", int(declared.sum())), ("forbidden", int(forbidden.sum()))]
    barred |= forbidden
    if rules.own in ("province", "city"):
        part = province if rules.own == "province" else city
        own = _same([part(case.division) for case in cases], [part(judge.division) for judge in judges])
        counts.append((f"own-{rules.own}", int(own.sum())))
        barred |= own
    if rules.own_unit:
        unit = _same([bare(case.unit) for case in cases], [bare(judge.unit) for judge in judges])
        counts.append(("own-unit", int(unit.sum())))
        barred |= unit
    return barred, tuple((kind, count) for kind, count in counts if count)


def bounds(judges: Sequence[Judge], rules: Rules, total: int) -> tuple[Ints, Ints, bool]:
    """Least and most of each judge; without own bounds the rules' shares of the mean load of those who are not away."""
    present = sum(not judge.away for judge in judges)
    mean = total / max(1, present)
    low, high = int(mean * rules.least_share), int(np.ceil(mean * rules.most_share))
    is_default = any(not judge.away and (judge.least is None or judge.most is None) for judge in judges)
    most = np.array([0 if judge.away else high if judge.most is None else judge.most for judge in judges], np.int64)
    least = np.array([0 if judge.away else low if judge.least is None else judge.least for judge in judges], np.int64)
    own = np.array([judge.least is not None for judge in judges])
    return np.where(own, least, np.minimum(least, most)), np.where(own & (most < least), least, most), is_default


def task(
    cases: Sequence[Candidate],
    judges: Sequence[Judge],
    rules: Rules,
    fit: Fits,
    declared: Bools,
    forbidden: Bools,
    set_pairs: Sequence[tuple[int, int, str]],
) -> Task:
    """The arrays of a task; cases, judges, matrices and pairs are in one order already."""
    barred, counts = conflicts(cases, judges, rules, declared, forbidden)
    lowest, highest, is_default = bounds(judges, rules, len(cases) * rules.reads)
    held = np.zeros((len(cases), len(judges)), np.int64)
    for case, judge, _source in set_pairs:
        held[case, judge] = 1
    ok = ~barred & (held == 0) & np.array([not judge.away for judge in judges])[None, :]
    names = [province(judge.division) or f"\0{at}" for at, judge in enumerate(judges)]
    numbers = {name: at for at, name in enumerate(sorted(set(names)))}
    where = np.array([numbers[name] for name in names], np.int64)
    known = sum(bool(judge.division) for judge in judges)
    spread = rules.spread if rules.spread is not None else known * 2 > len(judges) and len(numbers) >= 2 * rules.reads
    if spread:
        for case, judge, _source in set_pairs:
            ok[case] &= where != where[judge]
    load = held.sum(0)
    return Task(
        tuple(case.case for case in cases),
        tuple(judge.judge for judge in judges),
        np.round(fit * SCALE).astype(np.int32),
        ok,
        np.maximum(0, rules.reads - held.sum(1)),
        np.maximum(0, lowest - load),
        np.maximum(0, highest - load),
        where,
        bool(spread),
        tuple(set_pairs),
        counts,
        tuple(zip(lowest.tolist(), highest.tolist(), strict=True)),
        is_default,
    )
