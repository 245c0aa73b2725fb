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


class EditionError(ValueError):
    """The edition file cannot be used; the message says where and what to do."""


def load(path: Path) -> Edition:
    """Read an edition file.

    Raises EditionError for a file that is missing, is no TOML, has an unknown key, a value of the wrong kind or an unknown body.
    """
    try:
        rows = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise EditionError(f"无法读取届次文件 {path}:{error.strerror}。请检查路径和权限。") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EditionError(f"届次文件 {path} 不是有效的 TOML:{error}。请用 UTF-8 保存并按说明修改。") from None
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
        raise EditionError(f"届次文件 {path} 中有一项的类型不对({error})。请对照文档 docs/commands.md 修改。") from None


def _check_keys(table: str, row: dict[str, Any], path: Path) -> None:
    for key in row:
        if key not in _KEYS[table]:
            near = difflib.get_close_matches(key, _KEYS[table], 1, 0.5)
            hint = f"是否为“{near[0]}”?" if near else "可用的项:" + "、".join(_KEYS[table]) + "。"
            where = f"[[{table}]] 中的" if table else ""
            raise EditionError(f"届次文件 {path} {where}“{key}”不是可用的项,{hint}")


def _body(word: str, path: Path) -> str:
    for body in tables.bodies():
        if word in (body.number, body.name, body.short, body.english):
            return body.number
    near = difflib.get_close_matches(word, [body.name for body in tables.bodies()], 1, 0.3)
    raise EditionError(f"届次文件 {path} 的 invited 中“{word}”不是省级单位,是否为“{near[0] if near else '北京市'}”?")
