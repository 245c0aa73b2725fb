"""Zip packages (docx, xlsx, odt, ofd, zip) opened safely: sizes, ratio, count and names are told from the central directory first."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from zhengping.engine.reading.errors import UnreadableFile

MOST_FILES = 20_000
MOST_BYTES = 4 << 30
MOST_RATIO = 200
MOST_PART = 64 << 20


def open_zip(data: bytes, *, encoding: str | None = None) -> zipfile.ZipFile:
    """Open a zip after checking its directory. Raises UnreadableFile for a broken, too large or too dense one."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data), metadata_encoding=encoding)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError, LookupError):
        raise UnreadableFile("truncated-archive") from None
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    if len(infos) > MOST_FILES:
        raise UnreadableFile("too-many", count=len(infos), limit=MOST_FILES)
    if total > MOST_BYTES or (total > (100 << 20) and total > MOST_RATIO * max(1, len(data))):
        raise UnreadableFile("bomb", size=total >> 20)
    return archive


def part(archive: zipfile.ZipFile, name: str, most: int = MOST_PART) -> bytes:
    """One member's bytes, never more than `most` whatever its header says. Raises UnreadableFile, or KeyError for no such member."""
    info = archive.getinfo(name)
    if info.flag_bits & 1:
        raise UnreadableFile("encrypted")
    if info.file_size > most:
        raise UnreadableFile("part-too-big", size=info.file_size >> 20)
    return member(archive, info, most)


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """Decompress a member with a cap. Raises UnreadableFile for damaged or longer ones."""
    try:
        with archive.open(info) as file:
            data = file.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise UnreadableFile("encrypted-member" if info.flag_bits & 1 else "damaged-member") from None
    if len(data) > most:
        raise UnreadableFile("part-too-big", size=most >> 20)
    return data


_PARSER = {"resolve_entities": False, "no_network": True, "huge_tree": False, "remove_comments": True, "remove_pis": True}


def xml(data: bytes) -> etree._Element:
    """Parse XML that a stranger wrote: no entities, no network, no DOCTYPE (an external entity makes text vanish without a word)."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnreadableFile("doctype")
    try:
        return etree.fromstring(data, etree.XMLParser(**_PARSER))  # type: ignore[arg-type]
    except etree.XMLSyntaxError as error:
        reason = "too-deep" if "depth" in str(error).lower() else "damaged-xml"
        raise UnreadableFile(reason) from None


def names(archive: zipfile.ZipFile, start: str, end: str = ".xml") -> Iterator[str]:
    """Member names with that beginning and ending, in the archive's order."""
    return (name for name in archive.namelist() if name.startswith(start) and name.endswith(end))
