"""Rows <-> the engine's values, packed; and the bytes of files by their sha256."""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from zhengping.engine import record
from zhengping.engine.rendering import slip
from zhengping.server.call.records import address, moment, qr
from zhengping.server.submission.models import Finding, Match, Submission, Version

_packed = msgspec.msgpack.Encoder()


def packed(value: Any) -> bytes:
    """An engine value as compressed MessagePack."""
    return zlib.compress(_packed.encode(value), 3)


def opened(data: bytes | memoryview, kind: Any) -> Any:
    """The engine value of a kind that `packed` made."""
    return msgspec.msgpack.decode(zlib.decompress(bytes(data)), type=kind)


# --- files -----------------------------------------------------------------------------------------------------------


def path_of(sha256: str, *, is_waiting: bool = False) -> Path:
    """Where the bytes of a file lie: apart from the others until it is known that they may be kept."""
    return settings.FILES / ("waiting" if is_waiting else sha256[:2]) / sha256


def store(file: BinaryIO | bytes, *, is_waiting: bool = False) -> tuple[str, int]:
    """Keep bytes under their sha256, on the disk before this returns; -> sha256 and size. Raises OSError with nothing half written."""
    chunks = [file] if isinstance(file, bytes) else iter(lambda: file.read(1 << 20), b"")
    held = settings.FILES / "waiting"
    held.mkdir(parents=True, exist_ok=True)
    made = held / f".{os.getpid()}-{os.urandom(8).hex()}"
    summed, size = hashlib.sha256(), 0
    try:
        with made.open("wb") as out:
            for chunk in chunks:
                summed.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        sha256 = summed.hexdigest()
        place = path_of(sha256, is_waiting=is_waiting)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not is_waiting or not path_of(sha256).exists():
            os.replace(made, place)
    finally:
        made.unlink(missing_ok=True)
    return sha256, size


def bytes_of(sha256: str) -> bytes:
    """The bytes of a file, kept or waiting. Raises FileNotFoundError, and ValueError where they are not what they were."""
    place = path_of(sha256)
    data = (place if place.exists() else path_of(sha256, is_waiting=True)).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"the bytes of {sha256} were changed")
    return data


def keep(sha256: str) -> None:
    """Move the bytes of a file to those that are kept."""
    waiting, place = path_of(sha256, is_waiting=True), path_of(sha256)
    if waiting.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(waiting, place)


def forget(sha256: str) -> None:
    """Destroy the bytes of a file that must not be kept."""
    for place in (path_of(sha256, is_waiting=True), path_of(sha256)):
        place.unlink(missing_ok=True)


def free() -> int:
    """Free bytes of the disk that holds the files."""
    return shutil.disk_usage(settings.DATA).free


# --- cases -----------------------------------------------------------------------------------------------------------


def split(case: record.Case) -> tuple[bytes, bytes]:
    """A case packed without its personal data, and those packed for themselves."""
    return packed(replace(case, personal=())), packed(case.personal)


def case_of(version: Version, number: int | None = None) -> record.Case:
    """The engine's Case of a version, with the number of its submission."""
    case: record.Case = opened(version.value, record.Case)
    return case if number is None else replace(case, number=number)


def personal_of(version: Version) -> tuple[record.PersonalDatum, ...]:
    """The personal data found in a version."""
    return opened(version.personal, tuple[record.PersonalDatum, ...]) if version.personal else ()


def coding_of(row: Any) -> record.Coding:
    """The engine's Coding of a row."""
    coding: record.Coding = opened(row.value, record.Coding)
    return coding


def finding_rows(submission: Submission, version: int, findings: Sequence[record.Finding]) -> list[Finding]:
    """Findings as rows."""
    return [
        Finding(
            submission=submission,
            version=version,
            kind=f.kind,
            severity=f.severity,
            quote=f.quote,
            paragraph=f.paragraph,
            start=f.start,
            end=f.end,
            suggestion=f.suggestion,
            values=[list(pair) for pair in f.values],
        )
        for f in findings
    ]


def passages_of(match: Match) -> list[record.Passage]:
    """The passages in common."""
    return [record.Passage(*row) for row in match.passages]


def entry(submission: Submission, case: record.Case, coding: record.Coding, mark: str = "") -> record.Entry:
    """A case as a row of the register."""
    case = replace(case, number=submission.number or 0, title=submission.title, unit=submission.unit, mark=mark)
    return record.Entry(case, replace(coding, case=submission.number or 0), edition=submission.edition.slug)


def surest(coding: record.Coding) -> float:
    """The least of the confidences that decide whether a person must look."""
    found = dict(coding.confidence)
    return min((found.get(name, 0.0) for name in ("division", "unit_type", "theme")), default=0.0)


def receipt(submission: Submission, version: Version) -> bytes:
    """The receipt as a PDF: number, title, unit, time, sha256 of the files, and the QR code of the page that verifies it."""
    edition = submission.edition
    link = address(reverse("submission:verify", args=[submission.pk, receipt_sign(submission, version)]))
    rows = [
        (_("案例编号"), str(submission.number)),
        (_("案例名称"), submission.title),
        (_("报送单位"), submission.unit),
        (_("收到时间"), moment(edition, version.intake.arrived_at)),
        (_("版本"), str(version.number)),
        (_("查询码"), submission.query_code),
        *((_("文件校验码"), sha256) for sha256 in version.documents),
    ]
    note = _("用手机扫描二维码或打开网址即可核验本回执。查询码用于查询、替换和撤回，请勿转发他人。")
    return slip(edition.name, _("报送回执"), rows, code=qr(link), notes=(note, link))


def receipt_sign(submission: Submission, version: Version) -> str:
    """What the verifying page checks: a short signature over number, version and files."""
    words = f"{submission.pk}:{submission.number}:{version.number}:{','.join(version.documents)}"
    return signing.Signer(salt="submission.receipt").signature(words)[:22]
