"""Matches between cases, and what is decided of matches, findings, files and earlier cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from zhengping.engine import originality, record
from zhengping.server.accounts.models import User
from zhengping.server.among import among
from zhengping.server.audit.operations import note
from zhengping.server.call.models import Edition
from zhengping.server.submission import queries
from zhengping.server.submission.models import EarlierCase, Finding, Incoming, Intake, Match, Submission, Text, Version
from zhengping.server.submission.operations.locking import Stale, hold, name_of


def compare(*, edition: Edition) -> int:
    """Compare the cases that were not compared yet with all others and with earlier editions; -> how many matches are new."""
    new = list(queries.to_compare(edition).select_related("edition")[:5000])
    if not new:
        return 0
    ids = {row.pk for row in new}
    changed = {row.pk: row.changed for row in new}
    rows = list(queries.cases(edition))
    texts = dict(Text.objects.filter(submission__in=among(row.pk for row in rows)).values_list("submission_id", "words"))
    firsts = {v[0]: v[2] for v in Version.objects.filter(submission__in=among(row.pk for row in rows)).order_by("number").values_list("submission_id", "number", "documents")}
    values = [record.Case(row.pk, row.title, row.unit, tuple(texts.get(row.pk, "").split("\n")), documents=tuple(firsts.get(row.pk, ()))) for row in rows]
    before = list(queries.earlier(edition))
    found = originality.match(values, [("earlier", record.Case(e.pk, e.title, e.unit, tuple(e.text.split("\n")))) for e in before])
    with transaction.atomic():
        Match.objects.filter(Q(submission__in=among(ids)) | Q(other__in=among(ids)), decision="").delete()
        made = [_match(edition, m) for m in found if m.case in ids or (not m.edition and m.other in ids)]
        kept = Match.objects.bulk_create(made, ignore_conflicts=True)
        touched = {pk for m in made for pk in (m.submission_id, m.other_id) if pk} | ids
        _count_matches(touched)
        same = [pk for pk, count in Submission.objects.select_for_update().filter(pk__in=among(ids)).order_by("pk").values_list("pk", "changed") if count == changed[pk]]
        Submission.objects.filter(pk__in=among(same)).update(compared_at=timezone.now())
        note(actor="machine", action="submission.compare", object=f"edition:{edition.slug}", edition=edition.slug, after={"cases": len(ids), "matches": len(made)})
    return len(kept)


def _match(edition: Edition, found: record.Match) -> Match:
    passages = [[p.start, p.end, p.other_start, p.other_end] for p in found.passages]
    if found.edition:
        return Match(edition=edition, submission_id=found.case, earlier_id=found.other, kind=found.kind, share=found.share, passages=passages)
    return Match(edition=edition, submission_id=found.case, other_id=found.other, kind=found.kind, share=found.share, passages=passages)


def _count_matches(ids: Collection[int]) -> None:
    """Keep with each case how many of its matches are open."""
    counts: Counter[int] = Counter()
    for side in ("submission", "other"):
        counts.update(dict(Match.objects.filter(decision="", **{f"{side}__in": among(ids)}).values_list(side).annotate(Count("pk")).order_by()))
    wrong: dict[int, list[int]] = {}
    for pk, held in Submission.objects.filter(pk__in=among(ids)).values_list("pk", "open_matches").order_by("pk"):
        if held != counts[pk]:
            wrong.setdefault(counts[pk], []).append(pk)
    for count, keys in wrong.items():
        Submission.objects.filter(pk__in=among(keys)).update(open_matches=count)


@transaction.atomic
def decide_match(*, match: Match, actor: User, changed: int, decision: str, reason: str) -> None:
    """Say what a match is; "" takes the decision back. Raises Stale."""
    held = Match.objects.select_for_update(of=("self",)).select_related("edition").get(pk=match.pk)
    if held.changed != changed:
        raise Stale
    before = {"decision": held.decision, "reason": held.reason}
    held.decision, held.reason, held.changed = decision, reason[:300], held.changed + 1
    held.decided_by, held.decided_at = (actor, timezone.now()) if decision else (None, None)
    held.save()
    _count_matches([pk for pk in (held.submission_id, held.other_id) if pk])
    after = {"decision": decision, "reason": reason}
    note(actor=actor, action="submission.decide_match", object=f"match:{held.pk}", edition=held.edition.slug, before=before, after=after)


@transaction.atomic
def exclude(*, submission: Submission, actor: User, why: str) -> None:
    """Keep a case out of screening and judging for a reason; "" takes it in again."""
    held = hold(submission)
    before, held.excluded_why, held.changed = held.excluded_why, why[:300], held.changed + 1
    held.save(update_fields=["excluded_why", "changed"])
    note(actor=actor, action="submission.exclude", object=f"submission:{held.pk}", edition=held.edition.slug, before={"why": before}, after={"why": why})


@transaction.atomic
def decide_finding(*, finding: Finding, actor: User, state: str) -> None:
    """Dismiss a finding, or open it again."""
    held = Submission.objects.select_for_update().get(pk=finding.submission_id)
    before = finding.state
    finding.state, finding.decided_by = state, name_of(actor)
    finding.save(update_fields=["state", "decided_by"])
    held.open_findings = held.findings.filter(version=held.current, state="open").exclude(severity="notice").count()
    held.save(update_fields=["open_findings"])
    key = f"submission:{held.pk}"
    note(actor=actor, action="submission.decide_finding", object=key, edition=held.edition.slug, before={"state": before}, after={"finding": finding.kind, "state": state})


@transaction.atomic
def handle_file(*, file: Incoming, actor: User, state: str, words: str) -> None:
    """A person deals with a file that could not be read: `dismissed` with the reason, or `waiting` to read it again."""
    before = file.state
    file.state, file.handled, file.handled_by = state, words[:300], actor
    if state == "waiting":
        file.reason, file.attempts = "", 0
        Intake.objects.filter(pk=file.intake_id).update(state="reading")
    file.save(update_fields=["state", "handled", "handled_by", "reason", "attempts"])
    note(actor=actor, action="submission.handle_file", object=f"file:{file.pk}", edition=file.intake.edition.slug, before={"state": before}, after={"state": state, "words": words})


@transaction.atomic
def keep_earlier(*, edition: Edition, actor: User, name: str, entries: Sequence[record.Entry]) -> int:
    """Keep the cases of an earlier edition for comparing; those of the same name are replaced. -> how many."""
    EarlierCase.objects.filter(edition=edition, name=name).delete()
    EarlierCase.objects.bulk_create(
        EarlierCase(edition=edition, name=name, number=e.case.number or at, title=e.case.title[:300], unit=e.case.unit[:200], text=e.case.text)
        for at, e in enumerate(entries, 1)
    )
    Submission.objects.filter(edition=edition).update(compared_at=None)
    note(actor=actor, action="submission.keep_earlier", object=f"edition:{edition.slug}", edition=edition.slug, after={"name": name, "cases": len(entries)})
    return len(entries)
