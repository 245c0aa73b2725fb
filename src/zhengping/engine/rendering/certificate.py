"""Words of a certificate -> a one-page .pdf (A4, landscape) with number and QR code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from zhengping.engine.rendering.slip import fonts

_TEMPLATE = """
#let data = json("certificate.json")
#set document(title: data.heading, date: none)
#set page(paper: "a4", flipped: true, margin: 24mm, background: rect(width: 273mm, height: 186mm, stroke: 1.6pt + rgb("#a11d21"), inset: 2.5mm,
  rect(width: 100%, height: 100%, stroke: 0.5pt + rgb("#a11d21"))))
#set text(font: ("Noto Serif SC",), size: 17pt, lang: "zh", region: "cn")
#set par(leading: 1.1em, first-line-indent: (amount: 2em, all: true), justify: true)
#v(6mm)
#align(center, text(font: "Noto Sans SC", size: 40pt, fill: rgb("#a11d21"), weight: "bold", tracking: 0.4em, data.heading))
#v(8mm)
#par(first-line-indent: 0em, text(weight: "bold", data.addressee))
#for line in data.lines { par(line) }
#v(1fr)
#grid(columns: (30mm, 1fr, 90mm), align: (left + bottom, left + bottom, center + bottom), column-gutter: 5mm,
  image("code.svg", width: 26mm),
  text(size: 9.5pt, fill: luma(90), [#data.number_label #data.number \\ #data.check]),
  text(size: 15pt, data.signers.join(linebreak()) + linebreak() + data.date))
"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The words of a certificate: heading, to whom, the text by paragraphs, who signs, the date, its number; `code` is the SVG of its QR code."""

    heading: str
    addressee: str
    lines: tuple[str, ...]
    signers: tuple[str, ...]
    date: str
    number: str
    number_label: str
    check: str
    code: str


def certificates(rows: Sequence[Certificate]) -> Iterator[bytes]:
    """The PDF of each; all texts are data, nothing in them is read as markup."""
    import typst

    held = fonts()
    for row in rows:
        data: dict[str, Any] = {
            "heading": row.heading, "addressee": row.addressee, "lines": list(row.lines), "signers": list(row.signers), "date": row.date, "number": row.number,
            "number_label": row.number_label, "check": row.check,
        }  # fmt: skip
        files: Any = {"main": _TEMPLATE.encode(), "certificate.json": json.dumps(data, ensure_ascii=False).encode(), "code.svg": row.code.encode()}
        yield bytes(typst.compile(files, font_paths=held, format="pdf", timestamp=0))
