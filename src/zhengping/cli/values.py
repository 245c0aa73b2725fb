"""Words of an option -> values: numbers, shares, paths; what cannot be one is told by the parser."""

from __future__ import annotations

import argparse
from pathlib import Path

from zhengping.cli.words import _


def positive(word: str) -> int:
    """A whole number from 1."""
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(_("应为正整数：{word}").format(word=word))
    return int(word)


def share(word: str) -> float:
    """A number from 0 to 1."""
    try:
        value = float(word)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(_("应在 0 至 1 之间：{word}").format(word=word))
    return value


def rate(word: str) -> float:
    """A rate above 0 and below 1."""
    value = share(word)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(_("应在 0 与 1 之间：{word}").format(word=word))
    return value


def path(word: str | None) -> Path | None:
    """A path, None where none is given."""
    return Path(word) if word else None
