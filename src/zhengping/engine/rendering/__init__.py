"""Finished words, rows and counts -> bytes of .docx, .html, .pdf, .xlsx, .svg and .png: nothing is decided here, and the same input gives the same bytes."""

from zhengping.engine.rendering.article import Article, Block, Heading, Picture, Rows, Span, Text
from zhengping.engine.rendering.charts import bars, tiles, to_png, to_svg
from zhengping.engine.rendering.page import page
from zhengping.engine.rendering.printed import printed
from zhengping.engine.rendering.slip import slip
from zhengping.engine.rendering.word import word
from zhengping.engine.rendering.workbook import Sheet, workbook

__all__ = [
    "Article",
    "Block",
    "Heading",
    "Picture",
    "Rows",
    "Sheet",
    "Span",
    "Text",
    "bars",
    "page",
    "printed",
    "slip",
    "tiles",
    "to_png",
    "to_svg",
    "word",
    "workbook",
]
