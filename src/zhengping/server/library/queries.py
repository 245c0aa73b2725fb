"""Questions about what the public may read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, F, Max, Sum
from django.utils.translation import get_language

from zhengping.engine import figures, record, tables
from zhengping.engine.text import grams
from zhengping.server.audit.templatetags.words import called
from zhengping.server.call.models import Body, Edition, Theme
from zhengping.server.call.records import call
from zhengping.server.library.models import Entry, Shelf
from zhengping.server.publication import queries as publication
from zhengping.server.publication.models import Correction, EditedText
from zhengping.server.publication.records import edited
from zhengping.server.submission import queries as submission
from zhengping.server.submission import records
from zhengping.server.submission.models import Coding, Text

MOST = 10_000  # cases to which those that hold a word are counted: who finds more narrows the search, nobody turns so many pages
KEPT = 60  # seconds for which a count is remembered; what changed has a name of its own
FILTERS = ("theme", "province", "unit_type", "award", "edition")


def state_of(edition: Edition) -> str:
    """What changes when the public cases of an edition, a word of them, or what they are counted by, do."""
    public = publication.published_cases(edition).aggregate(Count("id"), Sum("id"), Sum("changed"))
    corrections = Correction.objects.filter(result__edition=edition).aggregate(Count("id"), Max("id"))
    edits = EditedText.objects.filter(submission__edition=edition).aggregate(Count("id"), Max("id"), Count("ended_at"))
    held = publication.result(edition)
    return hashlib.sha256(repr((held and held.pk, edition.version, sorted(public.items()), sorted(corrections.items()), sorted(edits.items()))).encode()).hexdigest()


def stamp() -> str:
    """What changes when anything in the library does."""
    return hashlib.sha256(repr(list(Shelf.objects.order_by("pk").values_list("pk", "state"))).encode()).hexdigest()[:24]


def provinces(edition: Edition) -> dict[int, str]:
    """For each invited body of the second and third tier too, the six digits of its body of the first tier."""
    parents = {pk: (parent, division) for pk, parent, division in Body.objects.filter(edition=edition).values_list("pk", "parent_id", "division")}
    found = {}
    for pk in parents:
        top = pk
        while parents[top][0]:
            top = parents[top][0]
        found[pk] = parents[top][1]
    return found


def province(division: str) -> str:
    """The six digits of the province in which a division lies."""
    return division[:2] + "0000" if division else ""


def entries(words: list[str], **wanted: str):
    """Public cases that hold every word and fit every filter, the newest results first."""
    rows = Entry.objects.select_related("edition").defer("similar")
    if words and connection.vendor == "sqlite":  # kept from fetching every hit by its key and sorting them all, it reads in the order of rank and stops
        rows = rows.alias(key=F("submission_id") + 0).filter(key__in=submission.holding(words))
    elif words:
        rows = rows.filter(submission__in=submission.holding(words))
    for name in FILTERS:
        if value := wanted.get(name):
            rows = rows.filter(**{"edition__slug" if name == "edition" else name: value})
    return rows


class Counted(NamedTuple):
    """How many cases, and whether there are more that were not counted."""

    number: int
    is_more: bool


def count(rows, words: list[str], wanted: dict[str, str]) -> Counted:
    """How many rows `entries(words, **wanted)` are, at most `MOST` where words are sought; remembered until the library changes."""
    name = "library:count:" + hashlib.sha256(repr((stamp(), words, sorted(wanted.items()))).encode()).hexdigest()
    held = cache.get(name)
    if held is None:
        with submission.by_index():
            held = rows.order_by()[: MOST + 1].count() if words else rows.order_by().count()
        cache.set(name, held, KEPT)
    return Counted(min(held, MOST), held > MOST) if words else Counted(held, False)


def entry(edition: Edition, number: int) -> Entry | None:
    """A case that the public may read at this very moment."""
    if not publication.published_cases(edition).filter(number=number).exists():
        return None
    return Entry.objects.select_related("edition", "submission").filter(edition=edition, number=number).first()


def text_of(of: Entry, *, is_original: bool = False) -> tuple[record.Case, EditedText | None]:
    """The text that the public reads of a case, and the edited one where there is one; `is_original` gives the unit's own words all the same."""
    own = records.case_of(submission.current(of.submission))
    held = publication.edits([of.submission_id]).get(of.submission_id)
    return (edited(own, held.title or of.title, held.parts) if held and not is_original else own), held


def similar(of: Entry) -> list[Entry]:
    """Cases about like things, the most alike first."""
    held = {row.submission_id: row for row in Entry.objects.select_related("edition").filter(submission__in=of.similar)}
    return [held[key] for key in of.similar if key in held]


def choices() -> dict[str, list[tuple[str, str]]]:
    """What each filter can be set to, with its name in the language of the page; remembered until the library changes."""
    name = f"library:choices:{get_language()}:{stamp()}"
    held = cache.get(name)
    if held is None:
        have = {field: set(Entry.objects.order_by().values_list(field, flat=True).distinct()) - {""} for field in ("theme", "province", "unit_type")}
        names = theme_names()
        awards = list(Entry.objects.order_by().values_list("award").annotate(first=Max("rank")).order_by("-first").values_list("award", flat=True))
        shelves = Shelf.objects.filter(cases__gt=0).select_related("edition").order_by("-edition__year", "-edition__number")
        held = {
            "theme": [(key, names.get(key, key)) for key in names if key in have["theme"]] + [(key, key) for key in sorted(have["theme"] - set(names))],
            "province": [(body.number, called(body.name)) for body in tables.bodies() if body.number in have["province"]],
            "unit_type": [(kind, called(kind)) for kind, _english in tables.unit_types() if kind in have["unit_type"]],
            "award": [(award, award) for award in awards if award],
            "edition": [(shelf.edition.slug, shelf.edition.name) for shelf in shelves],
        }
        cache.set(name, held, KEPT)
    return held


def theme_names() -> dict[str, str]:
    """The names of themes by their keys, those of the newest edition first."""
    found: dict[str, str] = {}
    for theme in Theme.objects.filter(edition__in=Shelf.objects.values("edition")).order_by("-edition__year", "order", "id"):
        found.setdefault(theme.key, called(theme))
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of a list with the words around what was searched for; each piece says whether it was."""

    entry: Entry
    title: tuple[tuple[str, bool], ...]
    words: tuple[tuple[str, bool], ...]
    theme: str


def shown(rows: Iterable[Entry], words: list[str]) -> list[Shown]:
    """Entries with what was searched for marked in title and text."""
    held = list(rows)
    names = theme_names()
    texts = dict(Text.objects.filter(pk__in=[row.submission_id for row in held]).values_list("pk", "words")) if words else {}
    texts |= publication.edited_words(texts)
    return [
        Shown(row, pieces(row.title, words), pieces(_around(texts.get(row.submission_id, ""), words) or row.summary, words), names.get(row.theme, row.theme)) for row in held
    ]


def _around(text: str, words: list[str], before: int = 30, size: int = 160) -> str:
    spans = grams.found(text, tuple(words))
    if not spans:
        return ""
    start = max(0, spans[0][0] - before)
    return ("…" if start else "") + " ".join(text[start : start + size].split()) + ("…" if start + size < len(text) else "")


def pieces(text: str, words: list[str]) -> tuple[tuple[str, bool], ...]:
    """A text in pieces: (words, whether they were searched for)."""
    found, done = [], 0
    for begin, end in grams.found(text, tuple(words)):
        found += [(text[done:begin], False), (text[begin:end], True)]
        done = end
    return tuple(piece for piece in (*found, (text[done:], False)) if piece[0])


# --- figures ---------------------------------------------------------------------------------------------------------


def light(rows, edition: Edition, awards: dict[int, str], marks: dict[int, str]) -> list[record.Entry]:
    """Rows of the register without their texts, which counting does not need."""
    held = list(rows.order_by("number"))
    current = {row.pk: row.current for row in held}
    codings: dict[int, bytes] = {}
    for pk, version, value in Coding.objects.filter(submission__edition=edition, undone_at=None).order_by("id").values_list("submission_id", "version", "value"):
        if current.get(pk) == version:
            codings[pk] = value
    found = []
    for row in held:
        if row.pk in codings:
            case = record.Case(row.number or 0, row.title, row.unit, province=province(row.division), mark=marks.get(row.pk, ""), arrived=row.arrived_at.date().isoformat())
            found.append(record.Entry(case, records.opened(codings[row.pk], record.Coding), award=awards.get(row.pk, ""), edition=edition.slug))
    return found


def counted(edition: Edition, awards: dict[int, str]) -> tuple[record.Figure, ...]:
    """Count the public cases of an edition, whose awards are given by the key of each."""
    return figures.count(light(publication.published_cases(edition), edition, awards, {}), call(edition))


def public_figures(edition: Edition) -> tuple[record.Figure, ...]:
    """What was counted of the public cases of an edition when they were put up; empty where none are."""
    at = Shelf.objects.filter(edition=edition, cases__gt=0).exclude(state="").values_list("at", flat=True).first()
    return _figures(edition.pk, at) if at else ()


@lru_cache(maxsize=16)
def _figures(edition: int, at: datetime) -> tuple[record.Figure, ...]:
    held = Shelf.objects.get(edition=edition).figures
    found: tuple[record.Figure, ...] = records.opened(held, tuple[record.Figure, ...])
    return found


def across() -> tuple[list[Edition], list[tuple[str, list[int]]]]:
    """Public cases by theme and edition: the editions, the newest first, and for each theme their counts."""
    editions = [shelf.edition for shelf in Shelf.objects.filter(cases__gt=0).select_related("edition").defer("figures").order_by("-edition__year", "-edition__number")[:6]]
    counts = {edition.pk: {figure.key: figure.value for figure in public_figures(edition) if figure.about == "theme"} for edition in editions}
    return editions, [(theme, [counts[edition.pk].get(theme, 0) for edition in editions]) for theme in theme_names()]
