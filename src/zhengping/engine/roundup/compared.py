"""Two texts of a round-up -> rows of what stayed, went and came, paragraph by paragraph and within a paragraph by characters."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

Piece = tuple[str, str]  # "same", "gone" or "new", and the words
_ALIKE = 0.4  # of two paragraphs that are shown as one that was changed


def compared(old: str, new: str) -> tuple[tuple[Piece, ...], ...]:
    """Paragraph by paragraph; one that was changed holds pieces of all three kinds.

    >>> compared("甲来稿3篇。", "甲来稿4篇。")
    ((('same', '甲来稿'), ('gone', '3'), ('new', '4'), ('same', '篇。')),)
    """
    before, after = old.split("\n"), new.split("\n")
    rows: list[tuple[Piece, ...]] = []
    for step, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if step == "equal":
            rows += [(("same", line),) for line in before[a:b]]
        else:
            rows += _changed(before[a:b], after[c:d])
    return tuple(rows)


def _changed(before: list[str], after: list[str]) -> Iterator[tuple[Piece, ...]]:
    left = list(before)
    for line in after:
        best = max(left, key=lambda other: difflib.SequenceMatcher(None, other, line, autojunk=False).ratio(), default=None)
        if best is None or difflib.SequenceMatcher(None, best, line, autojunk=False).ratio() < _ALIKE:
            yield (("new", line),)
            continue
        at = left.index(best)
        yield from ((("gone", other),) for other in left[:at])
        left = left[at + 1 :]
        yield tuple(_pieces(best, line))
    yield from ((("gone", other),) for other in left)


def _pieces(old: str, new: str) -> Iterator[Piece]:
    for step, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if step == "equal":
            yield "same", old[a:b]
            continue
        if b > a:
            yield "gone", old[a:b]
        if d > c:
            yield "new", new[c:d]
