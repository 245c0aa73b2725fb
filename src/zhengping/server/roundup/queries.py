"""Questions about the round-up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import Count, Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import record, tables
from zhengping.engine.record import Finding
from zhengping.server.audit.templatetags.words import language
from zhengping.server.call.models import Edition
from zhengping.server.publication import queries as publication
from zhengping.server.roundup import records
from zhengping.server.roundup.models import Article, Collection, Register, Rephrasing, Version
from zhengping.server.screening.models import MARKS, Mark
from zhengping.server.submission import queries as submission
from zhengping.server.submission.models import Coding

HOLD = timedelta(minutes=15)


def article(edition: Edition) -> Article | None:
    """The round-up of an edition."""
    return Article.objects.select_related("edition", "holder", "wanted_by", "published_by").filter(edition=edition).first()


def register(of: Article) -> Register | None:
    """The newest register of an article, without its bytes."""
    return of.registers.defer("value", "draft").order_by("-id").first()


def current(of: Article) -> Version | None:
    """The version that counts."""
    return of.versions.select_related("by").filter(number=of.current).first()


def version(of: Article, number: int) -> Version | None:
    """A version by its number."""
    return of.versions.select_related("by").filter(number=number).first()


def marks(edition: Edition) -> dict[int, str]:
    """The marks of the bodies of the first tier in the words of the sheet, by case."""
    rows = Mark.objects.filter(body__edition=edition, body__parent=None).values_list("submission_id", "mark")
    return {pk: MARKS[mark] for pk, mark in rows if mark != "declined"}


def state_of(edition: Edition) -> str:
    """What changes when a case, a coding or a mark of an edition does."""
    counted = submission.cases(edition).aggregate(Count("id"), Sum("changed"), Max("id"))
    codings = Coding.objects.filter(submission__edition=edition).aggregate(Max("id"), Count("undone_at"))
    marked = Mark.objects.filter(body__edition=edition, body__parent=None).aggregate(Count("id"), Sum("changed"))
    result = publication.result(edition)
    awarded = (result.pk, result.revocations.count()) if result else ()
    return hashlib.sha256(repr((sorted(counted.items()), sorted(codings.items()), sorted(marked.items()), awarded)).encode()).hexdigest()


def is_held(of: Article, user=None) -> bool:
    """Whether somebody else than the person edits it now."""
    return bool(of.holder_id and of.held_at and of.held_at > timezone.now() - HOLD and of.holder_id != getattr(user, "pk", None))


def holds(of: Article, user) -> bool:
    """Whether the person edits it now."""
    return bool(of.holder_id == user.pk and of.held_at and of.held_at > timezone.now() - HOLD)


@dataclass(frozen=True, slots=True)
class Hit:
    """What is to be decided before publishing: a hit of the wording table, or a statement not borne out. `reason` is the person's who let it stand."""

    kind: str
    key: str
    quote: str
    sentence: str
    proper: str
    about: str
    reason: str = ""
    finding: Finding | None = None


def hits(of: Article, held: Register, text: str) -> list[Hit]:
    """All hits of a text with what was decided."""
    decided = dict(of.decisions.values_list("key", "reason"))
    found = []
    for row in records.claims(held, text):
        for claim in row:
            if not claim.is_borne_out:
                own = records.key("claim", claim.quote, claim.sentence)
                found.append(Hit("claim", own, claim.quote, claim.sentence, claim.nearest, claim.kind, decided.get(own, "")))
    rows = text.split("\n")
    for finding in records.worded(text):
        values = dict(finding.values)
        sentence = rows[finding.paragraph + 1] if finding.paragraph + 1 < len(rows) and finding.kind == "wording" else ""
        quote = values.get("word", finding.quote)
        own = records.key("wording", quote, finding.quote or quote)
        found.append(Hit("wording", own, quote, sentence[:300], finding.suggestion, finding.kind, decided.get(own, ""), finding))
    seen: dict[str, Hit] = {}
    for hit in found:
        seen.setdefault(hit.key, hit)
    return list(seen.values())


def published(edition: Edition) -> tuple[Article, Version] | None:
    """What the public reads."""
    own = article(edition)
    text = version(own, own.published) if own and own.published else None
    return (own, text) if own and text else None


def entries(edition: Edition) -> list[record.Entry]:
    """The register with what later stages said of each case: marks, and awards once the results are published."""
    awards = {row.submission.number: row.award for row in publication.results(edition)}
    return [replace(entry, award=awards.get(entry.case.number, "")) for entry in submission.entries(edition, marks(edition))]


@dataclass(frozen=True, slots=True)
class Linked:
    """A line of the published article: pieces of text, each with the number of the public case that it names (0: none)."""

    kind: str
    text: str
    pieces: tuple[tuple[str, int], ...]


def linked(of: Article, text: Version) -> list[Linked]:
    """The published text, names of cases that the public may read told apart."""
    held = register(of)
    numbers = public_numbers(of.edition)
    rows = zip(text.text.split("\n"), records.claims(held, text.text) if held else [], strict=False)
    return [Linked(records.kind(at, row), row, records.pieces_of(row, said, numbers)) for at, (row, said) in enumerate(rows)]


def public_numbers(edition: Edition) -> frozenset[int]:
    """The numbers of the cases that the public may read."""
    return frozenset(publication.published_cases(edition).values_list("number", flat=True))


def rephrasing(of: Article) -> Rephrasing | None:
    """What the writing aid was asked last and nobody has dealt with."""
    return of.rephrasings.select_related("article__edition", "wanted_by").filter(state__in=("waiting", "asking", "ready", "failed")).order_by("-id").first()


# --- books -----------------------------------------------------------------------------------------------------------


def collectable(edition: Edition) -> list[publication.Published]:
    """The published results of units that consent, corrected, in order: what the library shows may stand in a book."""
    return publication.shown(edition)


def collections(edition: Edition):
    """The books of an edition, the newest first."""
    return Collection.objects.filter(edition=edition).select_related("wanted_by")


@dataclass(frozen=True, slots=True)
class Bound:
    """A book as the page shows it: its files (name, bytes), what is not in it, and the cases that the public may no longer read."""

    book: Collection
    files: list[tuple[str, int]]
    left: list[tuple[int, str]]
    gone: list[int]


def bound(edition: Edition) -> list[Bound]:
    """The books of an edition as they are shown."""
    public = public_numbers(edition)
    return [
        Bound(
            book,
            [(name, kept["size"]) for name, kept in sorted(book.files.items())],
            [(case, tables.sentence(reason, tuple(map(tuple, values)), language())) for case, reason, values in book.left],
            [number for number in book.cases if number not in public],
        )
        for book in collections(edition)
    ]


def kept_files() -> Iterator[tuple[str, str, str]]:
    """The books that were made of public cases: (sha256, its name, what it belongs to)."""
    for row in Collection.objects.select_related("edition").order_by("pk").iterator(100):
        for ending, file in sorted(row.files.items()):
            yield file["sha256"], f"{row.title}.{ending}", _("{edition} 选编第 {number} 号").format(edition=row.edition.slug, number=row.number)
