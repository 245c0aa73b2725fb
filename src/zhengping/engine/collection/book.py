"""What a case collection (案例选编) is made of before it becomes .docx, .pdf or .epub: its front matter and its cases, in order."""

from __future__ import annotations

from dataclasses import dataclass

from zhengping.engine.record import Block


@dataclass(frozen=True, slots=True)
class Chapter:
    """A case in the book. `division` is six digits ("" unknown), `theme` the name of the theme under which it stands, `blocks` its text in order."""

    number: int
    title: str
    unit: str
    place: str = ""
    division: str = ""
    award: str = ""
    theme: str = ""
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """A collection. `foreword` and `notes` (the round-up of the call, under `notes_title`) are paragraphs, `licence` a line on the back of the title page.

    `chapters` stand in the order of the book; those of one theme are to follow each other. `day` (ISO 8601) stands on the back of the title page and is the
    date within the .epub; the same book gives the same bytes.
    """

    title: str
    subtitle: str = ""
    hosts: tuple[str, ...] = ()
    foreword: tuple[str, ...] = ()
    notes_title: str = ""
    notes: tuple[str, ...] = ()
    licence: str = ""
    day: str = ""
    chapters: tuple[Chapter, ...] = ()

    @property
    def themes(self) -> tuple[tuple[str, tuple[Chapter, ...]], ...]:
        """The names of the themes in the order of the book, each with its chapters; "" where a case has none."""
        found: dict[str, list[Chapter]] = {}
        for chapter in self.chapters:
            found.setdefault(chapter.theme, []).append(chapter)
        return tuple((name, tuple(chapters)) for name, chapters in found.items())
