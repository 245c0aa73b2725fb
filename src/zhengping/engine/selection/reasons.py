"""A choice -> for each case the reason in a sentence, and which rule moved it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zhengping.engine.selection.model import Ints
from zhengping.engine.selection.problem import Field, choose
from zhengping.engine.selection.rules import Limit, said
from zhengping.engine.tables import LANGUAGES, sentence

_MOST_SOLVES = 120

Tick = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a case has its award: a sentence, and the rule that moved it ("" where its estimate alone decided)."""

    text: str
    rule: str = ""
    is_open: bool = False


def by_rank(field: Field) -> Ints:
    """The award each case would have by its estimate alone: barred cases and levels left out, no quota."""
    award = np.full(len(field.estimates), -1)
    at, given = 0, 0
    for case, estimate in enumerate(field.estimates):
        if field.barred[case]:
            continue
        while at < len(field.rules.awards) and given >= field.rules.awards[at].number:
            at, given = at + 1, 0
        while at < len(field.rules.awards) and (level := field.rules.awards[at].level) is not None and estimate.estimate < level:
            at, given = at + 1, 0
        if at == len(field.rules.awards):
            break
        award[case] = at
        given += 1
    return award


def reasons(field: Field, award: Ints, tick: Tick) -> list[dict[str, Reason]]:
    """The reason of each case in each language.

    Where a case's award is not the one of its rank, each limit that it counts in and that is reached is tried: first by one exchange (with the lowest
    case that has the award, or the best that has none), then by choosing anew without that limit. What no single limit explains is the work of
    several together.
    """
    plain = by_rank(field)
    loads = {at: _load(limit, award) for at, limit in enumerate(field.limits)}
    own: dict[int, set[int]] = {}
    for at, limit in enumerate(field.limits):
        for case in limit.members:
            own.setdefault(case, set()).add(at)
    moved = _movers(field, award, plain, loads, own, tick)

    def can_swap(case: int, other: int) -> bool:
        return _holds(field, award, case, other, -1, loads, own)

    ties = [_tied(field, case, award, can_swap) for case in range(len(award))]
    return [{language: _reason(field, case, award, plain, moved.get(case), language, tie) for language in LANGUAGES} for case, tie in enumerate(ties)]


def _movers(field: Field, award: Ints, plain: Ints, loads: dict[int, int], own: dict[int, set[int]], tick: Tick) -> dict[int, Limit | None]:
    """For each case whose award is not that of its rank the limit that moved it, None where several did."""
    forced = {case for case, _name, _reason in field.forced}
    cases = [case for case in np.flatnonzero(award != plain).tolist() if case not in forced and not field.barred[case]]
    found: dict[int, Limit | None] = {}
    left: dict[int, list[int]] = {}
    for case in cases:
        is_up = _rank(award[case]) < _rank(plain[case])
        kind = "least" if is_up else "most"
        better = int(award[case]) if is_up else int(plain[case])
        counted = ((at, field.limits[at]) for at in sorted(own.get(case, ())))
        tight = [at for at, limit in counted if limit.quota.kind == kind and limit.award in (-1, better) and loads[at] == limit.amount]
        if len(tight) == 1 and _is_alone(field, award, case, tight[0], loads, own, is_up):
            found[case] = field.limits[tight[0]]
        else:
            for at in tight:
                left.setdefault(at, []).append(case)
            found[case] = None
    order = sorted(left, key=lambda at: (-len(left[at]), at))[:_MOST_SOLVES]
    for turn, at in enumerate(order):
        tick("reasons", turn, len(order))
        without = choose(field, field.values, [limit for other, limit in enumerate(field.limits) if other != at]).award
        for case in left[at]:
            nearer = abs(_rank(without[case]) - _rank(plain[case])) < abs(_rank(award[case]) - _rank(plain[case]))
            if nearer and found[case] is None:
                found[case] = field.limits[at]
    tick("reasons", len(order), max(1, len(order)))
    return found


def _rank(award: int | np.int64) -> int:
    return int(award) if award >= 0 else 1000


def _load(limit: Limit, award: Ints) -> int:
    given = award[list(limit.members)]
    return int((given >= 0).sum() if limit.award < 0 else (given == limit.award).sum())


def _is_alone(field: Field, award: Ints, case: int, at: int, loads: dict[int, int], own: dict[int, set[int]], is_up: bool) -> bool:
    """Whether one exchange with another case would be possible and gain if the limit `at` were not there."""
    others = np.flatnonzero(award == _target(award, case, is_up))
    partner = [other for other in others.tolist() if (other < case if is_up else other > case) and not field.barred[other]]
    partner = partner[:3] if is_up else partner[::-1][:3]
    return any(_holds(field, award, case, other, at, loads, own) for other in partner)


def _target(award: Ints, case: int, is_up: bool) -> int:
    """The award of the partner: none for a case that was pulled up, the lowest one given for a case that fell."""
    if is_up:
        return -1
    given = award[award >= 0]
    return int(given.max()) if award[case] < 0 and len(given) else int(max(0, award[case] - 1))


def _holds(field: Field, award: Ints, case: int, other: int, skipped: int, loads: dict[int, int], own: dict[int, set[int]]) -> bool:
    """Whether all limits but `skipped` hold when two cases exchange their awards."""
    for at in own.get(case, set()) ^ own.get(other, set()):
        if at == skipped:
            continue
        limit = field.limits[at]
        one, new = (case, award[other]) if at in own.get(case, set()) else (other, award[case])
        change = int(_counts(limit, new)) - int(_counts(limit, award[one]))
        over = loads[at] + change - limit.amount
        if over > 0 if limit.quota.kind == "most" else over < 0:
            return False
    return True


def _counts(limit: Limit, award: int | np.int64) -> bool:
    return bool(award >= 0) if limit.award < 0 else bool(award == limit.award)


def _reason(field: Field, case: int, award: Ints, plain: Ints, mover: Limit | None, language: str, tie: str) -> Reason:
    """The sentence of one case."""
    rules = field.rules
    names = [each.name for each in rules.awards]
    estimate = field.estimates[case]
    pairs = [("rank", str(case + 1)), ("award", names[award[case]] if award[case] >= 0 else "")]
    pairs.append(("plain", names[plain[case]] if plain[case] >= 0 else sentence("award-none", (), language)))

    def text(key: str, *more: tuple[str, str]) -> str:
        return sentence(key, (*pairs, *more), language)

    if field.barred[case]:
        return Reason(text("reason-barred", ("reason", field.barred[case])), sentence("rule-barred", (), language))
    for at, _name, why in field.forced:
        if at == case:
            return Reason(text("reason-forced", ("reason", why)), sentence("rule-forced", (), language))
    is_open = bool(tie)
    ended = text("reason-tie", ("other", tie)) if tie else ""
    if award[case] == plain[case]:
        if award[case] >= 0:
            return Reason(text("reason-chosen") + ended, "", is_open)
        is_low = all(each.level is not None and estimate.estimate < each.level for each in rules.awards)
        why = text("reason-level") if is_low else text("reason-below", ("total", str(int((award >= 0).sum()))))
        return Reason(why + ended, "", is_open)
    rule = said(mover, rules, language) if mover else ""
    is_up = _rank(award[case]) < _rank(plain[case])
    if mover:
        key = "reason-up" if is_up else "reason-down" if award[case] >= 0 else "reason-out"
        return Reason(text(key, ("rule", rule)) + ended, rule, is_open)
    key = "reason-filled" if is_up else "reason-moved" if award[case] >= 0 else "reason-several"
    return Reason(text(key) + ended, sentence("rule-several", (), language), is_open)


def _tied(field: Field, case: int, award: Ints, can_swap: Callable[[int, int], bool]) -> str:
    """The name of a case of equal estimate that has another award and could exchange it within the limits, where a vote should decide; "" if there is none."""
    if "vote" not in field.rules.ties:
        return ""
    for step in (-1, 1):
        other = case + step
        while 0 <= other < len(award) and _equal(field, case, other):
            if award[other] != award[case] and not field.barred[other] and can_swap(case, other):
                return field.estimates[other].case
            other += step
    return ""


def _equal(field: Field, first: int, second: int) -> bool:
    one, two = field.estimates[first], field.estimates[second]
    further: Sequence[str] = [tie for tie in field.rules.ties if tie in ("mean", "reads", "low")]
    return one.estimate == two.estimate and all(getattr(one, tie) == getattr(two, tie) for tie in further)
