"""Candidates under headings -> those that say most within the length: an integer programme.

Maximum coverage under a length as in Gillick, Favre, A Scalable Global Model for Summarization (2009), with groups as what is covered; at most
one sentence a case, provinces and kinds of unit spread, no two sentences alike. Solved to proved optimality within half a percent by HiGHS.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from zhengping.engine.roundup.candidates import Candidate

_AGAIN = 0.7  # what naming a province once more costs
_SAME_TYPE = 0.25  # what naming a kind of unit above its fair share costs
_GROUP = 0.5  # what a further group is worth, less with each one of the same theme


@dataclass(frozen=True, slots=True)
class Room:
    """How much may be said: characters in all (least and most), groups of a theme and cases of a group at most."""

    least: float
    most: float
    groups: int
    cases: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A group that can be told: its theme, its heading, what it costs (characters) and what it is worth."""

    theme: str
    heading: str
    size: int
    worth: float


class _Programme:
    """Columns and rows of the integer programme while it is written down."""

    def __init__(self) -> None:
        self.gain: list[float] = []
        self.whole: list[int] = []
        self.upper: list[float] = []
        self.cells: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def column(self, gain: float, whole: bool = True, upper: float = 1.0) -> int:
        self.gain.append(gain)
        self.whole.append(int(whole))
        self.upper.append(upper)
        return len(self.gain) - 1

    def row(self, cells: Iterable[tuple[int, float]], low: float, high: float) -> None:
        self.cells += [(len(self.low), column, value) for column, value in cells]
        self.low.append(low)
        self.high.append(high)

    def solve(self) -> np.ndarray | None:
        rows, columns, values = zip(*self.cells, strict=True)
        matrix = csr_matrix((values, (rows, columns)), shape=(len(self.low), len(self.gain)))
        bounds = Bounds(np.zeros(len(self.gain)), np.array(self.upper))
        limits = LinearConstraint(matrix, self.low, self.high)
        whole = np.array(self.whole)
        found = milp(-np.array(self.gain), constraints=limits, integrality=whole, bounds=bounds, options={"mip_rel_gap": 0.005, "node_limit": 4000})
        return None if found.x is None else np.round(found.x).astype(int)


def choose(offers: Sequence[Offer], candidates: Sequence[Candidate], room: Room, must: Sequence[int]) -> tuple[Candidate, ...]:
    """The candidates to tell, in the order given; fewer characters than `room.least` where there is not more to say."""
    for least in (room.least, room.least * 0.9, 0.0):
        chosen = _programme(offers, candidates, room, must, least)
        if chosen is not None:
            return tuple(candidate for candidate, taken in zip(candidates, chosen, strict=True) if taken)
    return ()


def _programme(offers: Sequence[Offer], candidates: Sequence[Candidate], room: Room, must: Sequence[int], least: float) -> np.ndarray | None:
    if not candidates:
        return None
    programme = _Programme()
    told = [programme.column(candidate.value) for candidate in candidates]
    used = {(offer.theme, offer.heading): programme.column(offer.worth) for offer in offers}
    sizes = {(offer.theme, offer.heading): offer.size for offer in offers}
    length = [(column, float(c.size)) for column, c in zip(told, candidates, strict=True)]
    length += [(column, float(sizes[key])) for key, column in used.items()]
    programme.row(length, least, room.most)
    for _, columns in _gathered(told, candidates, lambda c: (str(c.entry.case.number),)):
        programme.row([(column, 1.0) for column in columns], 0, 1)
    for (theme, heading), columns in _gathered(told, candidates, lambda c: (c.theme, c.heading)):
        taken = [(column, 1.0) for column in columns]
        programme.row([*taken, (used[theme, heading], -1.0)], 0, np.inf)
        programme.row([*taken, (used[theme, heading], -float(room.cases))], -np.inf, 0)
    _themes(programme, offers, used, room)
    _spread(programme, told, candidates)
    for number in must:
        columns = [column for column, c in zip(told, candidates, strict=True) if c.entry.case.number == number]
        if columns:
            programme.row([(column, 1.0) for column in columns], 1, np.inf)
    for columns in _alike(told, candidates):
        programme.row([(column, 1.0) for column in columns], 0, 1)
    found = programme.solve()
    return None if found is None else found[: len(told)]


def _themes(programme: _Programme, offers: Sequence[Offer], used: dict[tuple[str, str], int], room: Room) -> None:
    """Every theme is worth telling; each further group of it is worth less."""
    by_theme: dict[str, list[int]] = defaultdict(list)
    for offer in offers:
        by_theme[offer.theme].append(used[offer.theme, offer.heading])
    for columns in by_theme.values():
        steps = [programme.column(6.0 if at == 0 else _GROUP / at) for at in range(min(room.groups, len(columns)))]
        programme.row([*((column, 1.0) for column in columns), *((step, -1.0) for step in steps)], 0, 0)


def _spread(programme: _Programme, told: Sequence[int], candidates: Sequence[Candidate]) -> None:
    """A province or a kind of unit that stands in the article more than its share costs something."""
    for share, price, key in ((1.0, _AGAIN, _province), (3.0, _SAME_TYPE, _kind)):
        for _, columns in _gathered(told, candidates, key):
            above = programme.column(-price, whole=False, upper=float(len(columns)))
            programme.row([*((column, 1.0) for column in columns), (above, -1.0)], -np.inf, share)


def _province(candidate: Candidate) -> tuple[str, ...]:
    return (candidate.entry.coding.place.division[:2],)


def _kind(candidate: Candidate) -> tuple[str, ...]:
    return (candidate.entry.coding.unit_type,)


def _gathered(told: Sequence[int], candidates: Sequence[Candidate], key: Callable[[Candidate], tuple[str, ...]]) -> list[tuple[tuple[str, ...], list[int]]]:
    """Columns by what their candidates have in common, in a fixed order."""
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for column, candidate in zip(told, candidates, strict=True):
        found[key(candidate)].append(column)
    return sorted(found.items())


def _alike(told: Sequence[int], candidates: Sequence[Candidate]) -> list[list[int]]:
    """Columns of sentences that say nearly the same, names and numbers aside: the same first clause, or two fifths of the shorter one's
    four-character runs in common."""
    texts = [re.sub(r"\d", "", candidate.told) for candidate in candidates]
    grams = [{text[at : at + 4] for at in range(len(text) - 3)} for text in texts]
    found = []
    for first in range(len(candidates)):
        for second in range(first + 1, len(candidates)):
            if candidates[first].entry.case.number != candidates[second].entry.case.number:
                least = min(len(grams[first]), len(grams[second]))
                same = texts[first].split("，")[0] == texts[second].split("，")[0]
                if same or (least and len(grams[first] & grams[second]) >= 0.4 * least):
                    found.append([told[first], told[second]])
    return found
