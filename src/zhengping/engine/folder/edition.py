"""An edition file (TOML) -> Edition; an unknown key is refused with the nearest right one."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from zhengping.engine import tables
from zhengping.engine.record import Edition

_KEYS = {
    "": "name number year hosts guidance opened deadline invited themes parts limit limit_rule earlier group group_types".split(),
    "themes": "key name english belongs".split(),
    "parts": "kind name limit rule required".split(),
    "earlier": "edition year received".split(),
}


class EditionError(tables.Trouble):
    """The edition file cannot be used; the message says where and what to do."""


def load(path: Path) -> Edition:
    """Read an edition file.

    Raises EditionError for a file that is missing, is no TOML, has an unknown key, a value of the wrong kind or an unknown body.
    """
    try:
        rows = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise EditionError("edition-not-read", path=path, why=error.strerror) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EditionError("edition-toml", path=path, why=error) from None
    _check_keys("", rows, path)
    for table in ("themes", "parts", "earlier"):
        for row in rows.get(table, ()):
            if isinstance(row, dict):
                _check_keys(table, row, path)
    rows["invited"] = [_body(word, path) for word in rows.get("invited", ())]
    for moment in ("opened", "deadline"):
        if moment in rows:
            rows[moment] = str(rows[moment])
    try:
        return msgspec.convert(rows, Edition)
    except msgspec.ValidationError as error:
        raise EditionError("edition-type", path=path, why=error) from None


def _check_keys(table: str, row: dict[str, Any], path: Path) -> None:
    for key in row:
        if key not in _KEYS[table]:
            near = difflib.get_close_matches(key, _KEYS[table], 1, 0.5)
            where = f"[[{table}]] " if table else ""
            raise EditionError("edition-key", path=path, word=where + key, near=near[0] if near else "、".join(_KEYS[table]))


def _body(word: str, path: Path) -> str:
    for body in tables.bodies():
        if word in (body.number, body.name, body.short, body.english):
            return body.number
    near = difflib.get_close_matches(word, [body.name for body in tables.bodies()], 1, 0.3)
    raise EditionError("edition-body", path=path, word=word, near=near[0] if near else "北京市")
