"""A table of estimates and a file of rules -> selections; choices back as a table."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zhengping.engine import coding, selection, tables
from zhengping.engine.folder.assigning import candidates, resolved
from zhengping.engine.folder.judging import Column, Sheet, Wrong, known_names, nearest, plain, sheet
from zhengping.engine.folder.register import province_number
from zhengping.engine.record import Candidate, Estimate

Tick = Callable[[str, int, int], None]
_ATTRIBUTES = ("division", "unit", "type", "themes", "mark")
_NUMBERS = ("low", "high", "sd", "mean", "reads")
_KINDS = ("most", "least")
_BY = {"省份": "province", "省": "province", "城市": "city", "市": "city", "单位": "unit", "单位类型": "type", "类型": "type", "主题": "theme", "等次": "mark"}


class RulesError(tables.Trouble):
    """Rules that cannot be used; the message names the entry, its value and the nearest right one."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """The cases of a table with their estimates and what rules may speak of; `unused` are other headings."""

    estimates: tuple[Estimate, ...]
    candidates: tuple[Candidate, ...]
    unused: tuple[str, ...] = ()


def estimates(path: Path, cases: Path | None = None) -> Estimates:
    """Read estimates; the attributes of cases stand beside them or in the table `cases`. Raises Troubles or SheetError."""
    wrong = Wrong()
    optional = (*_NUMBERS, *(() if cases else _ATTRIBUTES))
    table = sheet(path, [Column("case", True), Column("estimate", True), *map(Column, optional)], wrong)
    others = sheet(cases, [Column("case", True), *map(Column, _ATTRIBUTES)], wrong) if cases else table
    if not {"case", "estimate"} <= set(table.at) or "case" not in others:
        wrong.stop()
    who = candidates(others, resolved([others])[0])
    names = table.names("case", known_names(case.case for case in who) if cases else None, unique=True)
    found = _estimates(table, names)
    wrong.stop()
    mine = set(names)
    return Estimates(found, tuple(case for case in who if case.case in mine), tuple(word for word in table.unused if plain(word).lower() not in _KNOWN))


_KNOWN = {"rank", "rank_low", "rank_high", "trimmed", "explanation", "名次"}


def _estimates(table: Sheet, names: Sequence[str]) -> tuple[Estimate, ...]:
    values = table.numbers("estimate", required=True)
    columns = {key: table.numbers(key) for key in _NUMBERS}
    for row in np.flatnonzero(columns["low"] > columns["high"]).tolist():
        high = f"{columns['high'][row]:g}"
        table.told("cell-range", "low", row, low="…", high=high, near=high)
    for row in np.flatnonzero(columns["sd"] < 0).tolist():
        table.told("cell-range", "sd", row, low="0", high="…", near="0")

    def cell(key: str, row: int) -> float | None:
        value = float(columns[key][row])
        return None if np.isnan(value) else value

    return tuple(
        Estimate(
            name,
            float(values[row]),
            cell("low", row),
            cell("high", row),
            mean=cell("mean", row),
            reads=int(cell("reads", row) or 0),
            sd=cell("sd", row),
        )
        for row, name in enumerate(names)
    )


def rules(path: Path, having: Estimates) -> selection.Rules:
    """Read rules and check them against the cases at hand.

    Raises RulesError for unknown keys, awards, values and cases (the nearest right one is named), for a total that does not add up and for more
    awards than cases.
    """
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise RulesError("rules-not-read", path=path, why=error.strerror) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesError("rules-not-read", path=path, why=error) from None
    return _Reader(path, having).read(data)


class _Reader:
    """Reads one file of rules."""

    def __init__(self, path: Path, having: Estimates) -> None:
        self._path = path
        self._having = having
        self._values: dict[str, set[str]] = {by: set() for by in selection.BY}
        for case in having.candidates:
            for by in selection.BY:
                self._values[by].add(selection.value_of(case, by))
        self._cases = known_names(estimate.case for estimate in having.estimates)

    def read(self, data: dict[str, Any]) -> selection.Rules:
        """The rules of the parsed file."""
        self._keys("", data, ("awards", "total", "most", "least", "forced", "barred", "ties", "reserve"))
        awards = tuple(self._award(f"awards[{at}]", row) for at, row in enumerate(self._rows(data, "awards"), 1))
        if not awards:
            raise RulesError("rules-missing", path=self._path, where="…", word="[[awards]]")
        self._once("awards", [award.name for award in awards])
        self._total(data, awards)
        quotas = [self._quota(kind, f"{kind}[{at}]", row, awards) for kind in _KINDS for at, row in enumerate(self._rows(data, kind), 1)]
        rulings = [
            self._ruling(kind == "forced", f"{kind}[{at}]", row, awards) for kind in ("forced", "barred") for at, row in enumerate(self._rows(data, kind), 1)
        ]
        self._once("forced / barred", [ruling.case for ruling in rulings])
        ties = data.get("ties", ["vote"])
        ties = [ties] if isinstance(ties, str) else ties
        for tie in ties if isinstance(ties, list) else [ties]:
            if tie not in selection.TIES:
                raise self._bad("ties", "ties", tie, " / ".join(selection.TIES))
        return selection.Rules(awards, tuple(quotas), tuple(rulings), tuple(ties), self._number("", data, "reserve", 0) or 0)

    def _total(self, data: dict[str, Any], awards: Sequence[selection.Award]) -> None:
        total, made = self._number("", data, "total", None), sum(award.number for award in awards)
        if total is not None and total != made:
            parts = " + ".join(str(award.number) for award in awards)
            raise RulesError("rules-total", path=self._path, total=total, parts=parts, sum=made)
        barred = len({plain(str(row.get("case", ""))) for row in self._rows(data, "barred") if isinstance(row, dict)} & set(self._cases))
        free = len(self._having.estimates) - barred
        if made > free and all(award.level is None for award in awards):
            raise RulesError("rules-too-many", path=self._path, total=made, count=free)

    def _rows(self, data: dict[str, Any], key: str) -> list[dict[str, Any]]:
        rows = data.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self._bad("…", key, rows, f"[[{key}]]")
        return rows

    def _keys(self, where: str, row: dict[str, Any], known: Iterable[str]) -> None:
        for word in row:
            if word not in known:
                raise RulesError("rules-key", path=self._path, word=f"{where}.{word}" if where else word, near=nearest(word, known))

    def _bad(self, where: str, word: str, value: object, near: str) -> RulesError:
        return RulesError("rules-value", path=self._path, where=where, word=word, value=value, near=near)

    def _number(self, where: str, row: dict[str, Any], key: str, default: int | None, low: int = 0) -> int | None:
        value = row.get(key, default)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < low:
            raise self._bad(where or "…", key, value, f"≥ {low}")
        return value

    def _text(self, where: str, row: dict[str, Any], key: str) -> str:
        value = row.get(key)
        if value is None or str(value).strip() == "":
            raise RulesError("rules-missing", path=self._path, where=where, word=key)
        return str(value).strip()

    def _award(self, where: str, row: dict[str, Any]) -> selection.Award:
        self._keys(where, row, ("name", "number", "level"))
        name, number, level = self._text(where, row, "name"), self._number(where, row, "number", None, 1), row.get("level")
        if number is None:
            raise RulesError("rules-missing", path=self._path, where=where, word="number")
        if level is not None and (not isinstance(level, (int, float)) or isinstance(level, bool) or not np.isfinite(level)):
            raise self._bad(where, "level", level, "85")
        return selection.Award(name, number, None if level is None else float(level))

    def _quota(self, kind: str, where: str, row: dict[str, Any], awards: Sequence[selection.Award]) -> selection.Quota:
        self._keys(where, row, ("by", "number", "share", "award", "of"))
        word = self._text(where, row, "by")
        by = _BY.get(word, word)
        if by not in selection.BY:
            raise self._bad(where, "by", word, nearest(word, (*selection.BY, *_BY)))
        number, share = self._number(where, row, "number", None), row.get("share")
        if (number is None) == (share is None):
            raise RulesError("rules-either", path=self._path, where=where)
        if share is not None and (not isinstance(share, (int, float)) or isinstance(share, bool) or not 0 <= share <= 1):
            raise self._bad(where, "share", share, "0 – 1")
        award = str(row.get("award", ""))
        if award and award != "each":
            award = self._award_name(where, award, awards)
        of = row.get("of", [])
        of = [of] if isinstance(of, str) else of
        if not isinstance(of, list):
            raise self._bad(where, "of", of, "[…]")
        if not self._values[by] - {""}:
            raise RulesError("rules-none", path=self._path, word=word)
        return selection.Quota(kind, by, number, None if share is None else float(share), award, tuple(self._value(where, by, str(name)) for name in of))

    def _award_name(self, where: str, name: str, awards: Sequence[selection.Award]) -> str:
        names = [award.name for award in awards]
        if name not in names:
            raise self._bad(where, "award", name, nearest(name, names))
        return name

    def _value(self, where: str, by: str, word: str) -> str:
        """A value as cases have it: divisions by number or name, others as they stand."""
        known = self._values[by] - {""}
        number = ""
        if by in ("province", "city"):
            number = word if word.isdigit() and len(word) == 6 else province_number(word) or coding.resolve(word).division
            number = selection.value_of(Candidate("", number), by) if number else ""
        for candidate in (number, word, plain(word), "".join(plain(word).split())):
            if candidate and candidate in known:
                return candidate
        shown = {selection.said_value(by, value): value for value in known} | ({coding.full_name(value) or value: value for value in known} if number else {})
        if word in shown:
            return shown[word]
        near = difflib.get_close_matches(word, sorted(shown), 1, 0.1)
        raise RulesError("rules-unknown", path=self._path, where=where, word=word, near=near[0] if near else nearest(word, sorted(shown)))

    def _ruling(self, is_in: bool, where: str, row: dict[str, Any], awards: Sequence[selection.Award]) -> selection.Ruling:
        self._keys(where, row, ("case", "award", "reason") if is_in else ("case", "reason"))
        case, reason = self._text(where, row, "case"), self._text(where, row, "reason")
        if plain(case) not in self._cases:
            raise RulesError("rules-unknown", path=self._path, where=where, word=case, near=nearest(case, self._cases.values()))
        award = str(row.get("award", ""))
        return selection.Ruling(self._cases[plain(case)], reason, self._award_name(where, award, awards) if award else "", is_in)

    def _once(self, where: str, names: Sequence[str]) -> None:
        for name in names:
            if names.count(name) > 1:
                raise RulesError("rules-twice", path=self._path, where=where, word=name)


HEAD = ("case", "award", "place", "reason", "stability", "chance", "rule")
CHANGES = ("case", "rank", "before", "after", "reason_before", "reason_after")
Cells = tuple[str | int | float | None, ...]


def rows(found: selection.Selection) -> list[Cells]:
    """The choices as rows of HEAD; place is empty for cases without award or reserve, stability and chance where they are unknown."""

    def share(value: float | None) -> float | None:
        return None if value is None else round(value, 3)

    return [
        (choice.case, choice.award, choice.place or None, choice.reason, share(choice.stability), share(choice.chance), choice.rule) for choice in found.choices
    ]


def changed(changes: Sequence[selection.Change]) -> list[Cells]:
    """Changes as rows of CHANGES."""
    return [(change.case, change.rank, change.before, change.after, change.reason_before, change.reason_after) for change in changes]
