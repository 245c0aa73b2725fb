""".eml, .mbox, .msg bytes -> the files a mail carried: its text and its attachments, names and old Chinese encodings decoded."""

from __future__ import annotations

import email
import email.policy
import io
import re
from datetime import datetime
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.record import IncomingFile

_MOST_PARTS = 500
_MOST_DEPTH = 20
_MOST_HEADERS = 1 << 20


def unpack(file: IncomingFile, kind: str) -> tuple[IncomingFile, ...]:
    """The text and the attachments of a mail, or the mails of a mailbox. Raises UnreadableFile for hostile or empty ones."""
    if kind == "mbox":
        return _mails(file)
    if kind == "msg":
        return _outlook(file)
    head = re.split(rb"\r?\n\r?\n", file.data[: _MOST_HEADERS + 4], maxsplit=1)
    if len(head) < 2 and len(file.data) > _MOST_HEADERS:
        raise UnreadableFile("endless-headers")
    message = email.message_from_bytes(file.data, policy=email.policy.compat32)
    within = (*file.within, file.name)
    sender = parseaddr(_header(message, "From"))
    about = (_joined(*sender), _header(message, "Subject"), _moment(_header(message, "Date")))
    found = [IncomingFile(name, data, within, *about) for name, data in _parts(message)]
    if not found:
        raise UnreadableFile("empty-mail")
    return tuple(found)


def _joined(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address else name or address


def _header(message: Message, name: str) -> str:
    """A header decoded, gb2312 as gb18030 (which holds it, and 镕 and 堃 too)."""
    value = message.get(name)
    return _decoded(str(value)) if value else ""


def _decoded(value: str) -> str:
    pieces = []
    try:
        for piece, encoding in decode_header(re.sub(r"\r?\n\s+", " ", value)):
            if isinstance(piece, str):
                pieces.append(_raw(piece))
            else:
                pieces.append(_bytes(piece, encoding or ""))
    except (email.errors.HeaderParseError, ValueError):
        return value.strip()
    return "".join(pieces).strip()


def _raw(text: str) -> str:
    """Header text that was sent as bare bytes: surrogates are turned back and decoded."""
    if text.isascii():
        return text
    try:
        return _bytes(text.encode("ascii", "surrogateescape"), "")
    except UnicodeEncodeError:
        return text


def _bytes(data: bytes, encoding: str) -> str:
    name = encoding.lower().replace("_", "-")
    if name in ("gb2312", "gbk", "gb-2312", "gb18030", "hz-gb-2312"):
        return data.decode("gb18030" if name != "hz-gb-2312" else "hz", "replace")
    try:
        if name and name not in ("unknown-8bit", "us-ascii", "ascii", "8bit"):
            return data.decode(name)
    except (LookupError, UnicodeDecodeError):
        pass
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _moment(value: str) -> str:
    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, TypeError, IndexError):
        return ""


def _parts(message: Message, depth: int = 0) -> list[tuple[str, bytes]]:
    """(name, bytes) of the text and each attachment; the text is called 正文.txt or 正文.html."""
    if depth > _MOST_DEPTH:
        raise UnreadableFile("too-deep")
    found: list[tuple[str, bytes]] = []
    texts: dict[str, bytes] = {}
    for at, part in enumerate(_leaves(message, depth)):
        if at > _MOST_PARTS:
            raise UnreadableFile("too-many", count=at, limit=_MOST_PARTS)
        kind, name = part.get_content_type(), _name(part)
        if kind == "message/rfc822":
            inner = part.get_payload(0) if part.is_multipart() else None
            if isinstance(inner, Message):
                subject = _header(inner, "Subject") or "转发邮件"
                found.append((re.sub(r'[\\/:*?"<>|\r\n]', "_", subject)[:80] + ".eml", inner.as_bytes(policy=email.policy.compat32)))
            continue
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        if not name and kind in ("text/plain", "text/html"):
            text = _bytes(data, str(part.get_content_charset() or ""))
            key = "正文.txt" if kind == "text/plain" else "正文.html"
            texts[key] = texts.get(key, b"") + text.encode()
        elif data or name:
            found.append((name or f"附件{at}", data))
    keep = "正文.txt" if texts.get("正文.txt", b"").strip() else "正文.html"
    return ([(keep, texts[keep])] if texts.get(keep, b"").strip() else []) + found


def _leaves(message: Message, depth: int) -> list[Message]:
    """Parts that are no multipart themselves, forwarded mails whole."""
    if depth > _MOST_DEPTH:
        raise UnreadableFile("too-deep")
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        return [message]
    payload = message.get_payload()
    return [leaf for part in payload if isinstance(part, Message) for leaf in _leaves(part, depth + 1)]


def _name(part: Message) -> str:
    """File name of a part by RFC 2231 or 2047 or as bare bytes, without any folder."""
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        name = ""
    disposition = str(part.get("Content-Disposition") or "")
    old = re.search(r"filename\*=(?:gb2312|gbk)''([^;\s]+)", disposition, re.I)
    if old:
        octets = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), old[1].encode("ascii", "replace"))
        return octets.decode("gb18030", "replace")
    return re.split(r"[\\/]", _decoded(name))[-1].strip() if name else ""


def _mails(file: IncomingFile) -> tuple[IncomingFile, ...]:
    chunks = re.split(rb"(?:^|(?<=\n))From [^\r\n]*\r?\n", file.data)
    mails = [chunk for chunk in chunks if chunk.strip()]
    if not mails:
        raise UnreadableFile("empty-mail")
    stem = file.name.rsplit(".", 1)[0]
    within = (*file.within, file.name)
    return tuple(IncomingFile(f"{stem}-{at:04}.eml", mail, within) for at, mail in enumerate(mails, 1))


def _outlook(file: IncomingFile) -> tuple[IncomingFile, ...]:
    from oxmsg import Message as Outlook

    try:
        mail = Outlook.load(io.BytesIO(file.data))
        sent = mail.sent_date.isoformat() if isinstance(mail.sent_date, datetime) else ""
        about = (str(mail.sender or ""), str(mail.subject or ""), sent)
        body = (mail.body or "").encode() or (mail.html_body or "").encode()
        parts = [(a.file_name or "附件", a.file_bytes or b"") for a in mail.attachments]
    except Exception:  # the library raises many kinds on damaged containers
        raise UnreadableFile("damaged-mail") from None
    within = (*file.within, file.name)
    text = [("正文.txt" if mail.body else "正文.html", body)] if body.strip() else []
    found = tuple(IncomingFile(name, data, within, *about) for name, data in (*text, *parts))
    if not found:
        raise UnreadableFile("empty-mail")
    return found


