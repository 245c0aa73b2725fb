"""A filled-in workbook as grids: cells where they stand, formulas, merged rows."""

from __future__ import annotations

import io

import openpyxl
import pytest

from zhengping.engine import reading
from zhengping.engine.record import Grid, IncomingFile


def workbook(change):
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    return IncomingFile("a.xlsx", out.getvalue())


def test_cells_stay_where_they_stand_and_formulas_and_merged_rows_are_told():
    def change(sheet):
        sheet.title = "表"
        sheet["B2"], sheet["A3"], sheet["A4"] = 7.5, "=1+1", "甲"
        sheet.merge_cells("A4:B5")

    assert reading.grids(workbook(change)) == (Grid("表", (("", ""), ("", "7.5"), ("", ""), ("甲", "")), ((2, 0),), (3,)),)


def test_a_far_cell_is_refused_before_memory_is_asked_for():
    with pytest.raises(reading.UnreadableFile, match="sheet-too-big"):
        reading.grids(workbook(lambda sheet: sheet.cell(1_048_576, 16_384, 1)))
