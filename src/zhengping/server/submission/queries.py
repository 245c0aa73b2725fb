"""Questions about what came in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.db.models import BooleanField, Count, Exists, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import record, tables
from zhengping.engine.text import grams
from zhengping.server.among import among
from zhengping.server.call.models import Body, Edition
from zhengping.server.call.queries import closes
from zhengping.server.submission import records
from zhengping.server.submission.models import Coding, EarlierCase, Incoming, Intake, Match, Submission, Version

GRACE = timedelta(hours=24)  # drafts in time may be confirmed for so long
SURE = 0.97
BAD = ("unreadable", "refused")  # files that gave no case


def cases(edition: Edition) -> QuerySet[Submission]:
    """Numbered cases that were not withdrawn."""
    return Submission.objects.filter(edition=edition, number__isnull=False, withdrawn_at=None)


def arrived(edition: Edition) -> QuerySet[Submission]:
    """All numbered cases, the withdrawn too."""
    return Submission.objects.filter(edition=edition, number__isnull=False)


def cases_of(body: Body) -> QuerySet[Submission]:
    """Numbered cases of a body and of those below it."""
    below = Q(body=body) | Q(body__parent=body) | Q(body__parent__parent=body)
    return Submission.objects.filter(below, edition_id=body.edition_id, number__isnull=False, withdrawn_at=None)


def kept_files() -> Iterator[tuple[str, str, str]]:
    """Every file that came and is kept: (sha256, its name, what it belongs to)."""
    rows = Incoming.objects.filter(state__in=["read", "opened", "unreadable", "dismissed"]).exclude(sha256="").order_by("pk")
    for sha256, name, edition, number, intake in rows.values_list("sha256", "name", "intake__edition__slug", "submission__number", "intake").iterator(2000):
        yield sha256, name, _("{edition} 案例 {number}").format(edition=edition, number=number) if number else _("{edition} 来件 {number}").format(edition=edition, number=intake)


def sent_by(user):
    """The cases that a person sent when logged in, or that name an address which the person has confirmed."""
    proved = EmailAddress.objects.filter(user=user, verified=True).values("email")
    return Submission.objects.filter(Q(owner=user) | Q(contact_email__in=proved))


def lone(intake: Intake) -> str:
    """The address of the one case that an intake gave, empty where there are several or something else is to be told."""
    found = list(intake.submissions.values_list("token", Exists(intake.files.filter(state__in=BAD))).order_by()[:2])
    return found[0][0] if len(found) == 1 and intake.state == "drafted" and not found[0][1] else ""


def current(submission: Submission) -> Version:
    """The version that counts."""
    return submission.versions.get(number=submission.current)


def coding(submission: Submission) -> Coding | None:
    """The coding that counts: the newest that was not undone."""
    return submission.codings.filter(undone_at=None, version=submission.current).order_by("-id").first()


def findings(submission: Submission):
    """Findings about the current version."""
    return submission.findings.filter(version=submission.current)


def matches(submission: Submission) -> QuerySet[Match]:
    """Matches with other cases, from either side."""
    both = Q(submission=submission) | Q(other=submission)
    return Match.objects.filter(both).select_related("submission", "other", "earlier", "decided_by")


def is_late(edition: Edition, body: Body | None, arrived_at: datetime) -> bool:
    """Whether something that began to arrive at a moment is after the deadline that counts for it; the very second is in time."""
    end = closes(edition, body)
    return end is not None and arrived_at.replace(microsecond=0) > end


def may_confirm(submission: Submission, at: datetime) -> bool:
    """Whether a draft can still get its number."""
    if submission.number is not None or submission.withdrawn_at:
        return False
    end = closes(submission.edition, submission.body)
    if end is None or at <= end:
        return True
    if is_late(submission.edition, submission.body, submission.arrived_at):
        return submission.edition.late_rule == "keep"
    return at <= end + GRACE


def may_change(submission: Submission, at: datetime) -> bool:
    """Whether its unit may still replace or withdraw it."""
    end = closes(submission.edition, submission.body)
    return submission.withdrawn_at is None and (end is None or at <= end)


def waiting() -> QuerySet[Incoming]:
    """Files for the worker to read, those first that arrived first. A page that takes an upload reads it itself, and has ten seconds for it."""
    return Incoming.objects.filter(_left(), state="waiting", intake__state="reading").order_by("attempts", "id")


def _left() -> Q:
    return ~Q(intake__source="upload") | Q(intake__arrived_at__lt=timezone.now() - timedelta(seconds=10))


def undrafted() -> QuerySet[Intake]:
    """Intakes whose files are all read and of which no cases were made yet."""
    old = ~Q(source="upload") | Q(arrived_at__lt=timezone.now() - timedelta(seconds=10))
    return Intake.objects.filter(old, state="reading", files__isnull=False).exclude(files__state="waiting").distinct()


def to_compare(edition: Edition) -> QuerySet[Submission]:
    """Cases that were not compared since they last changed."""
    return cases(edition).filter(compared_at=None)


def progress(intake: Intake) -> dict[str, object]:
    """How far reading an intake has come: counts, files a second, seconds left (None while nothing is known)."""
    counts = dict(intake.files.values_list("state").annotate(Count("id")))
    waiting_now = counts.get("waiting", 0)
    total = sum(counts.values())
    done = total - waiting_now
    seconds = (timezone.now() - intake.began_at).total_seconds() if intake.began_at else 0.0
    rate = done / seconds if seconds > 0 and done else 0.0
    return {
        "total": total,
        "done": done,
        "unreadable": counts.get("unreadable", 0) + counts.get("refused", 0),
        "share": done / total if total else 0.0,
        "rate": rate,
        "left": waiting_now / rate if rate else None,
        "is_done": intake.state == "drafted",
    }


def confirmed_entries(edition: Edition) -> list[record.Entry]:
    """Cases whose coding a person confirmed: they teach the coder."""
    rows = cases(edition).filter(is_coded_by_person=True).select_related("edition").prefetch_related("versions")[:2000]
    found = []
    for row in rows:
        own = coding(row)
        if own:
            found.append(records.entry(row, records.case_of(current(row)), records.coding_of(own)))
    return found


def entries(edition: Edition, marks: dict[int, str] | None = None) -> list[record.Entry]:
    """The register of an edition: case and coding of all numbered cases, in order of their numbers."""
    held = list(cases(edition).select_related("edition").order_by("number"))
    numbers = {row.pk: row for row in held}
    texts = {v.submission_id: v for v in Version.objects.filter(submission__in=among(numbers)) if v.number == numbers[v.submission_id].current}
    codings = {c.submission_id: c for c in Coding.objects.filter(submission__in=among(numbers), undone_at=None).order_by("id") if c.version == numbers[c.submission_id].current}
    return [
        records.entry(row, records.case_of(texts[row.pk]), records.coding_of(codings[row.pk]), (marks or {}).get(row.pk, ""))
        for row in held
        if row.pk in texts and row.pk in codings
    ]


def earlier(edition: Edition):
    """Cases of earlier editions that are compared with."""
    return EarlierCase.objects.filter(edition=edition)


def unreadable(edition: Edition):
    """Files that wait for a person."""
    return Incoming.objects.filter(intake__edition=edition, state__in=BAD).select_related("intake__body", "submission")


def reason(file: Incoming, language: str = "zh") -> str:
    """Why a file could not be read and what to do, as a sentence."""
    try:
        return tables.sentence(file.reason, tuple(tuple(pair) for pair in file.values), language)
    except KeyError:
        return file.reason


# --- words -----------------------------------------------------------------------------------------------------------


def holding(words: list[str]) -> RawSQL:
    """The keys of the cases whose title, unit or text hold every one of the words, exactly; to be used as `pk__in`."""
    if connection.vendor != "postgresql":
        return RawSQL("SELECT rowid FROM submission_pairs WHERE submission_pairs MATCH %s", [" AND ".join(map(grams.phrase, words))])
    asked = ["runs @> %s::text[]", *("strpos(words, %s) > 0" for word in words if len(word) > 3)]  # not LIKE, of which the planner believes that it finds next to nothing
    long = [grams.folded(word) for word in words if len(word) > 3]
    runs = sorted({run for word in words for run in grams.needed(word)})
    return RawSQL(f"SELECT id FROM submission_sought WHERE {' AND '.join(asked)}", [runs, *long])


@contextmanager
def by_index() -> Iterator[None]:
    """What is asked within finds its rows by indexes alone.

    PostgreSQL takes it for as cheap to look into an array of runs as at a number: for words that most texts hold it would unpack the runs of all of them.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as at:
        at.execute("SET LOCAL enable_seqscan TO off")
        yield
        at.execute("SET LOCAL enable_seqscan TO DEFAULT")  # where this is part of a longer transaction


def unindexed(most: int) -> list[int]:
    """Keys of numbered cases that the search index does not know yet."""
    absent = RawSQL("NOT EXISTS (SELECT 1 FROM submission_sought WHERE submission_sought.id = submission_submission.id)", [], output_field=BooleanField())
    return list(Submission.objects.filter(absent, number__isnull=False).order_by("pk").values_list("pk", flat=True)[:most])
