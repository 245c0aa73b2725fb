"""A filled-in .xlsx -> its sheets cell by cell where they stand, and what cells alone do not tell: formulas and merged places."""

from __future__ import annotations

import io
import re
import zipfile

from zhengping.engine.reading import sheet
from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.reading.kinds import kind
from zhengping.engine.reading.package import open_zip, part, xml
from zhengping.engine.record import Grid, IncomingFile

MOST_CELLS = 300_000
_MOST_PART = 32 << 20
_FORMULA = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f\b')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="[A-Z]{1,3}(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
_MACRO = ("vbaproject.bin", "xl/macrosheets/", "xl/dialogsheets/")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def grids(file: IncomingFile) -> tuple[Grid, ...]:
    """The sheets of a workbook. Raises UnreadableFile for what is no .xlsx, holds macros, or cannot be read: encrypted, damaged, monstrous."""
    found = kind(file.data, file.name)
    if not file.data:
        raise UnreadableFile("empty")
    if found == "encrypted":
        raise UnreadableFile("encrypted")
    if found != "xlsx":
        raise UnreadableFile("only-xlsx", kind=found or "?")
    sheet.check_extent(file.data, MOST_CELLS)
    with open_zip(file.data) as archive:
        if any(name.lower().endswith(_MACRO[0]) or name.lower().startswith(_MACRO[1:]) for name in archive.namelist()):
            raise UnreadableFile("sheet-macros")
        if "xl/workbook.xml" not in archive.NameToInfo:
            raise UnreadableFile("only-xlsx", kind="xlsb")
        cells = _cells(archive)
    return tuple(_grid(name, rows, cells.get(name, b"")) for name, rows in _rows(file.data))


def _rows(data: bytes) -> list[tuple[str, list[list[str]]]]:
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_object(io.BytesIO(data))
        return [
            (name, [[sheet.shown(value) for value in row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)])
            for name in book.sheet_names
        ]
    except Exception:  # calamine's own classes, differing between versions
        raise UnreadableFile("damaged-sheet") from None


def _cells(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """The XML of each sheet by its name, as the workbook's relations tell."""
    try:
        book, relations = xml(part(archive, "xl/workbook.xml", _MOST_PART)), xml(part(archive, "xl/_rels/workbook.xml.rels", _MOST_PART))
        targets = {str(one.get("Id")): str(one.get("Target")) for one in relations}
        found = {}
        for one in book.iter("{*}sheet"):
            target = targets.get(str(one.get(_RELATION)), "")
            found[str(one.get("name"))] = part(archive, target[1:] if target.startswith("/") else f"xl/{target}", _MOST_PART)
    except KeyError:
        raise UnreadableFile("damaged-sheet") from None
    return found


def _grid(name: str, rows: list[list[str]], cells: bytes) -> Grid:
    formulas = {(int(row) - 1, sheet.column(letters) - 1) for letters, row in _FORMULA.findall(cells)}
    merged = {at for first, last in _MERGED.findall(cells) for at in range(int(first) - 1, min(int(last), len(rows)))}
    return Grid(name, tuple(map(tuple, rows)), tuple(sorted(formulas)), tuple(sorted(merged)))
