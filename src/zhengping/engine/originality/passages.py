"""Two normal copies -> the runs of characters they have in common.

Equal grams are seeds; from the first one on, the longest of a few runs that begin there is taken and the walk goes on behind it, first where the last run
would go on. Time grows with the length of the texts, whatever they repeat.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from zhengping.engine.originality.grams import GRAM, Places, Words, hashes, kept, keys
from zhengping.engine.originality.normal import Normal, normal

_TRIED = 4  # places of the other text tried for one gram
STRONG = 24  # characters of a run that counts by itself
_GAP = 24  # characters between runs of one chain, on either side
_CUT = 120  # characters of a hole that does not part a chain
_CHAIN = 40  # characters of a chain of shorter runs that counts
_OPEN = 4  # chains that a run may still go on with: a heading that matches elsewhere does not part them
_HOLE = 24  # characters of boilerplate that are cut out of a run
_QUOTED = re.compile(r"“[^“”\n]{20,600}”|《[^《》\n]{12,80}》")


class Run(NamedTuple):
    """Equal characters: where they begin in either copy, and how many."""

    start: int
    other: int
    size: int


@dataclass(frozen=True, slots=True)
class Side:
    """A text made ready to be compared: its copy, the grams of it, the kept ones also in order, and which characters are quoted from documents."""

    length: int
    copy: Normal
    text: str
    grams: Words
    kept: Places
    keys: Words
    sorted_keys: Words
    key_order: Places
    quoted: tuple[tuple[int, int], ...]


class Order(NamedTuple):
    """The grams of a side in order, and where each begins."""

    grams: Words
    places: Places


def side(text: str) -> Side:
    """Make a text ready."""
    copy = normal(text)
    grams = hashes(copy.points)
    places = kept(grams)
    found = keys(grams[places])
    order = np.argsort(found, kind="stable")
    quoted = [tuple(np.searchsorted(copy.places, found.span()).tolist()) for found in _QUOTED.finditer(text)]
    return Side(len(text), copy, copy.text, grams, places, found, found[order], order, tuple((a, b) for a, b in quoted))


def ordered(one: Side) -> Order:
    """All grams of a side in order."""
    order = np.argsort(one.grams, kind="stable")
    return Order(one.grams[order], order)


def glance(one: Side, two: Side) -> tuple[int, int]:
    """Characters of the runs that hold a kept gram, and of the longest of them: quickly told, and seldom much less than what is in common."""
    if not len(two.keys):
        return 0, 0
    low = np.searchsorted(two.sorted_keys, one.keys)
    low[low == len(two.keys)] = 0
    seeds = np.flatnonzero(two.sorted_keys[low] == one.keys)
    total = longest = end = 0
    for start, other in zip(one.kept[seeds].tolist(), two.kept[two.key_order[low[seeds]]].tolist(), strict=True):
        if start < end:
            continue
        run = _run(one, two, start, other)
        back = 0
        while start - back > end and other - back > 0 and one.text[start - back - 1] == two.text[other - back - 1]:
            back += 1
        end = start + max(run.size, 1)
        total += run.size + back
        longest = max(longest, run.size + back)
    return total, longest


def runs(one: Side, two: Side, order: Order | None = None) -> list[Run]:
    """Runs of at least eight characters in common, in the order of the first text, none overlapping in it; `order` is that of the second where it is there."""
    order = order or ordered(two)
    low = np.searchsorted(order.grams, one.grams)
    low[low == len(order.grams)] = 0
    seeds = np.flatnonzero(order.grams[low] == one.grams) if len(order.grams) else low[:0]
    starts, lows = seeds.tolist(), low[seeds].tolist()
    found: list[Run] = []
    at, end, ahead = 0, 0, 0  # `ahead`: how far the other text is ahead in the last run
    while at < len(starts):
        start = starts[at]
        if start < end:
            at = int(np.searchsorted(seeds, end))
            continue
        best = max((_run(one, two, start, other) for other in _tried(two, order, lows[at], start + ahead)), key=lambda run: run.size)
        if best.size >= GRAM:
            found.append(best)
            end, ahead = start + best.size, best.other - start
        at += 1
    return found


def _tried(two: Side, order: Order, low: int, expected: int) -> list[int]:
    """A few places of the other text that have the gram, the expected one first."""
    gram = order.grams[low]
    having = order.places[low : low + _TRIED]
    places: list[int] = having[order.grams[low : low + _TRIED] == gram].tolist()
    if 0 <= expected < len(two.grams) and two.grams[expected] == gram:
        places.insert(0, expected)
    return places


def _run(one: Side, two: Side, start: int, other: int) -> Run:
    """The run that begins at the two places: doubled while it holds, then halved to its end."""
    size, step = 0, GRAM
    while one.text[start + size : start + size + step] == two.text[other + size : other + size + step]:
        size += step
        if start + size >= len(one.text) or other + size >= len(two.text):
            break
        step *= 2
    size = min(size, len(one.text) - start, len(two.text) - other)
    while step:
        if start + size + step <= len(one.text) and one.text[start + size : start + size + step] == two.text[other + size : other + size + step]:
            size += step
        step //= 2
    return Run(start, other, size)


def own(found: list[Run], one: Side, common: Words) -> list[Run]:
    """Runs without boilerplate: stretches whose grams are all among the sorted keys `common`, and words quoted from documents."""
    if not found:
        return []
    at = np.searchsorted(common, one.keys)
    at[at == len(common)] = 0
    is_common = (common[at] == one.keys) if len(common) else np.zeros(len(one.keys), bool)
    holes = sorted([*_holes(one.kept, is_common), *one.quoted])
    return [part for run in found for part in _cut(run, holes) if not _is_all_common(part, one.kept, is_common)]


def _holes(places: Places, is_common: np.ndarray) -> list[tuple[int, int]]:
    """Stretches of at least 24 characters whose kept grams are all common."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_common, [False])).astype(np.int8)))
    found = []
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        start, stop = int(places[first]), int(places[end - 1]) + GRAM
        if stop - start >= _HOLE:
            found.append((start, stop))
    return found


def _cut(run: Run, holes: list[tuple[int, int]]) -> list[Run]:
    """The parts of a run outside of the holes."""
    found, at = [], run.start
    for start, stop in holes:
        if stop <= at or start >= run.start + run.size:
            continue
        if start - at >= GRAM:
            found.append(Run(at, run.other + at - run.start, start - at))
        at = max(at, stop)
    size = run.start + run.size - at
    return [*found, Run(at, run.other + at - run.start, size)] if size >= GRAM else found


def _is_all_common(run: Run, places: Places, is_common: np.ndarray) -> bool:
    """Whether a run has kept grams and all are common."""
    first, end = np.searchsorted(places, (run.start, run.start + run.size - GRAM + 1))
    return bool(end > first and is_common[first:end].all())


def _follows(last: Run, run: Run) -> bool:
    """Whether two runs belong together: a name between them, or a hole that was cut out."""
    gap, other = run.start - last.start - last.size, run.other - last.other - last.size
    return (gap <= _GAP and 0 <= other <= _GAP) or (gap == other and gap <= _CUT)


def chains(found: list[Run]) -> list[list[Run]]:
    """Runs that follow each other closely in both texts, as names that were swapped leave them; short ones that stand alone are left out."""
    made: list[list[Run]] = []
    for run in found:
        chain = next((chain for chain in reversed(made[-_OPEN:]) if _follows(chain[-1], run)), None)
        if chain:
            chain.append(run)
        else:
            made.append([run])
    return [chain for chain in made if max(run.size for run in chain) >= STRONG or sum(run.size for run in chain) >= _CHAIN]
