"""Rows of label and value -> a one-page .pdf to print and keep: a receipt, a summary to stamp. Its QR code opens the page that verifies it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

_TEMPLATE = """
#let data = json("slip.json")
#set document(title: data.title, date: none)
#set page(paper: "a4", margin: (top: 30mm, bottom: 25mm, left: 28mm, right: 26mm), numbering: if data.cells.len() > 0 { "1 / 1" } else { none })
#set text(font: ("Noto Serif SC",), size: 11.5pt, lang: "zh", region: "cn")
#align(center, text(font: "Noto Sans SC", size: 13pt, data.over))
#align(center, text(font: "Noto Sans SC", size: 22pt, data.title))
#v(1em)
#table(columns: (30mm, 1fr), inset: 7pt, stroke: 0.4pt + luma(160), align: left,
  ..data.rows.map(row => (text(font: "Noto Sans SC", row.at(0)), row.at(1))).flatten())
#if data.cells.len() > 0 {
  v(0.6em)
  set text(size: 9.5pt)
  table(columns: data.head.len(), inset: 4.5pt, stroke: 0.4pt + luma(160), align: left,
    table.header(..data.head.map(cell => text(font: "Noto Sans SC", cell))), ..data.cells.flatten())
}
#v(1em)
#if data.has_code { align(left, image("code.svg", width: 32mm)) }
#for note in data.notes { par(text(size: 9.5pt, note)) }
"""


def slip(
    over: str,
    title: str,
    rows: Sequence[tuple[str, str]],
    *,
    head: Sequence[str] = (),
    cells: Sequence[Sequence[str]] = (),
    notes: Sequence[str] = (),
    code: str = "",
) -> bytes:
    """The bytes of a PDF (A4). `over` stands above the title, `head` and `cells` are a list below the rows, `code` is the picture (SVG) of a QR code.

    All texts are data: nothing in them is read as markup.
    """
    import typst

    data: dict[str, Any] = {
        "over": over,
        "title": title,
        "rows": [[_breakable(cell) for cell in row] for row in rows],
        "head": list(head),
        "cells": [[_breakable(cell) for cell in row] for row in cells],
        "notes": list(notes),
        "has_code": bool(code),
    }
    files: Any = {"main": _TEMPLATE.encode(), "slip.json": json.dumps(data, ensure_ascii=False).encode(), "code.svg": (code or "<svg/>").encode()}
    return bytes(typst.compile(files, font_paths=fonts(), format="pdf", timestamp=0))


@cache
def fonts() -> Any:
    """The fonts of the font wheel, loaded once; those of the machine play no part."""
    import typst
    from pylopdf_fonts_zh_cn import sans_path

    return typst.Fonts(include_system_fonts=False, font_paths=[sans_path().parent])


def _breakable(text: str) -> str:
    """A long word without blanks (a hash, an address) with places where a line may break."""
    return "\u200b".join(text[at : at + 8] for at in range(0, len(text), 8)) if len(text) > 40 and text.isascii() else text
