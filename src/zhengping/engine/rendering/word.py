"""Article -> .docx in the typefaces of official articles: 方正小标宋简体, 仿宋_GB2312, 黑体, 楷体_GB2312 (named, not shipped; GB/T 9704—2012)."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Mm, Pt

from zhengping.engine.rendering.article import SIGNS, Article, Block, Box, Heading, Picture, Rows, Text
from zhengping.engine.rendering.charts import to_png

_WRITTEN = datetime(2000, 1, 1)
_MARGINS = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}  # millimetres, GB/T 9704—2012, 5.2
_TEXT_WIDTH = Mm(210 - 28 - 26)


def word(article: Article) -> bytes:
    """The bytes of a .docx: A4, title in 小标宋 22 pt, text in 仿宋 16 pt with two characters' indent, 28 pt lines."""
    document = Document()
    _set_up(document, article)
    _line(document, article.title, "方正小标宋简体", 22, centred=True)
    if article.note:
        _line(document, article.note, "楷体_GB2312", 14, centred=True)
    for block in article.blocks:
        _add(document, block)
    held = io.BytesIO()
    document.save(held)
    return _with_fixed_dates(held.getvalue())


def _set_up(document: Any, article: Article) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, size in _MARGINS.items():
        setattr(section, side, Mm(size))
    _font(document.styles["Normal"], "仿宋_GB2312", 16)
    for level, font in ((1, "黑体"), (2, "楷体_GB2312")):
        style = document.styles[f"Heading {level}"]
        _font(style, font, 16)
        style.font.bold = level == 2
        style.font.color.rgb = None
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = article.title, "", ""
    properties.created = properties.modified = _WRITTEN
    properties.revision, properties.last_modified_by = 1, ""
    _page_number(section.footer.paragraphs[0])


def _font(style: Any, name: str, size: float) -> None:
    style.font.name, style.font.size = "Times New Roman", Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), name)


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = paragraph._p.makeelement(qn("w:fldSimple"), {qn("w:instr"): "PAGE"})
    run = paragraph.add_run("1")
    run.font.size = Pt(14)
    field.append(run._r)
    paragraph._p.append(field)


def _line(document: Any, text: str, font: str, size: float, *, centred: bool = False) -> None:
    paragraph = document.add_paragraph()
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.font.size, run.font.name = Pt(size), "Times New Roman"
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _add(document: Any, block: Block) -> None:
    if isinstance(block, Heading):
        _spaced(document.add_heading(block.text, block.level))
    elif isinstance(block, Text):
        _spaced(document.add_paragraph("".join(span.text for span in block.spans)))
    elif isinstance(block, Picture):
        _picture(document, block)
    elif isinstance(block, Box):
        _spaced(document.add_paragraph(block.title))
        for sign, line in block.lines:
            _spaced(document.add_paragraph(f"{SIGNS[sign]} {line}".strip()))
    else:
        _table(document, block)


def _spaced(paragraph: Any) -> None:
    form = paragraph.paragraph_format
    form.first_line_indent, form.line_spacing = Pt(32), Pt(28)
    form.space_before = form.space_after = Pt(0)


def _picture(document: Any, block: Picture) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    shape = paragraph.add_run().add_picture(io.BytesIO(to_png(block.chart)))
    scale = min(1.0, _TEXT_WIDTH / shape.width, Cm(21) / shape.height)
    shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))
    shape._inline.docPr.set("descr", block.caption)
    _line(document, block.caption, "楷体_GB2312", 12, centred=True)


def _table(document: Any, block: Rows) -> None:
    _line(document, block.caption, "楷体_GB2312", 12, centred=True)
    table = document.add_table(rows=0, cols=len(block.head), style="Table Grid")
    for texts in (block.head, *block.cells):
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            run = cell.paragraphs[0].add_run(text)
            run.font.size = Pt(10.5)
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(head.makeelement(qn("w:tblHeader"), {}))


def _with_fixed_dates(data: bytes) -> bytes:
    """The package packed anew with one date, so that the same article gives the same bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _WRITTEN.timetuple()[:6]), old.read(name), zipfile.ZIP_DEFLATED)
    return held.getvalue()
