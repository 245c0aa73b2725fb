"""Entries <-> rows of register.jsonl, and what a person corrected in register.xlsx taken back."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from zhengping.engine import tables
from zhengping.engine.coding import full_name, resolve
from zhengping.engine.folder.sheets import SheetError, rows_of
from zhengping.engine.record import Case, Coding, Entry, Evidence, Hint, Measure, Part, Place
from zhengping.engine.text import length

_json = msgspec.json.Encoder(order="deterministic")


class RegisterError(tables.Trouble):
    """A register cannot be used; the message says which file, row and column, and what to do."""


# Columns of the sheet: key, heading in both languages, width in characters, whether a person may correct it.
COLUMNS = (
    ("number", "编号", "Number", 7, False),
    ("title", "案例标题", "Title", 46, True),
    ("unit", "报送单位", "Unit", 30, True),
    ("province", "省级单位", "Province", 14, False),
    ("place", "所在地", "Place", 26, True),
    ("division", "区划代码", "Division", 10, True),
    ("zone", "功能区", "Zone", 14, False),
    ("unit_type", "单位类型", "Unit type", 14, True),
    ("unit_level", "单位层级", "Unit level", 10, True),
    ("theme", "主要主题", "Main theme", 24, True),
    ("themes", "其他主题", "Other themes", 24, False),
    ("mark", "推荐等次", "Mark", 10, True),
    ("award", "奖项", "Award", 10, True),
    ("estimate", "评分", "Score", 8, True),
    ("arrived", "来稿日期", "Arrived", 12, True),
    ("words", "字数", "Length", 8, False),
    ("confidence", "最低置信度", "Lowest confidence", 10, False),
    ("evidence", "编码依据", "Evidence", 40, False),
    ("findings", "校对问题数", "Findings", 10, False),
    ("files", "来件", "Files", 50, False),
)


def row(entry: Entry) -> dict[str, Any]:
    """An entry as a flat row of register.jsonl; `entry_of` is the way back."""
    case, coding = entry.case, entry.coding
    return {
        "number": case.number,
        "title": case.title,
        "unit": case.unit,
        "province": full_name(coding.place.division[:2] + "0000") if coding.place.division else full_name(case.province),
        "division": coding.place.division,
        "place": coding.place.name,
        "zone": coding.place.zone,
        "candidates": coding.place.candidates,
        "unit_type": coding.unit_type,
        "unit_level": coding.unit_level,
        "themes": coding.themes,
        "mark": case.mark,
        "award": entry.award,
        "estimate": entry.estimate,
        "arrived": case.arrived,
        "edition": entry.edition,
        "words": length(case.text),
        "confidence": dict(coding.confidence),
        "evidence": coding.evidence,
        "sources": coding.sources,
        "measures": coding.measures,
        "cited": coding.cited,
        "sent_through": case.province,
        "place_stated": case.place,
        "hints": case.hints,
        "parts": case.parts,
        "paragraphs": case.paragraphs,
        "documents": case.documents,
        "earlier_versions": case.earlier,
        "files": entry.paths or ((case.source,) if case.source else ()),
    }


def lines(entries: Iterable[Entry]) -> bytes:
    """Entries as register.jsonl (UTF-8, one row a line)."""
    return b"".join(_json.encode(row(entry)) + b"\n" for entry in entries)


def entry_of(row: dict[str, Any], at: int = 0, edition: str = "") -> Entry:
    """A row of register.jsonl (of this or an earlier edition, missing keys allowed) as an entry.

    `text` is accepted in place of `paragraphs`, `id` in place of `number`. Raises RegisterError where a value has the wrong kind.
    """
    try:
        return _entry_of(row, at, edition)
    except (msgspec.ValidationError, ValueError, TypeError, AttributeError) as error:
        raise RegisterError("register-row", row=at, why=error) from None


def _entry_of(row: dict[str, Any], at: int, edition: str) -> Entry:
    convert = msgspec.convert
    number = row.get("number", row.get("id", at))
    paragraphs = row.get("paragraphs") or [line for line in str(row.get("text") or "").split("\n") if line.strip()]
    division = str(row.get("division") or "")
    themes = row.get("themes") or ([row["theme"]] if row.get("theme") else [])
    confidence = row.get("confidence") or {}
    place = Place(
        division,
        str(row.get("place") or full_name(division)),
        str(row.get("zone") or ""),
        float(confidence.get("division", 1.0)),
        candidates=tuple(row.get("candidates") or ()),
    )
    province = str(row.get("sent_through") or "") or province_number(row.get("province"))
    case = Case(
        int(number) if str(number).isdigit() else at,
        str(row.get("title") or ""),
        str(row.get("unit") or ""),
        tuple(paragraphs),
        convert(row.get("parts") or [], tuple[Part, ...]),
        str(row.get("place_stated") or ""),
        province,
        str(row.get("mark") or ""),
        str(row.get("arrived") or ""),
        convert(row.get("hints") or [], tuple[Hint, ...]),
        documents=tuple(row.get("documents") or ()),
        earlier=tuple(row.get("earlier_versions") or ()),
        source=(row.get("files") or [""])[0],
    )
    coding = Coding(
        case.number,
        place,
        case.unit,
        str(row.get("unit_type") or ""),
        str(row.get("unit_level") or ""),
        tuple(themes),
        convert(row.get("measures") or [], tuple[Measure, ...]),
        tuple((str(key), float(value)) for key, value in confidence.items()),
        convert(row.get("evidence") or [], tuple[Evidence, ...]),
        tuple(row.get("cited") or ()),
        tuple(row.get("sources") or ()),
    )
    estimate = row.get("estimate")
    return Entry(
        case,
        coding,
        str(row.get("award") or ""),
        None if estimate in (None, "") else float(estimate),
        str(row.get("edition") or edition),
        tuple(row.get("files") or ()),
    )


def province_number(word: object) -> str:
    """The number of a province given by name or number, "" if it is none."""
    text = str(word or "")
    for body in tables.bodies():
        if text and text in (body.number, body.name, body.short):
            return "650000" if body.number == "660000" else body.number
    return ""


def read(path: Path) -> tuple[Entry, ...]:
    """Read a register: .jsonl, or .xlsx beside the .jsonl it was made from (then a person's cells win).

    Raises RegisterError for a file that is missing or has no usable rows.
    """
    if path.is_dir():
        path = path / "register.jsonl"
    if not path.exists():
        raise RegisterError("register-not-found", path=path)
    if path.suffix.lower() == ".xlsx":
        base = path.with_suffix(".jsonl")
        known = read(base) if base.exists() else ()
        return corrected(known, path) if known else tuple(_from_sheet(path))
    edition = _edition_of(path)
    return tuple(entry_of(value, at, edition) for at, value in enumerate(_objects(path), 1))


def _edition_of(path: Path) -> str:
    """A name for the rows of a register that do not say their edition: its file's or its folder's."""
    return path.stem if path.stem != "register" else path.resolve().parent.name


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for at, line in enumerate(file, 1):
            if line.strip():
                try:
                    value = msgspec.json.decode(line)
                except msgspec.DecodeError as error:
                    raise RegisterError("register-json", path=path, row=at, why=error) from None
                if not isinstance(value, dict):
                    raise RegisterError("register-object", path=path, row=at)
                yield value


def _by_heading(path: Path) -> list[dict[str, str]]:
    """Rows of the first sheet as texts by column key, headings in either language."""
    words = {name: key for key, zh, en, *_ in COLUMNS for name in (key, zh, en)}
    try:
        found = rows_of(path)
    except SheetError as error:
        raise RegisterError(error.key, **dict(error.values)) from None
    return [{words[name]: value for name, value in row.items() if name in words} for row in found]


def _from_sheet(path: Path) -> Iterator[Entry]:
    for at, cells in enumerate(_by_heading(path), 2):
        values: dict[str, Any] = dict(cells)
        values["themes"] = [_theme(values.pop("theme"), f"{path}:{at}")] if values.get("theme") else []
        values["confidence"], values["files"] = {}, [values.get("files", "")]
        yield entry_of(values, at)


def _theme(word: str, where: str) -> str:
    names = {theme.name: theme.key for theme in tables.themes()} | {theme.key: theme.key for theme in tables.themes()}
    if word in names:
        return names[word]
    near = difflib.get_close_matches(word, names, 1, 0.4)
    raise RegisterError("theme-unknown", where=where, word=word, near=near[0] if near else names and next(iter(names)))


@dataclass(frozen=True, slots=True)
class Change:
    """What a person changed in one row of a register: values by column key; `where` names file and row in messages."""

    number: int
    values: dict[str, str]
    where: str


def changes(entries: Sequence[Entry], path: Path) -> tuple[Change, ...]:
    """The cells of the sheet `path` that differ from what the register shows.

    A row that was deleted changes nothing. Raises RegisterError for a row whose number is unknown.
    """
    by_number = {entry.case.number: entry for entry in entries}
    found = []
    for at, sheet in enumerate(_by_heading(path), 2):
        number = sheet.get("number", "")
        if not number:
            continue
        where = f"{path}:{at}"
        if not number.isdigit() or int(number) not in by_number:
            raise RegisterError("number-unknown", where=where, number=number)
        shown = cells(by_number[int(number)])
        values = {key: sheet[key].strip() for key in shown if key in sheet and sheet[key].strip() != shown[key]}
        if values:
            found.append(Change(int(number), values, where))
    return tuple(found)


def changed(entries: Sequence[Entry], made: Iterable[Change]) -> tuple[Entry, ...]:
    """Entries with a person's changes; each changed value is kept with its source "person". Changes to cases that are gone are left out."""
    result = {entry.case.number: entry for entry in entries}
    for change in made:
        if change.number in result:
            result[change.number] = _merged(result[change.number], change)
    return tuple(result[entry.case.number] for entry in entries)


def corrected(entries: Sequence[Entry], path: Path) -> tuple[Entry, ...]:
    """Entries with the cells that a person changed in the sheet `path`."""
    return changed(entries, changes(entries, path))


def cells(entry: Entry) -> dict[str, str]:
    """What the sheet shows of the values a person may correct, as texts."""
    names = {theme.key: theme.name for theme in tables.themes()}
    coding = entry.coding
    return {
        "title": entry.case.title,
        "unit": entry.case.unit,
        "place": coding.place.name,
        "division": coding.place.division,
        "unit_type": coding.unit_type,
        "unit_level": coding.unit_level,
        "theme": names.get(coding.themes[0], coding.themes[0]) if coding.themes else "",
        "mark": entry.case.mark,
        "award": entry.award,
        "estimate": "" if entry.estimate is None else f"{entry.estimate:g}",
        "arrived": entry.case.arrived,
    }


def _merged(entry: Entry, change: Change) -> Entry:
    changed, where = change.values, change.where
    case, coding = entry.case, entry.coding
    case = replace(
        case,
        title=changed.get("title", case.title),
        unit=changed.get("unit", case.unit),
        mark=changed.get("mark", case.mark),
        arrived=changed.get("arrived", case.arrived),
    )
    if "division" in changed or "place" in changed:
        number = changed.get("division") or resolve(changed.get("place", "")).division
        if (changed.get("division") or changed.get("place")) and not full_name(number):
            raise RegisterError("place-not-known", where=where, place=changed.get("place") or number)
        coding = replace(coding, place=Place(number, full_name(number), coding.place.zone, 1.0, candidates=(number,)))
    if "theme" in changed:
        main = [_theme(changed["theme"], where)] if changed["theme"] else []
        coding = replace(coding, themes=(*main, *(key for key in coding.themes[1:] if key not in main)))
    coding = replace(
        coding,
        unit_type=changed.get("unit_type", coding.unit_type),
        unit_level=changed.get("unit_level", coding.unit_level),
    )
    names = {"place": "division"}
    touched = {names.get(key, key) for key in changed}
    sure = tuple((key, 1.0 if key in touched else value) for key, value in coding.confidence)
    evidence = tuple(Evidence("person", value, -1, names.get(key, key)) for key, value in sorted(changed.items()))
    coding = replace(
        coding,
        unit=case.unit,
        confidence=sure,
        evidence=coding.evidence + evidence,
        sources=tuple(sorted({*coding.sources, *touched})),
    )
    estimate = float(changed["estimate"]) if changed.get("estimate") else entry.estimate
    return replace(entry, case=case, coding=coding, award=changed.get("award", entry.award), estimate=estimate)
