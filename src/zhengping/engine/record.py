"""The nouns that pass between the steps: frozen, slotted dataclasses that hold tuples.

    IncomingFile -> Document -> Case -> Coding, Findings, Matches -> Figures -> RoundUp

Only the standard library is imported here. Text keeps its original characters; a division is always the six digits of
GB/T 2260; a date is ISO 8601 text; a share or a confidence lies between 0 and 1.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file as it reached the organiser: its bytes, its name as sent, and the containers it came in, outermost first.

    `within` holds folder, archive and mail names, e.g. ("江苏省.zip", "附件"). `sender`, `subject` and `sent` come from the
    mail that carried it and are empty otherwise.
    """

    name: str
    data: bytes = field(repr=False)
    within: tuple[str, ...] = ()
    sender: str = ""
    subject: str = ""
    sent: str = ""

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Arrival:
    """That a file arrived: everything of an `IncomingFile` but its bytes. One document may have several arrivals."""

    name: str
    sha256: str
    size: int
    within: tuple[str, ...] = ()
    sender: str = ""
    subject: str = ""
    sent: str = ""

    @property
    def path(self) -> str:
        """The name with its containers, joined by "/", as shown to people."""
        return "/".join((*self.within, self.name))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a document, in reading order, with the place where it stood.

    `kind` is "body", "heading", "cell", "textbox", "header", "footer" or "note"; `level` is the outline level of a heading
    (1 is the highest; 0 where the file does not say). `table` is the index of the table a cell belongs to in
    `Document.tables` (None outside tables), `row` and `column` its place there. `page` counts from 1 (PDF and scans; else 0).
    """

    text: str
    kind: str = "body"
    level: int = 0
    table: int | None = None
    row: int = 0
    column: int = 0
    page: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table as rows of cell texts; merged cells repeat nothing (the text stands in the first cell, "" in the rest)."""

    rows: tuple[tuple[str, ...], ...]
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet of a workbook that somebody filled in, rows and columns where they stand (from 0); `formulas` are places, `merged` rows that share a cell with another."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    formulas: tuple[tuple[int, int], ...] = ()
    merged: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says: every word in reading order, its tables, and what was noticed while reading.

    `kind` is the real kind of the file by its bytes ("docx", "doc", "pdf", "xlsx" …), `pictures` the number of pictures in
    it, `notes` kinds of findings about the file itself (e.g. "tracked-changes", "wrong-ending", "scanned").
    """

    sha256: str
    kind: str
    paragraphs: tuple[Paragraph, ...] = ()
    tables: tuple[Table, ...] = ()
    title: str = ""
    author: str = ""
    created: str = ""
    pages: int = 0
    pictures: int = 0
    notes: tuple[str, ...] = ()
    arrivals: tuple[Arrival, ...] = ()

    @property
    def text(self) -> str:
        """All paragraphs joined by line feeds."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that gave no text: `reason` is a key of tables/messages.toml, `values` fill its sentence."""

    arrival: Arrival
    reason: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalDatum:
    """Personal data found in a document and kept apart from the text that goes on.

    `kind` is "id-number", "telephone", "e-mail", "bank-account" or "person"; `paragraph`, `start`, `end` give the place in
    `Case.paragraphs` (-1 where it stood outside of them, in a form's table).
    """

    kind: str
    value: str
    paragraph: int = -1
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a case: `kind` is a key such as "background", "implementation", "innovation", "effect", "spread" or "other".

    `first` and `last` are indices into `Case.paragraphs`, `last` exclusive; the heading itself is not among them.
    """

    kind: str
    heading: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Hint:
    """A word about unit or place with where it came from, strongest kinds first in `HINT_KINDS`."""

    kind: str
    text: str


HINT_KINDS = ("list", "form", "cover", "signature", "mail", "folder", "file-name")


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its unit sent it: who, what, and the text in parts.

    `province` is the province the case came through as the sender's containers or list name it (six digits, "" if not
    stated); `paragraphs` the running text without form tables, headers and personal data; `documents` the sha256 of all files
    that belong to it, the one that holds the text first; `earlier` those of versions it replaces.
    """

    number: int
    title: str
    unit: str
    paragraphs: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    place: str = ""
    province: str = ""
    mark: str = ""
    arrived: str = ""
    hints: tuple[Hint, ...] = ()
    personal: tuple[PersonalDatum, ...] = ()
    documents: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    source: str = ""

    @property
    def text(self) -> str:
        """The running text, paragraphs joined by line feeds."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a document: `role` is "text", "form", "proof", "picture", "list", "copy", "earlier-version" or "letter"."""

    sha256: str
    role: str
    case: int = 0


# --- coding ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a coding says what it says: the quoted words, where they stand, and the kind of evidence.

    `about` is the value it bears out ("division", "unit_type", "theme" …), `kind` where the words stand ("unit", "title", "text",
    "list", "folder", "person" …). `paragraph` is an index into `Case.paragraphs`; -1 means outside of it (unit, title, list, folder: see `kind`).
    """

    kind: str
    quote: str
    paragraph: int = -1
    about: str = ""


@dataclass(frozen=True, slots=True)
class Division:
    """A division of GB/T 2260 as valid from `first` to `last` (six digits yyyymm of the public lists that have it)."""

    number: str
    name: str
    first: str
    last: str

    @property
    def province(self) -> str:
        """The six digits of its province."""
        return self.number[:2] + "0000"

    @property
    def city(self) -> str:
        """The six digits of its prefecture-level city ("" for a province)."""
        return "" if self.number.endswith("0000") else self.number[:4] + "00"

    @property
    def depth(self) -> int:
        """1 province, 2 prefecture, 3 county."""
        return 1 if self.number.endswith("0000") else 2 if self.number.endswith("00") else 3


@dataclass(frozen=True, slots=True)
class Place:
    """A resolved place: division ("" where nothing decides), full name, the zone named if any, and how sure that is.

    `candidates` are the divisions that remained possible, most likely first; `quote` the words that decided.
    """

    division: str
    name: str = ""
    zone: str = ""
    confidence: float = 0.0
    quote: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """A step of a list in the text: 一是 …, （二） …; `role` is "measure", "problem" or "result"."""

    role: str
    ordinal: int
    heading: str
    sentence: str
    paragraph: int
    places: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme of the edition: its key, names in both languages, and what belongs to it (editable by the organiser)."""

    key: str
    name: str
    english: str = ""
    belongs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coding:
    """The coding of a case: place, unit, themes (main theme first) and measures, each with evidence and confidence.

    `confidence` maps "division", "unit_type", "unit_level", "theme" to the probability that the value is right. `sources`
    names the values that a person set ("division", …), which always win over the machine's.
    """

    case: int
    place: Place
    unit: str
    unit_type: str
    unit_level: str
    themes: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    confidence: tuple[tuple[str, float], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    cited: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the register: a case with its coding and what later stages said of it.

    `award` is "" before the decision, `estimate` the calibrated score (None before judging; on the edition's own scale), `edition` names
    the edition where rows of several are held together. `paths` are the names under which its files arrived.
    """

    case: Case
    coding: Coding
    award: str = ""
    estimate: float | None = None
    edition: str = ""
    paths: tuple[str, ...] = ()


# --- proofreading, originality ---------------------------------------------------------------------------------------

Severity = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: `kind` is a key of tables/messages.toml, `values` fill its sentence.

    `paragraph` is an index into `Case.paragraphs` (-1: the case or file as a whole), `start` and `end` offsets into it;
    `suggestion` is "" where there is none (a number is never invented). `case` is 0 for a finding about a file.
    """

    case: int
    kind: str
    severity: Severity
    quote: str = ""
    paragraph: int = -1
    start: int = 0
    end: int = 0
    suggestion: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage in common: offsets into the texts of both sides (`Case.text`), ends exclusive."""

    start: int
    end: int
    other_start: int
    other_end: int


@dataclass(frozen=True, slots=True)
class Match:
    """Two cases that share text: `share` is the part of the shorter text that both have.

    `other` is a case number of the same edition, or of `edition` where that is not "". `kind` is "same-bytes", "same-text" or
    "near".
    """

    case: int
    other: int
    kind: str
    share: float
    edition: str = ""
    passages: tuple[Passage, ...] = ()


# --- blinding --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Blind:
    """A case as a judge may read it: title, paragraphs and headings of the parts with typed masks; `masks` counts these by kind.

    Kinds are "unit", "place", "person", "telephone", "e-mail", "id-number", "bank-account", "address", "account" and "other".
    """

    number: int
    title: str
    paragraphs: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    masks: tuple[tuple[str, int], ...] = ()

    @property
    def text(self) -> str:
        """The running text, paragraphs joined by line feeds."""
        return "\n".join(self.paragraphs)


# --- collection ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a printed table; `columns` and `rows` say how many it spans."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of an original document or of a printed case, in reading order.

    `kind` is "line", "heading", "caption", "table" (`cells` row by row, a spanned place has none; `shares` the columns' shares of the width),
    "picture" (`data` a .png or .jpg that was decoded once, `size` in pixels, `width` in points as it stood, 0 where unknown) or "left": something
    that cannot be printed, `text` a key of tables/messages/collection.toml that `values` fill.
    """

    kind: str
    text: str = ""
    cells: tuple[tuple[Cell, ...], ...] = ()
    shares: tuple[float, ...] = ()
    data: bytes = field(default=b"", repr=False)
    size: tuple[int, int] = (0, 0)
    width: float = 0.0
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Omission:
    """What of a case's original is not in the book: `reason` is a key of tables/messages/collection.toml, `values` fill its sentence."""

    case: int
    reason: str
    values: tuple[tuple[str, str], ...] = ()


# --- judging ---------------------------------------------------------------------------------------------------------
#
# Judges and cases bear the names of the organiser's own tables, any text; scores are on the scale of those tables.


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case as those see it who assign and select: its name and what rules may speak of; "" where that is not known.

    `division` is six digits where the table's word could be resolved, else the word; `unit_type` and `mark` are words of the organiser,
    `themes` the themes with the main one first, `words` what the case is about.
    """

    case: str
    division: str = ""
    unit: str = ""
    themes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    unit_type: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Judge:
    """A judge: what is known of the person, and how many cases at least and at most (None: as the plan's default has it).

    A judge who is `away` reads nothing new; reads already begun stay.
    """

    judge: str
    division: str = ""
    unit: str = ""
    themes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    away: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """Judge reads case. `fit` lies between 0 and 1; `source` is "" (chosen), "kept" (already begun) or "fixed" (by hand)."""

    case: str
    judge: str
    fit: float = 0.0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """What a judge gave a case for one criterion ("" where there is one score alone), on the sheet's own scale.

    `at` is the time of signing (ISO 8601) and `comment` the judge's words, "" where the table has none.
    """

    case: str
    judge: str
    value: float
    criterion: str = ""
    at: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of the rubric: its scale from `low` to `high` and its weight in the total."""

    name: str
    low: float = 0.0
    high: float = 100.0
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the scores say of a case, freed of its judges; ranks count from 1, `low` to `high` and the ranks' ends hold 90 %.

    None where a table of estimates does not say it. `sd` is the posterior standard deviation, `mean` and `trimmed` the usual rules beside.
    """

    case: str
    estimate: float
    low: float | None = None
    high: float | None = None
    rank: int = 0
    rank_low: int = 0
    rank_high: int = 0
    mean: float | None = None
    trimmed: float | None = None
    reads: int = 0
    explanation: str = ""
    sd: float | None = None


@dataclass(frozen=True, slots=True)
class JudgeEstimate:
    """A judge's severity against the others (in points, positive: stricter), scale and noise, with the 90 % interval of the severity."""

    judge: str
    severity: float
    low: float | None = None
    high: float | None = None
    discrimination: float = 1.0
    noise: float | None = None
    reads: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """What the selection says of a case: its award ("" for none), its place in the award list (0 for none) and why.

    `reason` is a sentence, `rule` the rule that moved the case ("" where its estimate alone decided). `stability` is the share of repeated
    judgings that give the same answer, `chance` the probability to be truly among the chosen (both None where the estimates have no interval). `is_open`:
    its estimate equals one with another award, and the rules leave that to a vote. `told` is the reason in each language, as (language, sentence).
    """

    case: str
    award: str
    place: int
    reason: str = ""
    stability: float | None = None
    chance: float | None = None
    rule: str = ""
    is_open: bool = False
    told: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """Something in the scores that chance explains badly and a person should look at; it changes no score.

    `kind` is "own-province", "own-region", "own-unit", "group", "straight", "turned", "copied", "comments", "drift" or "haste"; `values` fill the
    sentences `alert-<kind>` and `innocent-<kind>` of the messages. `group` is what is favoured, `effect` the size in the kind's own unit (points of
    favour or drift, shares of marks in common, ratios of spread and time, a correlation), `p` the chance of as much where nothing is amiss, `q` the
    share of false ones to be expected among alerts that are at least as strong.
    """

    kind: str
    judges: tuple[str, ...]
    cases: tuple[str, ...]
    group: str
    effect: float
    p: float
    q: float
    values: tuple[tuple[str, str], ...] = ()


# --- figures, round-up -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with the cases it counted. `about` names what was counted, e.g. "province", `key` which of them, e.g. "320000".

    `value` equals `len(cases)` wherever the figure counts cases of this edition; figures of earlier editions without register
    have no cases and say so in `source`.
    """

    about: str
    key: str
    label: str
    value: int
    cases: tuple[int, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from: a figure (`about` and `key`) or a case (`case`, `paragraph`, `quote`)."""

    about: str = ""
    key: str = ""
    case: int = 0
    paragraph: int = -1
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the round-up with the sources of each number, place and quotation in it."""

    text: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the round-up: its heading ("" for the frame) and its paragraphs of sentences."""

    heading: str
    paragraphs: tuple[tuple[Sentence, ...], ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class RoundUp:
    """The article 来稿综述, in order, every sentence with its sources."""

    title: str
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...] = ()

    @property
    def text(self) -> str:
        """The article as plain text, headings on lines of their own."""
        lines = [self.title]
        for section in self.sections:
            lines += [section.heading] if section.heading else []
            lines += ["".join(sentence.text for sentence in paragraph) for paragraph in section.paragraphs]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Claim:
    """Something a round-up states and the register can bear out: `kind` is "number", "place", "unit", "quotation", "measure" or "trend".

    `quote` are the words, `sentence` the sentence they stand in, `line` counts the text's lines from 1. `nearest` is the nearest true
    value where the claim is not borne out ("" where none is near), `case` the case that the sentence names (0: the whole register).
    """

    kind: str
    quote: str
    sentence: str
    line: int
    is_borne_out: bool
    nearest: str = ""
    case: int = 0


# --- the edition -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartRule:
    """A part the notice asks for. `limit` characters; `rule` is "以内" (hard), "左右" (within a tenth) or "不超过" (hard)."""

    kind: str
    name: str
    limit: int = 0
    rule: str = "以内"
    required: bool = True


@dataclass(frozen=True, slots=True)
class EarlierEdition:
    """A former edition of which only the numbers are known: its number, its year, how many cases it received."""

    edition: int
    year: int
    received: int


@dataclass(frozen=True, slots=True)
class Edition:
    """A call for cases: its number and year, hosts, deadline, invited bodies (divisions), themes and rules.

    `limit` is the length of a whole text in characters with its `limit_rule`. `group` is the name readers know for the members of the
    leading group whose units are counted together (领导小组成员单位).
    """

    name: str = ""
    number: int = 0
    year: int = 0
    hosts: tuple[str, ...] = ()
    guidance: tuple[str, ...] = ()
    opened: str = ""
    deadline: str = ""
    invited: tuple[str, ...] = ()
    themes: tuple[Theme, ...] = ()
    parts: tuple[PartRule, ...] = ()
    limit: int = 0
    limit_rule: str = "以内"
    earlier: tuple[EarlierEdition, ...] = ()
    group: str = ""
    group_types: tuple[str, ...] = ()
