"""What the organiser's pages ask of several stages at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from zhengping.engine import figures as figured
from zhengping.engine import tables
from zhengping.engine.record import Figure
from zhengping.server.accounts.models import User
from zhengping.server.among import among
from zhengping.server.audit.models import Entry
from zhengping.server.audit.queries import readable
from zhengping.server.audit.templatetags.words import called, language
from zhengping.server.call.models import Body, Edition
from zhengping.server.call.records import call
from zhengping.server.call.rules import memberships
from zhengping.server.desk import labels
from zhengping.server.library import queries as library
from zhengping.server.library import records as drawn
from zhengping.server.mail import queries as mail
from zhengping.server.mail.models import Letter
from zhengping.server.publication import queries as publication
from zhengping.server.roundup import queries as article
from zhengping.server.screening import queries as screening
from zhengping.server.screening.models import Mark, Seal
from zhengping.server.submission import queries as submission
from zhengping.server.submission.models import Finding, Incoming, Intake, Match, Submission
from zhengping.server.submission.records import damage

STEPS = ("sealed", "marking", "arrived", "forwarded", "opened", "silent")
COLOURS = {"sealed": "#86c79b", "marking": "#bfe0c8", "arrived": "#cfe0f3", "forwarded": "#fde9b8", "opened": "#fdf3da", "silent": "#f3d3d3", "": "#eef1f5"}


def overview(edition: Edition) -> dict[str, object]:
    """The numbers at the head of the first page."""
    cases = submission.cases(edition)
    counted = cases.aggregate(
        cases=Count("id"),
        coded=Count("id", filter=Q(is_coded_by_person=True)),
        unsure=Count("id", filter=Q(is_coded_by_person=False, confidence__lt=0.9)),
        late=Count("id", filter=Q(is_late=True)),
        provinces=Count("body", distinct=True),
        findings=Sum("open_findings"),
    )
    week = timezone.now() - timedelta(days=1)
    return {
        **counted,
        "findings": counted["findings"] or 0,
        "today": cases.filter(arrived_at__gte=week).count(),
        "matches": Match.objects.filter(edition=edition, decision="").count(),
        "unreadable": submission.unreadable(edition).count(),
        "reading": Intake.objects.filter(edition=edition, state="reading").count(),
        "themes": _by_theme(edition, cases),
    }


def _by_theme(edition: Edition, cases) -> list[tuple[object, int]]:
    counted = dict(cases.values_list("theme").annotate(Count("id")).order_by())
    return [(theme, counted.get(theme.key, 0)) for theme in edition.themes.all()]


def tiles(edition: Edition) -> list[dict[str, object]]:
    """The tile map: each provincial unit with its place in the grid, its count and how far it has come; who was not invited is neutral."""
    states = {row["body"].division: row for row in screening.state(edition)}
    found = []
    for body in tables.bodies():
        row = states.get(body.number)
        step = str(row["step"]) if row else ""
        found.append(
            {
                "short": body.short,
                "english": body.english,
                "x": body.column * 62,
                "y": body.row * 50,
                "count": row["arrived"] if row else None,
                "step": step,
                "colour": COLOURS[step],
                "division": body.number if row else "",
                "recommended": row["recommended"] if row else 0,
            }
        )
    return found


# --- figures ---------------------------------------------------------------------------------------------------------

BESIDE = ("theme", "type", "level", "mark", "award", "province")


def figures(edition: Edition) -> tuple[Figure, ...]:
    """What is counted of all cases that an edition received, withdrawn ones left out; remembered until a case, coding, mark or award changes."""
    return _figures(edition.pk, edition.version, article.state_of(edition))


@lru_cache(maxsize=8)
def _figures(pk: int, version: int, state: str) -> tuple[Figure, ...]:
    edition = Edition.objects.get(pk=pk)
    awards = {row.submission.pk: row.award for row in publication.results(edition)}
    return figured.count(library.light(submission.cases(edition), edition, awards, article.marks(edition)), call(edition))


@dataclass(frozen=True, slots=True)
class Beside:
    """A value in this edition and in another: counts, shares of all cases (0 to 1), and the difference of the shares in points of a hundred."""

    figure: Figure
    label: str
    count: int
    other: int
    share: float
    other_share: float
    points: float


def beside(found: Sequence[Figure], other: Sequence[Figure], names: dict[str, str]) -> list[tuple[str, str, list[Beside]]]:
    """Edition against edition: for each thing counted in both, every value of either, in the order of the page."""
    totals = [figured.find(rows, "total") for rows in (found, other)]
    mine, theirs = (total.value if total else 0 for total in totals)
    made = []
    for about in BESIDE:
        ours, others = ({figure.key: figure for figure in rows if figure.about == about} for rows in (found, other))
        if not any(ours) or not any(others):
            continue
        rows = []
        for key in [*ours, *(key for key in others if key not in ours)]:
            figure, count, before = ours.get(key) or others[key], ours[key].value if key in ours else 0, others[key].value if key in others else 0
            shares = count / mine if mine else 0.0, before / theirs if theirs else 0.0
            rows.append(Beside(figure, drawn.label(figure, names), count, before, *shares, round(100 * (shares[0] - shares[1]), 1)))
        made.append((about, figured.ABOUT[about][language() == "en"], rows))
    return made


def editions_beside(edition: Edition, user) -> list[Edition]:
    """Other editions with cases that a person may look at, the newest first."""
    own = [m.edition_id for m in memberships(user) if m.role in ("organiser", "auditor")]
    rows = Edition.objects.filter(pk__in=own).exclude(pk=edition.pk).order_by("-year", "-number")
    return [row for row in rows if submission.cases(row).exists()]


SORTS = {
    "number": "number",
    "title": "title",
    "unit": "unit",
    "place": "division",
    "theme": "theme",
    "type": "unit_type",
    "characters": "characters",
    "arrived": "arrived_at",
    "confidence": "confidence",
}


def ordered(rows, word: str):
    """Rows in the order a page's head asked for; a word that is not known sorts by number."""
    name = SORTS.get(word.lstrip("-"), "number")
    return rows.order_by(f"-{name}" if word.startswith("-") else name, "number")


def queue(edition: Edition):
    """Cases for the coding desk, the least certain first."""
    return submission.cases(edition).filter(is_coded_by_person=False).order_by("confidence", "number")


def with_marks(rows: Iterable[Submission]) -> list[Submission]:
    """Cases with the mark of their body of the first tier."""
    held = list(rows)
    marks = dict(
        Mark.objects.filter(submission__in=among(row.pk for row in held), body__parent=None).values_list("submission_id", "mark")
    )
    for row in held:
        row.mark = marks.get(row.pk, "")
    return held


def matches(edition: Edition):
    """Pairs that share text, undecided ones first, the most alike first."""
    return Match.objects.filter(edition=edition).select_related("submission", "other", "earlier", "decided_by").order_by("decision", "-share", "id")


def findings(edition: Edition):
    """Findings about the current versions of numbered cases."""
    own = Finding.objects.filter(submission__edition=edition, submission__number__isnull=False, submission__withdrawn_at=None)
    return own.filter(version=F("submission__current")).select_related("submission").order_by("submission__number", "paragraph", "start", "id")


def life(case: Submission) -> list[dict[str, object]]:
    """The stations of a case's life, with the moment of each that is reached."""
    seal = Seal.objects.filter(body=case.body, returned_at=None).first() if case.body_id else None
    mark = Mark.objects.filter(submission=case, body__parent=None).first()
    version = submission.current(case)
    return [
        {"key": "arrived", "at": case.arrived_at},
        {"key": "read", "at": case.intake.drafted_at},
        {"key": "confirmed", "at": case.confirmed_at},
        {"key": "replaced", "at": version.at if version.number > 1 else None},
        {"key": "compared", "at": case.compared_at},
        {"key": "coded", "at": case.codings.filter(source="person", undone_at=None).order_by("-id").values_list("at", flat=True).first()},
        {"key": "marked", "at": mark.at if mark else None},
        {"key": "sealed", "at": seal.at if seal else None},
        *([{"key": "withdrawn", "at": case.withdrawn_at}] if case.withdrawn_at else []),
    ]


def told(entry: Entry) -> str:
    """An audit entry's change as one line, personal values hidden."""
    before, after = readable(entry.before), readable(entry.after)
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    named = [(labels.FIELDS.get(name, name), name, value) for name, value in changed.items()]
    return "; ".join(f"{head}: {_short(before[name])} → {_short(value)}" if name in before else f"{head}: {_short(value)}" for head, name, value in named)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = str(labels.VALUES.get(text) or called(text))
    return text if len(text) <= 80 else text[:77] + "…"


def explained(entries: Iterable[Entry]) -> list[Entry]:
    """Audit entries with `who`, `what` and `told` in words."""
    held = list(entries)
    keys = {tuple(key.partition(":")[::2]) for entry in held for key in (entry.actor, entry.object)}
    pks = {kind: [int(pk) for at, pk in keys if at == kind and pk.isdigit()] for kind in ("user", "submission", "body")}
    names = {f"user:{user.pk}": str(user) for user in User.objects.filter(pk__in=pks["user"])}
    names |= {f"submission:{pk}": str(number or "—") for pk, number in Submission.objects.filter(pk__in=pks["submission"]).values_list("pk", "number")}
    names |= {f"body:{pk}": called(name) for pk, name in Body.objects.filter(pk__in=pks["body"]).values_list("pk", "name")}
    for entry in held:
        kind, _, pk = entry.object.partition(":")
        entry.who = labels.ACTORS.get(entry.actor) or names.get(entry.actor, entry.actor)
        entry.what = f"{labels.OBJECTS.get(kind, kind)} {'' if kind == 'edition' else names.get(entry.object, pk)}".strip()
        entry.told = told(entry)
    return held


@dataclass(frozen=True, slots=True)
class Damaged:
    """A kept file that is not what it was: `kind` "missing" or "changed", and all that it belongs to."""

    sha256: str
    name: str
    of: tuple[str, ...]
    kind: str


def damaged_files() -> list[Damaged]:
    """Every file that a row names, read again and summed; a file that several rows name is read once. A letter whose content had to be refused was not kept."""
    named: dict[str, tuple[str, list[str]]] = {}
    for source in (submission, mail, publication, article):
        for sha256, name, of in source.kept_files():
            named.setdefault(sha256, (name, []))[1].append(of)
    refused = set(Incoming.objects.filter(state="refused", sha256__in=Letter.objects.values("sha256")).values_list("sha256", flat=True))
    found = ((sha256, name, of, damage(sha256)) for sha256, (name, of) in sorted(named.items()) if sha256 not in refused)
    return [Damaged(sha256, name, tuple(dict.fromkeys(of)), kind) for sha256, name, of, kind in found if kind]
