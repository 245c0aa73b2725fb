"""Copied sheets and comments: pairs of judges whose marks or words agree on the cases that both read more often than their own habits explain."""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass

import numpy as np
from scipy import sparse, special, stats

from zhengping.engine.scrutiny.reads import Floats, Ints, Panel

LEAST = 4  # cases in common below which equal marks say too little
SHORTEST = 12  # characters of a comment below which equal words say nothing
_ALIKE = 0.8
_GRAM = 3
_BINS = 1 << 18
_ROWS = 200
_PLAIN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of judges: codes, the cases in common, how many of them agree, how many would by chance, p; `places` are the cases that agree."""

    first: Ints
    second: Ints
    shared: Ints
    equal: Ints
    expected: Floats
    p: Floats
    places: tuple[Ints, ...]


@dataclass(frozen=True, slots=True)
class _Shared:
    """Places of two reads of one case, sorted by their pair of judges; `pair` is the number of that pair."""

    one: Ints
    other: Ints
    pair: Ints
    first: Ints
    second: Ints


def _shared(of: Panel) -> _Shared:
    order = np.lexsort((of.judge, of.case))
    case = of.case[order]
    ones, others = [], []
    for step in range(1, int(np.bincount(case).max(initial=0))):
        same = np.flatnonzero(case[step:] == case[:-step])
        ones.append(order[same])
        others.append(order[same + step])
    one, other = (np.concatenate(part) if part else np.zeros(0, np.int64) for part in (ones, others))
    key = of.judge[one] * len(of.judges) + of.judge[other]
    at = np.lexsort((of.case[one], key))
    keys, pair = np.unique(key[at], return_inverse=True)
    return _Shared(one[at], other[at], pair.astype(np.int64), keys // len(of.judges), keys % len(of.judges))


def sheets(of: Panel) -> Pairs:
    """Pairs of judges with at least four cases in common, by how many of these have the same marks.

    The chance of equal marks comes from both judges' severity, scale and noise at the quality that the third ones see, times how often the two use
    the same marks beyond that (multiples of five, a straight line), times how far all pairs lie from this; then the Poisson-binomial tail.
    """
    both = _shared(of)
    chance = _chance(of, both)
    equal = of.marks[both.one] == of.marks[both.other]
    shared = np.bincount(both.pair, minlength=len(both.first))
    hits = np.bincount(both.pair, equal, len(both.first))
    told = np.bincount(both.pair, chance, len(both.first))
    usual = np.minimum(hits, told + 3 * np.sqrt(told) + 1).sum() / max(float(told.sum()), 1e-9)  # a pair of copies is not what is usual
    chance = np.clip(chance * max(1.0, float(usual)), 1e-6, 0.98)
    keep = np.flatnonzero(shared >= LEAST)
    ends = np.searchsorted(both.pair, np.arange(len(both.first) + 1))
    p, places = np.ones(len(keep)), []
    expected = np.bincount(both.pair, chance, len(both.first)).astype(np.float64)
    for at, pair in enumerate(keep.tolist()):
        rows = slice(ends[pair], ends[pair + 1])
        places.append(of.case[both.one[rows]][equal[rows]])
        if hits[pair] > expected[pair]:
            p[at] = _tail(chance[rows], int(hits[pair]))
    return Pairs(both.first[keep], both.second[keep], shared[keep], hits[keep].astype(np.int64), expected[keep], p, tuple(places))


def _chance(of: Panel, both: _Shared) -> Floats:
    """The chance that two honest judges give the same marks."""
    one, other = both.one, both.other
    count = len(of.cases)
    total, says = of.by(of.case, of.weight, count), of.by(of.case, of.evidence, count)
    case = of.case[one]
    error = 1 / (np.maximum(total[case] - of.weight[one] - of.weight[other], 0.0) + 1 / of.quality)
    quality = (says[case] - of.evidence[one] - of.evidence[other]) * error
    apart = of.scale[of.judge[one]] - of.scale[of.judge[other]]
    lean = of.value - of.base
    mean = lean[one] - lean[other] + apart * quality
    step = _step(of.value)
    variance = of.noise[of.judge[one]] + of.noise[of.judge[other]] + apart**2 * error + step**2 / 12
    chance = _near(mean, np.sqrt(variance), step)
    together, habit = _habit(of, both, step)
    return np.clip(np.maximum(chance * habit[both.pair], together[both.pair]), 0.0, 0.98)


def _near(mean: Floats, deviation: Floats, step: float) -> Floats:
    """The chance that a normal value lies within half a step of 0."""
    return np.asarray(special.ndtr((step / 2 - mean) / deviation) - special.ndtr((-step / 2 - mean) / deviation), np.float64)


def _step(values: Floats) -> float:
    gaps = np.diff(np.unique(np.round(values, 6)))
    return float(gaps.min()) if len(gaps) else 1.0


def _habit(of: Panel, both: _Shared, step: float) -> tuple[Floats, Floats]:
    """For each pair how often the two use the same mark on any two cases, and how much oftener than normal marks of their centre and spread (at least 1)."""
    marks, code = np.unique(np.round(of.value, 6), return_inverse=True)
    loads = np.maximum(of.loads, 1)
    table = sparse.csr_matrix((1 / loads[of.judge], (of.judge, code)), shape=(len(of.judges), len(marks)))
    mean = of.by(of.judge, of.value, len(of.judges)) / loads
    spread = of.by(of.judge, (of.value - mean[of.judge]) ** 2, len(of.judges)) / loads
    together = np.zeros(len(both.first))
    for rows in np.array_split(np.arange(len(both.first)), len(both.first) // 200_000 + 1):
        together[rows] = np.asarray(table[both.first[rows]].multiply(table[both.second[rows]]).sum(axis=1)).ravel()
    smooth = _near(mean[both.first] - mean[both.second], np.sqrt(spread[both.first] + spread[both.second] + step**2 / 6), step)
    return together, np.maximum(together / np.maximum(smooth, 1e-9), 1.0)


def _tail(chance: Floats, hits: int) -> float:
    """The chance of at least `hits` successes at these chances; above 400 trials by the binomial of their mean."""
    if len(chance) > 400:
        return float(stats.binom.sf(hits - 1, len(chance), float(chance.mean())))
    held = np.zeros(hits + 1)
    held[0] = 1.0
    for one in chance.tolist():
        top = held[hits - 1] * one + held[hits]
        held[1:] = held[1:] * (1 - one) + held[:-1] * one
        held[0] *= 1 - one
        held[hits] = top
    return float(min(max(held[hits], 1e-300), 1.0))


def plain(comment: str) -> str:
    """A comment without punctuation, blanks and width, as it is compared."""
    return _PLAIN.sub("", unicodedata.normalize("NFKC", comment).lower())


def comments(of: Panel) -> Pairs:
    """Pairs of judges whose comments on the same case are nearly the same words (four fifths of the three-character pieces in common).

    How often a comment stands under other cases as well says how much that means: for words that stand under every second case it means nothing.
    """
    none = np.zeros(0, np.int64)
    texts = [plain(comment) for comment in of.comments]
    long = np.array([len(text) >= SHORTEST for text in texts], bool)
    if not long.any():
        return Pairs(none, none, none, none, np.zeros(0), np.zeros(0), ())
    both = _shared(of)
    told = long[both.one] & long[both.other]
    grams = _grams(texts)
    one, other, pair = both.one[told], both.other[told], both.pair[told]
    alike = _alike(grams, one, other)
    chances = _common(of, grams, one[alike], np.flatnonzero(long))
    shared = np.bincount(pair, minlength=len(both.first))
    hits = np.bincount(pair[alike], minlength=len(both.first))
    logs = np.bincount(pair[alike], np.log(chances), len(both.first))
    keep = np.flatnonzero(shared)
    n, x = shared[keep].astype(np.float64), hits[keep].astype(np.float64)
    ways = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    p = np.where(x > 0, np.exp(np.clip(ways + logs[keep], -690, 0)), 1.0)
    rows = [of.case[one[alike][pair[alike] == at]] if hits[at] else none for at in keep.tolist()]
    expected = n * np.where(x > 0, np.exp(logs[keep] / np.maximum(x, 1)), 0.0)
    return Pairs(both.first[keep], both.second[keep], shared[keep], hits[keep], expected, p, tuple(rows))


def _grams(texts: list[str]) -> sparse.csr_matrix:
    """The pieces of three characters of each text as a row of ones (by their sum of CRC-32, which is the same on every machine)."""
    rows, columns = [], []
    for at, text in enumerate(texts):
        mine = {zlib.crc32(text[place : place + _GRAM].encode()) % _BINS for place in range(len(text) - _GRAM + 1)}
        rows += [at] * len(mine)
        columns += sorted(mine)
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(texts), _BINS))


def _alike(grams: sparse.csr_matrix, one: Ints, other: Ints) -> Ints:
    """Places of the pairs with four fifths of their pieces in common."""
    size = np.asarray(grams.sum(axis=1)).ravel()
    common = np.asarray(grams[one].multiply(grams[other]).sum(axis=1)).ravel()
    return np.flatnonzero(common >= _ALIKE * (size[one] + size[other] - common))


def _common(of: Panel, grams: sparse.csr_matrix, reads: Ints, among: Ints) -> Floats:
    """For each read the share of comments on other cases that are nearly the same words."""
    size = np.asarray(grams.sum(axis=1)).ravel()
    found = np.ones(len(reads))
    rest = grams[among].T.tocsc()
    for rows in np.array_split(np.arange(len(reads)), len(reads) // _ROWS + 1):
        mine = reads[rows]
        common = (grams[mine] @ rest).toarray()
        near = common >= _ALIKE * (size[mine][:, None] + size[among][None, :] - common)
        apart = of.case[mine][:, None] != of.case[among][None, :]
        found[rows] = ((near & apart).sum(axis=1) + 1) / (apart.sum(axis=1) + 1)
    return found
