"""Estimates, candidates and rules -> the problem of choice: ranks, worths, limits, forced cases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from zhengping.engine.record import Candidate, Estimate
from zhengping.engine.selection.model import Floats, Ints, Problem, Solved, solve
from zhengping.engine.selection.rules import Limit, Rules, limits

_TIE = 1e-9
_BASE = 0.02  # what the lowest case is worth, so that no award stays empty for nothing


@dataclass(frozen=True, slots=True)
class Field:
    """Cases from the best to the worst, with their estimates and candidates, and the limits that the rules set for them."""

    estimates: tuple[Estimate, ...]
    candidates: tuple[Candidate, ...]
    rules: Rules
    limits: tuple[Limit, ...]
    barred: tuple[str, ...]  # the reason a case is barred, "" where it is not
    forced: tuple[tuple[int, str, str], ...]  # case, award, reason

    @property
    def values(self) -> Floats:
        """The estimates as numbers."""
        return np.array([estimate.estimate for estimate in self.estimates])


def natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """An order in which case 10 comes after case 9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part], name


def field(estimates: Sequence[Estimate], candidates: Sequence[Candidate], rules: Rules) -> Field:
    """The field of a selection; cases of equal estimate stand in the order that `rules.ties` gives them.

    Raises ValueError where a ruling names an unknown case or an award that does not exist; callers check that before.
    """
    by_case = {candidate.case: candidate for candidate in candidates}

    def key(estimate: Estimate) -> tuple[object, ...]:
        further = tuple(-float(getattr(estimate, tie) or 0) for tie in rules.ties if tie in ("mean", "reads", "low"))
        return (-estimate.estimate, *further, natural(estimate.case))

    ordered = tuple(sorted(estimates, key=key))
    cases = tuple(by_case.get(estimate.case, Candidate(estimate.case)) for estimate in ordered)
    place = {estimate.case: at for at, estimate in enumerate(ordered)}
    barred = {ruling.case: ruling.reason for ruling in rules.rulings if not ruling.is_in}
    forced = tuple(sorted((place[ruling.case], ruling.award, ruling.reason) for ruling in rules.rulings if ruling.is_in))
    return Field(ordered, cases, rules, limits(rules, cases), tuple(barred.get(estimate.case, "") for estimate in ordered), forced)


def problem(field: Field, values: Floats, found: Sequence[Limit] | None = None, *, rulings: bool = True) -> Problem:
    """The problem of a field for some values of its cases (its own estimates, or drawn ones).

    The worth of an award is its weight (the number of awards below it, and one) times the value on a scale from 0.02 to 1.02: the better the case
    the higher its award, unless a limit demands otherwise, and the sum over all awards is as great as the limits let it be.
    """
    rules = field.rules
    count = len(rules.awards)
    low, high = float(values.min(initial=0)), float(values.max(initial=1))
    scaled = _BASE + (values - low) / (high - low or 1.0)
    order = np.lexsort((np.arange(len(values)), -values))
    scaled = scaled - _TIE * np.argsort(order)
    worth = scaled[:, None] * np.arange(count, 0, -1)[None, :]
    for at, award in enumerate(rules.awards):
        if award.level is not None:
            worth[values < award.level, at] = -np.inf
    forced: list[int] = []
    if rulings:
        worth[[bool(reason) for reason in field.barred]] = -np.inf
        for case, name, _reason in field.forced:
            forced.append(case)
            own = scaled[case] * np.arange(count, 0, -1)
            worth[case] = own if not name else np.where([award.name == name for award in rules.awards], own, -np.inf)
    is_filled = np.array([award.level is None for award in rules.awards])
    numbers = np.array([award.number for award in rules.awards])
    return Problem(worth, numbers, is_filled, field.limits if found is None else tuple(found), tuple(forced), order)


def choose(field: Field, values: Floats, found: Sequence[Limit] | None = None, *, rulings: bool = True) -> Solved:
    """The best choice for values; among cases that count alike in every limit the better one has the better award."""
    some = problem(field, values, found, rulings=rulings)
    solved = solve(some)
    return replace(solved, award=_ordered(some, solved.award))


def _ordered(some: Problem, award: Ints) -> Ints:
    """The same awards, given in order among cases that no limit tells apart (equal estimates may else stand either way)."""
    marks: list[list[int]] = [[] for _case in award]
    for at, limit in enumerate(some.limits):
        for case in limit.members:
            marks[case].append(at)
    groups: dict[tuple[object, ...], list[int]] = {}
    for case in some.order.tolist():
        groups.setdefault((tuple(marks[case]), tuple(np.isfinite(some.worth[case]).tolist()), case in some.forced), []).append(case)
    result = award.copy()
    for members in groups.values():
        given = sorted((int(award[case]) for case in members), key=lambda at: (at < 0, at))
        result[members] = given
    return result
