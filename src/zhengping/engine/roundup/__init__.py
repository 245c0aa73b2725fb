"""Entries and figures -> the round-up (来稿综述): frame, counts, screening, diversity, a part for each theme with named cases.

No language model: frame sentences are templates whose every number is a `Figure`; what a case did is told in its own clauses. The same
entries in any order give the same article.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhengping.engine import tables
from zhengping.engine.record import Edition, Entry, Figure, RoundUp, Section
from zhengping.engine.roundup import frame
from zhengping.engine.roundup.render import render
from zhengping.engine.roundup.themes import part

__all__ = ["Limits", "render", "write"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the article may be (characters) and which cases must or must never stand in it (case numbers)."""

    length: int = 3000
    must: tuple[int, ...] = ()
    never: tuple[int, ...] = ()


def write(
    entries: Sequence[Entry],
    figures: Sequence[Figure],
    edition: Edition,
    *,
    length: int = 3000,
    must: Sequence[int] = (),
    never: Sequence[int] = (),
) -> RoundUp:
    """Write the round-up of a register.

    `length` is the aim in characters; the parts of the themes share what the frame leaves, in proportion to the square root of
    their cases. `must` cases are named, `never` cases are not. Raises ValueError for a number that is both or not in the register.
    """
    limits = Limits(length, tuple(must), tuple(never))
    _check(entries, limits)
    ordered = sorted(entries, key=lambda entry: entry.case.number)
    opening = frame.write(ordered, figures, edition)
    themes = edition.themes or tables.themes()
    chosen = [(theme, [e for e in ordered if e.coding.themes[:1] == (theme.key,)]) for theme in themes]
    chosen = [(theme, having) for theme, having in chosen if having]
    left = max(200, length - sum(len(s.text) for paragraph in opening for s in paragraph))
    weight = sum(len(having) ** 0.5 for _, having in chosen) or 1.0
    sections = [Section("", opening)]
    used: set[str] = set()
    spare = 0.0
    for theme, having in chosen:
        room = left * len(having) ** 0.5 / weight + spare
        section = part(theme, having, room, limits.must, limits.never, used)
        spare = room - sum(len(s.text) for paragraph in section.paragraphs for s in paragraph) - len(section.heading)
        sections.append(section)
    return RoundUp(frame.title(edition), tuple(sections), tuple(figures))


def _check(entries: Sequence[Entry], limits: Limits) -> None:
    known = {entry.case.number for entry in entries}
    unknown = sorted({*limits.must, *limits.never} - known)
    both = sorted(set(limits.must) & set(limits.never))
    if unknown:
        raise tables.Trouble("round-up-unknown", numbers="、".join(map(str, unknown)))
    if both:
        raise tables.Trouble("round-up-both", numbers="、".join(map(str, both)))
