"""Codings of cases: by the machine, confirmed, undone, made again."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import lru_cache

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import chains, record
from zhengping.engine import coding as coder
from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.call import records as call_records
from zhengping.server.call.models import Edition
from zhengping.server.call.queries import body_of
from zhengping.server.submission import queries, records
from zhengping.server.submission.models import Coding, Submission
from zhengping.server.submission.operations.locking import Refused, hold, name_of, place_name

CODED = ["division", "place", "unit_type", "unit_level", "theme", "confidence", "is_coded_by_person", "changed"]


def check(edition: Edition, case: record.Case) -> chains.Checked:
    """Code and proofread a case by the edition's rules and what persons confirmed so far."""
    call, learnt = learnt_coder(edition.pk, edition.version, count_taught(edition))
    return chains.check(case, learnt, call)


def count_taught(edition: Edition) -> int:
    """How many confirmed cases the coder knows, in steps, so that it is not made anew for each."""
    count = queries.cases(edition).filter(is_coded_by_person=True).count()
    return count if count < 20 else count // 20 * 20


@lru_cache(maxsize=8)
def learnt_coder(edition: int, version: int, taught: int) -> tuple[record.Edition, coder.Coder]:
    row = Edition.objects.get(pk=edition)
    call = call_records.call(row)
    return call, chains.coder(call, queries.confirmed_entries(row) if taught else ())


def keep_coding(submission: Submission, value: record.Coding, *, source: str, by: str, batch: str = "") -> Coding:
    row = Coding.objects.create(
        submission=submission, version=submission.current, source=source, by=by, at=timezone.now(), value=records.packed(value), batch=batch
    )
    show_coding(submission, value, is_by_person=source == "person")
    return row


def show_coding(submission: Submission, value: record.Coding, *, is_by_person: bool) -> None:
    submission.division = value.place.division
    submission.place = value.place.name[:80]
    submission.unit_type = value.unit_type[:20]
    submission.unit_level = value.unit_level[:10]
    submission.theme = value.themes[0] if value.themes else ""
    submission.confidence = 1.0 if is_by_person else records.surest(value)
    submission.is_coded_by_person = is_by_person


@transaction.atomic
def confirm_coding(*, submission: Submission, actor: User, changed: int | None, batch: str = "", **said: str) -> Submission:
    """A person confirms the coding of a case, or says what is right: `division`, `unit_type`, `unit_level`, `theme`. Raises Stale."""
    held = hold(submission, changed)
    row = queries.coding(held)
    if row is None:
        raise Refused(_("该案例还没有编码。"))
    value = records.coding_of(row)
    sources = dict.fromkeys(value.sources)
    if (division := said.get("division", "")) and division != value.place.division:
        name = place_name(division)
        if not name:
            raise Refused(_("没有代码为“{code}”的行政区划，请从提示中选择。").format(code=division))
        value = replace(value, place=record.Place(division, name, confidence=1.0))
        sources["division"] = None
    for name in ("unit_type", "unit_level"):
        if said.get(name) and said[name] != getattr(value, name):
            value = replace(value, **{name: said[name]})
            sources[name] = None
    if (theme := said.get("theme", "")) and (not value.themes or theme != value.themes[0]):
        value = replace(value, themes=(theme, *(t for t in value.themes if t != theme)))
        sources["theme"] = None
    before = {"division": held.division, "unit_type": held.unit_type, "unit_level": held.unit_level, "theme": held.theme}
    confidence = tuple((name, 1.0) for name, _share in value.confidence)
    value = replace(value, confidence=confidence, sources=tuple(sources))
    keep_coding(held, value, source="person", by=name_of(actor), batch=batch)
    if held.intake.body_id is None and held.division != before["division"]:
        held.body = body_of(held.edition, held.division)
    held.changed += 1
    held.save(update_fields=[*CODED, "body"])
    after = {"division": held.division, "unit_type": held.unit_type, "unit_level": held.unit_level, "theme": held.theme}
    note(actor=actor, action="submission.confirm_coding", object=f"submission:{held.pk}", edition=held.edition.slug, before=before, after=after)
    return held


def confirm_many(*, edition: Edition, actor: User, above: float) -> tuple[str, int]:
    """Confirm all codings above a confidence as one step; -> the step's name, by which it can be undone, and how many."""
    batch = secrets.token_hex(8)
    count = 0
    with transaction.atomic():
        for row in queries.cases(edition).filter(is_coded_by_person=False, confidence__gte=above).select_related("edition", "intake"):
            confirm_coding(submission=row, actor=actor, changed=None, batch=batch)
            count += 1
    return batch, count


@transaction.atomic
def undo_codings(*, edition: Edition, actor: User, batch: str = "", coding: int | None = None) -> int:
    """Take back a person's coding or a whole step; what counted before counts again. -> how many."""
    own = Q(batch=batch) if batch else Q(pk=coding)
    rows = Coding.objects.filter(own, submission__edition=edition, source="person", undone_at=None).select_related("submission")
    count = 0
    for row in rows:
        held = hold(row.submission)
        row.undone_at = timezone.now()
        row.save(update_fields=["undone_at"])
        before = queries.coding(held)
        if before:
            show_coding(held, records.coding_of(before), is_by_person=before.source == "person")
        held.changed += 1
        held.save(update_fields=CODED)
        note(actor=actor, action="submission.undo_coding", object=f"submission:{held.pk}", edition=edition.slug, before={"coding": row.pk})
        count += 1
    return count


def code_again(*, edition: Edition) -> int:
    """Code the cases that no person confirmed anew, with what persons taught since; -> how many changed."""
    count = 0
    for row in queries.cases(edition).filter(is_coded_by_person=False).select_related("edition"):
        own = queries.coding(row)
        if own is None or own.source != "machine":
            continue
            case = replace(records.case_of(queries.current(row)), title=row.title, unit=row.unit)
        value = check(edition, case).coding
        if (value.themes[:1], records.surest(value)) != ((row.theme,) if row.theme else (), row.confidence):
            with transaction.atomic():
                held = hold(row)
                if not held.is_coded_by_person:
                    keep_coding(held, value, source="machine", by="machine")
                    held.save(update_fields=CODED)
                    count += 1
    return count
