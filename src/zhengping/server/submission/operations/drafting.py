"""What was read of an intake -> cases and versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import chains, reading, record
from zhengping.server.audit.operations import note
from zhengping.server.call.models import Body
from zhengping.server.call.queries import body_of, by_division
from zhengping.server.submission import queries, records
from zhengping.server.submission.models import Finding, Incoming, Intake, Submission, Text, Version
from zhengping.server.submission.operations.coding import count_taught, keep_coding, learnt_coder, show_coding
from zhengping.server.submission.operations.indexing import put_in_index, words_sought
from zhengping.server.submission.operations.own import give_number
from zhengping.server.submission.operations.reading import documents

CHUNK = 20  # cases written in one transaction
OFFICIAL = ("zip", "folder", "mail", "screener")  # sent by whom we know: numbered without a further confirmation


def draft(*, intake: Intake, fresh: Mapping[str, record.Document] | None = None, rows: Sequence[Incoming] = ()) -> list[str]:
    """Make the cases of an intake once all its files are read; done again after a fault it makes what is still missing. -> the addresses of those of now.

    `fresh` are documents just read, by sha256, `rows` those of its files where all are among them; the others are looked up. From upload pages they are drafts; what comes by letter, from a province
    or the organiser is numbered at once. Written in small transactions, so that a bulk of thousands keeps nobody waiting. Whoever comes second, page
    or worker, finds it done.
    """
    found, by_sha = documents(intake, fresh or {}, rows)
    made = reading.draft(found)
    noticed: dict[int, list[record.Finding]] = {}
    for finding in made.findings:
        noticed.setdefault(finding.case, []).append(finding)
    is_bulk = len(made.cases) > 1
    there = dict(intake.submissions.values_list("ordinal", "pk")) if is_bulk else {}
    missing = [case for case in made.cases if case.number not in there]
    call, learnt = learnt_coder(intake.edition_id, intake.edition.version, count_taught(intake.edition))
    bodies = by_division(intake.edition) if is_bulk else None
    addresses: list[str] = []
    for start in range(0, len(missing) or 1, CHUNK):
        chunk = [(case, chains.check(case, learnt, call)) for case in missing[start : start + CHUNK]]
        with transaction.atomic():
            intake.state = Intake.objects.select_for_update().values_list("state", flat=True).get(pk=intake.pk)
            if intake.state != "reading":
                break
            there.update(intake.submissions.filter(ordinal__in=[case.number for case, _checked in chunk]).values_list("ordinal", "pk").order_by())
            for case, checked in chunk:
                if case.number not in there:
                    submission = _kept(intake, case, checked, noticed.get(case.number, ()), bodies)
                    there[case.number] = submission.pk
                    addresses.append(submission.token)
            if start + CHUNK >= len(missing):
                _finish(intake, made.fates, by_sha, there)
    return addresses


def _finish(intake: Intake, fates: Sequence[record.Fate], by_sha: Mapping[str, Sequence[Incoming]], there: Mapping[int, int]) -> None:
    """Tell the files what became of them, and the intake, whose row is held, that its cases are made; `there` are their keys by their number in the intake."""
    for fate in fates:
        rows = [row.pk for row in by_sha.get(fate.sha256, ())]
        Incoming.objects.filter(pk__in=rows).update(role=fate.role, submission=there.get(fate.case))
    intake.state = "drafted"
    Intake.objects.filter(pk=intake.pk).update(state="drafted", drafted_at=timezone.now())


def _kept(intake: Intake, case: record.Case, checked: chains.Checked, noticed: Sequence[record.Finding], bodies: dict[str, Body] | None) -> Submission:
    """A case as a new submission, a new version of the one it replaces, or a copy of one that is there."""
    if intake.replaces_id:
        submission = Submission.objects.select_for_update().get(pk=intake.replaces_id)
        if submission.withdrawn_at is None:
            _add_version(submission, intake, case, checked, noticed, why=_("替换"))
        return submission
    if intake.source in OFFICIAL and case.documents:
        same = queries.arrived(intake.edition).filter(versions__documents__0=case.documents[0], title=case.title[:300]).first()
        if same:
            return same
    division = checked.coding.place.division or case.province
    submission = Submission(
        edition=intake.edition,
        intake=intake,
        ordinal=case.number,
        body=intake.body or body_of(intake.edition, division, bodies),
        title=case.title[:300] or _("（无标题）"),
        unit=(case.unit or checked.coding.unit)[:200],
        owner=intake.by if intake.source == "upload" else None,
        source=intake.source,
        arrived_at=intake.arrived_at,
        current=0,
    )
    for datum in case.personal:
        if datum.kind == "telephone" and not submission.contact_telephone:
            submission.contact_telephone = datum.value[:60]
        if datum.kind == "e-mail" and not submission.contact_email:
            submission.contact_email = datum.value[:254]
        if datum.kind == "person" and not submission.contact_name:
            submission.contact_name = datum.value[:60]
    submission.contact_email = submission.contact_email or intake.sender
    _add_version(submission, intake, case, checked, noticed)
    if intake.source in OFFICIAL:
        give_number(submission, actor=intake.by or "", via=intake.source)
    return submission


def _add_version(submission: Submission, intake: Intake, case: record.Case, checked: chains.Checked, noticed: Sequence[record.Finding], why: str = "") -> None:
    number = 1 + (submission.versions.aggregate(last=Max("number"))["last"] if submission.current else 0)
    value, personal = records.split(case)
    findings = (*noticed, *checked.findings)
    by = f"user:{intake.by_id}" if intake.by_id else "unit"
    submission.current = number
    if number > 1:
        submission.title = case.title[:300] or submission.title
        submission.unit = (case.unit or submission.unit)[:200]
    submission.characters = sum(not letter.isspace() for letter in case.text)
    submission.open_findings = sum(finding.severity != "notice" for finding in findings)
    submission.compared_at = None
    show_coding(submission, checked.coding, is_by_person=False)
    submission.changed += 1
    submission.save()
    Version.objects.create(
        submission=submission, number=number, intake=intake, value=value, personal=personal, documents=list(case.documents), why=why, by=by, at=timezone.now()
    )
    Finding.objects.bulk_create(records.finding_rows(submission, number, findings))
    also = Text.objects.filter(pk=submission.pk).values_list("also", flat=True).first() if number > 1 else None
    Text.objects.bulk_create([Text(submission=submission, words=case.text)], update_conflicts=True, unique_fields=["submission"], update_fields=["words"])
    if submission.number is not None:  # others are put there by the worker once they have a number: nobody looks for drafts
        put_in_index([(submission.pk, words_sought(submission.title, submission.unit, case.text, also))])
    keep_coding(submission, checked.coding, source="machine", by="machine")
    note(
        actor=by, action="submission.add_version", object=f"submission:{submission.pk}", edition=intake.edition.slug,
        after={"version": number, "documents": list(case.documents), "title": submission.title},
    )  # fmt: skip
