"""A judge's sheets that come back as a workbook: read, compared with what is kept, and written as if they had been typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import record, tables
from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.audit.templatetags.words import language
from zhengping.server.judging import queries, records
from zhengping.server.judging.models import Assignment, JudgeSeat, Round
from zhengping.server.judging.operations.rounds import Refused, save_sheet
from zhengping.server.submission.operations import readers


@dataclass(frozen=True, slots=True)
class Change:
    """What a workbook would change of a sheet: the criterion ("" for the notes), what is kept ("" for nothing), what the workbook says; `is_clash` where it was changed on the site since the download."""

    name: str
    kept: str
    told: str
    is_clash: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """A row of a workbook beside what is kept.

    `state`: taken, same, empty, clash (asks), wrong, foreign (of another judge, round or edition), moved (away, or withdrawn), signed, closed. Only taken and clash can be written.
    """

    row: records.FilledRow
    state: str
    why: str = ""
    assignment: Assignment | None = None
    version: int = 0
    changes: tuple[Change, ...] = ()


def read_workbook(*, name: str, data: bytes, held: Round) -> records.Filled:
    """The rows of an uploaded workbook, read in a process that can be killed. Raises Refused with the sentence that says why not."""
    answer = readers().read(record.IncomingFile(name, data), "grids")
    if answer.reason:
        raise Refused(tables.sentence(answer.reason, answer.values, language()))
    try:
        return records.filled_in(answer.grids, held)
    except ValueError as error:
        raise Refused(str(error)) from error


def compare_workbook(*, held: Round, seat: JudgeSeat, filled: records.Filled) -> list[Compared]:
    """Each row of a workbook beside what is kept of its sheet."""
    keys = [row.base.assignment for row in filled.rows if row.base]
    rows = Assignment.objects.filter(pk__in=keys).select_related("round__edition", "submission", "sheet").prefetch_related("sheet__marks")
    known = {row.pk: row for row in rows}
    is_open = queries.is_open(held, timezone.now())
    return [_beside(row, known.get(row.base.assignment) if row.base else None, held, seat, is_open) for row in filled.rows]


def _beside(row: records.FilledRow, given: Assignment | None, held: Round, seat: JudgeSeat, is_open: bool) -> Compared:
    if row.base and given is None:
        return Compared(row, "foreign", _("这个任务已不存在，请重新下载工作簿。"))
    if given and given.round.edition_id != held.edition_id:
        return Compared(row, "foreign", _("这一行属于另一届（{name}）。").format(name=given.round.edition.name))
    if given and given.round_id != held.pk:
        return Compared(row, "foreign", _("这一行属于第 {other} 轮，这里是第 {number} 轮。").format(other=given.round.number, number=held.number))
    if given and given.seat_id != seat.pk:
        return Compared(row, "foreign", _("这个案例不是分给这位评委的。"))
    if given and given.submission.withdrawn_at:
        return Compared(row, "moved", _("案例已撤稿，不再评审。"))
    if given and (given.moved_at or not given.confirmed_at):
        return Compared(row, "moved", _("这个案例已改由其他评委评审。"))
    if row.wrong or given is None or row.base is None:
        return Compared(row, "wrong", assignment=given)
    if row.number != str(given.submission.number):
        return Compared(row, "wrong", _("第 {line} 行的案例编号是“{value}”，任务编号却是案例 {number} 的，请恢复原来的编号。").format(line=row.line, value=row.number, number=given.submission.number), given)
    sheet = getattr(given, "sheet", None)
    changes = _changes(row, given)
    told = Compared(row, "same", "", given, sheet.version if sheet else 0, changes)
    if not (row.marks or row.notes):
        return _as(told, "empty", _("这一行没有填写，已有内容不变。"))
    if not changes:
        return told
    if sheet and sheet.state == "signed":
        return _as(told, "signed", _("评分表已签字，表中的改动不采用；如需修改请先撤回签字。"))
    if not is_open:
        return _as(told, "closed", _("评审时间已过或未到，评分表不能修改。"))
    return _as(told, "clash" if any(one.is_clash for one in changes) else "taken")


def _as(told: Compared, state: str, why: str = "") -> Compared:
    return Compared(told.row, state, why, told.assignment, told.version, told.changes)


def _changes(row: records.FilledRow, given: Assignment) -> tuple[Change, ...]:
    """What a row says otherwise than what is kept. A cell that is as it was at the download says nothing, nor does an empty one."""
    assert row.base is not None
    sheet = getattr(given, "sheet", None)
    kept = {mark.criterion: records.shown_mark(mark.value) for mark in sheet.marks.all()} if sheet else {}
    found = []
    for at, one in enumerate(records.criteria(given.round)):
        told, now = row.marks.get(one.name, ""), kept.get(one.name, "")
        before = row.base.marks[at] if at < len(row.base.marks) else ""
        if told and told not in (before, now):
            found.append(Change(one.name, now, told, now != before))
    notes = records.plain(sheet.notes) if sheet else ""
    if row.notes and row.notes != notes and records.hash_of(row.notes) != row.base.notes:
        found.append(Change("", notes, row.notes, records.hash_of(notes) != row.base.notes))
    return tuple(found)


@transaction.atomic
def take_workbook(*, held: Round, seat: JudgeSeat, actor: User, compared: Sequence[Compared], choices: Mapping[int, str]) -> int:
    """Write the rows of a workbook that change something, all or none; -> how many. Nothing is signed.

    `choices` says for each assignment whose row clashes "file" or "site" (the sheet stays as it is). Somebody other than the judge is recorded as the one who typed it in. Raises Refused, and Stale where a
    sheet was saved in the meantime.
    """
    via = "workbook" if actor.pk == seat.user_id or actor.email.lower() == seat.email else "workbook-for-judge"
    numbers = []
    for one in sorted(compared, key=lambda one: one.assignment.pk if one.assignment else 0):
        if one.state not in ("taken", "clash") or one.assignment is None or one.row.base is None:
            continue
        choice = choices.get(one.assignment.pk, "file") if one.state == "taken" else choices.get(one.assignment.pk)
        if choice not in ("file", "site"):
            raise Refused(_("案例 {number} 在网上和表格中都改过，请选择以哪一边为准。").format(number=one.assignment.submission.number))
        if choice == "file":
            _write(one, actor, via)
            numbers.append(one.assignment.submission.number)
    after = {"round": held.number, "seat": seat.pk, "judge": seat.name, "cases": numbers, "via": via}
    note(actor=actor, action="judging.take_workbook", object=f"round:{held.pk}", edition=held.edition.slug, after=after)
    return len(numbers)


def _write(one: Compared, actor: User, via: str) -> None:
    assert one.assignment is not None and one.row.base is not None
    sheet = getattr(one.assignment, "sheet", None)
    marks: dict[str, Decimal | None] = {mark.criterion: mark.value for mark in sheet.marks.all()} if sheet else {}
    notes = sheet.notes if sheet else ""
    for change in one.changes:
        if change.name:
            marks[change.name] = Decimal(change.told)
        else:
            notes = change.told
    save_sheet(assignment=one.assignment, actor=actor, version=one.version, marks=marks, notes=notes, began_at=one.row.base.at, via=via)


@transaction.atomic
def give_workbooks(*, held: Round, actor: User, seats: Sequence[JudgeSeat]) -> None:
    """Record that somebody other than the judges took their workbooks, which show what they have typed so far."""
    note(actor=actor, action="judging.give_workbooks", object=f"round:{held.pk}", edition=held.edition.slug, after={"round": held.number, "seats": [seat.pk for seat in seats]})
