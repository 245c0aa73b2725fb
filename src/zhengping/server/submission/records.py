"""Rows <-> the engine's values, packed; and the bytes of files by their sha256."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from email import policy
from email.header import decode_header
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhengping.engine import record, tables
from zhengping.engine.rendering import slip
from zhengping.engine.text import length
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


def damage(sha256: str) -> str:
    """"missing" or "changed" where the bytes of a file are not what they were, "" where they are."""
    try:
        bytes_of(sha256)
    except FileNotFoundError:
        return "missing"
    except ValueError:
        return "changed"
    return ""


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


def is_receipt_sign(submission: Submission, version: Version, sign: str) -> bool:
    """Whether a receipt's signature is that of a version."""
    return constant_time_compare(receipt_sign(submission, version), sign)


# --- shown to people -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a paragraph to be marked, with the look and the anchor they get."""

    paragraph: int
    start: int
    end: int
    look: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A heading or paragraph of a shown text: pieces of text with look and anchor ("" for plain)."""

    pieces: tuple[tuple[str, str, str], ...]
    is_heading: bool = False
    paragraph: int = -1

    @property
    def html(self) -> SafeString:
        """The line as an element, whatever stands in it escaped."""
        if self.is_heading:
            return format_html("<h3>{}</h3>", self.pieces[0][0])
        return format_html("<p>{}</p>", mark_safe("".join(map(_piece, self.pieces))))


def _piece(piece: tuple[str, str, str]) -> str:
    text, look, anchor = piece
    if not look:
        return escape(text)
    return format_html('<mark class="{}" id="{}">{}</mark>', look, anchor, text) if anchor else format_html('<mark class="{}">{}</mark>', look, text)


def laid_out(case: record.Case, spans: Sequence[Span] = ()) -> list[Line]:
    """A case's text as lines to show, headings in their places; where spans overlap the first one wins."""
    by_paragraph: dict[int, list[Span]] = {}
    for span in spans:
        by_paragraph.setdefault(span.paragraph, []).append(span)
    headings: dict[int, list[str]] = {}
    for part in case.parts:
        headings.setdefault(part.first, []).append(part.heading)
    found = []
    for at, text in enumerate(case.paragraphs):
        found += [Line(((heading, "", ""),), True) for heading in headings.get(at, ()) if heading]
        found.append(Line(tuple(_pieces(text, by_paragraph.get(at, ()))), False, at))
    return found


def _pieces(text: str, spans: Sequence[Span]) -> list[tuple[str, str, str]]:
    pieces, done = [], 0
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        start, end = max(span.start, done), min(span.end, len(text))
        if end <= start:
            continue
        if start > done:
            pieces.append((text[done:start], "", ""))
        pieces.append((text[start:end], span.look or "mark", span.anchor))
        done = end
    if done < len(text):
        pieces.append((text[done:], "", ""))
    return pieces


def places(case: record.Case, passages: Sequence[tuple[int, int]], look: str, *, is_anchored: bool = True) -> list[Span]:
    """Stretches of `Case.text` as spans of its paragraphs, each stretch with an anchor of its own unless another text on the page has them."""
    starts, at = [], 0
    for text in case.paragraphs:
        starts.append(at)
        at += len(text) + 1
    found = []
    for number, (first, last) in enumerate(passages):
        for paragraph, (start, text) in enumerate(zip(starts, case.paragraphs, strict=True)):
            low, high = max(first, start), min(last, start + len(text))
            if low < high:
                found.append(Span(paragraph, low - start, high - start, look, f"p{number}" if is_anchored and first >= start else ""))
    return found


@dataclass(frozen=True, slots=True)
class PartState:
    """A part that the notice asks for and what the text has of it; `state` is "good", "missing" or "long"."""

    name: str
    size: int
    limit: int
    rule: str
    state: str
    paragraph: int


def parts_of(case: record.Case, rules: Iterable[record.PartRule]) -> list[PartState]:
    """The parts of the notice in a text, with their lengths in characters as Word counts them."""
    found = []
    for rule in rules:
        having = [part for part in case.parts if part.kind == rule.kind]
        size = sum(length("".join(case.paragraphs[part.first : part.last])) for part in having)
        bound = rule.limit * 1.1 if rule.rule == "左右" else rule.limit
        state = ("missing" if rule.required else "good") if not size else "long" if rule.limit and size > bound else "good"
        found.append(PartState(rule.name, size, rule.limit, rule.rule, state, having[0].first if having else -1))
    return found


def sentence(finding: Finding, language: str) -> str:
    """A finding as a sentence in "zh" or "en"."""
    values = (("quote", finding.quote), ("suggestion", finding.suggestion), *(tuple(pair) for pair in finding.values))
    try:
        return tables.sentence(finding.kind, values, language)
    except KeyError:
        return finding.kind


def masked(text: str) -> str:
    """A name, number or address of a person as others see it: its first character and asterisks."""
    return text[:1] + "***" if text else ""


def safe_name(name: str) -> str:
    """A file name without what a path, a header or a shell could read as more than a name."""
    name = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]', "_", name).strip(". ")
    return name[-120:] or "file"


# --- letters ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LetterHead:
    """What a letter says of itself: `kind` is "letter", "bounce" or "automatic"; `returned` are the Message-IDs that came back with it."""

    sender: str
    subject: str
    message_id: str
    kind: str
    returned: tuple[str, ...] = ()


_MACHINE = re.compile(r"mailer-daemon|postmaster|no-?reply|do-?not-?reply", re.I)
_AUTOMATIC = re.compile(r"自动(?:回复|答复|应答)|out of (?:the )?office|auto(?:matic)?[ -]?reply|已读回执|read receipt", re.I)
_RETURNED = re.compile(r"退信|投递失败|undeliver|delivery (?:status|failure)|returned mail|failure notice", re.I)


def letter_head(raw: bytes) -> LetterHead:
    """What the head of a letter says, and whether a machine wrote it (RFC 3834, RFC 3464): to machines nobody answers."""
    message = BytesParser(policy=policy.compat32).parsebytes(raw)
    sender = parseaddr(_decoded(message.get("From", "")))[1][:254]
    subject = " ".join(_decoded(message.get("Subject", "")).split())[:300]
    own = str(message.get("Message-ID", "")).strip()[:300]
    automatic = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower() != "no"
    automatic |= any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id"))
    automatic |= str(message.get("Precedence", "")).strip().lower() in ("bulk", "junk", "list", "auto_reply")
    is_report = message.get_content_type() == "multipart/report"
    from_nobody = str(message.get("Return-Path", "x")).strip() == "<>"
    if is_report or ((from_nobody or _MACHINE.search(sender)) and _RETURNED.search(subject)):
        ids = tuple(dict.fromkeys(found.decode("ascii", "replace") for found in re.findall(rb"<[^<>\s]{3,200}@[^<>\s]{1,200}>", raw)))
        return LetterHead(sender, subject, own, "bounce", tuple(one for one in ids if one != own))
    if automatic or from_nobody or _AUTOMATIC.search(subject) or _MACHINE.search(sender):
        return LetterHead(sender, subject, own, "automatic")
    return LetterHead(sender, subject, own, "letter")


def _decoded(value: object) -> str:
    """An encoded header as text, Chinese encodings read as GB18030."""
    words = []
    for part, charset in decode_header(str(value)):
        if isinstance(part, str):
            words.append(part)
            continue
        named = (charset or "utf-8").lower()
        try:
            words.append(part.decode("gb18030" if named in ("gb2312", "gbk") else named, "replace"))
        except LookupError:
            words.append(part.decode("utf-8", "replace"))
    return "".join(words)
