"""A table file (.csv, .xlsx, .xls, .jsonl) -> its grid: headings and columns of texts, with the row numbers a person sees; and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from zhengping.engine import reading, rendering
from zhengping.engine.folder.sheets import SheetError
from zhengping.engine.tables import sentence

ENDINGS = (".csv", ".xlsx", ".xls", ".jsonl")
_MOST_CELLS = 30_000_000


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of the first sheet that hold anything: `head`, then one column of texts for each heading, all of one length.

    `rows` are the numbers under which a person sees the rows; `ragged` are rows that hold more cells than there are headings.
    """

    path: Path
    head: tuple[str, ...]
    columns: tuple[Sequence[str], ...]
    rows: Sequence[int]
    ragged: tuple[tuple[int, str], ...] = ()


def grid(path: Path, headings: frozenset[str] = frozenset()) -> Grid:
    """Read a table. The row of headings is the one of the first ten that holds most of `headings` (titles above it are passed over).

    Raises SheetError for a missing, unreadable, monstrous or empty file and for another kind of file.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise SheetError("table-kind", path=path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SheetError("sheet-not-found", path=path) from None
    except OSError as error:
        raise SheetError("sheet-not-read", path=path, why=error.strerror) from None
    if not data.strip():
        raise SheetError("table-empty", path=path)
    if ending == ".jsonl":
        return _objects(path, data)
    rows = _separated(path, data) if ending == ".csv" else _workbook(path, data)
    return _with_head(path, rows, headings)


def _separated(path: Path, data: bytes) -> list[list[str]]:
    """Rows of a .csv in UTF-8, UTF-16 or GB 18030, separated by comma, semicolon or tab."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise SheetError("table-not-csv", path=path)
    text = _decoded(path, data)
    first = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        held: dict[str, str] = {}  # names and marks stand in many rows: each is kept once
        once = held.setdefault
        return [[once(cell, cell.strip()) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    except csv.Error as error:
        raise SheetError("sheet-not-read", path=path, why=error) from None


def _decoded(path: Path, data: bytes) -> str:
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            why = error
    raise SheetError("sheet-not-read", path=path, why=why)


def _workbook(path: Path, data: bytes) -> list[list[str]]:
    from python_calamine import CalamineWorkbook

    try:
        if data.startswith(b"PK"):
            reading.check_extent(data, _MOST_CELLS)
        sheet = CalamineWorkbook.from_object(io.BytesIO(data)).get_sheet_by_index(0)
        return [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    except reading.UnreadableFile as error:
        raise SheetError("sheet-not-read", path=path, why=sentence(error.reason, error.values).rstrip("。")) from None
    except Exception as error:  # calamine raises classes of its own, which differ between versions
        raise SheetError("sheet-not-read", path=path, why=error) from None


def _text(value: Any) -> str:
    """A cell as text; whole numbers without .0, since sheets keep every number as a fraction."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list):
        return "、".join(map(_text, value))
    return "" if value is None else str(value)


def _with_head(path: Path, rows: list[list[str]], headings: frozenset[str]) -> Grid:
    known = [sum(cell.lower() in headings for cell in row) for row in rows[:10]]
    most = max(known, default=0)
    at = known.index(most) if most else next((at for at, row in enumerate(rows) if any(row)), len(rows))
    if at == len(rows):
        raise SheetError("table-empty", path=path)
    head = rows[at]
    while head and not head[-1]:
        head = head[:-1]
    width = len(head)
    body = rows[at + 1 :]
    numbers: Sequence[int] = range(at + 2, at + 2 + len(body))
    if not all(map(any, body)):  # rows without any value say nothing
        pairs = [(number, row) for number, row in zip(numbers, body, strict=True) if any(row)]
        numbers, body = [number for number, _row in pairs], [row for _number, row in pairs]
    ragged = []
    for place, row in enumerate(body):
        if len(row) != width:
            if any(row[width:]):
                ragged.append((numbers[place], next(cell for cell in row[width:] if cell)))
            body[place] = (row + [""] * width)[:width]
    columns: tuple[Sequence[str], ...] = tuple(zip(*body, strict=True)) if body else ((),) * width
    return Grid(path, tuple(head), columns, numbers, tuple(ragged))


def _objects(path: Path, data: bytes) -> Grid:
    """The objects of a .jsonl as rows; the headings are the keys of all of them."""
    head: dict[str, None] = {}
    objects, numbers = [], []
    decoder = msgspec.json.Decoder()
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SheetError("table-json", path=path, row=number, why=error) from None
        if not isinstance(value, dict):
            raise SheetError("table-object", path=path, row=number)
        head.update(dict.fromkeys(value))
        objects.append(value)
        numbers.append(number)
    columns = tuple([_text(value.get(key)) for value in objects] for key in head)
    return Grid(path, tuple(head), columns, numbers)


def written(head: Sequence[str], rows: Iterable[Sequence[str | int | float | None]], ending: str, name: str = "") -> bytes:
    """A table as the bytes of a .csv, .jsonl or .xlsx (`name` is the sheet's); numbers stay numbers, None is an empty cell.

    Raises SheetError for another ending.
    """
    if ending == ".csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
        return text.getvalue().encode()
    if ending == ".jsonl":
        encoder = msgspec.json.Encoder()
        return b"".join(encoder.encode(dict(zip(head, row, strict=True))) + b"\n" for row in rows)
    if ending == ".xlsx":
        wide = tuple((word, 60 if word in ("reason", "explanation", "finding", "innocent") else 16) for word in head)
        return rendering.workbook([rendering.Sheet(name or "1", wide, tuple(rows))])
    raise SheetError("table-ending", path=ending)


def save(path: Path, head: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> None:
    """Write a table by the ending of its name. Raises SheetError where that cannot be done."""
    put(path, written(head, rows, path.suffix.lower(), path.stem[:31]))


def put(path: Path, data: bytes) -> None:
    """Write a file, making its folder. Raises SheetError where that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise SheetError("table-not-written", path=path, why=error.strerror) from None
