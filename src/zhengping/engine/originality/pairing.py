"""Texts -> pairs that share so much that a person must look; the whole way in memory, and its pieces for an index on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from zhengping.engine.originality.candidates import Common, within
from zhengping.engine.originality.grams import DOCUMENT, Words, postings, whole
from zhengping.engine.originality.judge import Judge, Verdict
from zhengping.engine.originality.normal import normal, normals

_SHORT = 60  # characters of a copy below which equal texts say nothing
MOST = 1 << DOCUMENT  # documents of one set
_BATCH = 200_000  # characters that are made into grams at once
_PLACE = np.uint64(MOST - 1)
_FEW = 12  # equal texts of which every pair is listed


@dataclass(frozen=True, slots=True)
class Prints:
    """What finding needs of a set of texts: sorted postings, the number of kept grams of each, a hash of each whole copy (0 for short ones)."""

    postings: Words = field(repr=False)
    sizes: np.ndarray = field(repr=False)
    wholes: np.ndarray = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """A pair: places of both texts, whether they are the same but for marks and white space, and what they have in common."""

    first: int
    second: int
    is_same: bool
    verdict: Verdict


def prints(texts: Iterable[str]) -> Prints:
    """The prints of a set of at most 16 million texts."""
    made: list[Words] = [np.zeros(0, np.uint64)]
    sizes: list[np.ndarray] = [np.zeros(0, np.int64)]
    wholes: list[int] = []
    for batch in _batches(texts):
        copies = normals(batch)
        made.append(postings(copies, len(wholes)))
        sizes.append(np.bincount((made[-1] & _PLACE).astype(np.int64) - len(wholes), minlength=len(batch)))
        wholes += [whole(points) if len(points) >= _SHORT else 0 for points in copies]
    joined = np.concatenate(made)
    joined.sort()
    return Prints(joined, np.concatenate(sizes), np.array(wholes, np.int64))


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts, a few hundred thousand characters at a time."""
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def near(
    texts: Sequence[str],
    own: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    made: Prints | None = None,
    known: Common | None = None,
) -> Iterator[Found]:
    """Pairs of texts with much in common of which the first is among the first `own`, in order of the places.

    Of more than twelve equal texts each is paired with the next only. `progress(done, total)` counts pairs looked at. `made` are the prints of the texts
    where they are there already, `known` boilerplate of other texts.
    """
    made = made or prints(texts)
    pairs = within(made.postings, made.sizes, own)
    same = set(same_within(made.wholes, own))
    judge = Judge(lambda key: texts[key], pairs.common.joined(known), len(texts))
    wanted = {**dict.fromkeys(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True), False), **dict.fromkeys(pairs.twins, True)}
    wanted |= dict.fromkeys(same, True)
    many = _many(made.wholes)
    for done, (first, second) in enumerate(sorted(wanted)):
        progress(done, len(wanted))
        is_same = (first, second) in same
        if not is_same and made.wholes[first] and made.wholes[first] == made.wholes[second] and int(made.wholes[first]) in many:
            continue  # one of many equal texts: listed with the next one
        verdict = judge.judge(first, second, twins=wanted[first, second])
        if verdict:
            yield Found(first, second, is_same, verdict)
    progress(len(wanted), len(wanted))


def _many(wholes: np.ndarray) -> frozenset[int]:
    values, counts = np.unique(wholes[wholes > 0], return_counts=True)
    return frozenset(values[counts > _FEW].tolist())


def is_same(one: str, two: str) -> bool:
    """Whether two texts are equal but for marks, white space and the shape of characters."""
    return np.array_equal(normal(one).points, normal(two).points)


def same_within(wholes: np.ndarray, own: int) -> Iterator[tuple[int, int]]:
    """Pairs of equal texts, the first among the first `own`; of more than twelve each with the next."""
    order = np.argsort(wholes, kind="stable")
    order = order[wholes[order] > 0]
    bounds = np.flatnonzero(np.diff(wholes[order])) + 1
    for group in np.split(order, bounds):
        if len(group) < 2:
            continue
        places = group.tolist()
        pairs = pairwise(places) if len(places) > _FEW else ((a, b) for at, a in enumerate(places) for b in places[at + 1 :])
        yield from ((first, second) for first, second in pairs if first < own)
