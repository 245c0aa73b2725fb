"""A paragraph -> places where a character is masked by *, with the word that stood there where only one fits.

A mask before a mark or at a paragraph's start could be a footnote or a bullet: it counts if what is left of the word is no word by itself
(做好工*。, *织部门), so that 专家*， and *重点项目 stay quiet.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache

import rjieba

from zhengping.engine import tables

_MASK = re.compile(r"(?<![*＊×x])[*＊]{1,4}(?![*＊])")
_HAN = re.compile("[\u4e00-\u9fff]")
_NEAR = 6  # characters looked at on either side
_WORDS_ALONE = frozenset(  # characters that stand alone before a mark or at a start without being the rest of a word
    "的了着过地得和与及或之不没是在从由向到对把被让为以就都也又再还才只很更最有上中下里内外前后左右间时年月日天次个名人们者等多少大小新老市县区省州乡镇村街路国家我你他她它这那哪"
    "一二三四五六七八九十百千万亿元项件条位户亩吨级类款章节第某各每来去好高低长短会能可要做用说看学教书图表注例家院校长部局处科室站所队组班"
)


@cache
def _commonly_masked() -> tuple[str, ...]:
    words: list[str] = tomllib.loads(tables.text("masked.toml"))["words"]
    return tuple(words)


@cache
def _field_words() -> frozenset[str]:
    found: dict[str, str] = tomllib.loads(tables.text("masked.toml"))
    return frozenset(found["field"].split()) | frozenset(_commonly_masked())


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(word[:-1] for word in _field_words() if len(word) <= 4)


@cache
def _endings() -> frozenset[str]:
    return frozenset(word[1:] for word in _field_words() if len(word) <= 4)


def masks(text: str) -> list[tuple[int, int, str]]:
    """Start, end and suggestion ("" where it is not certain) of each mask.

    >>> masks("做好工*。"), masks("*治引领"), masks("专家*，学者*，")
    ([(3, 4, '')], [(0, 1, '政治引领')], [])
    """
    found = []
    for match in _MASK.finditer(text):
        size = len(match[0])
        before, after = text[max(0, match.start() - _NEAR) : match.start()], text[match.end() : match.end() + _NEAR]
        is_mask, word = _judged(before, after, size)
        if is_mask:
            found.append((match.start(), match.end(), word))
    return found


@lru_cache(1024)
def _judged(before: str, after: str, size: int) -> tuple[bool, str]:
    """Whether characters are masked between two stretches of text, and the word that stood there where it is certain."""
    fitting = _fitting(before, after, size)
    return bool(fitting) or _is_mask(before, after, size), _restored(fitting, size)


def _is_mask(before: str, after: str, size: int) -> bool:
    follows, precedes = bool(_HAN.match(after)), bool(_HAN.search(before[-1:]))
    if follows and precedes:
        return True
    if follows:
        return _is_rest(after) or (size == 1 and before[-1:] in tuple("，。；、”") and not _starts_word(after))
    if precedes and after[:1] in ("", *"，。；、）：！？”》 ,;"):
        return _is_beginning(before)
    return precedes


def _is_beginning(before: str) -> bool:
    """Whether a text ends in what is left of a word that was cut short: 做好工, 人民代表大会制."""
    last = rjieba.cut(before, False)[-1]
    if any(before.endswith(word) for word in _field_words()):
        return False
    return any(before.endswith(part) for part in _beginnings()) or (len(last) == 1 and last not in _WORDS_ALONE)


def _starts_word(after: str) -> bool:
    return any(after.startswith(word) for word in _field_words())


def _is_rest(after: str) -> bool:
    """Whether a text starts with what is left of a word whose beginning is masked: 织部门, 业发展."""
    if _starts_word(after):
        return False
    first = rjieba.cut(after, False)[0]
    return any(after.startswith(part) for part in _endings() if part not in _WORDS_ALONE and len(part) >= len(first)) or (len(first) == 1 and first not in _WORDS_ALONE)


def _fitting(before: str, after: str, size: int) -> set[str]:
    """The commonly masked words that fit around `size` masks, at least one of their characters left to see."""
    return {
        word
        for word in _commonly_masked()
        for place in range(len(word) - size + 1)
        if len(word) > size and before.endswith(word[:place]) and after.startswith(word[place + size :])
    }


def _restored(fitting: set[str], size: int) -> str:
    """The longest of the words, "" where none or several of one length fit, or where one character alone is left to see: *治 may be 政治 or 法治."""
    fitting = {word for word in fitting if len(word) - size >= 2}
    longest = max(map(len, fitting), default=0)
    best = {word for word in fitting if len(word) == longest}
    return best.pop() if len(best) == 1 else ""
