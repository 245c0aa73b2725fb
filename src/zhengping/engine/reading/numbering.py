"""Automatic list numbers of .docx: what Word shows before a paragraph (一、 （一） 1.) and no run of text holds."""

from __future__ import annotations

import re
import zipfile

from lxml import etree

from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.reading.package import part, xml

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHINESE = frozenset(("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand", "ideographTraditional"))
_NUMERALS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """A number below 100 in Chinese numerals.

    >>> chinese(3), chinese(10), chinese(12), chinese(20)
    ('三', '十', '十二', '二十')
    """
    tens, ones = divmod(number, 10)
    left = ("" if tens == 1 else _NUMERALS[tens]) + "十" if tens else ""
    return left + (_NUMERALS[ones] if ones or not tens else "")


class Numbering:
    """Counts the list paragraphs of one package; numbering.xml is read when the first one is met."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._formats: dict[tuple[str, str], tuple[str, str, int]] | None = None
        self._counts: dict[tuple[str, str], int] = {}

    def label(self, paragraph: etree._Element) -> str:
        """The number shown before a paragraph; "" for none, bullets and formats that no text shows."""
        found = paragraph.find(f"{_W}pPr/{_W}numPr")
        if found is None:
            return ""
        identity, level = found.find(_W + "numId"), found.find(_W + "ilvl")
        number = identity.get(_W + "val", "") if identity is not None else ""
        at = level.get(_W + "val", "0") if level is not None else "0"
        if self._formats is None:
            self._formats = _formats(self._archive)
        if (number, at) not in self._formats:
            return ""
        style, text, start = self._formats[number, at]
        count = self._counts[number, at] = self._counts.get((number, at), start - 1) + 1
        for deeper in range(int(at) + 1, 9):
            self._counts.pop((number, str(deeper)), None)
        if style in _CHINESE and count < 100:
            shown = chinese(count)
        elif style in ("decimal", "decimalZero", "decimalFullWidth"):
            shown = str(count)
        else:
            return ""
        return re.sub(r"%\d", shown, text, count=1) if text.count("%") == 1 else ""


def _formats(archive: zipfile.ZipFile) -> dict[tuple[str, str], tuple[str, str, int]]:
    """(numId, level) -> (format, text with %n, first number)."""
    try:
        root = xml(part(archive, "word/numbering.xml", 8 << 20))
    except (KeyError, UnreadableFile):
        return {}
    levels: dict[str, dict[str, tuple[str, str, int]]] = {}
    for abstract in root.iter(_W + "abstractNum"):
        rows = levels.setdefault(abstract.get(_W + "abstractNumId", ""), {})
        for level in abstract.iter(_W + "lvl"):
            rows[level.get(_W + "ilvl", "0")] = (
                _value(level, "numFmt"),
                _value(level, "lvlText"),
                int(_value(level, "start") or 1) if (_value(level, "start") or "1").isdigit() else 1,
            )
    found = {}
    for number in root.iter(_W + "num"):
        for level_number, row in levels.get(_value(number, "abstractNumId"), {}).items():
            found[number.get(_W + "numId", ""), level_number] = row
    return found


def _value(element: etree._Element, name: str) -> str:
    child = element.find(_W + name)
    return child.get(_W + "val", "") if child is not None else ""
