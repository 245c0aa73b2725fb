"""First bytes of a file -> its real kind, since endings lie."""

from __future__ import annotations

import io
import re
import zipfile

_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"\x1f\x8b", "gz"),
)
_MAIL = re.compile(
    rb"\A(?:[!-9;-~]{1,60}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n){2,}", re.ASCII
)
_MAIL_WORDS = re.compile(rb"^(?:from|to|subject|received|mime-version|message-id|return-path|date):", re.I | re.M)
CONTAINERS = frozenset(("zip", "7z", "eml", "mbox", "msg"))
PICTURES = frozenset(("jpg", "png", "tif", "gif", "bmp"))


def kind(data: bytes, name: str = "") -> str:
    """The kind of a file: docx doc xlsx xls pptx odt ods ofd pdf rtf html txt md csv eml mbox msg zip 7z rar jpg png tif … or "".

    The bytes decide; the ending of `name` only tells text kinds apart and .doc from .wps.
    """
    if not data:
        return ""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return _zip_kind(data)
    start = data[:1024].lstrip(b"\xef\xbb\xbf\x00 \t\r\n")
    for magic, found in _MAGIC:
        if data.startswith(magic) or start.startswith(magic):
            return _ole_kind(data, ending) if found == "ole" else found
    if data[:5] == b"From " and b"\n" in data[:300]:
        return "mbox"
    if _MAIL.match(data[:8192]) and _MAIL_WORDS.search(data[:8192]) and ending not in ("txt", "md", "csv", "html", "htm"):
        return "eml"
    if ending in ("eml", "mbox"):
        return ending
    return _text_kind(data, start, ending)


def _text_kind(data: bytes, start: bytes, ending: str) -> str:
    low = start[:600].lower()
    if low.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<meta")) or (b"<html" in low and low.startswith((b"<?xml", b"<!--"))):
        return "html"
    if b"office:document" in low and low.startswith(b"<?xml"):
        return "fodt"
    if data.startswith((b"MIME-Version:", b"mime-version:")) and b"multipart/related" in data[:2000]:
        return "mht"
    if ending in ("md", "markdown"):
        return "md"
    if ending == "csv":
        return "csv"
    if ending in ("html", "htm"):
        return "html"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or not _is_binary(data):
        return "txt"
    return ""


def _is_binary(data: bytes) -> bool:
    sample = data[:4096]
    odd = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in sample)
    return b"\x00" in sample or odd * 50 > len(sample)


def _zip_kind(data: bytes) -> str:
    """What a zip holds, by the names in its central directory; "zip" if nothing known or the directory is broken."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {info.filename for info in archive.infolist()[:2000]}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        if b"word/" in data[:4000] or b"[Content_Types].xml" in data[:200]:
            return "docx"
        return "zip"
    if "word/document.xml" in names or any(re.fullmatch(r"word/document\d*\.xml", name) for name in names):
        return "docx"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if any(name.startswith("ppt/") for name in names):
        return "pptx"
    if "OFD.xml" in names:
        return "ofd"
    if "content.xml" in names and "mimetype" in names:
        return "ods" if b"opendocument.spreadsheet" in data[:200] else "odt"
    return "docx" if "[Content_Types].xml" in names and "_rels/.rels" in names else "zip"


def _ole_kind(data: bytes, ending: str) -> str:
    """The application of an OLE container by the names of its streams (UTF-16 in the directory)."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return "encrypted"
    if holds("WordDocument"):
        return "wps" if ending == "wps" else "doc"
    if holds("Workbook") or holds("Book"):
        return "xls"
    if holds("__properties_version1.0"):
        return "msg"
    if holds("PowerPoint Document"):
        return "ppt"
    return "doc" if ending in ("doc", "wps", "dot") else ""
