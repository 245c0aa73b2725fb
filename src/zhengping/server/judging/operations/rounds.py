"""Judges, panels, rounds; giving cases to judges; sheets; discussion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import adaptive, assignment, record
from zhengping.server.accounts.models import User
from zhengping.server.among import among
from zhengping.server.audit.operations import note
from zhengping.server.call import operations as call
from zhengping.server.call import records as call_records
from zhengping.server.call.models import Edition, Membership
from zhengping.server.judging import queries, records
from zhengping.server.judging.models import Assignment, Conflict, JudgeSeat, Mark, Message, Opinion, Pair, Panel, Round, Sheet
from zhengping.server.mail.operations import post
from zhengping.server.submission.models import Submission
from zhengping.server.submission.operations import readers


class Refused(Exception):
    """It cannot be done; the message says why and what to do."""


class Stale(Exception):
    """The sheet was saved elsewhere in the meantime; `sheet` is what is kept."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        super().__init__()


# --- judges ----------------------------------------------------------------------------------------------------------


def read_judges(*, data: bytes, edition: Edition) -> list[records.JudgeRow]:
    """The rows of an uploaded list, read in a process that can be killed. Raises Refused where it is no sheet or has no such columns."""
    answer = readers().read(record.IncomingFile("judges.xlsx", data))
    if answer.document is None or not answer.document.tables:
        raise Refused(_("这个文件不是可读取的 Excel 表格，请上传 .xlsx 文件。"))
    try:
        return records.judges_in(answer.document.tables[0].rows, edition)
    except ValueError as error:
        raise Refused(str(error)) from error


@transaction.atomic
def take_judges(*, edition: Edition, actor: User, rows: Sequence[records.JudgeRow]) -> int:
    """Take over the rows that have nothing wrong; a judge who is there already is brought up to date. -> how many."""
    good = [row for row in rows if not row.wrong]
    for row in good:
        values = {"name": row.name, "unit": row.unit, "division": row.division, "fields": list(row.fields), "least": row.least, "most": row.most}
        seat, _is_new = JudgeSeat.objects.update_or_create(edition=edition, email=row.email, defaults=values)
        for unit in row.avoided:
            if not Conflict.objects.filter(seat=seat, unit=unit).exists():
                declare(seat=seat, actor=actor, unit=unit, reason=_("名单中注明"))
        after = {**values, "email": row.email}
        note(actor=actor, action="judging.take_judge", object=f"seat:{seat.pk}", edition=edition.slug, after=after, personal=("email",), subject=f"seat:{seat.pk}")
    return len(good)


@transaction.atomic
def invite_judges(*, edition: Edition, actor: User) -> int:
    """Send an invitation to every judge who has none yet and is no member; -> how many."""
    count = 0
    for seat in JudgeSeat.objects.select_for_update().filter(edition=edition, invited_at=None):
        seat.invited_at = timezone.now()
        seat.save(update_fields=["invited_at"])
        if not Membership.objects.filter(edition=edition, role="judge", user__email=seat.email).exists():
            call.invite(actor=actor, edition=edition, email=seat.email, role="judge")
            count += 1
    return count


@transaction.atomic
def confirm_seat(*, seat: JudgeSeat, actor: User, is_away: bool, most: int | None = None) -> None:
    """A judge says whether there is time, and for how many cases at most; what an absent judge has not begun is given to others."""
    before = {"is_away": seat.is_away, "most": seat.most}
    seat.is_away, seat.most, seat.confirmed_at, seat.user = is_away, most, timezone.now(), seat.user or actor
    if most is not None and seat.least is not None and seat.least > most:
        seat.least = most
    seat.save(update_fields=["is_away", "most", "least", "confirmed_at", "user"])
    note(actor=actor, action="judging.confirm_seat", object=f"seat:{seat.pk}", edition=seat.edition.slug, before=before, after={"is_away": is_away, "most": most})
    if is_away:
        for row in Assignment.objects.filter(seat=seat, moved_at=None, sheet=None).select_related("round__edition", "submission", "seat"):
            move(assignment=row, actor=actor, why=_("评委无法参加"))


@transaction.atomic
def keep_panel(*, edition: Edition, actor: User, name: str, themes: Sequence[str], seats: Iterable[int]) -> Panel:
    """Make or change a panel: its themes and its judges."""
    panel, _is_new = Panel.objects.update_or_create(edition=edition, name=name[:60], defaults={"themes": list(themes)})
    wanted = set(seats)
    JudgeSeat.objects.filter(panel=panel).exclude(pk__in=wanted).update(panel=None)
    JudgeSeat.objects.filter(edition=edition, pk__in=wanted).update(panel=panel)
    note(actor=actor, action="judging.keep_panel", object=f"panel:{panel.pk}", edition=edition.slug, after={"name": name, "themes": list(themes), "judges": sorted(wanted)})
    return panel


@transaction.atomic
def declare(*, seat: JudgeSeat, actor: User, submission: Submission | None = None, unit: str = "", division: str = "", reason: str = "") -> Conflict:
    """Note that a judge must not read a case or those of a unit or place; what was given to the judge of them goes to another at once."""
    made = Conflict.objects.create(seat=seat, submission=submission, unit=unit.strip()[:200], division=division, by=actor, reason=reason[:300])
    after = {"submission": submission.pk if submission else None, "unit": unit, "division": division, "reason": reason}
    note(actor=actor, action="judging.declare", object=f"seat:{seat.pk}", edition=seat.edition.slug, after=after)
    for row in Assignment.objects.filter(seat=seat, moved_at=None).select_related("round__edition", "submission", "seat"):
        if queries.bars(row.round, seat, row.submission, [made]) == "declared":
            move(assignment=row, actor=actor, why=_("申报回避"))
    return made


# --- rounds ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_round(*, edition: Edition, actor: User, **values: Any) -> Round:
    """A further round, with the edition's moments where none are given."""
    number = (queries.rounds(edition).order_by("-number").values_list("number", flat=True).first() or 0) + 1
    made = Round.objects.create(edition=edition, number=number, **{"opens": edition.judging_opens, "closes": edition.judging_closes, **values})
    note(actor=actor, action="judging.begin_round", object=f"round:{made.pk}", edition=edition.slug, after={"number": number, **values})
    return made


@transaction.atomic
def update_round(*, held: Round, actor: User, changed: int, **values: Any) -> None:
    """Change a round's rules. Raises Refused where somebody else did in the meantime."""
    row = Round.objects.select_for_update(of=("self",)).select_related("edition").get(pk=held.pk)
    if row.changed != changed:
        raise Refused(_("同事刚刚修改了本轮规则，您的修改没有保存。请核对后再改。"))
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.changed += 1
    row.save()
    note(actor=actor, action="judging.update_round", object=f"round:{row.pk}", edition=row.edition.slug, before=before, after=values)


@transaction.atomic
def set_pair(*, held: Round, actor: User, seat: JudgeSeat, submission: Submission, side: str) -> None:
    """Fix or forbid a pair by hand, "" takes that back; a forbidden pair is moved at once. Raises Refused for a pair that a conflict bars."""
    if side == "fixed" and (why := queries.bars(held, seat, submission)) and why != "forbidden":
        raise Refused(_("{name}与案例 {number} 存在回避关系，不能指定。").format(name=seat.name, number=submission.number))
    Pair.objects.filter(round=held, seat=seat, submission=submission).delete()
    if side:
        Pair.objects.create(round=held, seat=seat, submission=submission, side=side, by=actor)
    after = {"seat": seat.pk, "submission": submission.pk, "side": side}
    note(actor=actor, action="judging.set_pair", object=f"round:{held.pk}", edition=held.edition.slug, after=after)
    if side == "forbidden":
        for row in Assignment.objects.filter(round=held, seat=seat, submission=submission, moved_at=None).select_related("round__edition", "submission", "seat"):
            move(assignment=row, actor=actor, why=_("组织方指定不评"))


# --- giving cases to judges ------------------------------------------------------------------------------------------


@transaction.atomic
def propose(*, held: Round, actor: User, language: str = "zh") -> int:
    """Ask the engine who shall read what; what is begun stays. The proposal waits for the organiser's word. -> how many pairs. Raises Refused."""
    Round.objects.select_for_update().get(pk=held.pk)
    cases = list(queries.cases(held))
    seats = list(queries.seats(held.edition))
    if not cases or not seats:
        raise Refused(_("还没有可评的案例。") if not cases else _("还没有评委，请先导入评委名单。"))
    known = {case.pk for case in cases}
    begun = queries.holding(held).filter(sheet__isnull=False, submission__in=among(known))
    kept = [(str(case), str(seat)) for case, seat in begun.values_list("submission", "seat")]
    themes = {theme.key: theme.name for theme in held.edition.themes.all()}
    rules = queries.rules(held)
    rules = replace(rules, fixed=tuple(p for p in rules.fixed if int(p[0]) in known), forbidden=tuple(p for p in rules.forbidden if int(p[0]) in known))
    try:
        plan = assignment.assign(
            records.candidates(cases, themes), records.judges(seats, themes), rules, conflicts=queries.declared(held, cases), kept=kept
        )  # fmt: skip
    except assignment.Impossible as error:
        raise Refused(error.said(language)) from error
    queries.proposed(held).delete()
    now = timezone.now()
    holding = {(a.submission_id, a.seat_id) for a in queries.holding(held)}
    rows = [
        Assignment(round=held, seat_id=int(p.judge), submission_id=int(p.case), fit=p.fit, source=p.source, proposed_at=now)
        for p in plan.assignments
        if (int(p.case), int(p.judge)) not in holding
    ]
    Assignment.objects.bulk_create(rows)
    pairs = [[int(p.case), int(p.judge)] for p in plan.assignments]
    told = {
        "total": plan.total, "optimum": plan.optimum, "floor": plan.floor, "worst": int(plan.worst or 0), "islands": len(plan.islands), "barred": [list(b) for b in plan.barred],
        "pairs": pairs, "kind": "whole",
    }  # fmt: skip
    Round.objects.filter(pk=held.pk).update(plan=told)
    note(actor=actor, action="judging.propose", object=f"round:{held.pk}", edition=held.edition.slug, after={"pairs": len(pairs), "floor": plan.floor, "total": plan.total})
    return len(rows)


@transaction.atomic
def confirm(*, held: Round, actor: User) -> int:
    """Give the proposed cases to their judges; what was given before, is not begun and not in the new proposal, is taken back. -> how many are new."""
    row = Round.objects.select_for_update(of=("self",)).select_related("edition").get(pk=held.pk)
    rows = list(queries.proposed(row).select_related("seat", "submission"))
    if not rows and row.plan.get("kind") != "whole":
        raise Refused(_("没有待确认的分配方案。"))
    barred = [a for a in rows if a.source != "kept" and queries.bars(row, a.seat, a.submission)]
    if barred:
        raise Refused(_("方案之后又有回避（如{name}与案例 {number}），请重新分配。").format(name=barred[0].seat.name, number=barred[0].submission.number))
    now = timezone.now()
    if row.plan.get("kind") == "whole":
        wanted = {tuple(pair) for pair in row.plan["pairs"]}
        for old in queries.holding(row).filter(sheet=None):
            if (old.submission_id, old.seat_id) not in wanted:
                old.moved_at, old.moved_why = now, _("重新分配")
                old.save(update_fields=["moved_at", "moved_why"])
    count = queries.proposed(row).update(confirmed_at=now)
    row.rubric = row.rubric or records.rubric_of(row.edition)
    row.plan = {**row.plan, "kind": "confirmed"}
    row.save(update_fields=["rubric", "plan"])
    note(actor=actor, action="judging.confirm", object=f"round:{row.pk}", edition=row.edition.slug, after={"new": count})
    return count


@transaction.atomic
def discard(*, held: Round, actor: User) -> None:
    """Throw the proposal away."""
    count = queries.proposed(held).delete()[0]
    Round.objects.filter(pk=held.pk).update(plan={})
    note(actor=actor, action="judging.discard", object=f"round:{held.pk}", edition=held.edition.slug, after={"pairs": count})


@transaction.atomic
def move(*, assignment: Assignment, actor: User, why: str) -> Assignment | None:
    """Take a case away from a judge at once and give it to the judge with the least to read who may; -> the new assignment, None where nobody may.

    A sheet that was written stays on record but counts no more.
    """
    held, case = assignment.round, assignment.submission
    assignment.moved_at, assignment.moved_why = timezone.now(), why[:300]
    assignment.save(update_fields=["moved_at", "moved_why"])
    after = {"seat": assignment.seat_id, "why": why}
    note(actor=actor, action="judging.move", object=f"submission:{case.pk}", edition=held.edition.slug, after=after)
    if assignment.confirmed_at is None:
        return None
    reading = set(Assignment.objects.filter(round=held, submission=case, moved_at=None).values_list("seat", flat=True)) | {assignment.seat_id}
    loads = {load.seat.pk: load.given for load in queries.loads(held)}
    free = [s for s in JudgeSeat.objects.filter(edition=held.edition, is_away=False).exclude(pk__in=reading) if s.most is None or loads.get(s.pk, 0) < s.most]
    free = [s for s in free if not queries.bars(held, s, case)]
    if not free:
        return None
    chosen = min(free, key=lambda s: (loads.get(s.pk, 0), case.theme not in s.fields, s.pk))
    now = timezone.now()
    made = Assignment.objects.create(round=held, seat=chosen, submission=case, source="moved", proposed_at=now, confirmed_at=now)
    note(actor=actor, action="judging.replace", object=f"submission:{case.pk}", edition=held.edition.slug, after={"seat": chosen.pk})
    return made


@transaction.atomic
def propose_further(*, held: Round, actor: User, awards: int, budget: int) -> int:
    """Ask the engine where further reads change the award list most, when every case has two; the batch waits for the organiser's word. Raises Refused."""
    Round.objects.select_for_update().get(pk=held.pk)
    found = queries.verdict(held)
    if found is None:
        raise Refused(_("签字的评分表太少，还不能判断哪里需要加评。"))
    few = [row.case for row in found.calibration.estimates if row.reads < 2]
    waiting = queries.holding(held).exclude(sheet__state="signed").count()
    if few and waiting:
        raise Refused(_("还有 {count} 个案例不足两份签字的评分表，请等评委评完再加评。").format(count=len(few)))
    called = queries.names(held.edition)
    seat_by_name = {name: pk for pk, name in called.items()}
    seats = {seat.pk: seat for seat in JudgeSeat.objects.filter(edition=held.edition)}
    cases = {str(case.number): case for case in queries.cases(held)}
    own = list(Assignment.objects.filter(round=held, moved_at=None).select_related("submission"))
    done = {(str(a.submission.number), called[a.seat_id]) for a in own if a.confirmed_at}
    declared = {pk: list(Conflict.objects.filter(seat=pk)) for pk in seats}

    def may(case: str, judge: str) -> bool:
        seat = seats[seat_by_name[judge]]
        return case in cases and not seat.is_away and not queries.bars(held, seat, cases[case], declared[seat.pk])

    loads = {called[load.seat.pk]: load.seat.most for load in queries.loads(held) if load.seat.most is not None}
    estimates = [row for row in found.calibration.estimates if row.case in cases]
    told = adaptive.next_reads(estimates, found.calibration.judges, done, budget, [adaptive.Line(awards)], may=may, loads=loads)
    queries.proposed(held).delete()
    now = timezone.now()
    rows = [
        Assignment(round=held, seat_id=seat_by_name[read.judge], submission=cases[read.case], fit=read.gain, source="further", proposed_at=now) for read in told.reads
    ]  # fmt: skip
    Assignment.objects.bulk_create(rows)
    plan = {"kind": "further", "is_enough": told.is_enough, "is_blocked": told.is_blocked, "awards": awards, "gain": sum(read.gain for read in told.reads)}
    Round.objects.filter(pk=held.pk).update(plan=plan)
    note(actor=actor, action="judging.propose_further", object=f"round:{held.pk}", edition=held.edition.slug, after={"reads": len(rows), "awards": awards})
    return len(rows)


@transaction.atomic
def remind(*, held: Round, actor: User) -> int:
    """Write to the judges who have not signed all their sheets, once a day; -> to how many."""
    count, day = 0, timezone.localdate().isoformat()
    for load in queries.loads(held):
        left = load.given - load.signed
        if left <= 0:
            continue
        link = call_records.address(reverse("judging:own", args=[held.edition.slug]))
        words = {"name": load.seat.name, "edition": held.edition.name, "left": left, "closes": call_records.moment(held.edition, held.closes), "link": link}
        body = _("{name}：\n\n{edition}还有 {left} 个案例等待您评审，截止时间为 {closes}。\n\n评审页面：{link}").format(**words)
        post(key=f"judging:{held.pk}:{load.seat.pk}:{day}", to=load.seat.email, subject=_("提醒：{edition}评审").format(edition=held.edition.name), body=body, kind="reminder", edition=held.edition.slug)
        count += 1
    if count:
        note(actor=actor, action="judging.remind", object=f"round:{held.pk}", edition=held.edition.slug, after={"judges": count})
    return count


# --- sheets ----------------------------------------------------------------------------------------------------------


def _locked(given: Assignment) -> Assignment:
    """The assignment, locked, with its sheet made where there is none. Raises Refused where it was moved or the window is closed."""
    row = Assignment.objects.select_for_update(of=("self",)).select_related("round__edition", "seat", "submission").get(pk=given.pk)
    if row.moved_at or not row.confirmed_at:
        raise Refused(_("这个案例已改由其他评委评审。"))
    if not queries.is_open(row.round, timezone.now()):
        raise Refused(_("评审时间已过或未到，评分表不能修改。"))
    return row


@transaction.atomic
def save_sheet(*, assignment: Assignment, actor: User, version: int, marks: Mapping[str, Decimal | None], notes: str, began_at: datetime | None = None, via: str = "") -> Sheet:
    """Keep what a judge wrote; -> the sheet with its new version. Raises Stale if it was saved elsewhere since `version`, and Refused.

    `began_at` is when the judge first opened the case, as far as its page told. `marks` holds the criteria by name, None for one that is empty. Saving what is kept already changes nothing.
    `via` says how it came where it was not typed on the page ("workbook", "workbook-for-judge").
    """
    row = _locked(assignment)
    sheet = Sheet.objects.select_for_update().filter(assignment=row).first()
    sheet = sheet or Sheet.objects.create(assignment=row, began_at=min(began_at or timezone.now(), timezone.now()))
    if sheet.state == "signed":
        raise Refused(_("评分表已签字，如需修改请先撤回签字。"))
    wanted = {criterion.name: criterion for criterion in records.criteria(row.round)}
    kept = {mark.criterion: mark.value for mark in sheet.marks.all()}
    new = {name: value for name, value in marks.items() if name in wanted and value is not None}
    for name, value in new.items():
        if not 0 <= value <= wanted[name].high:
            raise Refused(_("“{name}”应在 0 到 {high} 之间，现为 {value}。").format(name=name, high=wanted[name].high, value=value))
    if kept == new and sheet.notes == notes:
        return sheet
    if sheet.version != version:
        raise Stale(sheet)
    for name in set(kept) | set(new):
        if name not in new:
            Mark.objects.filter(sheet=sheet, criterion=name).delete()
        elif kept.get(name) != new[name]:
            Mark.objects.update_or_create(sheet=sheet, criterion=name, defaults={"value": new[name]})
    sheet.notes, sheet.version, sheet.saved_at = notes, sheet.version + 1, timezone.now()
    sheet.save(update_fields=["notes", "version", "saved_at"])
    before, after = ({name: str(value) for name, value in values.items()} for values in (kept, new))
    note(actor=actor, action="judging.save_sheet", object=f"sheet:{sheet.pk}", edition=row.round.edition.slug, before=before, after={**after, "version": sheet.version, **({"via": via} if via else {})})
    return sheet


@transaction.atomic
def sign_sheet(*, assignment: Assignment, actor: User, version: int) -> Sheet:
    """Sign a sheet that has all its marks. Raises Stale and Refused."""
    row = _locked(assignment)
    sheet = Sheet.objects.select_for_update().filter(assignment=row).first()
    if sheet is None:
        raise Refused(_("还没有打分，不能签字。"))
    if sheet.version != version:
        raise Stale(sheet)
    kept = {mark.criterion for mark in sheet.marks.all()}
    missing = [criterion.name for criterion in records.criteria(row.round) if criterion.name not in kept]
    if missing:
        raise Refused(_("还没有给“{name}”打分，不能签字。").format(name=missing[0]))
    sheet.state, sheet.signed_at = "signed", timezone.now()
    sheet.save(update_fields=["state", "signed_at"])
    note(actor=actor, action="judging.sign_sheet", object=f"sheet:{sheet.pk}", edition=row.round.edition.slug, after={"version": sheet.version, "signed_at": sheet.signed_at})
    return sheet


@transaction.atomic
def undo_sign(*, assignment: Assignment, actor: User) -> Sheet:
    """Take a signature back while the window is open. Raises Refused."""
    row = _locked(assignment)
    sheet = Sheet.objects.select_for_update().get(assignment=row)
    if Message.objects.filter(round=row.round, submission=row.submission, by=actor).exists() or row.opinions.exists():
        raise Refused(_("案例已经开始讨论，评分表不能再撤回；请用“再次意见”补充。"))
    before, sheet.state, sheet.signed_at = {"signed_at": sheet.signed_at}, "draft", None
    sheet.save(update_fields=["state", "signed_at"])
    note(actor=actor, action="judging.undo_sign", object=f"sheet:{sheet.pk}", edition=row.round.edition.slug, before=before)
    return sheet


# --- discussion ------------------------------------------------------------------------------------------------------


@transaction.atomic
def say(*, held: Round, submission: Submission, actor: User, words: str) -> Message:
    """Add a word to the discussion of a case."""
    made = Message.objects.create(round=held, submission=submission, by=actor, words=words.strip()[:4000])
    note(actor=actor, action="judging.say", object=f"submission:{submission.pk}", edition=held.edition.slug, after={"message": made.pk})
    return made


@transaction.atomic
def give_opinion(*, assignment: Assignment, actor: User, value: Decimal, reason: str) -> Opinion:
    """A judge's second opinion; the signed sheet stays as it is. Raises Refused where no sheet is signed or the value is outside of the scale."""
    sheet = Sheet.objects.filter(assignment=assignment, state="signed").first()
    if sheet is None:
        raise Refused(_("签字之后才能提出再次意见。"))
    most = sum((row.weight * row.high for row in records.criteria(assignment.round)), Decimal(0))
    if not 0 <= value <= most:
        raise Refused(_("总分应在 0 到 {most} 之间。").format(most=most.normalize()))
    if not reason.strip():
        raise Refused(_("请写明理由。"))
    made = Opinion.objects.create(assignment=assignment, value=value, reason=reason.strip()[:4000], by=actor)
    note(actor=actor, action="judging.give_opinion", object=f"sheet:{sheet.pk}", edition=assignment.round.edition.slug, after={"value": value})
    return made
