"""Work in the background: everything is a row first, so that whatever a dead process left behind is taken up again."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections

from zhengping.server.call.models import Edition
from zhengping.server.submission import operations, queries
from zhengping.server.submission.models import Incoming, Intake

log = logging.getLogger(__name__)
BATCH = 40


def read_now(intake: Intake) -> None:
    """Read the files of an intake in this process, containers too, and make its cases; bulk is left to the worker."""
    for _depth in range(6):
        files = list(intake.files.filter(state="waiting").select_related("intake__edition"))
        if not files:
            break
        for file in files:
            operations.read(incoming=file)
    intake.refresh_from_db()
    if not intake.files.filter(state="waiting").exists() and intake.state == "reading":
        operations.draft(intake=intake)


def sweep_files() -> int:
    """Read waiting files, a batch at a time, by as many readers as there are; -> how many were taken up."""
    rows = list(queries.waiting().select_related("intake__edition")[:BATCH])
    if rows:
        with ThreadPoolExecutor(2, "sweep") as threads:
            list(threads.map(_read, rows))
    return len(rows)


def _read(file: Incoming) -> None:
    try:
        operations.read(incoming=file)
    except Exception:  # one file's trouble is not the others'; its attempts are counted, the third gives it a reason
        log.exception("file %s was not read", file.pk)
    finally:
        close_old_connections()


def sweep_drafts() -> int:
    """Make the cases of intakes whose files are read; -> how many intakes."""
    rows = list(queries.undrafted().select_related("edition")[:BATCH])
    for intake in rows:
        try:
            operations.draft(intake=intake)
        except Exception as error:
            log.exception("intake %s gave no cases", intake.pk)
            Intake.objects.filter(pk=intake.pk).update(error=type(error).__name__, state="failed")
    return len(rows)


def sweep_matches() -> int:
    """Compare what was not compared yet; -> how many editions had such cases. While files still come in, it waits."""
    done = 0
    for edition in Edition.objects.filter(pk__in=operations.Submission.objects.filter(compared_at=None, number__isnull=False, withdrawn_at=None).values("edition")):
        if not Intake.objects.filter(edition=edition, state="reading", source__in=operations.OFFICIAL).exists():
            operations.compare(edition=edition)
            done += 1
    return done


def sweep_mailbox() -> int:
    """Fetch new letters of the edition's mailbox; -> how many."""
    return 0
