"""Chapters -> the index: places under their province, units by the sound of their first character."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from zhengping.engine import tables
from zhengping.engine.collection.book import Chapter

Index = tuple[tuple[str, tuple[tuple[str, tuple[tuple[str, tuple[int, ...]], ...]], ...]], ...]
_SOUNDS = (
    ("A", 0xB0A1), ("B", 0xB0C5), ("C", 0xB2C1), ("D", 0xB4EE), ("E", 0xB6EA), ("F", 0xB7A2), ("G", 0xB8C1), ("H", 0xB9FE), ("J", 0xBBF7), ("K", 0xBFA6), ("L", 0xC0AC), ("M", 0xC2E8),
    ("N", 0xC4C3), ("O", 0xC5B6), ("P", 0xC5BE), ("Q", 0xC6DA), ("R", 0xC8BB), ("S", 0xC8F6), ("T", 0xCBFA), ("W", 0xCDDA), ("X", 0xCEF4), ("Y", 0xD1B9), ("Z", 0xD4D1),
)  # fmt: skip


def sound(text: str) -> tuple[int, bytes]:
    """A key that sorts by sound (pinyin): GB/T 2312—1980 has its 3,755 commonest characters in that order; others follow."""
    data = text.encode("gb18030", "replace")
    return (0 if not text or "A" <= letter(text) <= "Z" else 1), data


def letter(text: str) -> str:
    """The letter with which the sound of a text begins, "#" where it is not known.

    >>> letter("江苏省"), letter("厦门市"), letter("重庆市"), letter("瓛")
    ('J', 'X', 'C', '#')
    """
    first = text[:1]
    if first.isascii() and first.isalpha():
        return first.upper()
    if first in _OTHER:
        return _OTHER[first]
    data = first.encode("gb18030", "replace")
    code = int.from_bytes(data, "big") if len(data) == 2 else 0
    if not 0xB0A1 <= code <= 0xD7F9:
        return "#"
    return [name for name, start in _SOUNDS if start <= code][-1]


_OTHER = {"重": "C", "厦": "X", "长": "C", "泸": "L", "亳": "B", "衢": "Q", "濮": "P", "漯": "L", "鄂": "E", "圳": "Z", "邛": "Q", "郫": "P", "荥": "X", "闵": "M", "儋": "D", "岷": "M", "泗": "S", "沭": "S", "邳": "P"}


@cache
def _names() -> dict[str, str]:
    return {division.number: division.name for division in tables.divisions()}


def index(chapters: Sequence[Chapter], names: dict[str, str]) -> Index:
    """The lists "places" and "units" under their `names`: groups of rows, each a text and the chapters (their place in the book) where it stands."""
    places: dict[str, dict[tuple[str, str], list[int]]] = {}
    units: dict[str, list[int]] = {}
    for at, chapter in enumerate(chapters):
        if chapter.unit:
            units.setdefault(chapter.unit, []).append(at)
        province = chapter.division[:2] + "0000" if chapter.division else ""
        over = _names().get(province, "")
        text = chapter.place.removeprefix(over) or over
        if text:
            places.setdefault(province, {}).setdefault((chapter.division or "~", text), []).append(at)
    by_place = tuple(
        (_names().get(province, names["elsewhere"]), tuple((text, tuple(found)) for (_division, text), found in sorted(places[province].items()))) for province in sorted(places, key=lambda p: p or "~")
    )
    groups: dict[str, list[str]] = {}
    for unit in units:
        groups.setdefault(letter(unit), []).append(unit)
    by_unit = tuple((name, tuple((unit, tuple(units[unit])) for unit in sorted(groups[name], key=sound))) for name in sorted(groups, key=lambda n: (n == "#", n)))
    return tuple((name, found) for name, found in ((names["places"], by_place), (names["units"], by_unit)) if found)
