"""Rules, proposals, the jury's changes, the confirmation by two."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping import __version__
from zhengping.engine import calibration, selection, tables
from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.call.models import Edition
from zhengping.server.call.records import moment
from zhengping.server.decision import queries, records
from zhengping.server.decision.models import Award, Change, Confirmation, Proposal, Row, Setting
from zhengping.server.judging import queries as judging
from zhengping.server.judging import records as judging_records
from zhengping.server.judging.models import Poll, Round, Sheet
from zhengping.server.screening.queries import top_marks
from zhengping.server.submission.models import Submission

DRAWS = 200  # repeated judgings behind a probability
BATCH = 5  # of them at a time
LONGEST = 8.0  # seconds of them before the worker's other work has its turn


class Refused(Exception):
    """It cannot be done; the message says why and what to do."""


@transaction.atomic
def keep_rules(*, edition: Edition, actor: User, changed: int, **values: Any) -> Setting:
    """Change the rules of the awards. Raises Refused where somebody else did in the meantime."""
    row, _is_new = Setting.objects.select_for_update().get_or_create(edition=edition)
    if row.changed != changed:
        raise Refused(_("同事刚刚修改了评奖规则，您的修改没有保存。请核对后再改。"))
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.changed += 1
    row.save()
    note(actor=actor, action="decision.keep_rules", object=f"setting:{row.pk}", edition=edition.slug, before=before, after=values)
    return row


@transaction.atomic
def propose(*, edition: Edition, actor: User) -> Proposal:
    """Ask for a proposal under the rules as they are; the worker makes it. Raises Refused where there are too few signed sheets."""
    held = queries.last_round(edition)
    if held is None:
        raise Refused(_("签字的评分表太少，还不能提出获奖名单。"))
    rules, poll = queries.setting(edition), judging.poll(edition)
    if rules.public != "off":
        _refuse_open(poll)
    frozen = {
        "basis": rules.basis, "awards": rules.awards, "quotas": rules.quotas, "reserve": rules.reserve, "public": rules.public, "public_weight": float(rules.public_weight),
        "points": float(poll.points), "ceiling": float(poll.ceiling),
    }  # fmt: skip
    made = Proposal.objects.create(
        edition=edition, number=queries.next_number(edition), rules=frozen, round=held.number, seed=secrets.randbelow(1 << 31), sheets_hash="",
        engine=__version__, by=actor,
    )  # fmt: skip
    note(actor=actor, action="decision.propose", object=f"proposal:{made.pk}", edition=edition.slug, after={"number": made.number, "rules": frozen, "seed": made.seed})
    return made


def _refuse_open(poll: Poll) -> None:
    """Raises Refused while the public vote that is to count was not held or is not over."""
    if not poll.pk or queries.votes(poll.edition) is None:
        raise Refused(_("评奖规则计入公众投票，但本届没有举行。请先举行投票，或在评奖规则中改为不计入。"))
    if poll.is_on and poll.closes and timezone.now() < poll.closes:
        raise Refused(_("评奖规则计入公众投票，投票到 {closes} 才截止。请等投票截止，或在评奖规则中改为不计入。").format(closes=moment(poll.edition, poll.closes)))


def _sheets_hash(sheets: Iterable[Sheet]) -> str:
    """The sha256 of signed sheets: case, judge's seat, marks."""
    summed = hashlib.sha256()
    for sheet in sheets:
        marks = sorted((mark.criterion, f"{mark.value:.2f}") for mark in sheet.marks.all())
        summed.update(repr((sheet.assignment.submission.number, sheet.assignment.seat_id, marks)).encode())
    return summed.hexdigest()


def choose(*, proposal: Proposal) -> None:
    """Compute a waiting proposal: the choice with its reasons. The probabilities follow by `draw`."""
    try:
        _choose(proposal)
    except tables.Trouble as error:
        Proposal.objects.filter(pk=proposal.pk).update(state="failed", trouble={language: error.said(language) for language in tables.LANGUAGES})


def _choose(proposal: Proposal) -> None:
    edition = proposal.edition
    held = Round.objects.get(edition=edition, number=proposal.round)
    sheets = list(judging.signed(held))
    reads = judging_records.reads(sheets, held, judging.names(edition))
    calibrated = calibration.calibrate(reads.cases, reads.judges, reads.values, options=calibration.Options(as_is=True))
    cases = {str(case.number): case for case in judging.cases(held)}
    found = [row for row in calibrated.estimates if row.case in cases]
    votes = queries.votes(edition) or {}
    scaled = records.scaled(found, votes)
    estimates = records.with_votes(proposal.rules, records.on(proposal.rules["basis"], found), votes, scaled)
    candidates = records.candidates(cases.values(), top_marks(edition), queries.theme_names(edition))
    rules = records.rules_of(proposal.rules)
    if rules.total > len(estimates):
        raise tables.Trouble("select-too-many", total=rules.total, count=len(estimates))
    chosen = selection.select(estimates, candidates, rules)
    own, before = {row.case: row for row in estimates}, {row.case: row for row in found}
    reserve = tables.sentence("award-reserve")
    ranks = {row.case: at for at, row in enumerate(sorted(estimates, key=lambda row: -row.estimate), 1)}
    rows = [_row(proposal, order, choice, own[choice.case], before[choice.case], cases[choice.case], choice.award == reserve, ranks[choice.case], votes.get(choice.case), scaled.get(choice.case)) for order, choice in enumerate(chosen.choices, 1)]
    with transaction.atomic():
        if not Proposal.objects.filter(pk=proposal.pk, state="waiting").update(
            state="chosen", value=chosen.value, bound=chosen.bound, empty=[list(pair) for pair in chosen.empty], total=DRAWS,
            sheets_hash=(digest := _sheets_hash(sheets)), votes_hash=(voted := records.votes_hash(votes) if proposal.rules.get("public", "off") != "off" else ""),
        ):
            return
        Row.objects.bulk_create(rows, batch_size=500)
        note(actor="machine", action="decision.choose", object=f"proposal:{proposal.pk}", edition=edition.slug, after={"sheets": digest, "votes": voted, "seed": proposal.seed})


def _row(proposal, order, choice, estimate, calibrated, case, is_reserve, rank, votes, public) -> Row:
    return Row(
        proposal=proposal, submission=case, order=order, award="" if is_reserve else choice.award, is_reserve=is_reserve, place=choice.place, rank=rank, estimate=estimate.estimate,
        low=estimate.low, high=estimate.high, sd=estimate.sd, mean=calibrated.mean, trimmed=calibrated.trimmed, calibrated=calibrated.estimate, reads=calibrated.reads,
        reasons=dict(choice.told), is_open=choice.is_open, votes=votes, public=public,
    )  # fmt: skip


def draw(*, proposal: Proposal, longest: float = LONGEST) -> None:
    """Repeat the judging some more times, for `longest` seconds or one batch; the last batch writes how firm each choice is. Without intervals nothing can be said.

    The batches have seeds of their own, counted from the proposal's: where one ends does not change what comes out.
    """
    rows = list(proposal.rows.select_related("submission"))
    estimates, rules, end = [records.own(row) for row in rows], records.rules_of(proposal.rules), time.monotonic() + longest
    candidates = records.candidates([row.submission for row in rows], top_marks(proposal.edition), queries.theme_names(proposal.edition))
    awards = {str(row.submission.number): "" if row.is_reserve else row.award for row in rows}
    sums, drawn, state = records.sums_in(proposal.sums, len(rows)), proposal.done, "chosen"
    while state == "chosen":
        count = min(BATCH, DRAWS - drawn)
        firm = selection.firmness(estimates, candidates, rules, awards, draws=count, seed=proposal.seed + drawn)
        if firm is None:
            Proposal.objects.filter(pk=proposal.pk).update(state="ready")
            return
        sums, drawn = sums + records.sums_of((firm[str(row.submission.number)] for row in rows), count), drawn + count
        state = "ready" if drawn >= DRAWS else state
        if time.monotonic() > end:
            break
    with transaction.atomic():
        if state == "ready":
            for row, (same, chance) in zip(rows, (sums / drawn).tolist(), strict=True):
                row.stability, row.chance = same, chance
            Row.objects.bulk_update(rows, ["stability", "chance"], batch_size=300)
        Proposal.objects.filter(pk=proposal.pk).update(state=state, done=drawn, total=DRAWS, sums=b"" if state == "ready" else sums.tobytes())


@transaction.atomic
def change(*, proposal: Proposal, actor: User, submission: Submission, award: str, reason: str, votes_for: int | None = None, votes_against: int | None = None) -> Change:
    """The jury gives a case another award, or none, with its reason; the proposal stays beside it. Raises Refused."""
    row = _open(proposal)
    if award and award not in {each["name"] for each in row.rules["awards"]}:
        raise Refused(_("没有“{award}”这个奖项。").format(award=award))
    if not reason.strip():
        raise Refused(_("请写明理由。"))
    if (votes_for is None) != (votes_against is None):
        raise Refused(_("赞成票和反对票须同时填写。"))
    Change.objects.filter(proposal=row, submission=submission, undone_at=None).update(undone_at=timezone.now())
    made = Change.objects.create(
        proposal=row, submission=submission, award=award, reason=reason.strip()[:400], votes_for=votes_for, votes_against=votes_against, by=actor
    )
    _unconfirmed(row)
    after = {"case": submission.number, "award": award, "reason": reason, "votes": [votes_for, votes_against]}
    note(actor=actor, action="decision.change", object=f"proposal:{row.pk}", edition=row.edition.slug, after=after)
    return made


@transaction.atomic
def undo(*, change: Change, actor: User) -> None:
    """Take a change back. Raises Refused once the list is confirmed."""
    row = _open(change.proposal)
    if Change.objects.filter(pk=change.pk, undone_at=None).update(undone_at=timezone.now()):
        _unconfirmed(row)
        note(actor=actor, action="decision.undo", object=f"proposal:{row.pk}", edition=row.edition.slug, before={"case": change.submission.number, "award": change.award})


def _open(proposal: Proposal) -> Proposal:
    row = Proposal.objects.select_for_update(of=("self",)).select_related("edition").get(pk=proposal.pk)
    if row.confirmed_at:
        raise Refused(_("名单已由两人确认，不能再改。如需更正，请在公示中处理。"))
    if row.state not in ("chosen", "ready"):
        raise Refused(_("方案还没有算好，请稍候。"))
    return row


def _unconfirmed(proposal: Proposal) -> None:
    """A list that changed is to be confirmed anew."""
    Confirmation.objects.filter(proposal=proposal).delete()


@transaction.atomic
def confirm(*, proposal: Proposal, actor: User, role: str, seen: str | None = None) -> bool:
    """One of the two confirms the list as it stands; -> whether it is now decided. `seen` is the hash of the list that the person looked at.

    Raises Refused for another list than the one seen, an open tie, wrong sums, sheets or cases that changed since, the same person twice.
    """
    row = _open(proposal)
    if queries.decided(row.edition):
        raise Refused(_("本届已有确认的名单。"))
    rows = queries.final(row)
    digest = queries.digest(rows)
    if seen is not None and seen != digest:
        raise Refused(_("名单刚刚有改动，请再看一遍后确认。"))
    _refuse_unready(row, rows)
    if row.confirmations.filter(by=actor).exclude(role=role).exists():
        raise Refused(_("名单须由两个人确认，您已以另一身份确认。"))
    Confirmation.objects.get_or_create(proposal=row, role=role, defaults={"by": actor, "hash": digest})
    note(actor=actor, action="decision.confirm", object=f"proposal:{row.pk}", edition=row.edition.slug, after={"role": role, "hash": digest})
    if set(row.confirmations.values_list("role", flat=True)) != {"chair", "organiser"}:
        return False
    Award.objects.bulk_create(Award(proposal=row, submission=one.row.submission, award=one.award, place=one.place) for one in rows if one.award)
    row.confirmed_at, row.hash = timezone.now(), digest
    row.save(update_fields=["confirmed_at", "hash"])
    return True


def _refuse_unready(proposal: Proposal, rows: list[queries.Final]) -> None:
    """Raises Refused where a list cannot be confirmed as it is."""
    if queries.ties(proposal):
        raise Refused(_("还有并列的案例没有记录表决结果，请先表决。"))
    for one in queries.sums(proposal, rows):
        if not one.is_right:
            raise Refused(_("{award}按规则应为 {wanted} 个，名单中有 {given} 个，请先调整。").format(award=one.award, wanted=one.wanted, given=one.given))
    if gone := queries.gone(rows):
        raise Refused(_("名单中编号 {numbers} 的案例已撤稿或被排除，请先调整。").format(numbers="、".join(str(case.number) for case in gone)))
    held = Round.objects.get(edition=proposal.edition, number=proposal.round)
    if _sheets_hash(judging.signed(held)) != proposal.sheets_hash:
        raise Refused(_("方案提出以后评分有变化，请重新计算方案。"))
    if proposal.votes_hash and records.votes_hash(queries.votes(proposal.edition) or {}) != proposal.votes_hash:
        raise Refused(_("方案提出以后公众投票的计票有变化，请重新计算方案。"))
