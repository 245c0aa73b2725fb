"""Texts -> for each the texts about the most alike things, by the pairs of characters that few texts share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

WIDTH = 1024
_ROWS = 512
_EXACT = 20_000  # texts up to which each is compared with all
_LIKE_LEADERS = 40


def nearest(texts: Sequence[str], most: int = 5, least: float = 0.1) -> tuple[tuple[int, ...], ...]:
    """For each text the places of at most `most` others, the most alike first; those less alike than `least` (cosine, 0 to 1) are left out.

    Pairs of neighbouring characters are counted in 1,024 bins and weighed by how few texts hold them (tf-idf, Salton and Buckley 1988);
    which pairs share a bin follows from the characters alone, so that the same texts give the same answer. Beyond 20,000 texts each is compared with
    those like it at first sight alone, so that time grows with the power 1.5: then some of the nearest are missed. Memory: 4 kB a text.
    """
    if len(texts) < 2:
        return ((),) * len(texts)
    counted = np.stack([_counted(text) for text in texts])
    weight = np.log((1 + len(texts)) / (1 + (counted > 0).sum(axis=0)))
    vectors = np.sqrt(counted) * weight.astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    found: list[tuple[int, ...]] = [()] * len(texts)
    for rows, others in _shares(vectors) if len(texts) > _EXACT else [(np.arange(len(texts)), np.arange(len(texts)))]:
        for start in range(0, len(rows), _ROWS):
            own = rows[start : start + _ROWS]
            alike = vectors[own] @ vectors[others].T
            alike[others[None, :] == own[:, None]] = -1
            order = np.argsort(-alike, axis=1, kind="stable")[:, :most] if len(others) <= most * 4 else _top(alike, most)
            for at, row in enumerate(order):
                found[own[at]] = tuple(int(others[other]) for other in row if alike[at, other] >= least)
    return tuple(found)


def _shares(vectors: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows with the rows among which their nearest are looked for: those that follow the same or a like leader (inverted lists, Sivic and Zisserman 2003)."""
    leaders = vectors[:: max(1, len(vectors) // (2 * math.isqrt(len(vectors))))]
    follows = np.concatenate([(vectors[at : at + _ROWS] @ leaders.T).argmax(axis=1) for at in range(0, len(vectors), _ROWS)])
    near = _top(leaders @ leaders.T, min(_LIKE_LEADERS, len(leaders) - 1))
    groups = [np.flatnonzero(follows == leader) for leader in range(len(leaders))]
    for leader, rows in enumerate(groups):
        if len(rows):
            yield rows, np.sort(np.concatenate([groups[other] for other in {leader, *near[leader].tolist()}]))


def _top(alike: np.ndarray, most: int) -> np.ndarray:
    some = np.argpartition(-alike, most, axis=1)[:, :most]
    held = np.take_along_axis(alike, some, axis=1)
    return np.take_along_axis(some, np.lexsort((some, -held), axis=1), axis=1)


def _counted(text: str) -> np.ndarray:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    bins = (codes[:-1] * np.uint64(2654435761) + codes[1:] * np.uint64(40503)) % np.uint64(WIDTH)
    return np.bincount(bins.astype(np.int64), minlength=WIDTH).astype(np.float32)
