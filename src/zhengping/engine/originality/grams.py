"""A normal copy -> hashes of its grams, and the one in eight that the index keeps.

A gram is kept by its own hash, not by its place, so two texts that share a passage keep the same grams of it. Idea: Broder, On the resemblance and
containment of documents (1997); Schleimer, Wilkerson, Aiken, Winnowing (SIGMOD 2003).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zhengping.engine.originality.normal import Points

GRAM = 8  # characters of a gram
KEPT = 8  # one gram in so many is kept
DOCUMENT = 24  # bits of a document's place in a posting; the other forty are the gram's hash
Words = NDArray[np.uint64]
Places = NDArray[np.int64]

_BASE = 0x100000001B3


def hashes(points: Points) -> Words:
    """The 64-bit hash of the gram that begins at each character; none for the last seven."""
    found = points.astype(np.uint64)
    if len(found) < GRAM:
        return np.zeros(0, np.uint64)
    size = 1
    while size < GRAM:  # twice as long each time: h(2n, i) = h(n, i) · B^n + h(n, i + n)
        found = found[:-size] * np.uint64(pow(_BASE, size, 1 << 64)) + found[size:]
        size *= 2
    found ^= found >> np.uint64(29)
    found *= np.uint64(0xBF58476D1CE4E5B9)
    found ^= found >> np.uint64(32)
    return found


def kept(grams: Words) -> Places:
    """Where the grams that the index keeps begin."""
    return np.flatnonzero((grams & np.uint64(KEPT - 1)) == 0)


def keys(grams: Words) -> Words:
    """The forty bits by which the index knows a gram."""
    return grams >> np.uint64(DOCUMENT)


def postings(copies: Sequence[Points], first: int) -> Words:
    """The kept grams of documents `first`, `first` + 1, … as sorted postings: forty bits of hash, then the document's place."""
    lengths = np.array([len(points) for points in copies])
    grams = hashes(np.concatenate(copies))
    places = kept(grams)
    ends = np.cumsum(lengths)
    documents = np.searchsorted(ends, places, "right")
    is_whole = places + GRAM <= ends[documents]  # no gram of two documents
    found = (keys(grams[places[is_whole]]) << np.uint64(DOCUMENT)) | (documents[is_whole] + first).astype(np.uint64)
    found.sort()
    return found[np.concatenate(([True], found[1:] != found[:-1]))] if len(found) else found


def whole(points: Points) -> int:
    """A hash of the whole copy (63 bits, the same on every machine)."""
    return int.from_bytes(hashlib.blake2b(points.tobytes(), digest_size=8).digest(), "little") >> 1
