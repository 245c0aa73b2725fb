""".xls, .xlsx, .ods and .csv bytes -> Document whose tables are the sheets, empty edges cut."""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from typing import Any

from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.reading.package import open_zip, part
from zhengping.engine.reading.plain import decode
from zhengping.engine.record import Document, Paragraph, Table

_MOST_CELLS = 3_000_000
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')


def read(data: bytes, sha256: str, kind: str) -> Document:
    """Read a workbook. Raises UnreadableFile for encrypted, damaged or monstrous ones (a single far cell counts as such)."""
    sheets = [("", _csv(data))] if kind == "csv" else _workbook(data, kind)
    tables: list[Table] = []
    paragraphs: list[Paragraph] = []
    for name, rows in sheets:
        kept = _trimmed(rows)
        if not kept:
            continue
        number = len(tables)
        tables.append(Table(tuple(map(tuple, kept)), name))
        for at, row in enumerate(kept):
            paragraphs += [Paragraph(text, "cell", 0, number, at, column) for column, text in enumerate(row) if text]
    if not paragraphs:
        raise UnreadableFile("no-text")
    return Document(sha256, kind, tuple(paragraphs), tuple(tables))


def _csv(data: bytes) -> list[list[str]]:
    text = decode(data)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:4000], ",;\t")
    except csv.Error:
        dialect = csv.excel
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), dialect)]


def _workbook(data: bytes, kind: str) -> list[tuple[str, list[list[str]]]]:
    from python_calamine import CalamineWorkbook

    if kind == "xlsx":
        check_extent(data)
    try:
        book = CalamineWorkbook.from_object(io.BytesIO(data))
        return [(name, _rows(book, name)) for name in book.sheet_names]
    except UnreadableFile:
        raise
    except Exception as error:  # calamine's own classes, differing between versions
        word = str(error).lower()
        raise UnreadableFile("encrypted" if "password" in word or "encrypt" in word else "damaged-sheet") from None


def _rows(book: Any, name: str) -> list[list[str]]:
    try:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
    except Exception as error:
        if "not a worksheet" in str(error).lower() or "chart" in str(error).lower():
            return []
        raise
    return [[shown(value) for value in row] for row in rows]


def check_extent(data: bytes, most: int = _MOST_CELLS) -> None:
    """Refuse an .xlsx whose far cells would make the reader ask for all memory: a 5 kB file with a cell at XFD1048576 aborts the process.

    Raises UnreadableFile where a sheet spans more than `most` cells, and for a package that is damaged or a bomb.
    """
    with open_zip(data) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                try:
                    cells = part(archive, name, 256 << 20)
                except (KeyError, zipfile.BadZipFile):
                    continue
                extent = _extent(cells)
                if extent > most:
                    raise UnreadableFile("sheet-too-big", cells=extent)


def _extent(cells: bytes) -> int:
    """Rows times columns that the cells with a value or reference span."""
    rows = columns = 0
    for letters, digits in _CELL.findall(cells):
        rows = max(rows, int(digits))
        columns = max(columns, column(letters))
    return rows * max(columns, 1)


def column(letters: bytes) -> int:
    """The number of a column by its letters: A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def shown(value: Any) -> str:
    """A cell as text; whole numbers without .0, dates as ISO 8601."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return str(value).strip() if value is not None else ""


def _trimmed(rows: list[list[str]]) -> list[tuple[str, ...]]:
    """Rows without empty ones at the end and empty columns at the right."""
    width = max((at + 1 for row in rows for at, text in enumerate(row) if text), default=0)
    height = max((at + 1 for at, row in enumerate(rows) if any(row)), default=0)
    return [tuple(row[:width]) + ("",) * (width - len(row)) for row in rows[:height]]
