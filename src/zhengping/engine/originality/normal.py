"""Text -> a copy for comparison with the place of each of its characters in the text.

What is changed to hide a copy, or by the way a text took, makes no difference: white space, marks, invisible characters, full or half width, case,
traditional or simplified characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhengping.engine.text.simplified import forms

Points = NDArray[np.uint32]
_PLANE = 0x10000


@dataclass(frozen=True, slots=True)
class Normal:
    """Letters, ideographs and digits of a text as code points, with the offset of each in the text."""

    points: Points = field(repr=False)
    places: NDArray[np.int64] = field(repr=False)

    @property
    def text(self) -> str:
        """The copy as text."""
        return self.points.tobytes().decode("utf-32-le", "replace")


@cache
def _compared() -> Points:
    """What each code point is compared as; 0 for those that are passed over. One character stands for one (㎡ for m)."""
    simple = forms()
    found = np.arange(0x110000, dtype=np.uint32)
    for point in range(_PLANE):
        character = chr(point)
        if 0xD800 <= point < 0xE000:
            found[point] = 0
            continue
        character = unicodedata.normalize("NFKC", character).lower()[:1]
        is_word = character and unicodedata.category(character)[0] in "LN"
        found[point] = ord(simple.get(character, character)) if is_word else 0
    found[0x1D000:0x20000] = 0  # signs and pictures
    found[0xE0000:] = 0  # tags and private characters
    return found


def normal(text: str) -> Normal:
    """The copy of a text for comparison.

    >>> normal("《關於 Ａ》，\\u200b3名").text
    '关于a3名'
    """
    points: Any = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    compared = _compared()[points]
    places = np.flatnonzero(compared)
    return Normal(compared[places], places)


def normals(texts: Sequence[str]) -> list[Points]:
    """The copies' code points of several texts at once, as `normal` makes them."""
    points: Any = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    compared = _compared()[points]
    is_word = compared != 0
    ends = np.cumsum([len(text) for text in texts])
    kept = np.concatenate(([0], np.cumsum(is_word)))[ends]
    return np.split(compared[is_word], kept[:-1])
