"""A text -> its short runs of characters, so that an index finds words of one, two and more characters exactly."""

from __future__ import annotations

import itertools

_SAME = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | {0x3000: 0x20}
_FOLD = {wide: ord(chr(code).lower()) for wide, code in _SAME.items()} | {code: code + 32 for code in range(0x41, 0x5B)}
_APART = {code: 0xE000 + code for code in range(0x80) if not chr(code).isalnum()} | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
_END = "\ue0ff"


def folded(text: str) -> str:
    """A copy as long as the text in which wide and narrow, great and small Latin letters are the same.

    >>> folded("ＡI 人才，")
    'ai 人才,'
    """
    return text.translate(_FOLD)


def pairs(text: str) -> str:
    """Every two characters that stand side by side, in order, as words of an index that splits at blanks; the last one stands with an end mark.

    >>> pairs("人才库").split()[:2]
    ['人才', '才库']
    """
    own = folded(text).translate(_APART)
    return " ".join(map("".join, zip(own, own[1:] + _END, strict=True)))


def phrase(word: str) -> str:
    """What an FTS5 index of `pairs` is asked so that it finds exactly the texts in which a word stands.

    >>> phrase("人"), phrase("人才库")
    ('"人"*', '"人才 才库"')
    """
    own = folded(word).translate(_APART)
    return f'"{own}"*' if len(own) == 1 else '"' + " ".join(map("".join, itertools.pairwise(own))) + '"'


def runs(text: str, most: int = 3) -> set[str]:
    """All runs of up to `most` characters of a text.

    >>> sorted(runs("abc", 2))
    ['a', 'ab', 'b', 'bc', 'c']
    """
    own = folded(text)
    return {own[at : at + size] for size in range(1, most + 1) for at in range(len(own) - size + 1)}


def needed(word: str, most: int = 3) -> list[str]:
    """The runs of which a text that holds the word has all: the word itself where it is short.

    >>> needed("人才"), needed("人才市场")
    (['人才'], ['人才市', '才市场'])
    """
    own = folded(word)
    return [own] if len(own) <= most else sorted({own[at : at + most] for at in range(len(own) - most + 1)})


def found(text: str, words: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Where any of the words stands in a text: begin and end, in order, what overlaps as one."""
    own = folded(text)
    spans: list[tuple[int, int]] = []
    for word in filter(None, map(folded, words)):
        at = own.find(word)
        while at >= 0:
            spans.append((at, at + len(word)))
            at = own.find(word, at + 1)
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)
