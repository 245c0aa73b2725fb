"""Rows -> .xlsx: a frozen, filtered head line, widths, wrapped cells in rows high enough for them; dates fixed so that the same rows give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import xlsxwriter

_WRITTEN = datetime(2000, 1, 1)
_MOST = 32_767  # characters a cell of a workbook holds
_LINE, _HIGHEST = 16.5, 405.0  # points of a line, and of the highest row a workbook allows


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, headings with widths (characters), and rows of texts and numbers.

    `editable` are the columns a person is meant to correct (their head is coloured); `choices` maps a column to the values its cells may take, `ranges` to the numbers
    between which they lie, with the sentence that says so. With `is_locked` other cells cannot be typed into, nor can the `settled` rows (from 0), which are grey. Words in
    `keys` columns are for machines: they take one line, cut off at the edge, and are not printed; such columns stand last.
    """

    name: str
    head: tuple[tuple[str, int], ...]
    rows: Sequence[Sequence[str | int | float | None]]
    editable: frozenset[int] = frozenset()
    choices: dict[int, tuple[str, ...]] = field(default_factory=dict)
    ranges: dict[int, tuple[float, float, str]] = field(default_factory=dict)
    is_locked: bool = False
    settled: frozenset[int] = frozenset()
    keys: frozenset[int] = frozenset()


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The bytes of a workbook. Nothing a case says becomes a formula or a link; a cell holds at most 32,767 characters."""
    held = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(held, options)
    book.set_properties({"created": _WRITTEN, "title": "Zhengping"})
    looks = {
        "head": book.add_format({"bold": True, "bg_color": "#E5E7EB", "border": 1, "text_wrap": True, "valign": "vcenter"}),
        "edit": book.add_format({"bold": True, "bg_color": "#FDE68A", "border": 1, "text_wrap": True, "valign": "vcenter"}),
        "cell": book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D1D5DB"}),
        "open": book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D1D5DB", "locked": False}),
        "key": book.add_format({"valign": "top", "border": 1, "border_color": "#D1D5DB", "font_color": "#6B7280", "font_size": 8}),
        "settled": book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D1D5DB", "bg_color": "#E5E7EB"}),
    }
    for sheet in sheets:
        _write(book, sheet, looks)
    book.close()
    return held.getvalue()


def _write(book: xlsxwriter.Workbook, sheet: Sheet, looks: dict[str, xlsxwriter.format.Format]) -> None:
    page = book.add_worksheet(sheet.name)
    page.freeze_panes(1, 2 if len(sheet.head) > 4 else 0)
    page.set_row(0, max(30.0, 6.0 + _LINE * max((_lines(heading, width) for heading, width in sheet.head), default=1)))
    page.set_landscape()
    page.set_paper(9)
    page.repeat_rows(0)
    page.fit_to_pages(1, 0)
    for column, (heading, width) in enumerate(sheet.head):
        page.set_column(column, column, width)
        page.write_string(0, column, heading, looks["edit" if column in sheet.editable else "head"])
    for at, row in enumerate(sheet.rows, 1):
        for column, value in enumerate(row):
            look = looks["key" if column in sheet.keys else "settled" if at - 1 in sheet.settled else "open" if column in sheet.editable else "cell"]
            if isinstance(value, (int, float)):
                page.write_number(at, column, value, look)
            elif value:
                page.write_string(at, column, value[:_MOST], look)
            else:
                page.write_blank(at, column, None, look)
        lines = max((_lines(str(value), width) for column, (value, (_, width)) in enumerate(zip(row, sheet.head, strict=False)) if value and column not in sheet.keys), default=1)
        if lines > 1:
            page.set_row(at, min(_HIGHEST, _LINE * lines))
    if sheet.head:
        page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.head) - 1)
    for column, values in sheet.choices.items():
        if sum(map(len, values)) + len(values) <= 255:  # a list of a workbook's own limit
            page.data_validation(1, column, max(1, len(sheet.rows)), column, {"validate": "list", "source": list(values), "error_type": "warning"})
    for column, (low, high, sentence) in sheet.ranges.items():
        rule = {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high, "input_message": sentence[:255], "error_message": sentence[:255]}
        page.data_validation(1, column, max(1, len(sheet.rows)), column, rule)
    if sheet.keys:
        page.print_area(0, 0, max(1, len(sheet.rows)), min(sheet.keys) - 1)
    if sheet.is_locked:
        page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "select_locked_cells": True})


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a cell of so many characters; an ideograph is two wide."""
    return sum(1 + (len(line.encode("gbk", "replace")) - 1) // max(1, width - 1) for line in text.split("\n"))
