"""Small tables of organisers (.csv, .xlsx, .xls, .jsonl) -> rows by heading: marks, estimates, awards, corrected registers."""

from __future__ import annotations

import csv
import difflib
from pathlib import Path
from typing import Any

import msgspec

from zhengping.engine import tables


class SheetError(tables.Trouble):
    """A table cannot be used; the message names file, row and column and what to do."""


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a table as texts by heading; rows without any value are left out.

    Raises SheetError where the file is missing, of another kind or not readable.
    """
    try:
        ending = path.suffix.lower()
        if ending == ".jsonl":
            values = [msgspec.json.decode(line) for line in path.read_bytes().splitlines() if line.strip()]
            return [{str(key): _text(value) for key, value in row.items()} for row in values]
        if ending == ".csv":
            return _with_headings(list(csv.reader(_decoded(path).splitlines())))
        from python_calamine import CalamineWorkbook

        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        return _with_headings([[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)])
    except FileNotFoundError:
        raise SheetError("sheet-not-found", path=path) from None
    except (OSError, msgspec.DecodeError, ValueError, AttributeError) as error:
        raise SheetError("sheet-not-read", path=path, why=error) from None
    except Exception as error:  # calamine raises its own class, not exported in all versions
        raise SheetError("sheet-not-read", path=path, why=error) from None


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _text(value: Any) -> str:
    """A cell as text; whole numbers without .0, since sheets keep every number as a fraction."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _with_headings(rows: list[list[str]]) -> list[dict[str, str]]:
    if not rows:
        return []
    head = [cell.strip() for cell in rows[0]]
    return [dict(zip(head, row, strict=False)) for row in rows[1:] if any(cell.strip() for cell in row)]


def by_case(path: Path, names: tuple[str, ...]) -> dict[int, str]:
    """A table with a case column (编号, number, case) and one of `names` -> case number to value.

    Raises SheetError where a column is missing (the nearest one is named), a number is no number or stands twice.
    """
    rows = rows_of(path)
    key = _column(rows, ("编号", "案例编号", "number", "case"), path)
    value = _column(rows, names, path)
    found: dict[int, str] = {}
    for at, row in enumerate(rows, 2):
        if not row[key].isdigit():
            raise SheetError("sheet-number", path=path, row=at, column=key, word=row[key])
        if int(row[key]) in found:
            raise SheetError("sheet-twice", path=path, row=at, word=row[key])
        found[int(row[key])] = row[value]
    return found


def _column(rows: list[dict[str, str]], names: tuple[str, ...], path: Path) -> str:
    having = list(rows[0]) if rows else []
    for name in names:
        if name in having:
            return name
    near = [found for name in names for found in difflib.get_close_matches(name, having, 1, 0.5)]
    raise SheetError("sheet-column", path=path, column=names[0], near=near[0] if near else "、".join(having) or "-")
