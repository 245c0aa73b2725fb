"""Questions about rounds, judges, sheets, and what the scores say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count, Max, Q

from zhengping.engine import assignment, calibration, chains, coding, scrutiny, tables
from zhengping.server.call.models import Edition
from zhengping.server.judging import records
from zhengping.server.judging.models import Assignment, Ballot, Conflict, JudgeSeat, Poll, Round, SetAside, Sheet, Standing, Vote
from zhengping.server.screening.models import Mark as ScreeningMark
from zhengping.server.submission import queries as submission_queries
from zhengping.server.submission.models import Submission

LEAST_READS = 4  # signed sheets below which nothing is calibrated


def rounds(edition: Edition):
    """The rounds of an edition."""
    return Round.objects.filter(edition=edition)


def seats(edition: Edition):
    """The judges of an edition with what they have to do."""
    holds = Q(assignments__moved_at=None, assignments__confirmed_at__isnull=False)
    counted = JudgeSeat.objects.filter(edition=edition).select_related("panel", "user")
    return counted.annotate(given=Count("assignments", filter=holds), signed=Count("assignments", filter=holds & Q(assignments__sheet__state="signed")))


def seat_of(edition: Edition, user) -> JudgeSeat | None:
    """A person's seat, found by person or by the address it was made for."""
    own = JudgeSeat.objects.filter(edition=edition).select_related("panel")
    return own.filter(user=user).first() or own.filter(user=None, email=user.email.lower()).first()


def is_open(held: Round, at: datetime) -> bool:
    """Whether sheets may be written at a moment."""
    return (held.opens is None or at >= held.opens) and (held.closes is None or at <= held.closes)


def cases(held: Round):
    """The cases that a round judges."""
    found = submission_queries.cases(held.edition).filter(excluded_why="")
    first = ScreeningMark.objects.filter(body__parent=None, submission__edition=held.edition)
    if held.scope == "recommended":
        return found.filter(pk__in=first.filter(mark="recommended").values("submission"))
    if held.scope == "shortlist":
        before = Round.objects.filter(edition=held.edition, number=held.number - 1).first()
        told = verdict(before) if before else None
        numbers = [int(row.case) for row in told.calibration.estimates[: held.shortlist]] if told else []
        return found.filter(number__in=numbers)
    return found.exclude(pk__in=first.filter(mark="declined").values("submission"))


def holding(held: Round):
    """Confirmed assignments of a round that were not moved."""
    return Assignment.objects.filter(round=held, confirmed_at__isnull=False, moved_at=None)


def proposed(held: Round):
    """Assignments that wait for the organiser's word."""
    return Assignment.objects.filter(round=held, confirmed_at=None, moved_at=None)


def signed(held: Round):
    """The signed sheets of a round that count."""
    own = Sheet.objects.filter(state="signed", assignment__round=held, assignment__moved_at=None, assignment__confirmed_at__isnull=False)
    return own.select_related("assignment__submission", "assignment__seat").prefetch_related("marks").order_by("assignment__submission__number", "assignment__seat")


# --- conflicts -------------------------------------------------------------------------------------------------------


def bars(held: Round, seat: JudgeSeat, case: Submission, declared: list[Conflict] | None = None) -> str:
    """Why a judge must not read a case: "unit", "province", "city", "declared", "forbidden", or "" where nothing stands against it."""
    if seat.unit and case.unit and _plain(seat.unit) == _plain(case.unit):
        return "unit"
    if seat.division and case.division:
        if held.own == "province" and seat.division[:2] == case.division[:2]:
            return "province"
        if held.own == "city" and _city(seat.division) == _city(case.division):
            return "city"
    own = list(Conflict.objects.filter(seat=seat)) if declared is None else declared
    if any(_covers(conflict, case) for conflict in own):
        return "declared"
    return "forbidden" if held.pairs.filter(seat=seat, submission=case, side="forbidden").exists() else ""


def _plain(name: str) -> str:
    return "".join(name.split())


def _city(division: str) -> str:
    return division[:2] if division[:2] in ("11", "12", "31", "50") else division[:4]


def _covers(conflict: Conflict, case: Submission) -> bool:
    if conflict.submission_id:
        return conflict.submission_id == case.pk
    if conflict.unit:
        one, other = _plain(conflict.unit), _plain(case.unit)
        return bool(other) and (one == other or (len(one) >= 4 and one in other))
    return bool(conflict.division) and case.division.startswith(conflict.division.rstrip("0"))


def declared(held: Round, cases_of_round: list[Submission]) -> list[tuple[str, str]]:
    """Declared conflicts as pairs (case, judge) of the engine."""
    found = []
    for conflict in Conflict.objects.filter(seat__edition=held.edition):
        found += [(str(case.pk), str(conflict.seat_id)) for case in cases_of_round if _covers(conflict, case)]
    return list(dict.fromkeys(found))


# --- loads -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """How much a judge was given in a round, and has signed; `proposed` waits for the organiser's word."""

    seat: JudgeSeat
    given: int
    signed: int
    proposed: int
    fit: float


def loads(held: Round) -> list[Load]:
    """The judges of a round with their loads."""
    rows = Assignment.objects.filter(round=held, moved_at=None).values("seat").annotate(
        given=Count("id", filter=Q(confirmed_at__isnull=False)), waiting=Count("id", filter=Q(confirmed_at=None)), signed=Count("id", filter=Q(sheet__state="signed"))
    )  # fmt: skip
    counted = {row["seat"]: row for row in rows.order_by()}
    fits: dict[int, list[float]] = {}
    for seat, fit in Assignment.objects.filter(round=held, moved_at=None).values_list("seat", "fit"):
        fits.setdefault(seat, []).append(fit)
    found = []
    for seat in JudgeSeat.objects.filter(edition=held.edition).select_related("panel"):
        row = counted.get(seat.pk, {"given": 0, "waiting": 0, "signed": 0})
        own = fits.get(seat.pk, [0.0])
        found.append(Load(seat, row["given"], row["signed"], row["waiting"], sum(own) / len(own)))
    return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many cases of a round have how many reads; `short` have fewer than the round wants."""

    cases: int
    short: int
    lowest: list[tuple[Submission, float]]


def coverage(held: Round, rows) -> Coverage:
    """The coverage that some assignments give, with the cases served worst."""
    by_case: dict[int, list[float]] = {}
    for case, fit in rows.values_list("submission", "fit"):
        by_case.setdefault(case, []).append(fit)
    wanted = set(cases(held).values_list("pk", flat=True))
    short = sum(len(by_case.get(pk, ())) < held.reads for pk in wanted)
    means = sorted((sum(fits) / len(fits), pk) for pk, fits in by_case.items())[:8]
    known = {case.pk: case for case in Submission.objects.filter(pk__in=[pk for _mean, pk in means])}
    return Coverage(len(wanted), short, [(known[pk], mean) for mean, pk in means])


def names(edition: Edition) -> dict[int, str]:
    """The judges' names, each once: namesakes get a number."""
    found: dict[int, str] = {}
    for seat in JudgeSeat.objects.filter(edition=edition):
        found[seat.pk] = seat.name if seat.name not in found.values() else f"{seat.name}（{seat.pk}）"
    return found


# --- what the scores say ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine says of a round's signed sheets."""

    calibration: calibration.Calibration
    scrutiny: scrutiny.Scrutiny


def verdict(held: Round) -> Verdict | None:
    """Calibration and scrutiny of the signed sheets, None where there are too few; computed again when a sheet changed."""
    own = Sheet.objects.filter(assignment__round=held)
    state = own.aggregate(count=Count("id", filter=Q(state="signed")), last=Max("saved_at"), signed=Max("signed_at"), moved=Max("assignment__moved_at"))
    if (state["count"] or 0) < LEAST_READS:
        return None
    key = f"judging.verdict:{held.pk}:{state['count']}:{state['last']}:{state['signed']}:{state['moved']}".replace(" ", "_")
    found = cache.get(key)
    if found is None:
        rows = list(signed(held))
        if len(rows) < LEAST_READS or len({row.assignment.seat_id for row in rows}) < 2:
            return None
        called = names(held.edition)
        try:
            found = Verdict(*chains.scrutinise(records.reads(rows, held, called), groupings(rows, called), options=calibration.Options(as_is=True)))
        except tables.Trouble:
            return None
        cache.set(key, found, 3600)
    return found


def groupings(rows: list[Sheet], called: dict[int, str]) -> list[scrutiny.Grouping]:
    """Own province and own unit of the judges, for scrutiny."""
    pairs = [(sheet.assignment.submission, sheet.assignment.seat) for sheet in rows]

    def province(division: str) -> str:
        return (coding.full_name(division[:2] + "0000") or division) if division else ""

    found = [
        scrutiny.Grouping("own-province", {str(c.number): province(c.division) for c, _s in pairs if c.division}, {called[s.pk]: province(s.division) for _c, s in pairs if s.division}),
        scrutiny.Grouping("own-unit", {str(c.number): _plain(c.unit) for c, _s in pairs if c.unit}, {called[s.pk]: _plain(s.unit) for _c, s in pairs if s.unit}),
    ]
    return [one for one in found if one.of and one.homes]


@dataclass(frozen=True, slots=True)
class Divergence:
    """A case whose judges differ, by how many points at most; `told` counts the words of its discussion."""

    case: Submission
    totals: list[float]
    gap: float


def divergent(held: Round, most: int = 15) -> list[Divergence]:
    """The cases with the widest gap between totals, as judges' severity leaves it aside no more than by a look at the estimates."""
    wanted = records.criteria(held)
    by_case: dict[int, tuple[Submission, list[float]]] = {}
    for sheet in signed(held):
        value = records.total(wanted, {mark.criterion: mark.value for mark in sheet.marks.all()})
        if value is not None:
            by_case.setdefault(sheet.assignment.submission_id, (sheet.assignment.submission, []))[1].append(float(value))
    found = [Divergence(case, sorted(values), max(values) - min(values)) for case, values in by_case.values() if len(values) > 1]
    return sorted(found, key=lambda one: -one.gap)[:most]


def rules(held: Round) -> assignment.Rules:
    """A round's rules as the engine takes them."""
    pairs: dict[str, list[tuple[str, str]]] = {"fixed": [], "forbidden": []}
    for case, seat, side in held.pairs.values_list("submission", "seat", "side"):
        pairs[side].append((str(case), str(seat)))
    return assignment.Rules(reads=held.reads, own=held.own, panels=held.has_panels, fixed=tuple(pairs["fixed"]), forbidden=tuple(pairs["forbidden"]))


# --- the public vote -------------------------------------------------------------------------------------------------

LEAST = {"address": 10, "network": 20, "domain": 30}  # votes within an hour below which nothing is called a surge
TIMES = 3  # as many times its usual share of an hour's votes


def poll(edition: Edition) -> Poll:
    """An edition's public vote, or what it begins with (not kept, off)."""
    return Poll.objects.filter(edition=edition).select_related("edition").first() or Poll(edition=edition)


def takes_votes(held: Poll, at: datetime) -> bool:
    """Whether votes count at a moment: from the first second of the window to the last, the closing moment itself not."""
    return held.is_on and held.opens is not None and held.closes is not None and held.opens <= at < held.closes


def may_stand(held: Poll):
    """The cases that the vote's rule names. Nothing for a round that there is not, or of which too few sheets are signed."""
    if held.scope == "all":
        declined = ScreeningMark.objects.filter(body__parent=None, submission__edition=held.edition, mark="declined").values("submission")
        return submission_queries.cases(held.edition).filter(excluded_why="").exclude(pk__in=declined)
    of = Round.objects.filter(edition=held.edition, number=held.round).first()
    if of is None:
        return Submission.objects.none()
    if held.scope == "round":
        return cases(of)
    told = verdict(of)
    return cases(of).filter(number__in=[int(row.case) for row in told.calibration.estimates[: held.shortlist]] if told else [])


def standings(held: Poll):
    """The cases that stand and were neither withdrawn nor excluded since."""
    return Standing.objects.filter(poll=held, submission__withdrawn_at=None, submission__excluded_why="").select_related("submission")


def found_standings(held: Poll, words: str):
    """Standing cases by number, or by words of title and place; a blind list is found by its own titles, so that nothing hidden is told."""
    found = standings(held)
    for word in words.split()[:8]:
        by = Q(title__icontains=word) if held.is_blind else Q(title__icontains=word) | Q(submission__place__icontains=word)
        found = found.filter(by | Q(submission__number=int(word)) if word.isdecimal() and len(word) < 9 else by)
    return found


def ballots(held: Poll):
    """The ballots that hold: confirmed, and not replaced by another of the same person."""
    return Ballot.objects.filter(poll=held, confirmed_at__isnull=False, replaced_at=None)


def counted(held: Poll):
    """The ballots that count: those that hold, without what was set aside."""
    found = ballots(held)
    for one in SetAside.objects.filter(poll=held, undone_at=None):
        found = found.exclude(**{one.kind: one.value})
    return found


def votes(held: Poll) -> dict[int, int]:
    """How many votes each standing case has, by its number; 0 too."""
    found = dict.fromkeys(standings(held).values_list("submission__number", flat=True), 0)
    told = Vote.objects.filter(ballot__in=counted(held)).values("submission__number").annotate(count=Count("id")).values_list("submission__number", "count")
    return found | {number: count for number, count in told if number in found}


def asked_since(held: Poll, since: datetime, **origin: str) -> int:
    """How many ballots came from an origin since a moment, confirmed or not."""
    return Ballot.objects.filter(poll=held, asked_at__gte=since, **origin).count()


@dataclass(frozen=True, slots=True)
class Origin:
    """The ballots of one address, network or mail domain: how many, their share of all; the hour in which the most came, how many then, of how many.

    `is_surge` where that hour holds more than TIMES the share that the origin has in the other hours, and at least LEAST of its kind.
    """

    kind: str
    value: str
    network: str
    count: int
    share: float
    hour: datetime
    peak: int
    of: int
    usual: float
    is_surge: bool


def by_hour(held: Poll) -> list[tuple[datetime, int]]:
    """How many of the ballots that hold were confirmed in each hour in which there were any."""
    return sorted(Counter(_hour(at) for at in ballots(held).values_list("confirmed_at", flat=True)).items())


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def origins(held: Poll, most: int = 10) -> list[Origin]:
    """Where the ballots that hold come from: all surges, and of each kind the `most` with the most ballots (two at least)."""
    rows = [(_hour(at), address, network, domain) for at, address, network, domain in ballots(held).values_list("confirmed_at", "address", "network", "domain").iterator(5000)]
    hours, found = Counter(row[0] for row in rows), []
    for at, kind in ((1, "address"), (2, "network"), (3, "domain")):
        by: dict[str, Counter[datetime]] = {}
        networks = {row[at]: row[2] for row in rows} if kind == "address" else {}
        for row in rows:
            if row[at]:
                by.setdefault(row[at], Counter())[row[0]] += 1
        told = [_origin(kind, value, networks.get(value, ""), own, hours, len(rows)) for value, own in by.items() if own.total() > 1]
        told.sort(key=lambda one: (not one.is_surge, -one.count, one.value))
        found += told[: max(most, sum(one.is_surge for one in told))]
    return found


def _origin(kind: str, value: str, network: str, own: Counter[datetime], hours: Counter[datetime], total: int) -> Origin:
    count = own.total()

    def usual(hour: datetime) -> float:
        rest = total - hours[hour]
        return (count - own[hour]) / rest if rest else 0.0

    surging = [hour for hour, peak in own.items() if peak >= LEAST[kind] and peak > TIMES * usual(hour) * hours[hour]]
    hour = max(surging or own, key=lambda one: (own[one], one))
    return Origin(kind, value, network, count, count / total, hour, own[hour], hours[hour], usual(hour), bool(surging))
