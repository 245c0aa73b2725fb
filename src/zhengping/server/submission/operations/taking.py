"""Files that come in, by whatever way: an upload, a folder, words typed off paper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.call.models import Body, Edition
from zhengping.server.submission import records
from zhengping.server.submission.models import Incoming, Intake, Submission
from zhengping.server.submission.operations.comparing import handle_file
from zhengping.server.submission.operations.locking import DiskFull, Refused

SPARE = 200 << 20  # bytes of the disk that uploads must leave free


def receive(
    *,
    edition: Edition,
    source: str,
    files: Iterable[tuple[str, BinaryIO | bytes]],
    arrived_at: datetime,
    by: User | None = None,
    body: Body | None = None,
    replaces: Submission | None = None,
    letter: int | None = None,
    sender: str = "",
) -> Intake:
    """Keep files that arrived together; their rows are written when all bytes are on the disk. Raises DiskFull."""
    if records.free() < SPARE:
        raise DiskFull(_("服务器磁盘空间不足，暂时不能接收文件。文件未被保存，请联系组织方后再试。"))
    try:
        kept = [(name, *records.store(file, is_waiting=True)) for name, file in files]
    except OSError as error:
        raise DiskFull(_("服务器磁盘空间不足，暂时不能接收文件。文件未被保存，请联系组织方后再试。")) from error
    with transaction.atomic():
        if letter is not None and (known := Intake.objects.filter(letter=letter).first()):
            return known
        intake = Intake.objects.create(
            edition=edition, source=source, body=body, by=by, replaces=replaces, letter=letter, sender=sender, arrived_at=arrived_at,
            began_at=timezone.now() if source == "upload" else None,  # read at once
        )
        attempts = int(source == "upload")  # the page's own, counted before it begins
        rows = [Incoming(intake=intake, name=name[-300:] or "未命名", sha256=sha256, size=size, attempts=attempts) for name, sha256, size in kept]
        intake.received = Incoming.objects.bulk_create(rows)
        after = {"source": source, "files": [sha256 for _name, sha256, _size in kept], "body": body.name if body else ""}
        note(actor=by or (f"address:{sender}" if sender else ""), action="submission.receive", object=f"intake:{intake.pk}", edition=edition.slug, after=after)
    return intake


def take_folder(*, edition: Edition, folder: Path, by: User, arrived_at: datetime) -> Intake:
    """Take in every file of a folder of this machine, with the folders it stands in. Raises Refused where there is none, and DiskFull."""
    if not folder.is_dir():
        raise Refused(_("服务器上没有文件夹“{folder}”，请核对路径。").format(folder=folder))
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and not path.name.startswith((".", "~$")))
    if not paths:
        raise Refused(_("文件夹“{folder}”中没有文件。").format(folder=folder))
    if records.free() < SPARE + sum(path.stat().st_size for path in paths):
        raise DiskFull(_("服务器磁盘空间不足，暂时不能接收文件。文件未被保存，请联系组织方后再试。"))
    kept = []
    for path in paths:
        with path.open("rb") as file:
            kept.append((path, *records.store(file, is_waiting=True)))
    with transaction.atomic():
        intake = Intake.objects.create(edition=edition, source="folder", by=by, arrived_at=arrived_at, path=str(folder)[:500])
        Incoming.objects.bulk_create(
            (Incoming(intake=intake, name=path.name[-300:], within=list(path.relative_to(folder).parts[:-1]), sha256=sha256, size=size) for path, sha256, size in kept),
            batch_size=500,
        )
        after = {"source": "folder", "folder": str(folder), "files": len(kept)}
        note(actor=by, action="submission.receive", object=f"intake:{intake.pk}", edition=edition.slug, after=after)
    return intake


def retype(*, file: Incoming, actor: User, title: str, text: str) -> Intake:
    """A case from what a person typed off a file that no program could read; the file stays with it."""
    words = f"{title.strip()}\n\n{text.strip()}\n".encode()
    made = receive(edition=file.intake.edition, source="screener", files=[(f"{title.strip()[:60] or file.name}.txt", words)], arrived_at=file.intake.arrived_at, by=actor, body=file.intake.body)
    handle_file(file=file, actor=actor, state="dismissed", words=_("已人工录入"))
    return made
