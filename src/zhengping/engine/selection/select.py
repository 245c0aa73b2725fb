"""Estimates, candidates and rules -> choices with their reasons; what changes between two sets of rules; how firm awards are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zhengping.engine.record import Candidate, Choice, Estimate
from zhengping.engine.selection.contradictions import contradiction
from zhengping.engine.selection.model import Ints, Solved
from zhengping.engine.selection.problem import Field, choose, field
from zhengping.engine.selection.reasons import Tick, reasons
from zhengping.engine.selection.rules import Rules
from zhengping.engine.selection.stability import stability
from zhengping.engine.tables import sentence


def _silent(stage: str, done: int, total: int) -> None:
    """No progress."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The choices (awarded cases in order, the reserve, then the rest by rank), the value and the bound that proves it, and places left empty."""

    choices: tuple[Choice, ...]
    value: float
    bound: float
    empty: tuple[tuple[str, int], ...]


def select(
    estimates: Sequence[Estimate],
    candidates: Sequence[Candidate],
    rules: Rules,
    *,
    language: str = "zh",
    draws: int = 0,
    seed: int = 0,
    tick: Tick = _silent,
) -> Selection:
    """Choose the awards: the greatest worth within the rules, proved; each case with its reason in `language`.

    The worth of a choice is the sum over awarded cases of (scaled estimate) x (weight of the award: 1 for the lowest, one more for each above). `draws`
    repeated judgings give stability and chance (0: left unknown); `seed` makes them the same again. Raises Contradiction with the smallest set of
    rules that cannot hold together.
    """
    some = field(estimates, candidates, rules)
    tick("choose", 0, 1)
    solved = _solved(some)
    tick("choose", 1, 1)
    told = reasons(some, solved.award, tick)
    firm = stability(some, solved.award, draws, seed, tick)
    reserve = _reserve(some, solved.award)
    names = [award.name for award in rules.awards]
    order = sorted(range(len(some.estimates)), key=lambda case: (_key(int(solved.award[case])), reserve.get(case, 1 << 30), case))
    choices = []
    for place, case in enumerate(order, 1):
        award = int(solved.award[case])
        said = names[award] if award >= 0 else sentence("award-reserve", (), language) if case in reserve else ""
        text = {each: one.text + (sentence("reason-reserve", (("place", str(reserve[case])),), each) if case in reserve else "") for each, one in told[case].items()}
        same, chance = (None, None) if firm is None else (float(firm[0][case]), float(firm[1][case]))
        at, own = place if award >= 0 else reserve.get(case, 0), told[case][language]
        choices.append(Choice(some.estimates[case].case, said, at, text[language], same, chance, own.rule, own.is_open, tuple(text.items())))
    empty = tuple((each.name, each.number - int((solved.award == at).sum())) for at, each in enumerate(rules.awards))
    return Selection(tuple(choices), solved.value, solved.bound, tuple((name, count) for name, count in empty if count))


def _solved(some: Field) -> Solved:
    """The best choice. Raises Contradiction."""
    solved = choose(some, some.values)
    if solved.broken > 1e-6:
        raise contradiction(some)
    return solved


def _key(award: int) -> int:
    return award if award >= 0 else 1000


def _reserve(some: Field, award: Ints) -> dict[int, int]:
    """The next cases in order of rank that could have an award if one fell vacant, and their places."""
    found: dict[int, int] = {}
    full: set[int] = set()
    for limit in some.limits:
        if limit.award < 0 and limit.quota.kind == "most" and sum(award[case] >= 0 for case in limit.members) >= limit.amount:
            full.update(limit.members)
    levels = [each.level for each in some.rules.awards]
    lowest = None if None in levels or not levels else min(level for level in levels if level is not None)
    for case in range(len(award)):
        if len(found) >= some.rules.reserve:
            break
        good = lowest is None or some.estimates[case].estimate >= lowest
        if award[case] < 0 and not some.barred[case] and case not in full and good:
            found[case] = len(found) + 1
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """A case whose award differs between two sets of rules, with the reasons of both."""

    case: str
    rank: int
    before: str
    after: str
    reason_before: str
    reason_after: str


def compare(estimates: Sequence[Estimate], candidates: Sequence[Candidate], first: Rules, second: Rules, *, language: str = "zh") -> tuple[Change, ...]:
    """Who comes in, who goes out and who moves when the rules change from `first` to `second`, by rank. Raises Contradiction."""
    sides = []
    for rules in (first, second):
        some = field(estimates, candidates, rules)
        solved = _solved(some)
        told = reasons(some, solved.award, _silent)
        names = [award.name for award in rules.awards]
        sides.append(
            {estimate.case: (names[solved.award[at]] if solved.award[at] >= 0 else "", told[at][language].text, at + 1) for at, estimate in enumerate(some.estimates)}
        )
    changes = []
    for case, (before, why, rank) in sides[0].items():
        after, then, _rank = sides[1][case]
        if before != after:
            changes.append(Change(case, rank, before, after, why, then))
    return tuple(changes)


def firmness(
    estimates: Sequence[Estimate], candidates: Sequence[Candidate], rules: Rules, awards: Mapping[str, str], *, draws: int, seed: int
) -> dict[str, tuple[float, float]] | None:
    """For each case the share of `draws` second judgings that give it the award of `awards`, and the probability to be truly among the chosen.

    What `select` tells with `draws`, of awards that are there already, so that draws can be made in batches with seeds of their own and averaged. None
    where the uncertainty of an estimate is not known.
    """
    some = field(estimates, candidates, rules)
    names = {award.name: at for at, award in enumerate(rules.awards)}
    given = np.array([names.get(awards.get(estimate.case, ""), -1) for estimate in some.estimates])
    firm = stability(some, given, draws, seed, _silent)
    if firm is None:
        return None
    return {estimate.case: (float(firm[0][at]), float(firm[1][at])) for at, estimate in enumerate(some.estimates)}
