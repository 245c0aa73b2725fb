"""A text -> its words, by segmentation; what several checks ask of one paragraph is answered once."""

from __future__ import annotations

from functools import lru_cache

import rjieba


@lru_cache(maxsize=16)
def words(text: str, guesses: bool = True) -> tuple[str, ...]:
    """The words of a text in their order, which together are the text; with `guesses` also such as stand in no dictionary (a hidden Markov model).

    >>> words("聘请名专家")
    ('聘请', '名', '专家')
    """
    return tuple(rjieba.cut(text, guesses))
