"""Texts -> for each the texts about the most alike things, by the pairs of characters that few texts share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

WIDTH = 1024
_ROWS = 512


def nearest(texts: Sequence[str], most: int = 5, least: float = 0.1) -> tuple[tuple[int, ...], ...]:
    """For each text the places of at most `most` others, the most alike first; those less alike than `least` (cosine, 0 to 1) are left out.

    Pairs of neighbouring characters are counted in 1,024 bins and weighed by how few texts hold them (tf-idf, Salton and Buckley 1988);
    which pairs share a bin follows from the characters alone, so that the same texts give the same answer. Memory: 4 kB a text.
    """
    if len(texts) < 2:
        return ((),) * len(texts)
    counted = np.stack([_counted(text) for text in texts])
    weight = np.log((1 + len(texts)) / (1 + (counted > 0).sum(axis=0)))
    vectors = np.sqrt(counted) * weight.astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    found: list[tuple[int, ...]] = []
    for start in range(0, len(texts), _ROWS):
        alike = vectors[start : start + _ROWS] @ vectors.T
        alike[np.arange(len(alike)), np.arange(start, start + len(alike))] = -1
        order = np.argsort(-alike, axis=1, kind="stable")[:, :most] if len(texts) <= most * 4 else _top(alike, most)
        found += [tuple(int(other) for other in row if alike[at, other] >= least) for at, row in enumerate(order)]
    return tuple(found)


def _top(alike: np.ndarray, most: int) -> np.ndarray:
    some = np.argpartition(-alike, most, axis=1)[:, :most]
    held = np.take_along_axis(alike, some, axis=1)
    return np.take_along_axis(some, np.lexsort((some, -held), axis=1), axis=1)


def _counted(text: str) -> np.ndarray:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    bins = (codes[:-1] * np.uint64(2654435761) + codes[1:] * np.uint64(40503)) % np.uint64(WIDTH)
    return np.bincount(bins.astype(np.int64), minlength=WIDTH).astype(np.float32)
