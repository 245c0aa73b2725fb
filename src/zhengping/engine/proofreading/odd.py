"""A paragraph -> characters that no such text writes: traditional, private, invisible, replaced ones, and words left in pinyin.

What stands close together is one finding with one suggestion.
"""

from __future__ import annotations

import re
from functools import cache

from zhengping.engine.text.simplified import forms

_STRANGE = re.compile("[\ufffd\ue000-\uf8ff\u200b-\u200f\u2060\ufeff]")  # replacement, private use, invisible
_CLOSE = 8  # characters between two odd ones of one finding
_INITIAL = "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])"
_FINAL = "(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|ve|a|o|e|i|u|v)"
_SYLLABLES = re.compile(f"{_INITIAL}{_FINAL}(?:{_INITIAL}{_FINAL}){{1,5}}")
_LETTERS = re.compile(r"(?<![A-Za-z\d@./:_\-])[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{2,}(?: [a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{2,})?(?![A-Za-z\d@./:_\-])")
_TONES = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")
_WORDS = frozenset("media data china panda banana bonus menu video audio radio sofa pizza karaoke emoji tesla coca cola guide juice people piece since unique issue value wechat alibaba made have sale time mode demo beta gene bank tank change range lounge huge page wage game name same base case lane cage rage file line mine wine bike like live give move love rule tube cube note code mini taxi menu zone tone huawei haier xiaomi lenovo douyin weibo".split())


@cache
def _traditional() -> frozenset[str]:
    """Traditional characters that no text in simplified ones writes (著 and 乾 are in both: GB 2312 has them)."""
    return frozenset(character for character, simple in forms().items() if simple != character and not _in_gb2312(character))


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _any() -> re.Pattern[str]:
    return re.compile(f"[{''.join(sorted(_traditional()))}]|{_STRANGE.pattern}")


def odd(text: str) -> list[tuple[int, int, str]]:
    """Start, end and suggestion ("" where none is certain) of each stretch of odd characters.

    >>> odd("推進產業發展。"), odd("我们的fazhan思路"), odd("使用wifi和AI")
    ([(1, 5, '进产业发')], [(3, 9, '')], [])
    """
    places = [match.start() for match in _any().finditer(text)]
    found = []
    for first, last in _runs(places):
        words = text[first : last + 1]
        is_certain = not any("\ue000" <= c <= "\uf8ff" or c == "\ufffd" for c in words)
        simple = "".join(forms().get(c, c) if c in _traditional() else c for c in words if not _STRANGE.match(c))
        found.append((first, last + 1, simple if is_certain else ""))
    return found + [(*match.span(), "") for match in _LETTERS.finditer(text) if _is_pinyin(match, text)]


def _is_pinyin(match: re.Match[str], text: str) -> bool:
    letters = match[0].replace(" ", "")
    is_inside = bool(re.search("[\u4e00-\u9fff]", text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]))
    if not is_inside or letters in _WORDS:
        return False
    return bool(_TONES.search(letters)) or (len(letters) >= 5 and bool(_SYLLABLES.fullmatch(letters)))


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """First and last of each run of places that stand close together."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place - runs[-1][1] <= _CLOSE:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
