"""Entries and figures -> the round-up (来稿综述): frame, counts, screening, diversity, a part for each theme with named cases.

No language model: frame sentences are templates whose every number is a `Figure`; what a case did is told in its own clauses. The same
entries in any order give the same article.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zhengping.engine import tables
from zhengping.engine.record import Edition, Entry, Figure, RoundUp, Section, Sentence, Theme
from zhengping.engine.roundup import frame, themes
from zhengping.engine.roundup.candidates import Candidate, candidates
from zhengping.engine.roundup.choose import Offer, Room, choose
from zhengping.engine.roundup.compared import Piece, compared
from zhengping.engine.roundup.edited import edited, is_heading, said, text_of
from zhengping.engine.roundup.groups import Group, group
from zhengping.engine.roundup.render import render
from zhengping.engine.roundup.rephrased import Rephrased, rephrased
from zhengping.engine.roundup.verify import Checker, verify

__all__ = ["STYLES", "Checker", "Piece", "Rephrased", "compared", "edited", "is_heading", "render", "rephrased", "said", "text_of", "verify", "write"]

STYLES = ("article", "brief")
_FRAME = 0.36  # of the article the frame may take at most
_MARGIN = 0.97  # of the length is aimed at, so that a tenth more or less is never passed


def write(
    entries: Sequence[Entry],
    figures: Sequence[Figure],
    edition: Edition,
    *,
    length: int = 3000,
    must: Sequence[int] = (),
    never: Sequence[int] = (),
    style: str = "article",
) -> RoundUp:
    """Write the round-up of a register.

    `length` is the aim in characters, headings and marks counted, kept within a tenth where the cases give enough to say. `must` cases
    are named, `never` cases are not. `style` is "article" (one paragraph a theme) or "brief" (a paragraph for each 一是). Raises
    tables.Trouble for a number that is both or not in the register and for another style.
    """
    _check(entries, must, never, style)
    ordered = sorted(entries, key=lambda entry: entry.case.number)
    opening = frame.write(ordered, figures, edition, int(length * _FRAME))
    having = _by_theme(ordered, edition)
    counted = {theme.key: themes.figures(theme, found) for theme, found in having}
    opened = {theme.key: themes.frame(theme, len(found), counted[theme.key], at) for at, (theme, found) in enumerate(having)}
    groups = {theme.key: group(theme, [e for e in found if e.case.number not in never]) for theme, found in having}
    spent = _size([s for paragraph in opening for s in paragraph]) + _size(list(opened.values())) + sum(len(theme.name) for theme, _ in having)
    spent += len(frame.title(edition))
    chosen, alone = _chosen(ordered, groups, length * _MARGIN - spent, length, must)
    sections = [themes.part(theme, opened[theme.key], groups[theme.key], [c for c in chosen if c.theme == theme.key], style) for theme, _ in having]
    sections = _with_alone(sections, alone, ordered)
    sections = _with_others(sections, groups, never, int(length * _MARGIN) - len(frame.title(edition)) - _size([s for p in opening for s in p]))
    extra = [figure for found in counted.values() for figure in found]
    return RoundUp(frame.title(edition), (Section("", opening), *sections), (*figures, *extra))


def _check(entries: Sequence[Entry], must: Sequence[int], never: Sequence[int], style: str) -> None:
    known = {entry.case.number for entry in entries}
    unknown = sorted({*must, *never} - known)
    both = sorted(set(must) & set(never))
    if unknown:
        raise tables.Trouble("round-up-unknown", numbers="、".join(map(str, unknown)))
    if both:
        raise tables.Trouble("round-up-both", numbers="、".join(map(str, both)))
    if style not in STYLES:
        raise tables.Trouble("round-up-style", style=style, styles="、".join(STYLES))


def _by_theme(entries: Sequence[Entry], edition: Edition) -> list[tuple[Theme, list[Entry]]]:
    found = [(theme, [e for e in entries if e.coding.themes[:1] == (theme.key,)]) for theme in edition.themes or tables.themes()]
    return [(theme, having) for theme, having in found if having]


def _size(sentences: Sequence[Sentence]) -> int:
    return sum(len(sentence.text) for sentence in sentences)


def _chosen(
    entries: Sequence[Entry], groups: dict[str, tuple[Group, ...]], left: float, length: int, must: Sequence[int]
) -> tuple[tuple[Candidate, ...], list[int]]:
    """The sentences to tell in the characters left, and the cases that must be named though no sentence of theirs can be told."""
    scale = max(1.0, length / 3000)
    room = Room(left * 0.93, max(left, 60.0), min(10, round(4 * scale)), min(8, round(3 * scale)))
    each = min(16, round(8 * scale))
    pool = [c for theme, found in groups.items() for g in found[: room.groups + 3] for c in candidates(theme, g, each, must)]
    far = [c for theme, found in groups.items() for g in found[room.groups + 3 :] for c in candidates(theme, g, each, must) if c.entry.case.number in must]
    offers = [Offer(theme, g.heading, len(g.heading) + 3, 0.25 * min(3.0, len(g.cases) ** 0.5)) for theme, found in groups.items() for g in found]
    chosen = choose(offers, pool + far, room, must)
    told = {c.entry.case.number for c in chosen}
    return chosen, [number for number in must if number not in told]


def _with_alone(sections: list[Section], alone: Sequence[int], entries: Sequence[Entry]) -> list[Section]:
    by_number = {entry.case.number: entry for entry in entries}
    for number in alone:
        entry = by_number[number]
        at = next((place for place, section in enumerate(sections) if section.key == entry.coding.themes[:1][0]), len(sections) - 1) if entry.coding.themes else -1
        if sections:
            sections[at] = _added(sections[at], themes.alone(entry))
    return sections


def _with_others(sections: list[Section], groups: dict[str, tuple[Group, ...]], never: Sequence[int], left: int) -> list[Section]:
    """Further cases named by place at the end of the parts while the length allows, one group a theme."""
    told = {s.case for section in sections for p in section.paragraphs for sentence in p for s in sentence.sources if s.case}
    left -= sum(_size(p) for section in sections for p in section.paragraphs) + sum(len(section.heading) for section in sections)
    for place, section in enumerate(sections):
        shown = {s.text.lstrip("一二三四五六七八九十是").rstrip("。") for p in section.paragraphs for s in p}
        last = [g for g in groups[section.key] if g.heading in shown]
        sentence = themes.also(last[-1], told, never, 3) if last else None
        if sentence and len(sentence.text) <= left:
            sections[place] = _added(section, sentence)
            told |= {s.case for s in sentence.sources}
            left -= len(sentence.text)
    return sections


def _added(section: Section, sentence: Sentence) -> Section:
    *before, last = section.paragraphs
    return replace(section, paragraphs=(*before, (*last, sentence)))
