"""Entries of a register -> the chapters of a book: by theme, within a theme by award, place or number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zhengping.engine.collection.book import Chapter
from zhengping.engine.record import Block, Entry, Theme

ORDERS = ("award", "place", "number")
_RANKS = ("特", "一", "二", "三", "优")
_OTHER = "其他"


def bound(entries: Sequence[Entry], themes: Sequence[Theme], blocks: Mapping[int, tuple[Block, ...]], *, order: str = "award", awards: Sequence[str] = ()) -> tuple[Chapter, ...]:
    """The chapters of a book. `blocks` are what is printed of each case by its number.

    `order` is how cases follow each other within a theme: "award" (as `awards` lists them from the highest, else 特、一、二、三、优), "place" (by GB/T
    2260) or "number"; cases of one award by place. A case of no theme stands under 其他. Raises KeyError for another order and for a case without blocks.
    """
    names = {theme.key: theme.name for theme in themes}
    places = {theme.key: at for at, theme in enumerate(themes)}
    ranks = {award: at for at, award in enumerate(awards)}

    def key(entry: Entry) -> tuple[int, int, str, int]:
        theme = places.get(_theme(entry), len(places))
        division, number = entry.coding.place.division or "~", entry.case.number
        by = {"award": (ranks.get(entry.award, len(ranks) + _rank(entry.award)), division), "place": (0, division), "number": (0, "")}[order]
        return (theme, *by, number)

    return tuple(
        Chapter(
            entry.case.number,
            entry.case.title,
            entry.case.unit,
            entry.coding.place.name,
            entry.coding.place.division,
            entry.award,
            names.get(_theme(entry), _OTHER if names else ""),
            blocks[entry.case.number],
        )
        for entry in sorted(entries, key=key)
    )


def _theme(entry: Entry) -> str:
    return entry.coding.themes[0] if entry.coding.themes else ""


def _rank(award: str) -> int:
    """A place for an award by its first character, the best first; "" behind all."""
    return next((at for at, first in enumerate(_RANKS) if award.startswith(first)), len(_RANKS)) + (0 if award else 1)
