"""Work in the background: everything is a row first, so that whatever a dead process left behind is taken up again."""

from __future__ import annotations

import imaplib
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from django.db import close_old_connections

from zhengping.server.call.models import Edition
from zhengping.server.mail.models import Letter
from zhengping.server.submission import operations, queries
from zhengping.server.submission.models import Incoming, Intake, Submission

log = logging.getLogger(__name__)
BATCH = 40


def read_now(intake: Intake) -> str:
    """Read the files of an intake in this process, containers too, and make its cases; bulk is left to the worker.

    -> the address of its one case, empty where there are several or something else is to be told.
    """
    received = intake.received
    fresh = {file.sha256: document for file in received if (document := operations.read(incoming=file, is_counted=file.attempts > 0))}
    if received and len(fresh) == len(received):
        addresses = operations.draft(intake=intake, fresh=fresh, rows=received)
        return addresses[0] if len(addresses) == 1 else ""
    for _depth in range(6):
        waiting = list(intake.files.filter(state="waiting"))
        fresh |= {file.sha256: document for file in waiting if (document := operations.read(incoming=file))}
        if not waiting:
            operations.draft(intake=intake, fresh=fresh)
            break
    return queries.lone(intake)


def sweep_files() -> int:
    """Read waiting files, a batch at a time, by as many readers as there are; -> how many were taken up."""
    rows = list(queries.waiting().select_related("intake__edition")[:BATCH])
    if settings.READERS == 1:
        return sum(map(_read, rows))
    with ThreadPoolExecutor(settings.READERS, "sweep") as threads:
        return sum(threads.map(_read_apart, rows))


def _read_apart(file: Incoming) -> bool:
    """Read a file in a thread of its own, which has a connection of its own."""
    try:
        return _read(file)
    finally:
        close_old_connections()


def _read(file: Incoming) -> bool:
    try:
        operations.read(incoming=file)
    except Exception:  # one file's trouble is not the others'; its attempts are counted, the third gives it a reason
        log.exception("file %s was not read", file.pk)
        return False
    return True


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
    """Compare what was not compared yet; -> how many editions had such cases.

    While files still come in, it waits. A comparison is of the whole edition: afterwards an edition rests four times as long as that took, so that a
    steady stream of single cases leaves the worker time for all else.
    """
    done = 0
    for edition in Edition.objects.filter(pk__in=Submission.objects.filter(compared_at=None, number__isnull=False, withdrawn_at=None).values("edition")):
        begun = time.monotonic()
        if begun >= _rests_until.get(edition.pk, 0.0) and not Intake.objects.filter(edition=edition, state="reading", source__in=operations.OFFICIAL).exists():
            operations.compare(edition=edition)
            _rests_until[edition.pk] = time.monotonic() + 4 * (time.monotonic() - begun)
            done += 1
    return done


def sweep_leftovers() -> int:
    """Once an hour: bytes older than a day that no row names, as an upload leaves them that a full disk or a kill broke off; -> how many were removed."""
    if time.monotonic() - _last_tidying[0] < 3600:
        return 0
    _last_tidying[0] = time.monotonic()
    old = [path for path in (settings.FILES / "waiting").glob("*") if path.stat().st_mtime < time.time() - 86_400]
    left = [path for path in old if not Incoming.objects.filter(sha256=path.name).exists()]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def sweep_index() -> int:
    """Every two seconds: index for searching what got a number since, or was brought in whole, as by an import; -> how many cases."""
    if time.monotonic() - _last_index[0] < 2:
        return 0
    done = operations.index_left()
    if not done:
        _last_index[0] = time.monotonic()
    return done


def sweep_mailbox() -> int:
    """Fetch new letters, take in what they bring, answer what was drafted; -> how much was done."""
    done = _fetch() if settings.MAILBOX and _is_time() else 0
    for letter in Letter.objects.filter(state="waiting", kind="letter")[:BATCH]:
        try:
            operations.take_letter(letter=letter)
            done += 1
        except operations.DiskFull as error:
            Letter.objects.filter(pk=letter.pk).update(error=str(error)[:300])
    for intake in Intake.objects.filter(source="mail", state="drafted", answered_at=None)[:BATCH]:
        operations.answer(intake=intake)
        done += 1
    return done


_rests_until: dict[int, float] = {}  # by edition
_last_look = [0.0]
_last_tidying = [-3600.0]
_last_index = [-2.0]


def _is_time() -> bool:
    """Whether the mailbox was not looked into for a while."""
    if time.monotonic() - _last_look[0] < settings.MAILBOX_SECONDS:
        return False
    _last_look[0] = time.monotonic()
    return True


def _fetch() -> int:
    """New letters of the mailbox, by IMAP (RFC 3501): each is kept before the next is asked for, so that a crash costs nothing and brings none twice."""
    address = urlsplit(settings.MAILBOX)
    edition = Edition.objects.filter(slug=dict(parse_qsl(address.query)).get("edition", "")).first()
    if edition is None:
        log.error("the mailbox names no edition that exists")
        return 0
    kind = imaplib.IMAP4_SSL if address.scheme == "imaps" else imaplib.IMAP4
    done = 0
    with kind(address.hostname, address.port or (993 if address.scheme == "imaps" else 143), timeout=30) as box:
        box.login(unquote(address.username or ""), unquote(address.password or ""))
        box.select(unquote(address.path.strip("/")) or "INBOX", readonly=True)
        validity = (box.response("UIDVALIDITY")[1] or [b"0"])[0] or b"0"
        mailbox = f"{address.username}@{address.hostname}{address.path}#{validity.decode()}"
        known = set(Letter.objects.filter(mailbox=mailbox).values_list("uid", flat=True))
        uids = [uid.decode() for uid in box.uid("search", None, "ALL")[1][0].split()]
        for uid in uids:
            if uid not in known:
                answer = box.uid("fetch", uid, "(BODY.PEEK[])")[1]
                raw = next((part[1] for part in answer if isinstance(part, tuple)), None)
                if raw is not None:
                    operations.keep_letter(edition=edition, mailbox=mailbox, uid=uid, raw=raw)
                    done += 1
    return done
