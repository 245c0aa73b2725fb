"""Finished words, rows and counts -> bytes of .docx, .html, .pdf, .xlsx, .svg and .png: nothing is decided here, and the same input gives the same bytes."""

from zhengping.engine.rendering.article import SIGNS, Article, Block, Box, Heading, Picture, Rows, Span, Text
from zhengping.engine.rendering.charts import bars, tiles, to_png, to_svg
from zhengping.engine.rendering.diploma import diploma
from zhengping.engine.rendering.page import page
from zhengping.engine.rendering.panels import chances, intervals, ranks, shares
from zhengping.engine.rendering.printed import printed
from zhengping.engine.rendering.slip import slip
from zhengping.engine.rendering.word import word
from zhengping.engine.rendering.workbook import Sheet, workbook

__all__ = [
    "SIGNS",
    "Article",
    "Block",
    "Box",
    "Heading",
    "Picture",
    "Rows",
    "Sheet",
    "Span",
    "Text",
    "bars",
    "chances",
    "diploma",
    "intervals",
    "page",
    "printed",
    "ranks",
    "shares",
    "slip",
    "tiles",
    "to_png",
    "to_svg",
    "word",
    "workbook",
]
