"""Article -> .pdf by Typst with the fonts of the font wheel; the fonts of the machine play no part."""

from __future__ import annotations

import json
import re
from typing import Any

from zhengping.engine.rendering.article import SIGNS, Article, Block, Box, Heading, Picture, Rows
from zhengping.engine.rendering.charts import to_svg

_TEMPLATE = """
#let data = json("article.json")
#set document(title: data.title, date: none)
#set page(paper: "a4", margin: (top: 37mm, bottom: 35mm, left: 28mm, right: 26mm), numbering: "1")
#set text(font: ("Noto Serif SC",), size: 12pt, lang: data.lang, region: if data.lang == "zh" { "cn" } else { "us" })
#set par(justify: true, leading: 0.95em, spacing: 0.95em, first-line-indent: (amount: 2em, all: true))
#show heading: it => block(above: 1.3em, below: 0.9em, text(font: "Noto Sans SC", size: if it.level == 1 { 14pt } else { 12pt }, weight: "regular", it.body))
#show figure: set block(breakable: true)
#show figure.caption: set text(font: "Noto Sans SC", size: 9.5pt)
#set figure(numbering: none)
#show figure.where(kind: table): set figure.caption(position: top)
#align(center, text(font: "Noto Sans SC", size: 20pt, data.title))
#if data.note != "" { align(center, text(size: 10.5pt, data.note)) }
#v(0.8em)
#for block in data.blocks {
  if block.kind == "heading" { heading(level: block.level, block.text) }
  else if block.kind == "text" { par(block.text) }
  else if block.kind == "box" {
    let tone = (good: rgb("#15803d"), look: rgb("#b45309"), bad: rgb("#b91c1c"), plain: luma(120)).at(block.tone)
    rect(width: 100%, stroke: 1.2pt + tone, radius: 3pt, inset: 10pt, {
      set par(first-line-indent: 0em, leading: 0.7em, spacing: 0.7em)
      set text(size: 10.5pt)
      text(font: "Noto Sans SC", size: 13pt, block.title)
      for line in block.lines {
        let ink = (good: rgb("#15803d"), look: rgb("#b45309"), bad: rgb("#b91c1c"), plain: luma(120)).at(line.tone)
        par(hanging-indent: 1.4em, [#box(width: 1.4em, text(font: "Noto Sans SC", fill: ink, line.sign))#line.text])
      }
    })
  }
  else if block.kind == "picture" { figure(image(block.file, width: block.width * 1pt, alt: block.caption), caption: block.caption) }
  else {
    figure(
      table(columns: block.head.len(), align: left, inset: 5pt, stroke: 0.4pt + luma(160),
        table.header(..block.head.map(cell => text(font: "Noto Sans SC", size: 9.5pt, cell))),
        ..block.cells.flatten().map(cell => text(size: 9.5pt, cell))),
      caption: block.caption)
  }
}
"""
_TONES = {"+": "good", "!": "look", "-": "bad", "": "plain"}
_WIDTH = 440.0  # points between the margins


def printed(article: Article) -> bytes:
    """The bytes of a PDF: A4, the same article gives the same bytes. Figures may break across pages."""
    import typst
    from pylopdf_fonts_zh_cn import sans_path

    files: Any = {"main": _TEMPLATE.encode()}
    blocks = [_block(block, place, files) for place, block in enumerate(article.blocks)]
    data = {"lang": "zh" if article.language.startswith("zh") else "en", "title": article.title, "note": article.note, "blocks": blocks}
    files["article.json"] = json.dumps(data, ensure_ascii=False).encode()
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[sans_path().parent])
    return bytes(typst.compile(files, font_paths=fonts, format="pdf", timestamp=0))


def _block(block: Block, place: int, files: dict[str, bytes]) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "text": block.text, "level": block.level}
    if isinstance(block, Picture):
        name, svg = f"picture{place}.svg", to_svg(block.chart)
        files[name] = svg.encode()
        width = re.search(r'width="([\d.]+)"', svg)
        return {"kind": "picture", "file": name, "caption": block.caption, "width": min(_WIDTH, float(width[1]) * 0.75 if width else _WIDTH)}
    if isinstance(block, Box):
        lines = [{"tone": _TONES[sign], "sign": SIGNS[sign], "text": line} for sign, line in block.lines]
        return {"kind": "box", "title": block.title, "tone": _TONES[block.tone], "lines": lines}
    if isinstance(block, Rows):
        return {"kind": "rows", "caption": block.caption, "head": list(block.head), "cells": [list(row) for row in block.cells]}
    return {"kind": "text", "text": "".join(span.text for span in block.spans)}
