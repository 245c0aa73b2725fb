"""Traditional characters -> their simplified forms, one for one (OpenCC's table; see NOTICE)."""

from __future__ import annotations

from functools import cache

from zhengping.engine import tables


@cache
def forms() -> dict[str, str]:
    """Each traditional character of the basic plane with its simplified form, in order of the code points.

    >>> forms()["個"]
    '个'
    """
    return {pair[0]: pair[1] for pair in tables.text("traditional.txt").split()}
