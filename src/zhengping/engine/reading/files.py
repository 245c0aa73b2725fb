"""IncomingFile -> what it holds: the files in a container, or a Document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from zhengping.engine.reading import archive, doc, docx, mail, odt, pdf, pictures, plain, rtf, sheet
from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.reading.kinds import CONTAINERS, PICTURES, kind
from zhengping.engine.record import Document, IncomingFile, Unreadable

_ADVICE = {"rar": "rar", "encrypted": "encrypted", "pptx": "slides", "ppt": "slides", "gz": "unknown-kind", "mht": "web-archive"}
_ENDINGS = {
    "docx": ("docx", "docm", "dotx"),
    "doc": ("doc", "dot", "wps"),
    "wps": ("wps", "doc"),
    "xlsx": ("xlsx", "xlsm", "et"),
    "xls": ("xls", "et"),
    "pdf": ("pdf",),
    "jpg": ("jpg", "jpeg"),
    "tif": ("tif", "tiff"),
    "html": ("html", "htm"),
}
_SECRET = re.compile(r"^[\s　]*(?:秘密|机密|绝密)[\s　]*(?:[★☆*＊][\s　]*(?:长期|\d+[\s　]*(?:年|个月|日)|启用前)?)?[\s　]*$")


def is_container(file: IncomingFile) -> bool:
    """Whether a file holds other files (zip, 7z, a mail, a mailbox)."""
    return kind(file.data[:8192] if file.data[:2] != b"PK" else file.data, file.name) in CONTAINERS


def unpack(file: IncomingFile) -> Iterator[IncomingFile | Unreadable]:
    """The files of one container, one level deep, lazily; what cannot be had is an `Unreadable` with its reason.

    Raises UnreadableFile where the container as a whole cannot be opened, or is nested more than five deep.
    """
    if sum(name.lower().endswith((".zip", ".7z", ".eml", ".msg", ".mbox")) for name in file.within) >= archive.MOST_DEPTH:
        raise UnreadableFile("too-deep")
    found = kind(file.data, file.name)
    if found == "zip":
        yield from archive.unpack_zip(file)
    elif found == "7z":
        yield from archive.unpack_7z(file)
    else:
        yield from mail.unpack(file, found)


def read(file: IncomingFile) -> Document:
    """Read one file that is no container.

    Raises UnreadableFile with the reason: empty, encrypted, damaged, too large, of no known kind, a scan without OCR, or marked 秘密/机密/绝密
    at the place where such a marking stands (then the caller must not keep the bytes).
    """
    if not file.data:
        raise UnreadableFile("empty")
    found = kind(file.data, file.name)
    if found in _ADVICE:
        raise UnreadableFile(_ADVICE[found])
    document = _read(file, found)
    if is_classified(document):
        raise UnreadableFile("classified")
    if not document.paragraphs:
        raise UnreadableFile("no-text")
    ending = file.name.rsplit(".", 1)[-1].lower() if "." in file.name else ""
    if found in _ENDINGS and ending not in _ENDINGS[found]:
        document = replace(document, notes=tuple(sorted({*document.notes, "wrong-ending"})))
    return document


def _read(file: IncomingFile, found: str) -> Document:
    data, sha256 = file.data, file.sha256
    if found == "docx":
        return docx.read(data, sha256)
    if found in ("doc", "wps"):
        return doc.read(data, sha256, found)
    if found == "pdf":
        return pdf.read(data, sha256)
    if found in ("xlsx", "xls", "ods", "csv"):
        return sheet.read(data, sha256, found)
    if found == "rtf":
        return rtf.read(data, sha256)
    if found in ("odt", "fodt"):
        return odt.read(data, sha256, flat=found == "fodt")
    if found == "ofd":
        return odt.read_ofd(data, sha256)
    if found == "html":
        return plain.read_html(data, sha256)
    if found in ("txt", "md"):
        return plain.read(data, sha256, found)
    if found in PICTURES:
        return pictures.read(data, sha256, found)
    raise UnreadableFile("unknown-kind", name=file.name[-40:])


def is_classified(document: Document) -> bool:
    """Whether a marking of secrecy stands where GB/T 9704 puts it: alone on a line at the top of the first page or in a header."""
    top = [p for p in document.paragraphs[:6] if p.kind in ("body", "heading", "cell", "textbox")]
    return any(_SECRET.match(p.text) for p in [*top, *(p for p in document.paragraphs if p.kind == "header")])
