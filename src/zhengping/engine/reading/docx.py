""".docx bytes -> Document: every word in document order, of nested tables, text boxes, insertions, headers and notes.

Tracked deletions and the fallback copies of drawings are left out. Only the needed members are read; lxml walks them once.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.reading.numbering import Numbering
from zhengping.engine.reading.package import names, open_zip, part, xml
from zhengping.engine.record import Document, Paragraph, Table

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_P, _R, _T, _TBL, _TR, _TC = (_W + name for name in ("p", "r", "t", "tbl", "tr", "tc"))
_SDT, _SDT_CONTENT = _W + "sdt", _W + "sdtContent"
_TEXTBOX = _W + "txbxContent"
_SKIPPED = frozenset(
    (_W + "del", _W + "moveFrom", _W + "rPr", _W + "pPr", _W + "instrText", _W + "delText", _W + "tblPr", _W + "tblGrid", _W + "sectPr",
     _W + "tcPr", _W + "trPr", _W + "sdtPr", _W + "commentRangeStart", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")
)
_BREAKS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-", _W + "ptab": "\t"}
_DRAWN = frozenset((_W + "drawing", _W + "pict", _W + "object", "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"))
_MOST_PARAGRAPHS = 200_000
_PICTURES = re.compile(r"word/media/.+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf)$", re.I)


def read(data: bytes, sha256: str) -> Document:
    """Read a .docx. Raises UnreadableFile for damaged, encrypted or hostile packages."""
    with open_zip(data) as archive:
        walk = Walk(archive)
        walk.story(main(archive), "body")
        for name in sorted((*names(archive, "word/header"), *names(archive, "word/footer"))):
            walk.story(name, "header" if "/header" in name else "footer")
        for name in ("word/footnotes.xml", "word/endnotes.xml"):
            if name in archive.NameToInfo:
                walk.story(name, "note")
        title, author, created = _properties(archive)
        pictures = sum(bool(_PICTURES.match(name)) for name in archive.namelist())
        noted = walk.notes | ({"macro"} if "word/vbaProject.bin" in archive.NameToInfo else set())
    tables = tuple(Table(tuple(map(tuple, rows))) for rows in walk.tables)
    return Document(
        sha256, "docx", tuple(walk.paragraphs), tables, title, author, created, pictures=pictures, notes=tuple(sorted(noted))
    )


def main(archive: zipfile.ZipFile) -> str:
    """The member that holds the text. Raises UnreadableFile where there is none."""
    if "word/document.xml" in archive.NameToInfo:
        return "word/document.xml"
    for name in archive.namelist():
        if re.fullmatch(r"word/document\d*\.xml", name):
            return name
    raise UnreadableFile("no-document")


def _properties(archive: zipfile.ZipFile) -> tuple[str, str, str]:
    """Title, author and date of creation from the core properties, each "" where missing."""
    try:
        root = xml(part(archive, "docProps/core.xml", 1 << 20))
    except (KeyError, UnreadableFile):
        return "", "", ""
    found = {etree.QName(child).localname: (child.text or "").strip() for child in root if isinstance(child.tag, str)}
    return found.get("title", ""), found.get("creator", ""), found.get("created", "")


class Walk:
    """Collects paragraphs and tables while walking the stories of one package; `drawn` is told of what is no text."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.paragraphs: list[Paragraph] = []
        self.tables: list[list[list[str]]] = []
        self.notes: set[str] = set()
        self.levels: dict[str, int] | None = None
        self.numbering = Numbering(archive)

    def story(self, name: str, kind: str) -> None:
        data = part(self.archive, name)
        if _STRICT in data[:2000]:
            data = data.replace(_STRICT, _W[1:-1].encode())
        root = xml(data)
        body = root.find(_W + "body")
        self.blocks(root if body is None else body, kind, None)

    def blocks(self, parent: etree._Element, kind: str, cell: tuple[int, int, int] | None) -> list[str]:
        """Walk block children of `parent`; return their texts (those of nested tables included)."""
        texts: list[str] = []
        for child in parent:
            tag = child.tag
            if tag == _P:
                texts += self.paragraph(child, kind, cell)
            elif tag == _TBL:
                texts += self.table(child, kind)
            elif tag not in _SKIPPED and isinstance(tag, str):
                texts += self.blocks(child, kind, cell)
        return texts

    def table(self, element: etree._Element, kind: str) -> list[str]:
        number = len(self.tables)
        rows: list[list[str]] = []
        self.tables.append(rows)
        texts: list[str] = []
        for row in children(element, _TR):
            cells: list[str] = []
            rows.append(cells)
            for column, cell in enumerate(children(row, _TC)):
                inside = self.blocks(cell, "cell", (number, len(rows) - 1, column))
                cells.append("\n".join(inside))
                texts += inside
        return texts

    def paragraph(self, element: etree._Element, kind: str, cell: tuple[int, int, int] | None) -> list[str]:
        if len(self.paragraphs) > _MOST_PARAGRAPHS:
            raise UnreadableFile("too-many-paragraphs", limit=_MOST_PARAGRAPHS)
        pieces: list[str] = []
        boxes: list[etree._Element] = []
        self.run(element, pieces, boxes)
        text = "".join(pieces).strip(" \t\n\r\u3000\xa0")
        texts: list[str] = []
        level = self.level(element) if text else 0
        if text:
            text = self.numbering.label(element) + text
        for line in text.split("\n") if text else ():
            line = line.strip(" \t\u3000\xa0")
            if line:
                self.add(line, "heading" if level and kind == "body" else kind, level, cell)
                texts.append(line)
        for box in boxes:
            texts += self.blocks(box, "textbox" if kind in ("body", "cell") else kind, cell)
        return texts

    def add(self, text: str, kind: str, level: int, cell: tuple[int, int, int] | None) -> None:
        table, row, column = cell or (None, 0, 0)
        self.paragraphs.append(Paragraph(text, kind, level, table, row, column))

    def run(self, element: etree._Element, pieces: list[str], boxes: list[etree._Element]) -> None:
        """Collect the text of a paragraph's runs; text boxes are put aside, since they hold paragraphs of their own."""
        for child in element:
            tag = child.tag
            if tag == _T:
                if child.text:
                    pieces.append(child.text)
            elif tag in _BREAKS:
                pieces.append(_BREAKS[tag])
            elif tag == _TEXTBOX:
                boxes.append(child)
            elif tag in _DRAWN:
                self.drawn(child)
                self.run(child, pieces, boxes)
            elif tag not in _SKIPPED:
                if tag == _W + "ins":
                    self.notes.add("tracked-changes")
                if len(child):
                    self.run(child, pieces, boxes)
            elif tag == _W + "del":
                self.notes.add("tracked-changes")

    def drawn(self, element: etree._Element) -> None:
        """A drawing, an object or a formula: nothing to read."""

    def level(self, element: etree._Element) -> int:
        """Outline level of a paragraph: its own, or its style's; 0 for running text."""
        properties = element.find(_W + "pPr")
        if properties is None:
            return 0
        outline = properties.find(_W + "outlineLvl")
        if outline is not None:
            value = outline.get(_W + "val", "9")
            return int(value) + 1 if value.isdigit() and int(value) < 9 else 0
        style = properties.find(_W + "pStyle")
        if style is None:
            return 0
        if self.levels is None:
            self.levels = _levels_of(self.archive)
        return self.levels.get(style.get(_W + "val", ""), 0)


def children(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, through content controls and tracked insertions, without deleted ones."""
    for child in element:
        if child.tag == tag:
            if tag != _TR or child.find(f"{_W}trPr/{_W}del") is None:
                yield child
        elif child.tag not in _SKIPPED and child.tag not in (_TR, _TC, _P):
            yield from children(child, tag)


_known_levels: dict[tuple[int, int], dict[str, int]] = {}


def _levels_of(archive: zipfile.ZipFile) -> dict[str, int]:
    """`_style_levels`, remembered by the sum in the directory, since the forms of one call share their styles."""
    info = archive.NameToInfo.get("word/styles.xml")
    key = (info.CRC, info.file_size) if info else (0, 0)
    if key not in _known_levels:
        if len(_known_levels) > 500:
            _known_levels.clear()
        _known_levels[key] = _style_levels(archive)
    return _known_levels[key]


def _style_levels(archive: zipfile.ZipFile) -> dict[str, int]:
    """Style id -> outline level, for headings and the title (0-based level of the file plus one)."""
    try:
        root = xml(part(archive, "word/styles.xml", 8 << 20))
    except (KeyError, UnreadableFile):
        return {}
    found: dict[str, int] = {}
    for style in root.iter(_W + "style"):
        name = style.find(_W + "name")
        label = (name.get(_W + "val", "") if name is not None else "").lower()
        match = re.fullmatch(r"(?:heading|标题)\s*(\d)", label)
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        if match:
            found[style.get(_W + "styleId", "")] = int(match[1])
        elif label in ("title", "标题"):
            found[style.get(_W + "styleId", "")] = 1
        elif outline is not None and outline.get(_W + "val", "9").isdigit() and int(outline.get(_W + "val", "9")) < 9:
            found[style.get(_W + "styleId", "")] = int(outline.get(_W + "val", "9")) + 1
    return found
