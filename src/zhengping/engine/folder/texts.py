"""A file of rows -> texts to compare: a register.jsonl, or plain rows {"id" or "number", "text" or "paragraphs", "title"?, "unit"?}."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from zhengping.engine import tables
from zhengping.engine.folder.register import RegisterError

_NAMED = 10  # bad rows named in one sentence


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it was given. `name` is its id or case number as written, `number` the case number (its line where the id is no number).

    `document` is the sha256 of the file it came from ("" if not stated).
    """

    name: str
    number: int
    title: str
    unit: str
    edition: str
    text: str = field(repr=False)
    document: str = ""


def read(path: Path, edition: str = "") -> tuple[Text, ...]:
    """All rows of a file (a folder stands for its register.jsonl), in their order; empty texts are kept.

    `edition` names them where they do not say their own; default: the name of the file, or of its folder if it is a register. Raises RegisterError that
    names the lines that cannot be used.
    """
    path = path / "register.jsonl" if path.is_dir() else path
    named = edition or (path.stem if path.stem != "register" else path.resolve().parent.name)
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except FileNotFoundError:
        raise RegisterError("texts-not-found", path=path) from None
    except OSError as error:
        raise RegisterError("texts-not-read", path=path, why=error.strerror) from None
    found: list[Text] = []
    bad: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for at, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = _text(msgspec.json.decode(line), at, named)
        except (msgspec.DecodeError, UnicodeDecodeError):
            bad.append((at, "row-no-json"))
            continue
        except _Bad as error:
            bad.append((at, error.args[0]))
            continue
        if row.name in seen:
            bad.append((at, "row-twice"))
            continue
        seen[row.name] = at
        found.append(row)
    if bad:
        _refuse(path, bad)
    return tuple(found)


class _Bad(ValueError):
    """A row that cannot be used: the key of the reason."""


def _text(row: Any, at: int, edition: str) -> Text:
    if not isinstance(row, dict):
        raise _Bad("row-no-object")
    text, paragraphs = row.get("text"), row.get("paragraphs")
    if text is None and paragraphs is None:
        raise _Bad("row-no-text")
    if text is None:
        if not isinstance(paragraphs, list) or not all(isinstance(paragraph, str) for paragraph in paragraphs):
            raise _Bad("row-wrong-text")
        text = "\n".join(paragraphs)
    elif not isinstance(text, str):
        raise _Bad("row-wrong-text")
    name = row.get("number", row.get("id", at))
    if isinstance(name, bool) or not isinstance(name, (str, int)) or name == "":
        raise _Bad("row-wrong-id")
    documents = row.get("documents")
    return Text(
        str(name),
        int(name) if str(name).isdecimal() else at,
        str(row.get("title") or ""),
        str(row.get("unit") or ""),
        str(row.get("edition") or edition),
        text,
        str(documents[0]) if isinstance(documents, list) and documents else "",
    )


def _refuse(path: Path, bad: list[tuple[int, str]]) -> None:
    """Name the lines, each reason in both languages."""
    said = [f"{at}（{tables.sentence(key)} {tables.sentence(key, (), 'en')}）" for at, key in bad[:_NAMED]]
    raise RegisterError("rows-bad", path=path, count=len(bad), rows="、".join(said) + (" …" if len(bad) > _NAMED else ""))
