"""Text, Markdown and HTML bytes -> Document."""

from __future__ import annotations

import re

from lxml import etree, html

from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.record import Document, Paragraph, Table

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BLOCKS = frozenset("p div li h1 h2 h3 h4 h5 h6 td th tr section article blockquote pre dt dd caption title header footer ul ol table body br".split())
_DROPPED = frozenset("script style noscript template svg head".split())


def decode(data: bytes) -> str:
    """Text of unknown encoding: byte order mark, else strict UTF-8, else GB18030 (which holds gb2312 and gbk)."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def read(data: bytes, sha256: str, kind: str = "txt") -> Document:
    """Read a text or Markdown file, one paragraph a line. Raises UnreadableFile where there is no text."""
    paragraphs = []
    for line in decode(data).replace("\x00", "").splitlines():
        heading = re.match(r"(#{1,6})\s+(.+)", line) if kind == "md" else None
        text = (heading[2] if heading else line).strip(" \t\u3000\ufeff")
        if text:
            paragraphs.append(Paragraph(text, "heading" if heading else "body", len(heading[1]) if heading else 0))
    if not paragraphs:
        raise UnreadableFile("no-text")
    return Document(sha256, kind, tuple(paragraphs))


def read_html(data: bytes, sha256: str) -> Document:
    """Read the visible text of an HTML page (also one named .doc), tables kept; scripts and styles are dropped."""
    declared = re.search(rb"charset=[\"']?([\w-]+)", data[:2000], re.I)
    text = decode(data) if not declared or declared[1].lower() in (b"utf-8", b"utf8") else _declared(data, declared[1])
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        root = html.document_fromstring(text)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise UnreadableFile("no-text") from None
    paragraphs: list[Paragraph] = []
    tables: list[Table] = []
    for table in root.iter("table"):
        rows = [tuple("".join(map(str, cell.itertext())).strip() for cell in row.iter("td", "th")) for row in table.iter("tr")]
        tables.append(Table(tuple(rows)))
    for line, level in _lines(root):
        paragraphs.append(Paragraph(line, "heading" if level else "body", level))
    if not paragraphs:
        raise UnreadableFile("no-text")
    return Document(sha256, "html", tuple(paragraphs), tuple(tables), title=(root.findtext(".//title") or "").strip())


def _declared(data: bytes, name: bytes) -> str:
    encoding = "gb18030" if name.lower() in (b"gb2312", b"gbk") else name.decode("ascii")
    try:
        return data.decode(encoding, "replace")
    except LookupError:
        return decode(data)


def _lines(root: etree._Element) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    pieces: list[str] = []

    def end(level: int = 0) -> None:
        text = re.sub(r"\s+", " ", "".join(pieces)).strip()
        pieces.clear()
        if text:
            found.append((text, level))

    def walk(element: etree._Element, level: int) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _DROPPED or not tag:
            return
        block = tag in _BLOCKS
        if block:
            end(level)
        inner = int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else level
        pieces.append(element.text or "")
        for child in element:
            walk(child, inner)
            pieces.append(child.tail or "")
        if block:
            end(inner)

    walk(root, 0)
    end()
    return found
