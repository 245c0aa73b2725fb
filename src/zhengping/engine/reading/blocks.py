"""The bytes of an original document -> blocks in reading order: lines, tables with merged cells, pictures, and what cannot be printed.

Nothing personal goes on: forms are taken apart into their lines (of which only the case's own are printed later), lists of persons are left out, and
what remains is masked as the text itself is.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from zhengping.engine.reading import doc, docx, labels
from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.reading.files import read
from zhengping.engine.reading.kinds import kind
from zhengping.engine.reading.package import open_zip, part, xml
from zhengping.engine.reading.printable import printable
from zhengping.engine.record import Block, Cell, IncomingFile, Paragraph, Table
from zhengping.engine.text import personal

_W = docx._W
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_V = "{urn:schemas-microsoft-com:vml}"
_EXTENT = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent"
_GRAPHIC = _A + "graphicData"
_POINT = 12700  # EMU
_MOST_PICTURES = 200
_PROSE = 60  # characters of a cell that tells rather than lists
_PERSONAL = labels.PERSONAL - {"post"}
_PICTURE_BYTES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1")


def blocks(file: IncomingFile) -> tuple[Block, ...]:
    """The blocks of a document. Raises UnreadableFile as `read` does.

    Pictures and merged cells are known of .docx (and of what old Word files become); of other kinds text and plain tables, with a block that says
    that pictures stayed behind.
    """
    found = kind(file.data, file.name)
    if found == "docx":
        return _of_docx(file.data)
    if found in ("doc", "wps"):
        made = doc.converted(file.data)
        told = _of_docx(made) if made else _plain(file)
        has_pictures = any(start in file.data for start in _PICTURE_BYTES) and not any(block.kind == "picture" for block in told)
        return (*told, Block("left", "left-pictures", values=(("kind", found),))) if has_pictures else told
    return _plain(file)


def _plain(file: IncomingFile) -> tuple[Block, ...]:
    document = read(file)
    made: list[Block] = []
    shown: dict[int, bool] = {at: _use(table.rows) == "table" for at, table in enumerate(document.tables)}
    done: set[int] = set()
    for paragraph in document.paragraphs:
        at = paragraph.table
        if paragraph.kind in ("header", "footer", "note"):
            continue
        if at is not None and shown.get(at):
            if at not in done:
                made.append(_grid(document.tables[at]))
            done.add(at)
        else:
            made.append(_line(paragraph))
    if document.pictures or document.kind in ("pdf", "rtf", "odt", "fodt", "ofd", "html"):
        made.append(Block("left", "left-pictures" if document.pictures else "left-kind-of-file", values=(("kind", document.kind),)))
    return tuple(made)


def _line(paragraph: Paragraph) -> Block:
    return Block("heading" if paragraph.kind == "heading" else "line", paragraph.text)


def _grid(table: Table) -> Block:
    columns = max(map(len, table.rows))
    cells = tuple(tuple(Cell(personal.mask(text)[0]) for text in (*row, *[""] * (columns - len(row)))) for row in table.rows)
    return Block("table", cells=cells, shares=(1 / columns,) * columns)


# --- what a table is -------------------------------------------------------------------------------------------------


def _use(rows: Sequence[Sequence[str]]) -> str:
    """What a table of texts is: "table" (to be printed as one), "form" (its lines count, not its lines and columns), "persons" or "" (empty)."""
    texts = [text for row in rows for text in row if text.strip()]
    if not texts:
        return ""
    if any(labels.field(text) in _PERSONAL for text in texts) and not _is_form(rows):
        return "persons"
    return "form" if _is_form(rows) or max(map(len, rows)) < 2 else "table"


def _is_form(rows: Sequence[Sequence[str]]) -> bool:
    """Labels with their values in two rows or more, or a part's heading beside its prose."""
    labelled, prose = 0, False
    for row in rows:
        having = [text.strip() for text in row if text.strip()]
        if not having:
            continue
        name = labels.field(having[0])
        labelled += bool(name in ("title", "unit", "theme", *labels.PERSONAL) and (len(having) < 2 or not labels.field(having[1])))
        prose = prose or (len(having) > 1 and labels.part(having[0]) != "other" and len(having[0]) <= 24 and len(having[-1]) > _PROSE * 3)
    return labelled >= 2 or prose


# --- .docx -----------------------------------------------------------------------------------------------------------


def _of_docx(data: bytes) -> tuple[Block, ...]:
    with open_zip(data) as archive:
        main = docx.main(archive)
        walk = _Walk(archive, _targets(archive, main))
        walk.story(main, "body")
    return tuple(walk.made)


def _targets(archive: zipfile.ZipFile, main: str) -> dict[str, str]:
    """Relation id -> member name; "" for what lies outside of the package."""
    folder, name = posixpath.split(main)
    try:
        root = xml(part(archive, f"{folder}/_rels/{name}.rels", 8 << 20))
    except (KeyError, UnreadableFile):
        return {}
    found = {}
    for relation in root:
        target = relation.get("Target", "")
        inside = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[relation.get("Id", "")] = "" if relation.get("TargetMode") == "External" else inside
    return found


@dataclass(slots=True)
class _Open:
    """A cell still growing downwards: where it stands and what it spans."""

    row: int
    at: int
    columns: int


class _Walk(docx.Walk):
    """The walk of the reader, in which lines, tables and pictures are kept in their order."""

    def __init__(self, archive: zipfile.ZipFile, targets: dict[str, str]) -> None:
        super().__init__(archive)
        self.targets = targets
        self.made: list[Block] = []
        self.drawings: list[Block] = []
        self.pictures = 0
        self.known: dict[tuple[str, float, tuple[float, ...]], Block] = {}

    def add(self, text: str, kind: str, level: int, cell: tuple[int, int, int] | None) -> None:
        super().add(text, kind, level, cell)
        self.made.append(Block("heading" if level and kind == "body" else "line", text))

    def paragraph(self, element: etree._Element, kind: str, cell: tuple[int, int, int] | None) -> list[str]:
        before, self.drawings = self.drawings, []
        texts = super().paragraph(element, kind, cell)
        self.made += self.drawings
        self.drawings = before
        return texts

    def table(self, element: etree._Element, kind: str) -> list[str]:
        first, number = len(self.made), len(self.tables)
        texts = super().table(element, kind)
        inside = self.made[first:]
        drawn = [block for block in inside if block.kind in ("picture", "left")]
        rows, shares = _merged(element, self.tables[number])
        use = _use([[cell.text for cell in row] for row in rows])
        if use == "persons":
            self.made[first:] = [Block("left", "left-persons"), *drawn]
        elif use == "table" and (not any(block.kind == "picture" for block in drawn) or sum(map(len, texts)) > 200):
            cells = tuple(tuple(replace(cell, text=personal.mask(cell.text)[0]) for cell in row) for row in rows)
            self.made[first:] = [Block("table", cells=cells, shares=shares), *drawn]
        elif use == "table":  # pictures side by side with their names
            self.made[first:] = [replace(block, kind="caption", text=personal.mask(block.text)[0]) if block.kind == "line" else block for block in inside]
        return texts

    def drawn(self, element: etree._Element) -> None:
        if element.tag.endswith("oMath"):
            self.drawings.append(Block("left", "left-formula"))
            return
        own = [item for item in element.iter(_A + "blip", _V + "imagedata") if _nearest(item) is element]
        width = _width(element)
        for item in own:
            self.drawings.append(self.picture(item.get(_R + "embed") or item.get(_R + "link") or item.get(_R + "id") or "", width if len(own) == 1 else 0.0, _crop(item)))
        if not own and (name := _object(element)):
            self.drawings.append(Block("left", name))

    def picture(self, relation: str, width: float, crop: tuple[float, float, float, float]) -> Block:
        """A picture by its relation, or why it cannot be printed."""
        self.pictures += 1
        if self.pictures > _MOST_PICTURES:
            return Block("left", "left-many", values=(("limit", str(_MOST_PICTURES)),))
        name = self.targets.get(relation, "")
        key = (name, width, crop)
        if key not in self.known:
            self.known[key] = self.taken(name, width, crop)
        return self.known[key]

    def taken(self, name: str, width: float, crop: tuple[float, float, float, float]) -> Block:
        """The picture of a member."""
        try:
            data, size = printable(part(self.archive, name), width, crop)
        except KeyError:
            return Block("left", "left-linked")
        except UnreadableFile as error:
            known = error.reason.startswith("left-")
            return Block("left", error.reason if known else "left-damaged", values=error.values if known else ())
        return Block("picture", data=data, size=size, width=width)


def _nearest(item: etree._Element) -> Any:
    """The drawing that a picture stands in: that of its own paragraph, not one around a text box."""
    while item is not None and item.tag not in docx._DRAWN:
        item = item.getparent()  # type: ignore[assignment]
    return item


def _width(element: etree._Element) -> float:
    """Points that a drawing is wide, 0 where it does not say."""
    extent = next(element.iter(_EXTENT), None)
    if extent is not None and (extent.get("cx") or "").isdigit():
        return round(int(extent.get("cx", "0")) / _POINT, 1)
    for shape in element.iter(_V + "shape"):
        found = re.search(r"(?:^|;)\s*width:([\d.]+)pt", shape.get("style", ""))
        if found:
            return round(float(found[1]), 1)
    return 0.0


def _crop(blip: etree._Element) -> tuple[float, float, float, float]:
    """Shares of a picture that are cut off left, top, right and bottom."""
    parent = blip.getparent()
    cut = parent.find(_A + "srcRect") if parent is not None else None
    if cut is None:
        return (0.0, 0.0, 0.0, 0.0)
    left, top, right, bottom = (cut.get(side, "0") for side in "ltrb")
    return (_share(left), _share(top), _share(right), _share(bottom))


def _share(word: str) -> float:
    return int(word) / 100_000 if word.isdigit() else 0.0


def _object(element: etree._Element) -> str:
    """What a drawing without a picture is: a chart, a diagram, an object or a group of shapes; "" for a single shape (its words are read)."""
    uris = [item.get("uri", "").rsplit("/", 1)[-1] for item in element.iter(_GRAPHIC)]
    if "chart" in uris or "chartex" in uris:
        return "left-chart"
    if "diagram" in uris or "wordprocessingGroup" in uris or "wordprocessingCanvas" in uris or element.find(f".//{_V}group") is not None:
        return "left-drawing"
    return "left-object" if element.tag == _W + "object" else ""


def _merged(element: etree._Element, texts: list[list[str]]) -> tuple[list[list[Cell]], tuple[float, ...]]:
    """The cells of a table (their texts as they were read) with what they span, every row filled; the shares of its columns."""
    rows: list[list[Cell]] = []
    growing: dict[int, _Open] = {}
    ends: list[int] = []
    for tall, row in enumerate(docx.children(element, _W + "tr")):
        cells: list[Cell] = []
        at = _number(row.find(f"{_W}trPr/{_W}gridBefore"), 0)
        if at:
            cells.append(Cell("", at))
        still: dict[int, _Open] = {}
        for place, cell in enumerate(docx.children(row, _W + "tc")):
            span = _number(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1) or 1
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            held = growing.get(at)
            if merge is not None and merge.get(_W + "val") != "restart" and held and held.columns == span:
                above = rows[held.row]
                above[held.at] = replace(above[held.at], rows=above[held.at].rows + 1)
                still[at] = held
            else:
                if merge is not None:
                    still[at] = _Open(tall, len(cells), span)
                cells.append(Cell(texts[tall][place], span))
            at += span
        growing = still
        rows.append(cells)
        ends.append(at)
    columns = max(ends, default=0)
    for cells, end in zip(rows, ends, strict=True):
        if end < columns:
            cells.append(Cell("", columns - end))
    return rows, _shares(element, columns)


def _number(element: etree._Element | None, otherwise: int) -> int:
    word = element.get(_W + "val", "") if element is not None else ""
    return min(int(word), 63) if word.isdigit() else otherwise


def _shares(element: etree._Element, columns: int) -> tuple[float, ...]:
    widths = [int(column.get(_W + "w", "0")) if column.get(_W + "w", "").isdigit() else 0 for column in element.findall(f"{_W}tblGrid/{_W}gridCol")]
    whole = sum(widths)
    if len(widths) != columns or not whole or min(widths) <= 0:
        return (1 / columns,) * columns if columns else ()
    least = 0.4 / columns  # a column that Word drew as a thread still needs room for a character
    held = [max(width / whole, least) for width in widths]
    return tuple(round(share / sum(held), 4) for share in held)
