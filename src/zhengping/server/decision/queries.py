"""Questions about proposals and decided lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Max

from zhengping.engine import record, selection, tables
from zhengping.server.call.models import Edition
from zhengping.server.decision import records
from zhengping.server.decision.models import Award, Change, Proposal, Row, Setting
from zhengping.server.judging import queries as judging
from zhengping.server.judging.models import Round
from zhengping.server.screening.queries import top_marks
from zhengping.server.submission.models import Submission

EARLIER = {"public": "off", "public_weight": 0.0, "points": 0.0, "ceiling": 0.0}  # of proposals made before the public vote could count


def setting(edition: Edition) -> Setting:
    """An edition's rules, or those that it begins with (not kept)."""
    return Setting.objects.filter(edition=edition).first() or Setting(edition=edition)


def votes(edition: Edition) -> dict[str, int] | None:
    """The public votes by case, None where none was held."""
    held = judging.poll(edition)
    return {str(number): count for number, count in judging.votes(held).items()} if held.pk and held.standings.exists() else None


def last_round(edition: Edition) -> Round | None:
    """The last round with enough signed sheets of two judges to say something; counted, nothing is computed."""

    def has_enough(held: Round) -> bool:
        own = judging.signed(held)
        return own.count() >= judging.LEAST_READS and own.order_by().values("assignment__seat").distinct().count() > 1

    return next((held for held in reversed(list(judging.rounds(edition))) if has_enough(held)), None)


def proposals(edition: Edition):
    """All proposals, the newest first."""
    return Proposal.objects.filter(edition=edition)


def decided(edition: Edition) -> Proposal | None:
    """The list that both have confirmed."""
    return proposals(edition).filter(confirmed_at__isnull=False).first()


def awards(edition: Edition):
    """The decided awards, in order."""
    held = decided(edition)
    return Award.objects.filter(proposal=held).select_related("submission") if held else Award.objects.none()


def changes(proposal: Proposal) -> dict[int, Change]:
    """The jury's changes that hold, by case."""
    return {row.submission_id: row for row in Change.objects.filter(proposal=proposal, undone_at=None).select_related("by", "submission")}


@dataclass(frozen=True, slots=True)
class Final:
    """A case in the list as it stands: the engine's row, the jury's change if any, the award that holds, its place (0 for none)."""

    row: Row
    change: Change | None
    award: str
    place: int


def final(proposal: Proposal) -> list[Final]:
    """The list as it stands: awards in their order, within each by estimate, then the others."""
    held = changes(proposal)
    order = {row["name"]: at for at, row in enumerate(proposal.rules["awards"])}
    rows = []
    for row in proposal.rows.select_related("submission"):
        change = held.get(row.submission_id)
        rows.append((row, change, change.award if change else "" if row.is_reserve else row.award))
    rows.sort(key=lambda one: (order.get(one[2], 99), one[0].rank))
    return [Final(row, change, award, at if award else 0) for at, (row, change, award) in enumerate(rows, 1)]


@dataclass(frozen=True, slots=True)
class Sum:
    """An award: how many the rules give, how many the list has."""

    award: str
    wanted: int
    given: int
    may_be_empty: bool = False

    @property
    def is_right(self) -> bool:
        """As many as the rules say, or fewer where the award may stay empty."""
        return self.given == self.wanted or (self.may_be_empty and self.given < self.wanted)


def sums(proposal: Proposal, rows: list[Final]) -> list[Sum]:
    """The number of cases of each award against the rules."""
    return [Sum(each["name"], each["number"], sum(one.award == each["name"] for one in rows), each.get("level") is not None) for each in proposal.rules["awards"]]


def broken(proposal: Proposal, rows: list[Final]) -> list[tuple[selection.Limit, int]]:
    """The quotas that the list as it stands does not keep, with the number found; the jury may mean it."""
    rules = records.rules_of(proposal.rules)
    cases = [one.row.submission for one in rows]
    names = [each.name for each in rules.awards]
    found = []
    for limit in selection.limits(rules, records.candidates(cases, top_marks(proposal.edition), theme_names(proposal.edition))):
        count = sum(1 for at in limit.members if rows[at].award and (limit.award < 0 or rows[at].award == names[limit.award]))
        if (limit.quota.kind == "most" and count > limit.amount) or (limit.quota.kind == "least" and count < limit.amount):
            found.append((limit, count))
    return found


def missed(proposal: Proposal, awards: Mapping[int, str]) -> list[tuple[selection.Limit, int]]:
    """The at-least quotas that awards by case (its key) would miss, with the number that they have."""
    rows = [replace(one, award=awards.get(one.row.submission_id, "")) for one in final(proposal)]
    return [(limit, count) for limit, count in broken(proposal, rows) if limit.quota.kind == "least"]


def shortages(proposal: Proposal, submission: Submission, award: str) -> list[tuple[selection.Limit, int]]:
    """The at-least quotas that the list would miss, or miss by more than now, if a case got an award ("" for none), with the number that would be left."""
    rows = final(proposal)
    now = {(limit.quota, limit.award, limit.value): count for limit, count in broken(proposal, rows)}
    after = broken(proposal, [replace(one, award=award) if one.row.submission_id == submission.pk else one for one in rows])
    return [(limit, count) for limit, count in after if limit.quota.kind == "least" and count < now.get((limit.quota, limit.award, limit.value), limit.amount)]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a decided list leaves for later: its rules, the reserve in its order, all cases as rules speak of them, their estimates, whom the jury gave none."""

    rules: selection.Rules
    reserve: list[Row]
    candidates: list[record.Candidate]
    values: dict[str, float]
    refused: set[str]


def standing(proposal: Proposal) -> Standing:
    """What moves up where an award of a decided list falls free."""
    rows = list(proposal.rows.select_related("submission"))
    reserve = sorted((row for row in rows if row.is_reserve), key=lambda row: row.place)
    refused = {str(row.submission.number) for row in changes(proposal).values() if not row.award}
    candidates = records.candidates([row.submission for row in rows], top_marks(proposal.edition), theme_names(proposal.edition))
    return Standing(records.rules_of(proposal.rules), reserve, candidates, {str(row.submission.number): row.estimate for row in rows}, refused)


def ties(proposal: Proposal) -> list[Row]:
    """Cases that equal one with another award and on which no vote was recorded yet."""
    voted = set(Change.objects.filter(proposal=proposal, votes_for__isnull=False, undone_at=None).values_list("submission", flat=True))
    return [row for row in proposal.rows.filter(is_open=True).select_related("submission") if row.submission_id not in voted]


def digest(rows: list[Final]) -> str:
    """The hash of the list as it stands."""
    return records.hashed((one.row.submission.number, one.award, one.place) for one in rows if one.award)


def gone(rows: list[Final]) -> list[Submission]:
    """Cases of the list that were withdrawn or excluded since."""
    return [one.row.submission for one in rows if one.award and (one.row.submission.withdrawn_at or one.row.submission.excluded_why)]


def next_number(edition: Edition) -> int:
    """The number of the next proposal."""
    return (proposals(edition).aggregate(last=Max("number"))["last"] or 0) + 1


def field(proposal: Proposal, rules: dict[str, object]) -> tuple[list[record.Estimate], list[record.Candidate]]:
    """What a proposal chose from, on the basis and with the public vote that rules name."""
    rows = list(proposal.rows.select_related("submission"))
    marks = top_marks(proposal.edition)
    voted = {str(row.submission.number): row for row in rows if row.votes is not None and row.public is not None}
    own = [records.estimate_of(row, str(rules["basis"]), is_voted=proposal.votes_hash != "") for row in rows]
    found = records.with_votes(rules, own, {case: row.votes or 0 for case, row in voted.items()}, {case: row.public or 0.0 for case, row in voted.items()})
    return found, records.candidates([row.submission for row in rows], marks, theme_names(proposal.edition))


def theme_names(edition: Edition) -> dict[str, str]:
    """The edition's themes: key -> name."""
    return dict(edition.themes.values_list("key", "name"))


@dataclass(frozen=True, slots=True)
class Effect:
    """A case that another rule would move."""

    case: Submission
    rank: int
    before: str
    after: str
    why: str


def what_if(proposal: Proposal, rules: dict[str, object], language: str = "zh") -> list[Effect]:
    """Whom other rules would move, by rank, with the reasons in a language. Raises selection.Contradiction where they cannot hold together."""
    own = records.rules_of(proposal.rules)
    other = records.rules_of(rules)
    estimates, candidates = field(proposal, rules)
    rows = {str(row.submission.number): row for row in proposal.rows.select_related("submission")}
    if all(rules.get(name, EARLIER.get(name)) == proposal.rules.get(name, EARLIER.get(name)) for name in ("basis", *EARLIER)):
        found = selection.compare(estimates, candidates, own, other, language=language)
        return [Effect(rows[one.case].submission, one.rank, one.before, one.after, one.reason_after) for one in found]
    chosen = selection.select(estimates, candidates, other, language=language)
    reserve = tables.sentence("award-reserve", (), language)
    effects = []
    for choice in chosen.choices:
        row, after = rows[choice.case], "" if choice.award == reserve else choice.award
        if after != ("" if row.is_reserve else row.award):
            effects.append(Effect(row.submission, row.rank, "" if row.is_reserve else row.award, after, choice.reason))
    return sorted(effects, key=lambda one: one.rank)
