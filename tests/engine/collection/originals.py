"""Original documents with pictures, tables and what must not be printed, made by python-docx and Pillow."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from docx import Document
from docx.shared import Cm
from PIL import Image, ImageDraw

TITLE, UNIT = "以“青蓝计划”推进人才评价改革", "江苏省南京市鼓楼区委组织部"
BACKGROUND = "近年来，鼓楼区面临人才总量不足、评价标准单一的问题，联系电话13800000000，亟需改革。"
MEASURES = "一是建立引才机制，出台3项政策，引进博士12人，覆盖全区各个产业园区和科研院所。"
EFFECT = "改革以来，人才满意度达到98%，得到企业和院所的普遍肯定，做法在全市推广。"


def picture(kind: str = "PNG", size: tuple[int, int] = (640, 400), hue: int = 90, **more: Any) -> bytes:
    """A drawn picture; no two of different hues have the same bytes."""
    image = Image.new("RGB", size, (30, hue % 256, 160))
    draw = ImageDraw.Draw(image)
    for at in range(0, size[0], 40):
        draw.line((at, 0, size[0] - at, size[1]), fill=(250, at % 256, hue % 256), width=3)
    held = io.BytesIO()
    image.save(held, kind, **more)
    return held.getvalue()


def saved(document: Any) -> bytes:
    """The bytes of a document."""
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def paper(after_background: Callable[[Any], None] = lambda document: None, after_measures: Callable[[Any], None] = lambda document: None) -> bytes:
    """A free paper of three parts; something may stand after the first and the second."""
    document = Document()
    document.add_heading(TITLE, 0)
    document.add_paragraph(UNIT)
    for heading, text, more in (("一、案例背景", BACKGROUND, after_background), ("二、主要做法", MEASURES, after_measures), ("三、实施成效", EFFECT, lambda document: None)):
        document.add_paragraph(heading)
        document.add_paragraph(text)
        more(document)
    return saved(document)


def shown(document: Any, data: bytes, wide: float = 10.0, caption: str = "") -> None:
    """Put a picture (`wide` in centimetres) with its caption into a document."""
    document.add_picture(io.BytesIO(data), width=Cm(wide))
    if caption:
        document.add_paragraph(caption)


def grid(document: Any, texts: list[list[str]]) -> Any:
    """Put a table into a document; -> it, for merging."""
    table = document.add_table(len(texts), len(texts[0]), style="Table Grid")
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            table.cell(row, column).text = text
    return table
