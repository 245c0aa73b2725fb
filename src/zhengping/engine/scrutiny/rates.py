"""p-values of several kinds of tests -> which to report at a rate of false ones.

Benjamini and Hochberg (1995) with weights (Genovese, Roeder, Wasserman 2006): each kind has a share of the whole, so that thousands of pairs of judges
do not drown sixty judges' own provinces. Tests of one panel depend on one another weakly; the realised rate is measured in `benchmarks/scrutiny.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from zhengping.engine.scrutiny.reads import Floats

SHARES = {
    "group": 45.0,
    "own-province": 15.0,
    "own-region": 15.0,
    "own-unit": 10.0,
    "copied": 8.0,
    "comments": 4.0,
    "turned": 6.0,
    "drift": 4.0,
    "haste": 4.0,
    "straight": 4.0,
}


def q_values(found: Mapping[str, Floats]) -> dict[str, Floats]:
    """For each kind and test the least rate at which it would be reported. Kinds without tests leave their share to the others."""
    kinds = [kind for kind in sorted(found) if len(found[kind])]
    if not kinds:
        return {kind: np.zeros(0) for kind in found}
    count = sum(len(found[kind]) for kind in kinds)
    whole = sum(SHARES[kind] for kind in kinds)
    weighted = np.concatenate([found[kind] * (whole / SHARES[kind]) * len(found[kind]) / count for kind in kinds])
    order = np.argsort(weighted, kind="stable")
    steps = weighted[order] * count / np.arange(1, count + 1)
    q = np.empty(count)
    q[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    cuts = np.cumsum([len(found[kind]) for kind in kinds])[:-1]
    return {kind: np.zeros(0) for kind in found} | dict(zip(kinds, np.split(q, cuts), strict=True))
