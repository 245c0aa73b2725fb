"""Rows of lists × cases -> which row tells of which case: by file name, title and unit, the surest pairs first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from zhengping.engine.reading.lists import Row
from zhengping.engine.reading.sketch import Sketch
from zhengping.engine.record import Document


@lru_cache(100_000)
def plain(text: str) -> str:
    """Letters, digits and ideographs of a text alone, lower case."""
    return re.sub(r"[\W_]+", "", text).lower()


@lru_cache(100_000)
def _grams(text: str) -> Counter[str]:
    bare = plain(text)
    return Counter(bare[i : i + 2] for i in range(len(bare) - 1)) or Counter([bare] if bare else [])


def alike(first: str, second: str) -> float:
    """Dice coefficient of the character bigrams of two names: 0 nothing in common, 1 the same (0 where one is empty)."""
    if not first or not second:
        return 0.0
    a, b = _grams(first), _grams(second)
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Joined:
    """Row of each case (by place), rows without a file, and which cases came beside a list."""

    row_of: dict[int, Row]
    without_file: tuple[Row, ...]
    lists_near: dict[int, bool]


def join(rows: Sequence[Row], heads: Sequence[Sketch], where: dict[str, Document]) -> Joined:
    """Join rows and cases of the same container (zip, folder or mail); each is used once."""
    by_root: dict[str, list[int]] = defaultdict(list)
    for at, head in enumerate(heads):
        by_root[_root(where[head.document.sha256])].append(at)
    row_of: dict[int, Row] = {}
    used: set[int] = set()
    near: dict[int, bool] = {}
    for root in dict.fromkeys(_root(where[row.document]) for row in rows):
        own = [number for number, row in enumerate(rows) if _root(where[row.document]) == root]
        cases = by_root.get(root, []) or (list(range(len(heads))) if len(by_root) == 1 else [])
        near |= dict.fromkeys(cases, True)
        once = {name for name, count in Counter(_stem(heads[at]) for at in cases).items() if count == 1}
        named: dict[str, list[int]] = defaultdict(list)
        for at in cases:
            named[plain(heads[at].title)].append(at)
        # Most rows bear the very title of their case: only the others are compared with all.
        pairs = [
            (score, number, at)
            for number in own
            for at in named.get(plain(rows[number].get("title")) or "?", cases)
            if (score := _score(rows[number], heads[at], once)) >= 0.62
        ]
        for _, number, at in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
            if number not in used and at not in row_of:
                row_of[at] = rows[number]
                used.add(number)
    without = tuple(row for number, row in enumerate(rows) if number not in used)
    return Joined(row_of, without, near)


def _root(document: Document) -> str:
    """The outermost container of a file (its zip, mail or first folder)."""
    for arrival in document.arrivals:
        return arrival.within[0] if arrival.within else ""
    return ""


def _stem(head: Sketch) -> str:
    name = head.document.arrivals[0].name if head.document.arrivals else ""
    return plain(name.rsplit(".", 1)[0])


def _score(row: Row, head: Sketch, once: set[str]) -> float:
    """How surely a row tells of a case, 0 to 1.3, by the file name where only one bears it (`once`); half of the title's likeness may be lacking if unit and file name agree."""
    title, unit, file = row.get("title"), row.get("unit"), row.get("file")
    name = head.document.arrivals[0].name if head.document.arrivals else ""
    if file and plain(file.rsplit(".", 1)[0]) == _stem(head) and _stem(head) in once:
        return 1.3
    titles = max(alike(title, head.title), 0.95 if len(plain(title)) > 5 and plain(title) in plain(name) else 0.0)
    units = max(alike(unit, head.unit), 0.9 if unit and len(plain(unit)) > 3 and (plain(unit) in plain(name) or plain(unit) in plain(head.unit)) else 0.0)
    if titles >= 0.85:
        return titles + 0.2 * units
    if units >= 0.85 and not head.title:
        return 0.7
    if units >= 0.9:
        return 0.62 + 0.3 * titles if titles > 0.15 or not title else 0.0
    return titles * 0.8
