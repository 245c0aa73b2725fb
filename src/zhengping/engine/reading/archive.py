""".zip and .7z bytes -> the files in them, or a reason for each that cannot be had; nothing is ever written anywhere."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterator

from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.reading.package import member, open_zip
from zhengping.engine.record import Arrival, IncomingFile, Unreadable

MOST_DEPTH = 5
_MOST_MEMBER = 512 << 20
_JUNK = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$[^/]*$|\._[^/]*$)", re.I)


def unpack_zip(file: IncomingFile) -> Iterator[IncomingFile | Unreadable]:
    """Members one by one, in the order of the archive, both of two that bear one name.

    Names without the UTF-8 flag are read as GB18030 (Windows). A member with `../`, an absolute path or a link keeps its row with the
    reason and is not opened. Raises UnreadableFile where the archive as a whole is broken, encrypted or a bomb.
    """
    with open_zip(file.data, encoding="gb18030") as archive:
        infos = [info for info in archive.infolist() if not info.is_dir() and not _JUNK.search(info.filename)]
        if infos and all(info.flag_bits & 1 for info in infos):
            raise UnreadableFile("encrypted-archive")
        for info in infos:
            yield _member(file, archive, info)


def _member(file: IncomingFile, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IncomingFile | Unreadable:
    name = info.filename.replace("\\", "/")
    *folders, base = [part for part in name.split("/") if part]
    within = (*file.within, file.name, *folders)
    reason = _refused(name, info)
    if not reason:
        try:
            data = member(archive, info, _MOST_MEMBER)
            return IncomingFile(base, data, within, file.sender, file.subject, file.sent)
        except UnreadableFile as error:
            reason = error.reason
    arrival = Arrival(base or name, "", info.file_size, tuple(part for part in within if part != ".."), file.sender, file.subject, file.sent)
    return Unreadable(arrival, reason, (("name", name[:80]),))


def _refused(name: str, info: zipfile.ZipInfo) -> str:
    if ".." in name.split("/") or name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "unsafe-name"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "link"
    if any(ord(character) < 32 or character in "\u202e\u202d\u2066\u2067" for character in name):
        return "unsafe-name"
    if info.file_size > _MOST_MEMBER:
        return "part-too-big"
    return "encrypted-member" if info.flag_bits & 1 else ""


def unpack_7z(file: IncomingFile) -> Iterator[IncomingFile | Unreadable]:
    """Members of a 7z archive. Raises UnreadableFile for encrypted, broken or too large ones."""
    import py7zr
    from py7zr.io import BytesIOFactory

    try:
        with py7zr.SevenZipFile(io.BytesIO(file.data)) as archive:
            if archive.needs_password():
                raise UnreadableFile("encrypted-archive")
            listed = archive.list()
            total = sum(info.uncompressed for info in listed)
            if total > (1 << 29) or len(listed) > 20_000:
                raise UnreadableFile("bomb", size=total >> 20)
            factory = BytesIOFactory(_MOST_MEMBER)
            archive.extractall(factory=factory)
    except UnreadableFile:
        raise
    except py7zr.exceptions.PasswordRequired:
        raise UnreadableFile("encrypted-archive") from None
    except Exception:  # the library raises many kinds on damaged archives
        raise UnreadableFile("truncated-archive") from None
    for name, held in sorted(factory.products.items()):
        *folders, base = [part for part in name.replace("\\", "/").split("/") if part not in ("", "..")]
        if not _JUNK.search(name):
            held.seek(0)
            yield IncomingFile(base, held.read(), (*file.within, file.name, *folders), file.sender, file.subject, file.sent)
