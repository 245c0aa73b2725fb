"""A list before and after cases fell from it, the reserve, the rules -> who moves up to which place, who is passed over and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhengping.engine.record import Candidate
from zhengping.engine.selection.rules import Limit, Rules, limits, said
from zhengping.engine.tables import LANGUAGES, sentence


@dataclass(frozen=True, slots=True)
class Move:
    """A case that moves up: the award it had ("" for one of the reserve) and the one it gets."""

    case: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Skip:
    """A case that was next for a place of `award` and is passed over, with the reason in each language as (language, sentence)."""

    case: str
    award: str
    why: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Filling:
    """Who moves up, who is passed over, and the places that fell free and stay empty, by award in order."""

    moves: tuple[Move, ...]
    skips: tuple[Skip, ...]
    empty: tuple[tuple[str, int], ...]


def fill(
    before: Mapping[str, str],
    after: Mapping[str, str],
    reserve: Sequence[str],
    rules: Rules,
    candidates: Sequence[Candidate],
    values: Mapping[str, float],
    *,
    barred: Mapping[str, str],
    cascades: bool = False,
) -> Filling:
    """Fill the places that fell free between two lists (case -> award, in the order of their places).

    The reserve, in its order, enters the lowest award alone, so that none of it passes a case that has an award. Where it `cascades`, a free place of a
    higher award goes before to the first case of the lower ones, whose own place falls free in its turn. A case that would break an at-most quota, would
    leave an at-least one broken that was kept before, or has a value below the award's level is passed over; so is one of `barred` (case -> key of the
    sentence that says why). Places that were empty before stay so.
    """
    names = [each.name for each in rules.awards]
    free = Counter({name: sum(one == name for one in before.values()) - sum(one == name for one in after.values()) for name in names})
    given, moves, skips = dict(after), [], []
    cases = [candidate.case for candidate in candidates]
    bounds = [limit for limit in limits(rules, candidates) if limit.quota.kind == "most" or _load(limit, cases, names, before) >= limit.amount]
    for at, name in enumerate(names):
        is_lowest = at == len(names) - 1
        lower = sorted((case for case in given if given[case] in names[at + 1 :]), key=lambda case: names.index(given[case])) if cascades else []
        for case in reserve if is_lowest else lower:
            if free[name] <= 0:
                break
            told = (barred[case], ()) if case in barred else _obstacle(case, at, given, free[name], rules, bounds, cases, values)
            if told:
                skips.append(Skip(case, name, _worded(*told, rules)))
                continue
            moves.append(Move(case, given.get(case, ""), name))
            free.update({given.get(case, ""): 1, name: -1})
            given[case] = name
    return Filling(tuple(moves), tuple(skips), tuple((name, free[name]) for name in names if free[name] > 0))


def _load(limit: Limit, cases: Sequence[str], names: Sequence[str], given: Mapping[str, str]) -> int:
    held = [given.get(cases[member], "") for member in limit.members]
    return sum(bool(name) if limit.award < 0 else name == names[limit.award] for name in held)


def _obstacle(
    case: str, award: int, given: Mapping[str, str], free: int, rules: Rules, bounds: Sequence[Limit], cases: Sequence[str], values: Mapping[str, float]
) -> tuple[str, tuple[tuple[str, object], ...]] | None:
    """Why a case cannot have a place of an award: the key of the sentence and what fills it; None where nothing is in the way."""
    names = [each.name for each in rules.awards]
    level = rules.awards[award].level
    if level is not None and values.get(case, level) < level:
        return "moving-level", (("award", names[award]),)
    for limit in bounds:
        if limit.award not in (-1, award) or (limit.award < 0 and case in given):
            continue
        load, is_in = _load(limit, cases, names, given), case in {cases[member] for member in limit.members}
        if limit.quota.kind == "most" and is_in and load >= limit.amount:
            return "moving-most", (("limit", limit),)
        if limit.quota.kind == "least" and not is_in and limit.amount - load >= free:
            return "moving-least", (("limit", limit),)
    return None


def _worded(key: str, values: tuple[tuple[str, object], ...], rules: Rules) -> tuple[tuple[str, str], ...]:
    told = []
    for language in LANGUAGES:
        pairs: list[tuple[str, str]] = []
        for name, value in values:
            if isinstance(value, Limit):
                pairs += [("rule", said(value, rules, language)), ("by", sentence(f"by-{value.quota.by}", (), language))]
            else:
                pairs.append((name, str(value)))
        told.append((language, sentence(key, tuple(pairs), language)))
    return tuple(told)
