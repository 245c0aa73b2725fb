""".odt, .fodt and .ofd bytes -> Document."""

from __future__ import annotations

import re

from lxml import etree

from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.reading.package import open_zip, part, xml
from zhengping.engine.record import Document, Paragraph, Table

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_LEFT_OUT = frozenset((_TEXT + "tracked-changes", _OFFICE + "annotation", _TEXT + "note-citation", _OFFICE + "forms"))


def read(data: bytes, sha256: str, *, flat: bool = False) -> Document:
    """Read an OpenDocument text (zip, or flat XML). Raises UnreadableFile for encrypted or damaged ones."""
    if flat:
        root = xml(data)
    else:
        with open_zip(data) as archive:
            try:
                root = xml(part(archive, "content.xml"))
            except KeyError:
                raise UnreadableFile("no-document") from None
    body = root.find(f".//{_OFFICE}body")
    if body is None:
        raise UnreadableFile("encrypted" if not flat else "no-text")
    walk = _Walk()
    walk.blocks(body, "body", None)
    tables = tuple(Table(tuple(map(tuple, rows))) for rows in walk.tables)
    return Document(sha256, "odt", tuple(walk.paragraphs), tables)


class _Walk:
    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self.tables: list[list[list[str]]] = []

    def blocks(self, parent: etree._Element, kind: str, cell: tuple[int, int, int] | None) -> list[str]:
        texts: list[str] = []
        for child in parent:
            if child.tag in (_TEXT + "p", _TEXT + "h"):
                texts += self.paragraph(child, kind, cell)
            elif child.tag == _TABLE + "table":
                texts += self.table(child)
            elif child.tag not in _LEFT_OUT:
                texts += self.blocks(child, kind, cell)
        return texts

    def table(self, element: etree._Element) -> list[str]:
        number, texts = len(self.tables), list[str]()
        rows: list[list[str]] = []
        self.tables.append(rows)
        for row in element.iter(_TABLE + "table-row"):
            rows.append([])
            for column, cell in enumerate(row.findall(_TABLE + "table-cell")):
                inside = self.blocks(cell, "cell", (number, len(rows) - 1, column))
                rows[-1].append("\n".join(inside))
                texts += inside
        return texts

    def paragraph(self, element: etree._Element, kind: str, cell: tuple[int, int, int] | None) -> list[str]:
        pieces: list[str] = []
        boxes: list[etree._Element] = []
        _collect(element, pieces, boxes)
        level = int(element.get(_TEXT + "outline-level", "1")) if element.tag == _TEXT + "h" else 0
        table, row, column = cell or (None, 0, 0)
        texts = [line.strip() for line in "".join(pieces).split("\n") if line.strip()]
        self.paragraphs += [Paragraph(line, "heading" if level and kind == "body" else kind, level, table, row, column) for line in texts]
        for box in boxes:
            texts += self.blocks(box, "textbox", cell)
        return texts


def _collect(element: etree._Element, pieces: list[str], boxes: list[etree._Element]) -> None:
    pieces.append(element.text or "")
    for child in element:
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if name == "text-box":
            boxes.append(child)
        elif name in ("tab", "line-break", "s"):
            pieces.append({"tab": "\t", "line-break": "\n"}.get(name, " " * int(child.get(_TEXT + "c", "1") or 1)))
        elif child.tag not in _LEFT_OUT and name:
            _collect(child, pieces, boxes)
        pieces.append(child.tail or "")


def read_ofd(data: bytes, sha256: str) -> Document:
    """Read an OFD file (GB/T 33190): its text codes by page, joined to lines by their height on the page."""
    with open_zip(data) as archive:
        pages = sorted(
            (name for name in archive.namelist() if re.search(r"Pages/Page_\d+/Content\.xml$", name)),
            key=lambda name: (name.split("Pages/")[0], int(re.findall(r"Page_(\d+)", name)[-1])),
        )
        paragraphs = [Paragraph(line, page=at) for at, name in enumerate(pages, 1) for line in _ofd_lines(xml(part(archive, name)))]
    if not paragraphs:
        raise UnreadableFile("no-text")
    return Document(sha256, "ofd", tuple(paragraphs), pages=len(pages))


def _ofd_lines(root: etree._Element) -> list[str]:
    placed: list[tuple[float, float, str]] = []
    for item in root.iter("{*}TextObject"):
        box = (item.get("Boundary") or "0 0 0 0").split()
        text = "".join(code.text or "" for code in item.iter("{*}TextCode"))
        placed.append((round(float(box[1]), 0), float(box[0]), text))
    lines: dict[float, list[str]] = {}
    for height, _, text in sorted(placed):
        lines.setdefault(height, []).append(text)
    return ["".join(texts).strip() for texts in lines.values() if "".join(texts).strip()]
