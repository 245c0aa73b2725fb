""".rtf bytes -> Document: control words followed for characters, code pages and destinations, cells kept apart."""

from __future__ import annotations

import re

from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.record import Document, Paragraph, Table

_TOKEN = re.compile(rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)", re.S)
_LEFT_OUT = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata datastore listtable listoverridetable rsidtbl generator xmlnstbl fldinst "
    b"latentstyles bkmkstart bkmkend nonshppict filetbl revtbl header footer headerl headerr footerl footerr headerf footerf".split()
)
_BREAKS = {b"par": "\n", b"line": "\n", b"tab": "\t", b"cell": "\x07", b"row": "\x08", b"nestcell": "\x07", b"nestrow": "\x08", b"sect": "\n", b"page": "\n"}
_SIGNS = {b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•", b"emspace": " "}


def read(data: bytes, sha256: str) -> Document:
    """Read an RTF file. Raises UnreadableFile where it holds no text."""
    text = plain(data)
    tables: list[Table] = []
    paragraphs: list[Paragraph] = []
    rows: list[tuple[str, ...]] = []
    for chunk in re.split(r"(?<=[\n\x08])", text):
        if chunk.endswith("\x08") or "\x07" in chunk:
            cells = tuple(cell.strip() for cell in chunk.rstrip("\x08").split("\x07"))
            cells = cells[:-1] if cells and not cells[-1] else cells
            paragraphs += [Paragraph(c, "cell", 0, len(tables), len(rows), at) for at, c in enumerate(cells) if c]
            rows.append(cells)
            continue
        if rows and chunk.strip():
            tables.append(Table(tuple(rows)))
            rows = []
        if chunk.strip():
            paragraphs.append(Paragraph(chunk.strip()))
    if rows:
        tables.append(Table(tuple(rows)))
    if not paragraphs:
        raise UnreadableFile("no-text")
    return Document(sha256, "rtf", tuple(paragraphs), tuple(tables))


def plain(data: bytes) -> str:
    r"""The text of an RTF file; cells end with \x07, rows with \x08. Deleted revisions and field codes are left out."""
    out: list[str] = []
    waiting = bytearray()
    stack: list[tuple[bool, int]] = []
    ignored, skip, pending, page = False, 1, 0, "gb18030"

    def flush() -> None:
        if waiting:
            out.append(waiting.decode(page, "replace"))
            waiting.clear()

    for word, argument, octet, symbol, brace, run in _TOKEN.findall(data):
        if octet:
            if pending:
                pending -= 1
            elif not ignored:
                waiting.append(int(octet, 16))
            continue
        if run:
            kept = run[min(pending, len(run)) :]
            pending -= len(run) - len(kept)
            if not ignored:
                waiting.extend(kept)
            continue
        flush()
        if brace == b"{":
            stack.append((ignored, skip))
        elif brace == b"}":
            ignored, skip = stack.pop() if stack else (False, 1)
            pending = 0
        elif symbol:
            ignored = ignored or symbol == b"*"
            if not ignored and symbol in b"\\{}~":
                out.append(" " if symbol == b"~" else symbol.decode("ascii"))
        elif word == b"uc":
            skip = int(argument or 1)
        elif word == b"u" and argument:
            if not ignored:
                out.append(chr(int(argument) % 65536))
            pending = skip
        elif word == b"ansicpg" and argument:
            page = {b"936": "gb18030", b"950": "big5", b"65001": "utf-8", b"1252": "gb18030"}.get(argument, page)
        elif word in _LEFT_OUT or (word == b"deleted" and argument != b"0"):
            ignored = True
        elif not ignored:
            out.append(_BREAKS.get(word, _SIGNS.get(word, "")))
    flush()
    return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
