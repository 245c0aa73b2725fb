"""What goes over the wire, and rows turned into it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field, field_validator

from zhengping.engine import record
from zhengping.server.call.models import Edition
from zhengping.server.library import records as library
from zhengping.server.library.models import Entry
from zhengping.server.publication import queries as publication
from zhengping.server.submission.models import Intake, Submission


def hashed(word: str) -> str:
    """What is kept of a token: it is long and by chance, so that a plain hash is enough."""
    return hashlib.sha256(word.encode()).hexdigest()


class Problem(Schema):
    """Why a call was refused."""

    detail: Any


class EditionOut(Schema):
    """An edition."""

    slug: str
    number: int
    year: int
    name: str
    hosts: list[str]
    opens: datetime | None
    closes: datetime | None
    themes: list[dict[str, str]]


class Me(Schema):
    """Whose token it is, and for what."""

    person: str
    edition: str
    scopes: list[str]
    expires_at: datetime


class Words(Schema):
    """What a caller sends: nothing that is not known, no NUL."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def without_nul(cls, value: Any) -> Any:
        """PostgreSQL keeps no NUL in a text."""
        return value.replace("\x00", "") if isinstance(value, str) else value


class Page(Words):
    """Which part of a list: `page` from 1, `size` of a page."""

    page: int = Field(1, ge=1, le=1_000_000)
    size: int = Field(50, ge=1, le=500)


class CaseQuery(Page):
    """Which cases."""

    theme: str = Field("", max_length=40, description="key of a theme")
    division: str = Field("", max_length=6, pattern=r"^\d{0,6}$", description="digits with which the place's number begins")
    unit_type: str = Field("", max_length=20)
    q: str = Field("", max_length=100, description="words of title, unit or text")
    changed_after: int = Field(0, ge=0, le=2**62, description="only cases whose number is higher")


class CaseOut(Schema):
    """A case in a list."""

    number: int
    title: str
    unit: str
    place: str
    division: str
    unit_type: str
    unit_level: str
    theme: str
    characters: int
    arrived_at: datetime
    is_late: bool
    is_coded_by_person: bool
    confidence: float
    open_findings: int
    open_matches: int
    public_title: str = Field(description="as the public reads it, corrected and edited; empty where the public may not read the case")


class Cases(Schema):
    """A page of a list."""

    count: int
    page: int
    size: int
    items: list[CaseOut]


class PartOut(Schema):
    """A part of a text."""

    kind: str
    heading: str
    paragraphs: list[str]


class CaseWhole(CaseOut):
    """A case with its text; personal data in it are masked."""

    version: int
    documents: list[str] = Field(description="sha256 of its files")
    parts: list[PartOut]
    paragraphs: list[str]


class LibraryQuery(Page):
    """Which public cases: every word stands in title, unit or text, every filter fits."""

    q: str = Field("", max_length=100, description="at most eight words of title, unit or text")
    theme: str = Field("", max_length=40, description="key of a theme")
    province: str = Field("", pattern=r"^(\d{6})?$", description="number of a provincial unit")
    unit_type: str = Field("", max_length=20)
    award: str = Field("", max_length=60)
    edition: str = Field("", max_length=40, description="slug of an edition")


class CaseWords(Words):
    """Which text of a public case."""

    original: bool = Field(False, description="the unit's own words, where the organiser edited them for the public")


class LibraryOut(Schema):
    """A public case in a list, corrections applied."""

    edition: str
    number: int
    title: str
    unit: str
    place: str
    division: str
    province: str
    theme: str
    unit_type: str
    award: str
    summary: str
    published_at: datetime
    link: str = Field(description="address of its page")


class Library(Schema):
    """A page of the library."""

    count: int = Field(description="at most 10,000 where words are sought")
    is_more: bool = Field(description="whether more hold the words than were counted")
    page: int
    size: int
    items: list[LibraryOut]


class LibraryCase(LibraryOut):
    """A public case with its text; personal data in it are masked."""

    licence: str = Field(description="address of the licence, empty where all rights are reserved")
    is_edited: bool = Field(description="whether the organiser edited the text for the public")
    is_original: bool = Field(description="whether this is the unit's own text")
    parts: list[PartOut]
    paragraphs: list[str]
    similar: list[LibraryOut] = Field(description="cases about like things, the most alike first")


class EvidenceOut(Schema):
    """Words that bear a coding out."""

    kind: str
    quote: str
    paragraph: int


class MeasureOut(Schema):
    """A measure that the case tells of."""

    role: str
    heading: str
    sentence: str
    paragraph: int


class CodingOut(Schema):
    """The coding that counts of a case."""

    number: int
    source: str
    at: datetime
    division: str
    place: str
    unit_type: str
    unit_level: str
    themes: list[str]
    confidence: dict[str, float]
    changed: int = Field(description="to be sent back when the coding is confirmed")
    evidence: list[EvidenceOut]
    measures: list[MeasureOut]


class Codings(Schema):
    """A page of codings."""

    count: int
    page: int
    size: int
    items: list[CodingOut]


class CodingIn(Words):
    """What a person says of a coding; "" leaves a value as it is. `changed` is that of the coding that was read."""

    changed: int = Field(ge=0, le=2**31 - 1)
    division: str = Field("", pattern=r"^(\d{6})?$")
    unit_type: str = Field("", max_length=20)
    unit_level: str = Field("", max_length=10)
    theme: str = Field("", max_length=40)


class FigureOut(Schema):
    """A number with the numbers of the cases that it counted."""

    about: str
    key: str
    label: str
    value: int
    cases: list[int]
    source: str


class ResultOut(Schema):
    """An award of the published results, corrections applied."""

    number: int
    place: int
    award: str
    title: str
    unit: str
    region: str
    theme: str


class UploadOut(Schema):
    """Files that arrived together, and how far reading them has come."""

    id: int
    state: str
    total: int
    done: int
    unreadable: int
    numbers: list[int] = Field(description="numbers of the cases made of them")


def edition_out(edition: Edition) -> dict[str, Any]:
    """An edition over the wire."""
    themes = [{"key": theme.key, "name": theme.name, "english": theme.english} for theme in edition.themes.all()]
    return {"slug": edition.slug, "number": edition.number, "year": edition.year, "name": edition.name, "hosts": edition.hosts, "opens": edition.opens, "closes": edition.closes, "themes": themes}


def with_titles(held: list[Submission]) -> list[Submission]:
    """Cases of one edition with the titles that the public reads, as the library lists them; none where a case is public no more."""
    keys = [row.pk for row in held]
    public = set(publication.published_cases(held[0].edition).filter(pk__in=keys).values_list("pk", flat=True)) if held else set()
    titles = dict(Entry.objects.filter(submission__in=public).values_list("submission_id", "title"))
    for row in held:
        row.public_title = titles.get(row.pk, "")
    return held


def whole(held: Submission, case: record.Case, documents: list[str]) -> dict[str, Any]:
    """A case with its text."""
    listed = {name: getattr(held, name) for name in CaseOut.model_fields}
    return {**listed, "version": held.current, "documents": documents, "parts": _parts(case), "paragraphs": list(case.paragraphs)}


def library_out(entry: Entry) -> dict[str, Any]:
    """A public case over the wire."""
    own = {name: getattr(entry, name) for name in LibraryOut.model_fields if name not in ("edition", "link")}
    return {**own, "edition": entry.edition.slug, "link": library.link(entry)}


def library_case(entry: Entry, case: record.Case, similar: list[Entry], *, is_edited: bool, is_original: bool) -> dict[str, Any]:
    """A public case with its text."""
    title = {"title": entry.submission.title if is_original else case.title} if is_edited else {}
    return {
        **library_out(entry), **title, "licence": library.licence(entry.edition)[1], "is_edited": is_edited, "is_original": is_original, "parts": _parts(case),
        "paragraphs": list(case.paragraphs), "similar": [library_out(row) for row in similar],
    }  # fmt: skip


def _parts(case: record.Case) -> list[dict[str, Any]]:
    return [{"kind": part.kind, "heading": part.heading, "paragraphs": list(case.paragraphs[part.first : part.last])} for part in case.parts]


def coding_out(held: Submission, row: Any, coding: record.Coding) -> dict[str, Any]:
    """A coding over the wire."""
    return {
        "number": held.number,
        "source": row.source,
        "at": row.at,
        "division": coding.place.division,
        "place": coding.place.name,
        "unit_type": coding.unit_type,
        "unit_level": coding.unit_level,
        "themes": list(coding.themes),
        "confidence": dict(coding.confidence),
        "changed": held.changed,
        "evidence": [{"kind": e.kind, "quote": e.quote, "paragraph": e.paragraph} for e in coding.evidence],
        "measures": [{"role": m.role, "heading": m.heading, "sentence": m.sentence, "paragraph": m.paragraph} for m in coding.measures],
    }


def upload_out(intake: Intake, progress: dict[str, Any]) -> dict[str, Any]:
    """An intake over the wire."""
    numbers = list(intake.submissions.filter(number__isnull=False).order_by("number").values_list("number", flat=True))
    return {"id": intake.pk, "state": intake.state, "total": progress["total"], "done": progress["done"], "unreadable": progress["unreadable"], "numbers": numbers}
