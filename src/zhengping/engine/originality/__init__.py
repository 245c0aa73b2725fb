"""Cases -> matches: the same bytes, the same text, and texts that share long passages, within an edition and against earlier ones."""

from __future__ import annotations

from collections.abc import Sequence

from zhengping.engine.originality.candidates import Across, Common, against, within
from zhengping.engine.originality.grams import DOCUMENT, GRAM, KEPT
from zhengping.engine.originality.judge import Judge, Verdict
from zhengping.engine.originality.pairing import Found, Prints, is_same, near, prints
from zhengping.engine.record import Case, Match, Passage

__all__ = ["DOCUMENT", "GRAM", "KEPT", "Across", "Common", "Found", "Judge", "Prints", "Verdict", "against", "is_same", "match", "near", "prints", "within"]


def match(cases: Sequence[Case], earlier: Sequence[tuple[str, Case]] = ()) -> tuple[Match, ...]:
    """Pairs of cases with text in common, each pair once, ordered by share (largest first), then by case number.

    `earlier` holds (edition, case) pairs to compare with. Offsets count characters of `Case.text`.
    """
    pool = [("", case) for case in cases] + list(earlier)
    found = []
    for pair in near([case.text for _, case in pool], len(cases)):
        case, (edition, other) = pool[pair.first][1], pool[pair.second]
        if pair.is_same:
            kind = "same-bytes" if case.documents and case.documents[:1] == other.documents[:1] else "same-text"
            found.append(Match(case.number, other.number, kind, 1.0, edition, (Passage(0, len(case.text), 0, len(other.text)),)))
        else:
            found.append(Match(case.number, other.number, "near", pair.verdict.share, edition, pair.verdict.passages))
    return tuple(sorted(found, key=lambda m: (-m.share, m.case, m.edition, m.other)))
