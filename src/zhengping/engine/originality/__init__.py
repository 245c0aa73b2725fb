"""Cases -> matches: the same bytes, the same text, and texts that share long passages, within an edition and against earlier ones."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence

from zhengping.engine.originality.near import near
from zhengping.engine.record import Case, Match, Passage

__all__ = ["match"]


def match(cases: Sequence[Case], earlier: Sequence[tuple[str, Case]] = ()) -> tuple[Match, ...]:
    """Pairs of cases with text in common, each pair once, ordered by share (largest first), then by case number.

    `earlier` holds (edition, case) pairs to compare with. Offsets count characters of `Case.text`.
    """
    pool = [("", case) for case in cases] + list(earlier)
    plain = [re.sub(r"\s+", "", case.text) for _, case in pool]
    found = _same(pool, plain, len(cases))
    known = {(m.case, m.other, m.edition) for m in found}
    for first, second, share, passages in near([case.text for _, case in pool], len(cases)):
        edition, other = pool[second]
        key = (pool[first][1].number, other.number, edition)
        if key not in known:
            found.append(Match(*key[:2], "near", share, edition, passages))
    return tuple(sorted(found, key=lambda m: (-m.share, m.case, m.edition, m.other)))


def _same(pool: Sequence[tuple[str, Case]], plain: Sequence[str], own: int) -> list[Match]:
    """Pairs whose texts are equal but for white space."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(plain):
        if len(text) >= 100:
            groups[hashlib.sha256(text.encode()).hexdigest()].append(place)
    found = []
    for places in groups.values():
        for at, first in enumerate(places):
            for second in places[at + 1 :]:
                if first < own:
                    found.append(_pair(pool, first, second))
    return found


def _pair(pool: Sequence[tuple[str, Case]], first: int, second: int) -> Match:
    case, (edition, other) = pool[first][1], pool[second]
    whole = Passage(0, len(case.text), 0, len(other.text))
    kind = "same-bytes" if case.documents and case.documents[:1] == other.documents[:1] else "same-text"
    return Match(case.number, other.number, kind, 1.0, edition, (whole,))
