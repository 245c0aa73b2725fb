"""What the steps share: why something is refused, a case held against two writers, what persons and places are called."""

from __future__ import annotations

from zhengping.engine import tables
from zhengping.server.accounts.models import User
from zhengping.server.submission.models import Submission


class Refused(Exception):
    """It cannot be done; the message says why and what to do."""


class DiskFull(Refused):
    """No room for the files."""


class Stale(Exception):
    """Somebody else changed it in the meantime."""


def hold(submission: Submission, changed: int | None = None) -> Submission:
    """The row for changing, with the edition that was read with it. Raises Stale where it was changed since a page showed it."""
    is_known = Submission.edition.is_cached(submission)
    rows = Submission.objects.select_for_update(of=("self",))
    held = (rows if is_known else rows.select_related("edition", "body")).get(pk=submission.pk)
    if is_known:
        held.edition = submission.edition
        if Submission.body.is_cached(submission) and submission.body_id == held.body_id:
            held.body = submission.body
    if changed is not None and held.changed != changed:
        raise Stale
    return held


def name_of(actor: User | str) -> str:
    return actor if isinstance(actor, str) else f"user:{actor.pk}"


def place_name(division: str) -> str:
    return next((d.name for d in reversed(tables.divisions()) if d.number == division), "")
