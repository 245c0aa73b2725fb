""".pdf bytes -> Document: characters sorted into lines, repeated headers and footers dropped, lines joined to paragraphs."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from statistics import median
from typing import Any, NamedTuple

from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.reading.pictures import recognise
from zhengping.engine.record import Document, Paragraph
from zhengping.engine.text import is_cjk

_MOST_PAGES = 500
_MOST_BYTES = 200 << 20
_END = "。！？!?：:；;”」）)》"
_STARTS = re.compile(r"^(?:[一二三四五六七八九十]{1,3}[、是]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.、．]|第[一二三四五六七八九十]+[章节部条]|首先|其次|附件|附：)")


class _Line(NamedTuple):
    text: str
    left: float
    right: float
    top: float
    height: float
    page: int


def read(data: bytes, sha256: str) -> Document:
    """Read a PDF; pages that are pictures go to OCR where that is installed.

    Raises UnreadableFile for encrypted, damaged, over-long (500 pages) ones, and for scans without OCR.
    """
    import pypdfium2 as pdfium

    if len(data) > _MOST_BYTES:
        raise UnreadableFile("too-big", size=len(data) >> 20)
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise UnreadableFile("encrypted" if "password" in str(error).lower() else "damaged-pdf") from None
    try:
        count = len(pdf)
        if count > _MOST_PAGES:
            raise UnreadableFile("too-many-pages", count=count, limit=_MOST_PAGES)
        lines, notes, pictures = _all_lines(pdf, data)
        title = pdf.get_metadata_value("Title") if count else ""
        author = pdf.get_metadata_value("Author") if count else ""
    finally:
        pdf.close()
    if not lines:
        raise UnreadableFile("no-text" if count else "damaged-pdf")
    body = _without_margins(lines, count)
    paragraphs = tuple(Paragraph(text, page=page) for text, page in _paragraphs(body))
    return Document(sha256, "pdf", paragraphs, (), title, author, pages=count, pictures=pictures, notes=tuple(sorted(notes)))


def _all_lines(pdf: Any, data: bytes) -> tuple[list[_Line], set[str], int]:
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    lines: list[_Line] = []
    notes: set[str] = set()
    pictures = 0
    for number in range(len(pdf)):
        try:
            page = pdf[number]
            found = _page_lines(page, number + 1)
            images = sum(1 for item in page.get_objects(max_depth=2) if item.type == raw.FPDF_PAGEOBJ_IMAGE)
        except pdfium.PdfiumError:
            notes.add("damaged-page")
            continue
        pictures += images
        letters = sum(len(line.text) for line in found)
        if letters < 20 and images:
            width, height = page.get_size()
            scale = min(2.0, 2400 / max(width, height, 1))
            scanned = recognise(page.render(scale=scale).to_numpy())
            notes.add("scanned")
            found += [_Line(text, 0, 1, at * 20.0, 12, number + 1) for at, text in enumerate(scanned)]
        lines += found
        page.close()
    return lines, notes, pictures


def _page_lines(page: Any, number: int) -> list[_Line]:
    """Characters with their boxes, grouped into lines by the height of their middle, sorted by x."""
    textpage = page.get_textpage()
    count = textpage.count_chars()
    text = textpage.get_text_range(0, count) if count else ""
    height = page.get_height()
    glyphs: list[tuple[float, float, float, float, str]] = []
    for at, character in enumerate(_by_index(textpage, count, text)):
        if not character.strip():
            continue
        left, bottom, right, top = textpage.get_charbox(at, loose=True)
        glyphs.append(((top + bottom) / 2, left, right, top - bottom, character))
    textpage.close()
    if not glyphs:
        return []
    size = median(g[3] for g in glyphs) or 10.0
    glyphs.sort(key=lambda g: -g[0])
    rows: list[list[tuple[float, float, float, float, str]]] = [[glyphs[0]]]
    for glyph in glyphs[1:]:
        if rows[-1][0][0] - glyph[0] > size * 0.55:
            rows.append([])
        rows[-1].append(glyph)
    return [_line(sorted(row, key=lambda g: g[1]), height, number) for row in rows]


def _by_index(textpage: Any, count: int, text: str) -> list[str]:
    """The character of each index; where the text and the indices differ in length, each is asked for."""
    if len(text) == count:
        return list(text)
    import pypdfium2.raw as raw

    return [chr(raw.FPDFText_GetUnicode(textpage, at) or 32) for at in range(count)]


def _line(row: list[tuple[float, float, float, float, str]], height: float, page: int) -> _Line:
    pieces = [_dash(row[0])]
    for before, glyph in itertools.pairwise(row):
        if glyph[4] == before[4] and abs(glyph[1] - before[1]) < 0.5:
            continue  # a letter printed twice to look bold
        gap = glyph[1] - before[2]
        wide = (gap > 0.25 * glyph[3] and not (is_cjk(before[4]) and is_cjk(glyph[4]))) or gap > 1.5 * glyph[3]
        pieces.append((" " if wide else "") + _dash(glyph))
    return _Line("".join(pieces), row[0][1], row[-1][2], height - row[0][0], row[0][3], page)


def _dash(glyph: tuple[float, float, float, float, str]) -> str:
    """The character of a glyph; fonts draw the Chinese dash —— as one glyph two characters wide."""
    return "——" if glyph[4] == "—" and glyph[2] - glyph[1] > 1.25 * glyph[3] else glyph[4]


def _without_margins(lines: list[_Line], pages: int) -> list[_Line]:
    """Drop page numbers and lines that stand at the top or bottom of most pages."""
    edges: Counter[str] = Counter()
    outer: set[int] = set()
    by_page: dict[int, list[int]] = {}
    for at, line in enumerate(lines):
        by_page.setdefault(line.page, []).append(at)
    for places in by_page.values():
        for at in {*places[:2], *places[-2:]}:
            outer.add(at)
            edges[re.sub(r"\d+", "#", lines[at].text)] += 1
    kept = []
    for at, line in enumerate(lines):
        plain = line.text.replace(" ", "")
        number = re.fullmatch(r"[-—–·]*第?\d{1,4}页?(?:[/／共]+\d{1,4}页?)?[-—–·]*", plain)
        if at in outer and (number or (pages > 1 and edges[re.sub(r"\d+", "#", line.text)] > max(1, pages / 2))):
            continue
        kept.append(line)
    return kept


def _paragraphs(lines: list[_Line]) -> list[tuple[str, int]]:
    """Join lines: a new paragraph begins after a short line, at an indent, at a list mark or where the size changes."""
    if not lines:
        return []
    body = Counter(round(line.left / 3) for line in lines if len(line.text) > 8).most_common(1)
    margin = body[0][0] * 3 if body else min(line.left for line in lines)
    margin = min((line.left for line in lines if abs(line.left - margin) < 3), default=margin)
    full = sorted(line.right for line in lines)[int(len(lines) * 0.9)]
    found: list[tuple[str, int]] = []
    last: _Line | None = None
    for line in lines:
        text = line.text.strip()
        if not text:
            continue
        fresh = last is None or (
            not _is_one_title(last, line, margin, full)
            and _is_fresh(last, line, text, margin, full)
        )
        if fresh or not found:
            found.append((text, line.page))
        else:
            before = found[-1][0]
            glue = " " if before[-1].isascii() and before[-1].isalpha() and text[0].isascii() and text[0].isalpha() else ""
            found[-1] = (before + glue + text, found[-1][1])
        last = line
    return found


def _is_fresh(last: _Line, line: _Line, text: str, margin: float, full: float) -> bool:
    """Whether a paragraph begins with this line."""
    size = line.height or 10
    return (
        line.left - margin > size * 1.2
        or abs(last.height - line.height) > 0.2 * size
        or (full - last.right > size * 2.2)
        or (line.page == last.page and line.top - last.top > size * 2.6)
        or (bool(_STARTS.match(text)) and last.text.rstrip()[-1:] in _END)
    )


def _is_one_title(last: _Line, line: _Line, margin: float, full: float) -> bool:
    """Whether two lines in large type, both centred, are one title broken in two."""
    centred = [abs((one.left - margin) - (full - one.right)) < one.height * 1.5 for one in (last, line)]
    near = line.page == last.page == 1 and line.top - last.top < 2.6 * line.height
    return near and all(centred) and abs(last.height - line.height) < 0.05 * line.height and line.left - margin > line.height
