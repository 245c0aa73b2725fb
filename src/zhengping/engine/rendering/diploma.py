"""The words of a certificate -> a one-page .pdf (A4 across) with number and QR code. All words are data: nothing in them is read as markup."""

from __future__ import annotations

import json
from typing import Any

from zhengping.engine.rendering.slip import fonts

_TEMPLATE = """
#let data = json("diploma.json")
#set document(title: data.heading + " " + data.number, date: none)
#set page(paper: "a4", flipped: true, margin: (x: 34mm, top: 30mm, bottom: 26mm), background: {
  place(center + horizon, rect(width: 100% - 16mm, height: 100% - 16mm, stroke: 2.4pt + rgb("#a11d21")))
  place(center + horizon, rect(width: 100% - 20mm, height: 100% - 20mm, stroke: 0.6pt + rgb("#a11d21")))
})
#set text(font: ("Noto Sans SC",), size: data.size * 1pt, lang: "zh", region: "cn")
#align(center, text(size: 40pt, weight: "bold", fill: rgb("#a11d21"), tracking: 0.3em, data.heading))
#v(5mm)
#block(height: 78mm, {
  set par(leading: 1em, spacing: 1.1em)
  for (at, part) in data.parts.enumerate() { par(first-line-indent: (amount: if at == 0 { 0em } else { 2em }, all: true), part) }
})
#v(1fr)
#grid(columns: (34mm, 1fr), column-gutter: 6mm, align: (left + bottom, right + bottom),
  image("code.svg", width: 30mm),
  { par(data.issuer); par(data.day) })
#v(2mm)
#text(size: 9.5pt, fill: luma(90), data.foot)
"""


def diploma(heading: str, parts: tuple[str, ...], issuer: str, day: str, number: str, foot: str, code: str) -> bytes:
    """The bytes of the PDF. `parts` are the paragraphs, `foot` the small line below, `code` the picture (SVG) of the QR code."""
    import typst

    data = {"heading": heading, "parts": list(parts), "issuer": issuer, "day": day, "number": number, "foot": foot, "size": 17 if sum(map(len, parts)) < 180 else 13}
    files: Any = {"main": _TEMPLATE.encode(), "diploma.json": json.dumps(data, ensure_ascii=False).encode(), "code.svg": code.encode()}
    return bytes(typst.compile(files, font_paths=fonts(), format="pdf", timestamp=0))
