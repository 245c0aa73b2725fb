"""Sorted postings -> pairs of documents that share enough grams to be looked at; arrays in, arrays out.

Time grows with the postings that a pair can be made of, since a gram in many documents is boilerplate and makes none. Work is done in blocks, so memory
stays bounded whatever the number of pairs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhengping.engine.originality.grams import DOCUMENT, Places, Words

_BLOCK = 4_000_000  # pairs counted at once
_MASK = np.uint64((1 << DOCUMENT) - 1)
_RARE, _MANY = 3, 12  # kept grams that few share, or kept grams in all, without which a pair shares formulas only
_MOSTLY = 0.4  # a document of which so much is common has twins rather than boilerplate
Counts = NDArray[np.int64]


def most(documents: int) -> int:
    """A gram in more documents than this is boilerplate: 3 of a few, 12 of hundreds, 1 in 500 of more, never over 64.

    >>> most(6), most(240), most(10_000), most(1_000_000)
    (3, 12, 20, 64)
    """
    return min(64, max(min(12, max(3, documents // 3)), documents // 500))


def least(documents: int) -> int:
    """Kept grams that a pair must share to be looked at; chance pairs grow with the square of the number, so it grows too.

    >>> least(100), least(10_000), least(1_000_000)
    (4, 5, 6)
    """
    return 3 + math.floor(math.log10(max(10, documents)) / 2)


def some(documents: int) -> int:
    """What more documents than this share is boilerplate too, unless a pair has half of its text in common."""
    return min(most(documents), max(6, most(documents) // 2))


@dataclass(frozen=True, slots=True)
class Common:
    """Sorted keys of the grams that are boilerplate: those of `most` documents, and those of `some`."""

    many: Words = field(repr=False)
    some: Words = field(repr=False)

    def joined(self, other: Common | None) -> Common:
        """What is boilerplate in either."""
        return Common(np.union1d(self.many, other.many), np.union1d(self.some, other.some)) if other else self


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs to look at, `first` < `second`, and what is boilerplate."""

    first: Counts = field(repr=False)
    second: Counts = field(repr=False)
    common: Common
    twins: frozenset[tuple[int, int]] = frozenset()


def within(sorted_postings: Words, sizes: Counts, own: int) -> Pairs:
    """Pairs of one set of documents of which the first is among the first `own`; `sizes` are the documents' kept grams.

    Documents that consist of what many share (thirty copies of one text) are paired each with the next one only, as `twins`.
    """
    keys = sorted_postings >> np.uint64(DOCUMENT)
    bounds = _bounds(keys)
    groups = np.diff(bounds)
    is_common = groups > most(len(sizes))
    is_shared = (groups > 1) & ~is_common
    documents = (sorted_postings[np.repeat(is_shared, groups)] & _MASK).astype(np.int64)
    shared = groups[is_shared]
    following = np.repeat(np.cumsum(shared), shared) - np.arange(len(documents)) - 1  # how many of its group follow a posting
    order = np.argsort(documents, kind="stable")
    order = order[(following[order] > 0) & (documents[order] < own)]
    is_rare = np.repeat(shared <= some(len(sizes)), shared)
    first, second = _counted(documents[order], order + 1, following[order], lambda at: documents[at], len(sizes), least(len(sizes)), is_rare[order])
    twins = _twins(sorted_postings[np.repeat(is_common, groups)], sizes, own)
    starts = keys[bounds[:-1]]
    return Pairs(first, second, Common(starts[is_common], starts[groups > some(len(sizes))]), twins)


def _counted(
    firsts: Counts, starts: Counts, counts: Counts, partners: Callable[[Places], Counts], size: int, threshold: int, is_rare: NDArray[np.bool_]
) -> tuple[Counts, Counts]:
    """Pairs that occur `threshold` times, a few of these by grams that are rare. `firsts` is sorted; the partners of each stand at start, start + 1, … start + count - 1."""
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    at, total = 0, np.concatenate(([0], np.cumsum(counts)))
    while at < len(firsts):
        end = max(int(np.searchsorted(total, total[at] + _BLOCK, "right")) - 1, at + 1)
        end = int(np.searchsorted(firsts, firsts[end - 1], "right"))  # a document's postings stay together
        pairs = np.repeat(firsts[at:end] * (2 * size) + is_rare[at:end], counts[at:end])
        pairs += partners(expanded(starts[at:end], counts[at:end])) << 1
        pairs.sort()  # (first, second, rare or not)
        good = _often(pairs, threshold)
        found.append((good // size, good % size))
        at = end
    return np.concatenate([first for first, _ in found]), np.concatenate([second for _, second in found])


def _often(pairs: Counts, threshold: int) -> Counts:
    """The pairs that occur often enough; each value is twice the pair's, and one more where the gram is rare."""
    whole = pairs >> 1
    bounds = _bounds(whole)
    groups = np.diff(bounds)
    good = np.flatnonzero(groups >= threshold)
    rare = np.concatenate(([0], np.cumsum(pairs & 1)))
    rare_of = rare[bounds[good + 1]] - rare[bounds[good]]
    good = good[(rare_of >= min(_RARE, threshold)) | (groups[good] >= _MANY)]
    return whole[bounds[good]]


def _bounds(ordered: NDArray[Any]) -> Places:
    """Where each group of equal values begins, and the end."""
    if not len(ordered):
        return np.zeros(1, np.int64)
    return np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1], [True])))


def expanded(starts: Counts, counts: Counts) -> Places:
    """The places start, start + 1, … of each of several stretches, one stretch after another.

    >>> expanded(np.array([5, 20]), np.array([2, 3])).tolist()
    [5, 6, 20, 21, 22]
    """
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(int(counts.sum()))


def _twins(common: Words, sizes: Counts, own: int) -> frozenset[tuple[int, int]]:
    """Neighbours among the documents that consist mostly of what many share."""
    documents = (common & _MASK).astype(np.int64)
    shares = np.bincount(documents, minlength=len(sizes)) / np.maximum(1, sizes)
    is_mostly = (shares >= _MOSTLY)[documents]
    kept, keys = documents[is_mostly], common[is_mostly] >> np.uint64(DOCUMENT)
    follows = keys[1:] == keys[:-1]
    pairs, counts = np.unique(kept[:-1][follows] * len(sizes) + kept[1:][follows], return_counts=True)
    first, second = pairs // max(1, len(sizes)), pairs % max(1, len(sizes))
    good = (counts >= _MOSTLY * np.minimum(sizes[first], sizes[second])) & (first < own) if len(pairs) else np.zeros(0, bool)
    return frozenset(zip(first[good].tolist(), second[good].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Across:
    """Pairs (own document, place in the set) for each of several sets, what is boilerplate, and which own documents consist mostly of it."""

    pairs: tuple[tuple[Counts, Counts], ...]
    common: Common
    mostly: NDArray[np.bool_] = field(repr=False)


def against(own: Words, others: Sequence[Words], total: int, sizes: Counts, done: Callable[[int], None] = lambda place: None) -> Across:
    """Pairs to look at between a set of documents and several others.

    `own` are sorted postings of `len(sizes)` documents, `total` the number of all documents on both sides. Nothing is read of a set but the stretches that hold
    own grams, so a set may lie in a mapped file; `done(place)` is called when one has been looked at.
    """
    limit, threshold = most(total), least(total)
    keys, where = np.unique(own >> np.uint64(DOCUMENT), return_inverse=True)
    documents = (own & _MASK).astype(np.int64)
    stretches = []
    for place, other in enumerate(others):
        stretches.append(_stretch(keys, other))
        done(place)
    having = np.bincount(where, minlength=len(keys))
    for here, _, counts in stretches:
        having[here] += counts
    is_common, is_rare = having > limit, having <= some(total)
    mostly = np.bincount(documents[is_common[where]], minlength=len(sizes)) >= _MOSTLY * np.maximum(1, sizes)
    order = np.argsort(documents, kind="stable")
    documents, where = documents[order], where[order]
    found = []
    for place, (other, stretch) in enumerate(zip(others, stretches, strict=True)):
        starts, counts = np.zeros((2, len(keys)), np.int64)
        starts[stretch[0]], counts[stretch[0]] = stretch[1:]
        counts = counts[where]
        counts = np.where(is_common[where], np.where(mostly[documents], np.minimum(counts, limit), 0), counts)
        used = counts > 0
        found.append(_counted(documents[used], starts[where][used], counts[used], _partners(other), 1 << DOCUMENT, threshold, is_rare[where][used]))
        done(place)
    return Across(tuple(found), Common(keys[is_common], keys[having > some(total)]), mostly)


def _partners(postings: Words) -> Callable[[Places], Counts]:
    return lambda at: (postings[at] & _MASK).astype(np.int64)


def _stretch(keys: Words, other: Words) -> tuple[Places, Counts, Counts]:
    """Which of the keys a set has, where the postings of each of these begin, and how many there are."""
    shifted = keys << np.uint64(DOCUMENT)
    starts = np.searchsorted(other, shifted)
    here = np.flatnonzero(starts < len(other))
    here = here[(other[starts[here]] >> np.uint64(DOCUMENT)) == keys[here]]
    return here, starts[here], np.searchsorted(other, shifted[here] | _MASK, "right") - starts[here]
