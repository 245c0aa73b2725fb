"""Sheets and tables -> rows of a 汇总表: columns recognised by their headings, wherever the heading row stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zhengping.engine.reading.labels import field
from zhengping.engine.record import Document, Table

_WANTED = ("title", "unit", "mark", "theme", "file", "place", "number", "note", "person", "telephone", "e-mail", "recommender", "date")
MARKS = ("重点推荐", "一般")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list: where it stands (1 is the first row of the sheet) and its fields by name."""

    document: str
    list_name: str
    at: int
    values: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """The value of a field, "" where the list has none."""
        return dict(self.values).get(name, "")


def rows(document: Document) -> tuple[Row, ...]:
    """The rows of all lists in a document; () where no table has a heading row with title or unit."""
    name = document.arrivals[0].name if document.arrivals else ""
    return tuple(row for table in document.tables for row in _rows(table, document.sha256, name))


def _rows(table: Table, sha256: str, name: str) -> list[Row]:
    head = _heading(table)
    if head is None:
        return []
    at, columns = head
    found: list[Row] = []
    carried: dict[str, str] = {}
    for place, cells in enumerate(table.rows[at + 1 :], at + 2):
        values = {key: _clean(cells[column]) for key, column in columns.items() if column < len(cells)}
        if not (values.get("title") or values.get("unit")) or _is_total(cells):
            continue
        if not values.get("unit") and values.get("title"):
            values["unit"] = carried.get("unit", "")  # a merged cell stands for the rows below it
        carried = values
        if values.get("title") or values.get("file"):
            values["mark"] = mark(values.get("mark", "") or values.get("note", ""))
            found.append(Row(sha256, name, place, tuple(sorted(values.items()))))
    return found


def _clean(text: str) -> str:
    return re.sub(r"\s+", "", text).strip("《》")


def _is_total(cells: tuple[str, ...]) -> bool:
    return any(re.fullmatch(r"(?:合计|总计|共计|小计)[:：]?.*", cell.replace(" ", "")) for cell in cells[:3])


def mark(text: str) -> str:
    """重点推荐, 一般 or "" as a list's cell words it (重点, 一般案例, 是, ★ …).

    >>> mark("重点"), mark("一般推荐"), mark("无")
    ('重点推荐', '一般', '')
    """
    if re.search(r"重点|★|优先", text) or text in ("是", "√"):
        return "重点推荐"
    return "一般" if "一般" in text or text == "否" else ""


def _heading(table: Table) -> tuple[int, dict[str, int]] | None:
    """Row of the headings and column of each field: the row with most labels among the first ten, title or unit among them."""
    best: tuple[int, dict[str, int]] | None = None
    for at, cells in enumerate(table.rows[:10]):
        columns: dict[str, int] = {}
        for column, cell in enumerate(cells):
            name = field(cell)
            if name in _WANTED and name not in columns:
                columns[name] = column
        if "title" in columns and len(columns) >= 2 and len(columns) > len(best[1] if best else {}):
            best = at, columns
    if best and len(table.rows) > best[0] + 1 and not _is_form(table, best[0], best[1]):
        return best
    return None


def _is_form(table: Table, at: int, columns: dict[str, int]) -> bool:
    """Whether the row is a form's label-value line (案例名称 | … | 报送单位 | …) and no heading: labels stand below each other there."""
    below = table.rows[at + 1]
    labels = sum(bool(field(cell)) for cell in below)
    beside = sum(bool(cell) and not field(cell) for cell in table.rows[at])
    return labels >= 2 or (beside >= len(columns) and len(table.rows[at]) <= 6)


def is_list(document: Document) -> bool:
    """Whether a document is a 汇总表: a workbook with such rows, or another file whose words stand in such a table for the most part."""
    found = rows(document)
    if not found:
        return False
    if document.kind in ("xlsx", "xls", "ods", "csv"):
        return True
    outside = sum(len(p.text) for p in document.paragraphs if p.kind in ("body", "heading"))
    return len(found) >= 2 and outside < 400
