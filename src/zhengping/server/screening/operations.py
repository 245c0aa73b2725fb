"""Marking, putting in order, sending up under seal, giving back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import record
from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.call.models import Body
from zhengping.server.screening import queries, records
from zhengping.server.screening.models import MARK_NAMES, Mark, Seal
from zhengping.server.submission.models import Submission
from zhengping.server.submission.operations import readers


class Refused(Exception):
    """It cannot be done; the message says why and what to do."""


class Stale(Exception):
    """Somebody else marked it in the meantime."""


def _held(body: Body) -> Body:
    """The body's row, locked; whoever marks or seals waits here. Raises Refused once it is sealed."""
    held = Body.objects.select_for_update(of=("self",)).select_related("edition").get(pk=body.pk)
    if queries.seal_of(held):
        raise Refused(_("名单已经盖章上报，不能再修改。如需修改，请联系组织方退回。"))
    return held


@transaction.atomic
def mark(*, body: Body, submission: Submission, actor: User, mark: str, reason: str = "", changed: int | None = None) -> Mark | None:
    """Mark a case as recommended, general or declined; "" takes the mark back. Raises Refused and Stale.

    More than the quota can be marked, as one sorts; it cannot be sent up.
    """
    held = _held(body)
    if not queries.sent_up(held).filter(pk=submission.pk).exists():
        raise Refused(_("该案例不在可筛选的名单中：它可能已撤回，或下一级尚未上报。"))
    row = Mark.objects.filter(submission=submission, body=held).first()
    if changed is not None and (row.changed if row else 0) != changed:
        raise Stale
    before = {"mark": row.mark, "reason": row.reason} if row else None
    if not mark:
        if row:
            row.delete()
        row = None
    else:
        row = row or Mark(submission=submission, body=held, changed=0)
        row.order = row.order if row.mark == mark == "recommended" else 0
        row.mark, row.reason, row.by, row.changed = mark, reason[:300], actor, row.changed + 1
        row.save()
    key = f"submission:{submission.pk}"
    note(actor=actor, action="screening.mark", object=key, edition=held.edition.slug, before=before, after={"body": held.name, "mark": mark, "reason": reason})
    return row


@transaction.atomic
def put_in_order(*, body: Body, actor: User, numbers: Sequence[int]) -> None:
    """Number the recommended cases 1, 2 … in the order of these case numbers; those not named follow as they were."""
    held = _held(body)
    rows = list(Mark.objects.filter(body=held, mark="recommended").select_related("submission"))
    place = {number: at for at, number in enumerate(numbers)}
    rows.sort(key=lambda row: (place.get(row.submission.number, len(place)), row.order or 9999, row.submission.number or 0))
    before = {str(row.submission.number): row.order for row in rows}
    for at, row in enumerate(rows, 1):
        row.order = at
    Mark.objects.bulk_update(rows, ["order"])
    after = {str(row.submission.number): row.order for row in rows}
    note(actor=actor, action="screening.put_in_order", object=f"body:{held.pk}", edition=held.edition.slug, before=before, after=after)


def read_sheet(*, data: bytes, known: dict[int, Submission]) -> list[records.Row]:
    """The rows of an uploaded 汇总表, read in a process that can be killed. Raises Refused where it is no sheet or has no such columns."""
    answer = readers().read(record.IncomingFile("sheet.xlsx", data))
    if answer.document is None or not answer.document.tables:
        raise Refused(_("这个文件不是可读取的 Excel 表格，请上传 .xlsx 文件。"))
    try:
        return records.marks_in(answer.document.tables[0].rows, known)
    except ValueError as error:
        raise Refused(str(error)) from error


@transaction.atomic
def take_sheet(*, body: Body, actor: User, rows: Sequence[records.Row]) -> int:
    """Take over the rows of an uploaded 汇总表 that have nothing wrong; -> how many."""
    held = _held(body)
    cases = {case.number: case for case in queries.sent_up(held)}
    taken = 0
    for row in rows:
        if not row.wrong and row.number in cases:
            kept = mark(body=held, submission=cases[row.number], actor=actor, mark=row.mark, reason=row.reason)
            if kept and row.order:
                Mark.objects.filter(pk=kept.pk).update(order=row.order)
            taken += 1
    return taken


@transaction.atomic
def seal(*, body: Body, actor: User, for_body: bool = False, reason: str = "") -> Seal:
    """Send a body's list up; afterwards nothing changes unless the organiser returns it. Raises Refused where a quota is exceeded or a case unmarked."""
    held = _held(body)
    for quota in queries.quotas(held):
        if not quota.is_kept:
            name = MARK_NAMES[quota.mark]
            raise Refused(_("“{name}”已标 {used} 个，名额 {most} 个，请先减少。").format(name=name, used=quota.used, most=quota.most))
    cases = list(queries.sent_up(held).order_by("number"))
    marks = queries.marks_of(held)
    left = [case.number for case in cases if case.pk not in marks]
    if left:
        raise Refused(_("还有 {count} 个案例没有标注（编号 {first} 等），请先标注。").format(count=len(left), first=left[0]))
    waiting = [child.name for child in Body.objects.filter(parent=held) if not queries.seal_of(child)]
    if waiting and not for_body:
        raise Refused(_("下一级还有 {count} 个单位没有上报（{first} 等）。").format(count=len(waiting), first=waiting[0]))
    rows = records.rows(held, cases, marks)
    try:
        with transaction.atomic():
            made = Seal.objects.create(
                edition=held.edition, body=held, at=timezone.now(), by=actor, for_body=for_body, reason=reason[:300], rows=rows, hash=records.hashed(rows)
            )
    except IntegrityError:
        raise Refused(_("名单刚刚已由他人上报。")) from None
    after = {"hash": made.hash, "cases": len(rows), "for_body": for_body, "reason": reason}
    note(actor=actor, action="screening.seal", object=f"body:{held.pk}", edition=held.edition.slug, after=after)
    return made


@transaction.atomic
def give_back(*, seal: Seal, actor: User, why: str) -> None:
    """The organiser returns a list to its body, with the reason; the old seal stays on record."""
    held = Seal.objects.select_for_update(of=("self",)).select_related("edition").get(pk=seal.pk)
    if held.returned_at:
        return
    held.returned_at, held.returned_by, held.returned_why = timezone.now(), actor, why[:300]
    held.save(update_fields=["returned_at", "returned_by", "returned_why"])
    note(actor=actor, action="screening.give_back", object=f"body:{held.body_id}", edition=held.edition.slug, after={"hash": held.hash, "why": why})


@transaction.atomic
def seal_for(*, body: Body, actor: User, why: str) -> Seal:
    """The organiser sends up the list of a body that does not answer: what is unmarked counts as general. Raises Refused where a quota is exceeded."""
    held = _held(body)
    marked = Mark.objects.filter(body=held).values("submission")
    for submission in queries.sent_up(held).exclude(pk__in=marked):
        mark(body=held, submission=submission, actor=actor, mark="general", reason=_("组织方代为标注"))
    return seal(body=held, actor=actor, for_body=True, reason=why)
