"""What selection is asked: awards, quotas, rulings by hand; and the limits that quotas become for the cases at hand."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhengping.engine.record import Candidate
from zhengping.engine.tables import bodies, sentence

BY = ("province", "city", "unit", "type", "theme", "mark")
TIES = ("vote", "order", "mean", "reads", "low")
_MUNICIPALITIES = ("11", "12", "31", "50")


@dataclass(frozen=True, slots=True)
class Award:
    """An award: how many, and the estimate below which it rather stays empty (None: it is always filled)."""

    name: str
    number: int
    level: float | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """At most or at least so many by province, city, unit, type, theme or mark.

    `kind` is "most" or "least". Either `number` or `share` (of the awards in question) is set. `award` is "" for all awards together, "each" for
    each award by itself, or an award's name. `of` are the values meant; empty: each value that occurs.
    """

    kind: str
    by: str
    number: int | None = None
    share: float | None = None
    award: str = ""
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """A case that is forced in (to `award`, "" for any) or barred, with the reason that people gave."""

    case: str
    reason: str
    award: str = ""
    is_in: bool = True


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a selection. Awards stand from the highest to the lowest.

    `ties` say what decides between equal estimates, in order: "mean", "reads", "low" (columns of the estimates, the greater first), then "order" (the
    case's name) or "vote" (named as open, provisionally by name). `reserve` cases follow in order for awards that fall vacant.
    """

    awards: tuple[Award, ...]
    quotas: tuple[Quota, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    ties: tuple[str, ...] = ("vote",)
    reserve: int = 0

    @property
    def total(self) -> int:
        """All awards together."""
        return sum(award.number for award in self.awards)


@dataclass(frozen=True, slots=True)
class Limit:
    """A quota for one value and one award (-1: all together): at most or at least `amount` of the cases `members` (indices)."""

    quota: Quota
    value: str
    award: int
    amount: int
    members: tuple[int, ...]

    def key(self) -> tuple[object, ...]:
        """What tells limits apart, whatever the order of cases."""
        return (self.quota, self.value, self.award)


def bare(word: str) -> str:
    """A word without blanks and full-width letters."""
    return "".join(unicodedata.normalize("NFKC", word).split())


def value_of(candidate: Candidate, by: str) -> str:
    """The value of a case that quotas by `by` count; "" where it is not known."""
    division = candidate.division
    number = division.isdigit() and len(division) == 6
    if by == "province":
        return division[:2] + "0000" if number else division
    if by == "city":
        if not number:
            return division
        return division[:2] + "0000" if division[:2] in _MUNICIPALITIES else division[:4] + "00"
    if by == "unit":
        return bare(candidate.unit)
    return {"type": candidate.unit_type, "theme": candidate.themes[0] if candidate.themes else "", "mark": candidate.mark}[by]


def values(cases: Sequence[Candidate]) -> dict[str, dict[str, tuple[int, ...]]]:
    """For each kind of quota the values that occur and the cases (indices) that have them."""
    found: dict[str, dict[str, list[int]]] = {by: {} for by in BY}
    for at, case in enumerate(cases):
        for by in BY:
            value = value_of(case, by)
            if value:
                found[by].setdefault(value, []).append(at)
    return {by: {value: tuple(members) for value, members in sorted(groups.items())} for by, groups in found.items()}


def limits(rules: Rules, cases: Sequence[Candidate]) -> tuple[Limit, ...]:
    """The quotas for the cases at hand. At-most limits that cannot bind are left out."""
    groups = values(cases)
    found = []
    names = [award.name for award in rules.awards]
    for quota in rules.quotas:
        scopes = list(range(len(names))) if quota.award == "each" else [names.index(quota.award)] if quota.award else [-1]
        wanted: Mapping[str, tuple[int, ...]] = {value: groups[quota.by].get(value, ()) for value in quota.of} if quota.of else groups[quota.by]
        for scope in scopes:
            number = rules.total if scope < 0 else rules.awards[scope].number
            amount = _amount(quota, number)
            for value, members in wanted.items():
                binds = amount > 0 if quota.kind == "least" else amount < min(len(members), number)
                if binds:
                    found.append(Limit(quota, value, scope, amount, members))
    return tuple(found)


def _amount(quota: Quota, number: int) -> int:
    if quota.share is None:
        return int(quota.number or 0)
    exact = quota.share * number
    return math.floor(exact + 1e-9) if quota.kind == "most" else math.ceil(exact - 1e-9)


def said_value(by: str, value: str) -> str:
    """A value as people write it: provinces by their short name."""
    if by == "province" and value.isdigit():
        return next((body.short for body in bodies() if body.number == value), value)
    return value


def said(limit: Limit, rules: Rules, language: str) -> str:
    """A limit in words, in "zh" or "en"."""
    award = sentence("scope-all", (), language) if limit.award < 0 else rules.awards[limit.award].name
    by = sentence(f"by-{limit.quota.by}", (), language)
    pairs = (("award", award), ("by", by), ("value", said_value(limit.quota.by, limit.value)), ("amount", str(limit.amount)))
    return sentence(f"limit-{limit.quota.kind}", pairs, language)
