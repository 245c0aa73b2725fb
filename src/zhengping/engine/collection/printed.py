"""Book -> .pdf by Typst with the fonts of the font wheel, and the pages on which its parts stand."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from zhengping.engine.collection import wording
from zhengping.engine.collection.book import Book
from zhengping.engine.collection.index import Index
from zhengping.engine.record import Block


@dataclass(frozen=True, slots=True)
class Paper:
    """A size of paper and what stands on it, in points: `lines` of `pitch` from line to line, `size` of the letters."""

    width: float
    height: float
    inner: float
    outer: float
    top: float
    lines: int
    pitch: float
    size: float

    @property
    def text_width(self) -> float:
        """Between the margins."""
        return self.width - self.inner - self.outer

    @property
    def text_height(self) -> float:
        """Of all lines, with room that is too small for another."""
        return self.lines * self.pitch + 2.0


_MM = 72 / 25.4
PAPERS = {
    "a4": Paper(210 * _MM, 297 * _MM, 30 * _MM, 27 * _MM, 33 * _MM, 32, 20.0, 12.0),
    "16k": Paper(185 * _MM, 260 * _MM, 25 * _MM, 21 * _MM, 27 * _MM, 35, 17.0, 10.5),  # 16 开, 787 × 1092 mm sheets (GB/T 788—1999)
}

_TEMPLATE = """
#let data = json("book.json")
#let sans = "Noto Sans SC"
#let size = data.size * 1pt
#let pitch = data.pitch * 1pt
#let front = state("front", true)
#set document(title: data.title, author: data.hosts, date: none)
#set text(font: ("Noto Serif SC",), size: size, lang: "zh", region: "cn", top-edge: 0.8em, bottom-edge: -0.2em)
#set par(justify: true, leading: pitch - size, spacing: pitch - size, first-line-indent: (amount: 2em, all: true), linebreaks: "simple")
#let flat(body) = { set par(first-line-indent: 0em, justify: false); body }
#let opens(to: "odd") = { [#metadata(none)<gap-begins>]; pagebreak(weak: true, to: to); [#metadata(none)<gap-ends>] }
#let is-gap() = {
  let here-page = here().page()
  query(<gap-begins>).zip(query(<gap-ends>)).any(pair => pair.at(0).location().page() < here-page and here-page < pair.at(1).location().page())
}
#let is-bare() = is-gap() or query(<bare>).any(mark => mark.location().page() == here().page())
#set page(
  width: data.width * 1pt, height: data.height * 1pt,
  margin: (inside: data.inner * 1pt, outside: data.outer * 1pt, top: data.top * 1pt, bottom: (data.height - data.top - data.text_height) * 1pt),
  binding: left,
  header: context if not is-bare() {
    set text(font: sans, size: 9pt, fill: luma(80))
    let before = query(selector(heading.where(level: 1)).before(here()))
    let on-page = query(heading.where(level: 1)).filter(it => it.location().page() == here().page())
    let name = if on-page.len() > 0 { on-page.first().body } else if before.len() > 0 { before.last().body } else { data.title }
    let side = if calc.odd(here().page()) { align(right, name) } else { align(left, data.title) }
    block(width: 100%, below: 0pt, stroke: (bottom: 0.4pt + luma(150)), inset: (bottom: 4pt), flat(side))
  },
  footer: context if not is-gap() and query(<cover>).all(mark => mark.location().page() != here().page()) {
    set text(font: sans, size: 9pt)
    let word = counter(page).display(if front.get() { "i" } else { "1" })
    flat(align(if calc.odd(here().page()) { right } else { left }, word))
  },
)
#set heading(numbering: none)
#show heading.where(level: 1): it => block(above: 0pt, below: pitch, width: 100%, flat(align(center, text(font: sans, size: size * 1.6, weight: "regular", it.body))))
#show heading.where(level: 2): it => block(above: 0pt, below: pitch * 0.5, width: 100%, sticky: true, { set par(leading: size * 0.6); flat(align(center, text(font: sans, size: size * 1.35, weight: "regular", it.body))) })
#show heading.where(level: 3): it => block(above: pitch - size + pitch * 0.35, below: pitch - size + pitch * 0.15, sticky: true, par(first-line-indent: 0em, justify: false, text(font: sans, size: size, weight: "regular", it.body)))
#show table.cell: set par(first-line-indent: 0em, justify: false, leading: 0.45em, spacing: 0.55em)
#let caption(words) = { set par(first-line-indent: 0em, justify: false, leading: 0.4em); align(center, text(font: sans, size: size * 0.82, words)) }

#let shown(one) = {
  if one.kind == "heading" { heading(level: 3, outlined: false, bookmarked: false, one.text) }
  else if one.kind == "line" { par(one.text) }
  else if one.kind == "caption" { block(width: 100%, above: pitch - size, below: pitch - size, caption(one.text)) }
  else if one.kind == "picture" { image(one.file, width: one.width * 1pt, height: one.height * 1pt) }
  else if one.kind == "table" {
    set text(size: one.size * 1pt)
    set align(left)
    table(columns: one.shares.map(share => share * 1fr), inset: one.inset * 1pt, stroke: 0.4pt + luma(120), align: left + horizon,
      ..if one.head.len() > 0 { (table.header(..one.head.map(cell => table.cell(colspan: cell.columns, text(font: sans, cell.text)))),) },
      ..one.cells.map(cell => table.cell(colspan: cell.columns, rowspan: cell.rows, breakable: true, cell.text)))
  }
}
#let group(items) = {
  // a picture or a table with its caption; a picture stays in one piece
  let loose = items.any(one => one.kind == "table")
  block(width: 100%, above: pitch, below: pitch, breakable: loose, {
    set align(center)
    for one in items { if one.kind == "caption" { block(above: 5pt, below: 5pt, sticky: items.first() == one, caption(one.text)) } else { block(above: 5pt, below: 5pt, sticky: one.kind == "picture" and items.last() != one, width: 100%, shown(one)) } }
  })
}

// --- title page and its back
#[#metadata(none)<bare>#metadata(none)<cover>]
#v(1fr)
#flat(align(center, { set par(leading: 0.6em); text(font: sans, size: size * 2.7, data.title) }))
#if data.subtitle != "" { v(size); flat(align(center, text(size: size * 1.5, data.subtitle))) }
#v(2fr)
#for host in data.hosts { flat(align(center, text(font: sans, size: size * 1.25, host))) }
#if data.month != "" { v(size * 0.6); flat(align(center, text(size: size * 1.15, data.month))) }
#v(0.5fr)
#pagebreak()
#[#metadata(none)<bare>#metadata(none)<cover>]
#v(1fr)
#flat({ set text(size: size * 0.85); for line in data.imprint { par(line) } })

#if data.foreword.len() > 0 {
  opens()
  [#metadata(none)<bare>]
  [#heading(level: 1, data.words.foreword) <part-foreword>]
  for line in data.foreword { par(line) }
}
// --- contents
#opens()
#[#metadata(none)<bare>]
#heading(level: 1, outlined: false, data.words.contents)
#let entry(where, words, is-part) = context {
  let found = query(label(where)).first().location()
  let number = counter(page).at(found).first()
  let dots = box(width: 1fr, inset: (x: 4pt), repeat(gap: 3pt, text(fill: luma(120), ".")))
  set par(first-line-indent: 0em, hanging-indent: if is-part { 0em } else { 2.2em }, justify: false)
  block(above: if is-part { pitch * 0.9 } else { pitch - size * 0.95 }, below: pitch - size * 0.95, sticky: is-part, inset: (left: if is-part { 0em } else { 1em }, right: 0em),
    link(found, { set text(font: if is-part { sans } else { "Noto Serif SC" }, size: if is-part { size } else { size * 0.95 }); words; dots; box(width: 2.2em, align(right, if where == "part-foreword" { numbering("i", number) } else { str(number) })) }))
}
#for one in data.contents { entry(one.where, one.text, one.level == 1) }

// --- the book itself, its pages counted anew
#opens()
#front.update(false)
#counter(page).update(1)
#if data.notes.len() > 0 {
  [#metadata(none)<bare>]
  [#heading(level: 1, data.notes_title) <part-notes>]
  for one in data.notes { shown(one) }
  opens()
}
#for (at, theme) in data.themes.enumerate() {
  if at > 0 { opens() }
  if theme.name != "" {
    [#metadata(none)<bare>]
    v(1fr)
    [#heading(level: 1, theme.name) #label("part-theme-" + str(at))]
    flat(align(center, text(size: size, theme.count)))
    v(2fr)
    pagebreak()
  }
  for (place, case) in theme.cases.enumerate() {
    if place > 0 { pagebreak(weak: true) }
    [#heading(level: 2, case.title) #label("case-" + str(case.at))]
    block(width: 100%, above: 0pt, below: pitch * 1.1, { set par(leading: 0.5em); flat(align(center, text(size: size * 0.92, fill: luma(50), case.under))) })
    for one in case.blocks { if type(one) == array { group(one) } else { shown(one) } }
  }
}

// --- index
#if data.index.len() > 0 {
  opens()
  [#metadata(none)<bare>]
  [#heading(level: 1, data.words.index) <part-index>]
  let first = true
  for (at, list) in data.index.enumerate() {
    if at > 0 { v(pitch) }
    [#heading(level: 3, outlined: false, bookmarked: false, list.name)]
    columns(2, gutter: 1.6em, {
      set text(size: size * 0.86)
      set par(first-line-indent: 0em, hanging-indent: 1.2em, justify: false, leading: 0.5em, spacing: 0.55em)
      for group in list.groups {
        if group.name != "" { block(above: 0.9em, below: 0.5em, sticky: true, text(font: sans, group.name)) }
        for row in group.rows {
          par({ row.text; box(width: 1fr, inset: (x: 3pt), repeat(gap: 2.5pt, text(fill: luma(150), "."))); sym.wj; context row.cases.map(case => { let found = query(label("case-" + str(case))).first().location(); link(found, str(counter(page).at(found).first())) }).join(", ") })
        }
      }
    })
  }
}
"""
_QUERY = """
#context [#metadata((
  cases: range(data.count).map(at => counter(page).at(query(label("case-" + str(at))).first().location()).first()),
  parts: data.contents.filter(one => one.level == 1).map(one => (one.where, counter(page).at(query(label(one.where)).first().location()).first())),
))<pages>]
"""


@dataclass(frozen=True, slots=True)
class Pages:
    """The printed numbers of pages: of each chapter in the order of the book, and of each part by its name."""

    cases: tuple[int, ...]
    parts: dict[str, int]


@cache
def _fonts() -> Any:
    import typst
    from pylopdf_fonts_zh_cn import sans_path

    return typst.Fonts(include_system_fonts=False, font_paths=[sans_path().parent])


def printed(book: Book, index: Index, paper: str, *, wants_pdf: bool = True) -> tuple[bytes, Pages]:
    """The bytes of a PDF on `paper` ("a4", "16k"), and its pages; no bytes where only the pages are wanted."""
    import typst

    files: Any = {"main": (_TEMPLATE + _QUERY).encode()}
    files["book.json"] = json.dumps(_data(book, index, PAPERS[paper], files), ensure_ascii=False).encode()
    found = json.loads(typst.query(files, "<pages>", field="value", one=True, font_paths=_fonts()))
    data = bytes(typst.compile(files, font_paths=_fonts(), format="pdf", timestamp=0)) if wants_pdf else b""
    return data, Pages(tuple(found["cases"]), dict(found["parts"]))


def _data(book: Book, index: Index, paper: Paper, files: dict[str, bytes]) -> dict[str, Any]:
    themes, at = [], 0
    for name, chapters in book.themes:
        cases = [{"at": place, "title": one.title, "under": wording.under(one), "blocks": grouped(one.blocks, paper, files)} for place, one in enumerate(chapters, at)]
        at += len(chapters)
        themes.append({"name": name, "count": wording.counted(len(chapters)), "cases": cases})
    return {
        "title": book.title, "subtitle": book.subtitle, "hosts": list(book.hosts), "month": wording.month(book.day), "imprint": wording.imprint(book),
        "width": paper.width, "height": paper.height, "inner": paper.inner, "outer": paper.outer, "top": paper.top, "text_height": paper.text_height, "size": paper.size, "pitch": paper.pitch,
        "words": {"foreword": wording.FOREWORD, "contents": wording.CONTENTS, "index": wording.INDEX},
        "foreword": list(book.foreword), "notes_title": book.notes_title or wording.NOTES, "notes": [_one(block, paper, files) for block in wording.noted(book)],
        "contents": wording.entries(book), "themes": themes, "count": len(book.chapters),
        "index": [{"name": name, "groups": [{"name": over, "rows": [{"text": text, "cases": list(cases)} for text, cases in rows]} for over, rows in groups]} for name, groups in index],
    }  # fmt: skip


def grouped(blocks: tuple[Block, ...], paper: Paper, files: dict[str, bytes]) -> list[Any]:
    """Blocks as the template takes them; pictures and tables in a list with the captions beside them."""
    made: list[Any] = []
    waiting: list[Any] = []
    for at, block in enumerate(blocks):
        after = blocks[at + 1] if at + 1 < len(blocks) else None
        if block.kind == "caption" and after and after.kind == "table" and not (waiting and waiting[-1]["kind"] == "picture"):
            if waiting:
                made.append(waiting)
            waiting = [_one(block, paper, files)]
        elif block.kind == "caption" and waiting and waiting[-1]["kind"] != "caption":
            made.append([*waiting, _one(block, paper, files)])
            waiting = []
        elif block.kind in ("picture", "table"):
            if waiting and waiting[-1]["kind"] != "caption":
                made.append(waiting)
                waiting = []
            waiting.append(_one(block, paper, files))
        else:
            if waiting:
                made.append(waiting)
                waiting = []
            made.append(_one(block, paper, files))
    return [*made, waiting] if waiting else made


def _one(block: Block, paper: Paper, files: dict[str, bytes]) -> dict[str, Any]:
    if block.kind == "picture":
        return {"kind": "picture", "file": _file(block, files), **dict(zip(("width", "height"), fitted(block, paper), strict=True))}
    if block.kind == "table":
        return _table(block, paper)
    return {"kind": block.kind, "text": block.text}


def _file(block: Block, files: dict[str, bytes]) -> str:
    """The name of a picture among the files: an SVG around its bytes, since the compiler takes text alone from memory."""
    name = f"{hashlib.sha256(block.data).hexdigest()[:24]}.svg"
    if name not in files:
        (wide, high), kind = block.size, "png" if block.data.startswith(b"\x89PNG") else "jpeg"
        held = base64.b64encode(block.data).decode()
        files[name] = f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"><image width="{wide}" height="{high}" href="data:image/{kind};base64,{held}"/></svg>'.encode()
    return name


def fitted(block: Block, paper: Paper) -> tuple[float, float]:
    """Width and height in points at which a picture is printed: as it stood, within the text's width and 45 % of its height."""
    wide, high = block.size
    own = block.width or wide * 72 / 110
    share = min(1.0, paper.text_width / own, 0.45 * paper.text_height / (own * high / wide))
    return round(own * share, 2), round(own * share * high / wide, 2)


def letters(block: Block, paper: Paper) -> float:
    """The size of the letters of a table in points: smaller where many columns share the width."""
    columns = len(block.shares) or 1
    return paper.size * (0.82 if columns <= 6 else 0.72 if columns <= 9 else 0.6 if columns <= 14 else 0.48)


def head(block: Block) -> int:
    """1 where the first row of a table can stand again on its next pages, else 0."""
    first = block.cells[0] if block.cells else ()
    return int(len(block.cells) > 2 and all(cell.rows == 1 and len(cell.text) < 60 for cell in first))


def _table(block: Block, paper: Paper) -> dict[str, Any]:
    heads = head(block)
    cells = [[{"text": breakable(cell.text), "columns": cell.columns, "rows": cell.rows} for cell in row] for row in block.cells]
    return {
        "kind": "table", "shares": list(block.shares), "size": letters(block, paper), "inset": 4 if len(block.shares) <= 8 else 2,
        "head": cells[0] if heads else [], "cells": [cell for row in cells[heads:] for cell in row],
    }  # fmt: skip


def breakable(text: str) -> str:
    """A text whose long words without blanks (numbers, addresses) may break, so that they stay in their column."""
    return re.sub(r"[!-~]{9,}", lambda word: "\u200b".join(word[0][at : at + 4] for at in range(0, len(word[0]), 4)), text)
