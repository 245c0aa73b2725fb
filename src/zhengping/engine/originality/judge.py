"""Two texts -> whether they have so much in common that a person must look, with share and passages."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from zhengping.engine.originality.candidates import Common
from zhengping.engine.originality.passages import Run, Side, chains, glance, ordered, own, runs, side
from zhengping.engine.record import Passage

_RUN = 60  # characters of one run that make a match in a small set
_BLOCK = 90  # or of one chain of runs
_SHARE, _SUM = 0.3, 120  # or this share of the shorter text, if it has so many characters
_LONG, _PART = 40, 0.12  # or a smaller share, if runs of so many characters make that sum
_GLANCE = 0.65  # of a chain's characters that a glance sees at least
_READY = 512  # texts kept ready
_TWIN = 0.7  # of documents that consist of what many share
_HALF = 0.5  # a pair with so much in common is judged without knowledge of what some share


@dataclass(frozen=True, slots=True)
class Verdict:
    """What two texts have in common: its share of the shorter text's characters, and where it stands in both."""

    share: float
    passages: tuple[Passage, ...]


class Judge:
    """Judges pairs of texts, which `text` hands out by key; those used last are kept ready.

    `common` is what many and some texts share, `documents` the number of texts among which the pair was found: unrelated texts of a
    larger set share longer formulas by chance.
    """

    def __init__(self, text: Callable[[Any], str], common: Common, documents: int) -> None:
        self._side = lru_cache(_READY)(lambda key: side(text(key)))
        self._order = lru_cache(_READY // 4)(lambda key: ordered(self._side(key)))
        self._common = common
        self._more = 5 * max(0.0, math.log10(max(1, documents)) - 2)

    def judge(self, first: Any, second: Any, *, twins: bool = False) -> Verdict | None:
        """The verdict on two texts, None where they have too little in common. `twins` keeps what many share."""
        one, two = self._side(first), self._side(second)
        if not twins and self._is_little(*glance(one, two)):
            return None
        found = runs(one, two, self._order(second))
        kept = chains(found if twins else own(found, one, self._common.many))
        share = _share(kept, one, two)
        if not twins and share < _HALF:
            kept = chains(own(found, one, self._common.some))
            share = _share(kept, one, two)
        return self._verdict(one, two, kept, share, twins)

    def _is_little(self, total: int, longest: int) -> bool:
        """Whether what a glance sees is far below what makes a match."""
        return longest < _RUN + self._more and total < _GLANCE * (_BLOCK + self._more)

    def _verdict(self, one: Side, two: Side, kept: list[list[Run]], share: float, twins: bool) -> Verdict | None:
        sizes = [run.size for chain in kept for run in chain]
        total = sum(sizes)
        if twins:
            is_match = share >= _TWIN and total >= _SUM
        else:
            block = max((sum(run.size for run in chain) for chain in kept), default=0)
            long = sum(size for size in sizes if size >= _LONG)
            is_match = max(sizes, default=0) >= _RUN + self._more or block >= _BLOCK + self._more
            is_match = is_match or (total >= _SUM and share >= _SHARE) or (long >= _SUM and share >= _PART)
        return Verdict(round(min(1.0, share), 4), _passages(kept, one, two)) if is_match else None


def _share(kept: list[list[Run]], one: Side, two: Side) -> float:
    """Share of the shorter text's characters that are in common."""
    if len(one.copy.points) <= len(two.copy.points):
        return sum(run.size for chain in kept for run in chain) / max(1, len(one.copy.points))
    is_common = np.zeros(len(two.copy.points), bool)
    for chain in kept:
        for run in chain:
            is_common[run.other : run.other + run.size] = True
    return int(is_common.sum()) / len(two.copy.points)


def _passages(kept: list[list[Run]], one: Side, two: Side) -> tuple[Passage, ...]:
    """The runs as offsets into the texts as given."""
    return tuple(
        Passage(
            int(one.copy.places[run.start]),
            int(one.copy.places[run.start + run.size - 1]) + 1,
            int(two.copy.places[run.other]),
            int(two.copy.places[run.other + run.size - 1]) + 1,
        )
        for chain in kept
        for run in chain
    )
