"""What an article is made of before it becomes .docx, .html or .pdf: a title and blocks in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SIGNS = {"+": "✓", "!": "▲", "-": "×", "": ""}


@dataclass(frozen=True, slots=True)
class Span:
    """Words that share their sources; `notes` are lines for people that say where the words come from."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the title; `level` 1 or 2."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Picture:
    """A Vega-Lite chart (see `charts`) with its caption, which is also what a screen reader says."""

    chart: dict[str, Any]
    caption: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: headings and cells as texts."""

    caption: str
    head: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A box that says in one look how things stand: a title, and lines each with a sign ("+" good, "!" to be looked at, "-" bad, "" none); `tone` is the
    worst of these signs."""

    title: str
    lines: tuple[tuple[str, str], ...]
    tone: str = ""


Block = Text | Heading | Picture | Rows | Box


@dataclass(frozen=True, slots=True)
class Article:
    """A title and its blocks; `language` is a BCP 47 tag, `note` a line below the title."""

    title: str
    blocks: tuple[Block, ...]
    language: str = "zh-Hans"
    note: str = ""
