"""Texts -> pairs that share long passages: an inverted index of hashed grams, then the common runs of each candidate pair.

Idea: Schleimer, Wilkerson, Aiken, Winnowing (SIGMOD 2003); Broder, On the resemblance and containment of documents (1997). Grams
that many texts share are boilerplate (form headings, names of policies) and do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from zhengping.engine.record import Passage

_GRAM = 8  # characters of a gram
_KEEP = 4  # one gram in so many is kept, by its hash
_SHARED = 10  # kept grams a pair must share to be looked at
_COMMON = 12  # a gram in more texts than this is boilerplate
_RUN = 30  # characters of a passage that counts
_LONG = 300  # a passage longer than this counts even where many share its ends


def near(texts: Sequence[str], own: int) -> Iterator[tuple[int, int, float, tuple[Passage, ...]]]:
    """Yield (place, other place, share of the shorter text, passages) of all pairs of which at least one is among the first `own`.

    A pair is given when one common passage has at least 100 characters or passages make 8 % of the shorter text.
    """
    pairs = [(first, second, _passages(texts[first], texts[second])) for first, second in sorted(_candidates([_grams(text) for text in texts], own))]
    common = _in_many(texts, pairs, max(_COMMON, len(texts) // 500))
    for first, second, found in pairs:
        passages = tuple(p for p in found if p.end - p.start > _LONG or not common.issuperset(_ends(texts[first], p)))
        size = sum(p.end - p.start for p in passages)
        share = size / max(1, min(len(texts[first]), len(texts[second])))
        if passages and (share >= 0.08 or max(p.end - p.start for p in passages) >= 100):
            yield first, second, round(min(1.0, share), 4), passages


def _ends(text: str, passage: Passage) -> tuple[str, str]:
    """The first and the last words of a passage's longest line, by which it is known again."""
    line = max(text[passage.start : passage.end].split("\n"), key=len)
    return line[:_RUN], line[-_RUN:]


def _in_many(texts: Sequence[str], pairs: Sequence[tuple[int, int, tuple[Passage, ...]]], most: int) -> set[str]:
    """Ends of the passages that more than `most` texts share."""
    having: dict[str, set[int]] = {}
    for first, second, passages in pairs:
        for passage in passages:
            for end in _ends(texts[first], passage):
                having.setdefault(end, set()).update((first, second))
    return {end for end, places in having.items() if len(places) > most}


def _grams(text: str) -> np.ndarray:
    """The distinct kept gram hashes of a text, 64-bit."""
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    points = points[points > 32]
    if len(points) < _GRAM:
        return np.zeros(0, np.uint64)
    hashes = np.zeros(len(points) - _GRAM + 1, np.uint64)
    for offset in range(_GRAM):
        hashes = hashes * np.uint64(0x100000001B3) + points[offset : offset + len(hashes)]
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(32)
    return np.unique(hashes[hashes % np.uint64(_KEEP) == 0])


def _candidates(grams: Sequence[np.ndarray], own: int) -> list[tuple[int, int]]:
    """Pairs that share enough kept grams that are no boilerplate."""
    if not grams:
        return []
    keys = np.concatenate(grams)
    places = np.repeat(np.arange(len(grams), dtype=np.int32), [len(found) for found in grams])
    order = np.argsort(keys, kind="stable")
    keys, places = keys[order], places[order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    ends = np.r_[starts[1:], len(keys)]
    limit = max(_COMMON, len(grams) // 500)
    counted: Counter[tuple[int, int]] = Counter()
    sizes = ends - starts
    for start, end in zip(starts[(sizes > 1) & (sizes <= limit)], ends[(sizes > 1) & (sizes <= limit)], strict=True):
        group = places[start:end].tolist()
        for at, first in enumerate(group):
            if first >= own:
                break
            for second in group[at + 1 :]:
                counted[first, second] += 1
    return [pair for pair, count in counted.items() if count >= _SHARED]


def _passages(first: str, second: str) -> tuple[Passage, ...]:
    """Common runs of at least `_RUN` characters, found from common grams and stretched to both sides, none overlapping in `first`."""
    index: dict[str, list[int]] = {}
    for place in range(0, len(second) - _GRAM + 1):
        index.setdefault(second[place : place + _GRAM], []).append(place)
    found: list[Passage] = []
    start = 0
    while start <= len(first) - _GRAM:
        places = index.get(first[start : start + _GRAM])
        best = max(((_run(first, second, start, other), other) for other in places[:8]), default=(0, 0)) if places else (0, 0)
        if best[0] >= _RUN:
            found.append(Passage(start, start + best[0], best[1], best[1] + best[0]))
            start += best[0]
        else:
            start += 1
    return tuple(found)


def _run(first: str, second: str, start: int, other: int) -> int:
    """Length of the common run that begins at the two places."""
    size, most = _GRAM, min(len(first) - start, len(second) - other)
    while size < most and first[start + size] == second[other + size]:
        size += 1
    return size
