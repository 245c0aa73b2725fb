"""Words shared by all steps: sentences with their places, numbers in a text, list markers, plain copies of odd characters."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;]+[”’」』）)]*|[^。！？!?；;\n]+")
_FULL = re.compile(r"[^。！？!?\n]*[。！？!?]+[”’」』）)]*|[^。！？!?\n]+")

_RUN = re.compile(r"[A-Za-z0-9]+(?:[.,%][A-Za-z0-9]+)*")
NUMBER = re.compile(
    r"(?:第)?(?:\d[\d,，]*(?:\.\d+)?|[一二三四五六七八九十百千]{1,}(?=[个名项人家次所条亿万元年月天]))\s*(?:多|余|约)?"
    r"(?:万亿|百万|千万|亿|万|千|百)?(?:个百分点|平方米|平方公里|公里|余人|人次|千瓦|％|%|元|名|个|项|家|人|次|所|条|件|吨|亩|场|期|户|篇|批|支|倍|年|月|天|岁|位|门|种|小时|公斤|平方|套|台|座|座谈会)?"
)


class Sentence(NamedTuple):
    """A sentence with its offsets in the paragraph, `end` exclusive."""

    text: str
    start: int
    end: int


def sentences(paragraph: str, *, clauses: bool = False) -> tuple[Sentence, ...]:
    """Split a paragraph at 。！？ (with `clauses` also at ；), closing quotation marks kept with their sentence.

    Nothing but white space at the edges is left out: every other character stands in one sentence.

    >>> [s.text for s in sentences("他说：“好。”然后走了。")]
    ['他说：“好。”', '然后走了。']
    """
    found: list[Sentence] = []
    for match in (_SENTENCE if clauses else _FULL).finditer(paragraph):
        text = match[0].strip()
        if text:
            start = match.start() + match[0].index(text)
            found.append(Sentence(text, start, start + len(text)))
    return tuple(found)


def plain(text: str) -> str:
    """A copy for comparison: NFKC (full-width letters and digits become narrow), white space removed, lower case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def is_cjk(character: str) -> bool:
    """Whether a character is a Chinese one (all planes of unified ideographs, and 〇)."""
    return "\u3400" <= character <= "\u9fff" or character == "〇" or "\U00020000" <= character <= "\U0003ffff"


def length(text: str) -> int:
    """The number of characters as Word counts them for a Chinese text: each ideograph and mark one, a run of letters or digits
    one, white space none."""
    return len("".join(_RUN.sub("1", text).split()))
