"""The sentences of the site: found in Python and in templates, for the catalogue and its test."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

import zhengping.server

SERVER = Path(zhengping.server.__file__).parent
CATALOGUE = SERVER / "locale/en/LC_MESSAGES/django.po"
CALLS = {"_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}
CALLS |= {"pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2)}
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")


def templates() -> list[Path]:
    """All templates of the site."""
    return sorted(path for path in SERVER.rglob("templates/**/*") if path.suffix in (".html", ".txt"))


def sources() -> Iterator[tuple[str, bytes]]:
    """Each file that may hold sentences, as Python."""
    for path in sorted(SERVER.rglob("*.py")):
        if "migrations" not in path.parts:
            yield str(path.relative_to(SERVER)), path.read_bytes()
    for path in templates():
        yield str(path.relative_to(SERVER)), templatize(path.read_text("utf-8")).encode()


def sentences() -> dict[str | tuple[str, ...], str]:
    """Every sentence, or pair of singular and plural -> the first file that holds it."""
    found: dict[str | tuple[str, ...], str] = {}
    for name, text in sources():
        for _line, message, _comments, _context in extract("python", io.BytesIO(text), CALLS):
            found.setdefault(message, name)
    return found
