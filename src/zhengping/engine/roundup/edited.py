"""A text that an editor changed -> RoundUp again, each sentence with the sources that it still has; a Word file of it -> its text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zhengping.engine.record import Claim, Document, Figure, RoundUp, Section, Sentence, Source
from zhengping.engine.roundup.render import CAPTIONS
from zhengping.engine.text import sentences

_NUMERAL = re.compile(r"^[一二三四五六七八九十]{1,3}、")
_LONGEST_HEADING = 40


def edited(text: str, draft: RoundUp, claims: Sequence[Claim] = (), figures: Sequence[Figure] = ()) -> RoundUp:
    """A round-up from its text: title, then headings (short lines without a full stop) and paragraphs.

    A sentence that stands so in the `draft` keeps its sources; another has those that its `claims` found in the register.
    """
    known = {s.text: s.sources for section in draft.sections for paragraph in section.paragraphs for s in paragraph}
    found: dict[str, dict[Source, None]] = {}
    for claim in claims:
        if claim.case and claim.is_borne_out:
            found.setdefault(claim.sentence, {})[Source(case=claim.case)] = None
    title, *lines = [line.strip() for line in text.split("\n") if line.strip()] or [""]
    sections: list[tuple[str, list[tuple[Sentence, ...]]]] = [("", [])]
    for line in lines:
        if is_heading(line):
            sections.append((_NUMERAL.sub("", line), []))
        else:
            told = sentences(line)
            sections[-1][1].append(tuple(Sentence(s.text, known.get(s.text, tuple(found.get(s.text, ())))) for s in told))
    keys = {section.heading: section.key for section in draft.sections}
    made = tuple(Section(heading, tuple(paragraphs), keys.get(heading, "")) for heading, paragraphs in sections if heading or paragraphs)
    return RoundUp(title, made, tuple(figures) or draft.figures)


def is_heading(line: str) -> bool:
    """Whether a line below the title is a heading: short, and no sentence."""
    return len(line) <= _LONGEST_HEADING and not re.search(r"[。！？；]", line)


def said(sentence: str, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims of one sentence."""
    return tuple(claim for claim in claims if claim.sentence == sentence)


def text_of(document: Document) -> str:
    """The text of a round-up in a file that was written from one and changed since: captions and the numerals of headings left out."""
    lines: list[str] = []
    for paragraph in document.paragraphs:
        line = " ".join(paragraph.text.split())
        if line and paragraph.kind not in ("header", "footer", "note", "cell") and not CAPTIONS.match(line):
            lines.append(_NUMERAL.sub("", line) if lines and is_heading(line) else line)
    return "\n".join(lines)
