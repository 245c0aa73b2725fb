"""Tables of scores, assignments, cases and judges -> what scrutiny takes; alerts back as tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zhengping.engine import calibration, chains, coding, scrutiny, tables
from zhengping.engine.folder import calibrating, grids
from zhengping.engine.folder.assigning import resolved
from zhengping.engine.folder.judging import HEADINGS, Column, Sheet, Wrong, known_names, nearest, plain, sheet
from zhengping.engine.record import Alert, Criterion

Floats = npt.NDArray[np.float64]
Cells = tuple[str | int | float | None, ...]
HEAD = ("kind", "judges", "group", "cases", "effect", "p", "q", "finding", "innocent")
BY = ("province", "city", "unit", "type", "theme", "mark")
_BY = {"省份": "province", "省": "province", "城市": "city", "市": "city", "单位": "unit", "单位类型": "type", "类型": "type", "主题": "theme", "等次": "mark"}
_COLUMNS = {"province": "division", "city": "division", "theme": "themes"}
_CLOCK = re.compile(r"(?:(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?)?[T ]*(?:(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?)?[秒分]?)?(?:Z|[+-]\d\d:?\d\d)?")
_EXCEL = datetime(1899, 12, 30)
_SOME = 3


@dataclass(frozen=True, slots=True)
class Request:
    """The files of a scrutiny; None where there is none. `by` are the groups that any judge may favour."""

    scores: Path
    assignments: Path | None
    cases: Path | None = None
    judges: Path | None = None
    rubric: tuple[Criterion, ...] = ()
    by: tuple[str, ...] = ("province", "type")


@dataclass(frozen=True, slots=True)
class Found:
    """Calibration and scrutiny, the fit of the assigned reads where it is known, and headings that were not used."""

    calibrated: calibration.Calibration
    scrutinised: scrutiny.Scrutiny
    fits: Mapping[tuple[str, str], float]
    unused: tuple[str, ...] = ()


def scrutinise(request: Request, level: float, options: calibration.Options | None = None) -> Found:
    """Read the tables and look at what is unlike the rest. Raises Troubles, SheetError, or Trouble as calibration does."""
    wrong = Wrong()
    plan = _sheet(request.assignments, "case", ("judge", "fit"), wrong)
    case_sheet = _sheet(request.cases, "case", (*_columns(request.by), "unit", "division"), wrong)
    judge_sheet = _sheet(request.judges, "judge", ("division", "unit"), wrong)
    wrong.stop()
    cases = case_sheet.names("case", unique=True) if case_sheet is not None else None
    judges = judge_sheet.names("judge", unique=True) if judge_sheet is not None else None
    fits: dict[tuple[str, str], float] | None = None
    if plan is not None:
        fits = _plan(plan, cases, judges)
        cases, judges = (sorted({pair[side] for pair in fits}) for side in (0, 1))
    wrong.stop()
    table = calibrating.read(request.scores, request.rubric, cases, judges)
    groups = _groupings(case_sheet, judge_sheet, request.by, wrong)
    reads = _reads(request.scores, table, request.rubric, wrong)
    wrong.stop()
    chosen = options or calibration.Options()
    if not chosen.as_is:  # scales are asked about by criterion, as calibrate does
        calibration.calibrate(table.cases, table.judges, table.values, table.criteria, request.rubric, chosen)
    calibrated, found = chains.scrutinise(reads, groups, level, replace(chosen, as_is=True))
    if fits is not None:
        found = replace(found, notes=(*found.notes, *_reads_and_plan(reads, fits)))
    return Found(calibrated, found, {pair: value for pair, value in (fits or {}).items() if not np.isnan(value)}, table.unused)


def _plan(plan: Sheet, cases: Sequence[str] | None, judges: Sequence[str] | None) -> dict[tuple[str, str], float]:
    """Assigned pairs with their fit, NaN where none is stated."""
    if "judge" not in plan:
        plan.wrong.add("column-missing", path=plan.grid.path, column="judge / 评委", near="、".join(plan.unused) or "-")
        plan.wrong.stop()
    sides = [plan.names(key, None if known is None else known_names(known)) for key, known in (("case", cases), ("judge", judges))]
    return dict(zip(zip(*sides, strict=True), plan.numbers("fit", 0, 1).tolist(), strict=True))


def _columns(by: Iterable[str]) -> tuple[str, ...]:
    """The columns of the table of cases that the groups need."""
    return tuple(dict.fromkeys(_COLUMNS.get(word, word) for word in by))


def named(words: str) -> tuple[str, ...]:
    """Groups of "province,类型,…": the words of BY in either language; any other word is a heading of the table of cases."""
    return tuple(dict.fromkeys(_BY.get(word.strip(), word.strip()) for word in words.replace("，", ",").replace("、", ",").split(",") if word.strip()))


def _sheet(path: Path | None, first: str, others: Sequence[str], wrong: Wrong) -> Sheet | None:
    if path is None:
        return None
    keys = [Column(key) for key in dict.fromkeys(others)]
    found = sheet(path, [Column(first, True), *keys], wrong)
    if first not in found:
        wrong.stop()
    return found


def _groupings(cases: Sheet | None, judges: Sheet | None, by: Sequence[str], wrong: Wrong) -> list[scrutiny.Grouping]:
    """Own province, region and unit where both tables say them, and each group of `by` that the table of cases has."""
    if cases is None:
        return []
    sheets = [table for table in (cases, judges) if table is not None]
    divisions = dict(zip(["cases", "judges"], resolved(sheets), strict=False))
    names = cases.names("case")
    found: list[scrutiny.Grouping] = []
    columns = {"division": divisions["cases"], "unit": [plain(word) for word in cases.texts("unit")]}
    if judges is not None:
        who = judges.names("judge")
        homes = divisions["judges"]
        for kind, said in (("own-province", _province), ("own-region", _region)):
            found.append(scrutiny.Grouping(kind, _said(names, map(said, columns["division"])), _said(who, map(said, homes))))
        found.append(scrutiny.Grouping("own-unit", _said(names, columns["unit"]), _said(who, map(plain, judges.texts("unit")))))
    for word in by:
        key = _COLUMNS.get(word, word)
        if key not in cases:
            if word not in BY:
                heads = [head for head in cases.grid.head if head]
                wrong.add("scrutiny-column", path=cases.grid.path, word=word, near=nearest(word, heads))
            continue
        values = columns["division"] if key == "division" else cases.texts(key)
        found.append(scrutiny.Grouping("group", _said(names, (_value(word, value) for value in values))))
    return [one for one in found if one.of and (one.homes is None or one.homes)]


def _said(names: Sequence[str], values: Iterable[str]) -> dict[str, str]:
    return {name: value for name, value in zip(names, values, strict=True) if value}


def _value(word: str, value: str) -> str:
    if word == "province":
        return _province(value)
    if word == "city":
        return coding.full_name(value[:4] + "00") if len(value) == 6 and value.isdigit() and value[2:4] != "00" else ""
    return re.split(r"[、,;；，|/]", value)[0].strip() if word == "theme" else plain(value)


def _province(division: str) -> str:
    return coding.full_name(division[:2] + "0000") or division if len(division) == 6 and division.isdigit() else division


def _region(division: str) -> str:
    """The large region of a division, by the first digit of its number (GB/T 2260)."""
    return tables.sentence(f"region-{division[0]}", (), "zh") if len(division) == 6 and division[0] in "123456" and division.isdigit() else ""


def _reads(path: Path, table: calibrating.Table, rubric: Sequence[Criterion], wrong: Wrong) -> scrutiny.Reads:
    """One read for each pair of case and judge, with the latest time and all comments of its rows."""
    total = calibration.totals(table.cases, table.judges, table.values, table.criteria, rubric)
    place = {pair: at for at, pair in enumerate(zip(total.cases, total.judges, strict=True))}
    at = [place[pair] for pair in zip(table.cases, table.judges, strict=True)]
    times = [_times(path, table, key, wrong) for key in ("begun", "signed")]
    comments: list[list[str]] = [[] for _pair in place]
    for row, comment in enumerate(table.comments):
        if comment and comment not in comments[at[row]]:
            comments[at[row]].append(comment)
    begun, signed = (np.full(len(place), np.nan) for _side in times)
    for found, (side, _is_clock), pick in ((begun, times[0], np.fmin), (signed, times[1], np.fmax)):
        if len(side):
            pick.at(found, at, side)
    clocked = times[1][1]
    for row in np.flatnonzero(times[1][0] < times[0][0]).tolist() if len(times[0][0]) == len(times[1][0]) and times[0][1] and clocked else ():
        wrong.add("scrutiny-reversed", path=path, row=table.rows[row], word=f"{table.begun[row]} – {table.signed[row]}")
    texts = ["\n".join(words) for words in comments] if any(comments) else []
    is_timed = clocked and np.isfinite(signed).any()
    return scrutiny.Reads(
        total.cases,
        total.judges,
        total.values,
        total.marks,
        texts,
        begun if times[0][1] and is_timed else None,
        signed if is_timed else None,
        signed if np.isfinite(signed).any() else None,
    )


def _times(path: Path, table: calibrating.Table, key: str, wrong: Wrong) -> tuple[Floats, bool]:
    """Times of rows in seconds (NaN where empty), and whether they are times of the clock; whole numbers are an order, dates alone too."""
    cells = table.begun if key == "begun" else table.signed
    if not any(cells):
        return np.zeros(0), False
    held = {cell: moment(cell) for cell in dict.fromkeys(cells)}
    found = np.array([held[cell] if held[cell] is not None else np.nan for cell in cells], np.float64)
    for row, cell in enumerate(cells):
        if cell and held[cell] is None:
            wrong.add("scrutiny-time", path=path, row=table.rows[row], column=" / ".join(HEADINGS["begun" if key == "begun" else "at"][:2]), word=cell)
    known = found[np.isfinite(found)]
    return found, bool(len(known)) and bool((known % 86_400 != 0).any()) and not all(cell.isdecimal() for cell in cells if cell)


def moment(word: str) -> float | None:
    """A time as seconds, a whole number as it stands (an order); None where it is neither. A fraction above 20,000 counts days as sheets do."""
    text = plain(word)
    if not text:
        return float("nan")
    try:
        number = float(text)
        return number * 86_400 if number > 20_000 and number != round(number) else number
    except ValueError:
        pass
    found = _CLOCK.fullmatch(text)
    if not found or not any(found.groups()):
        return None
    year, month, day, hour, minute, second = (int(part) if part else 0 for part in found.groups())
    try:
        days = (datetime(year, month, day) - _EXCEL).days if year else 0
    except ValueError:
        return None
    return days * 86_400.0 + hour * 3600 + minute * 60 + second if hour < 24 and minute < 60 and second < 60 else None


def _reads_and_plan(reads: scrutiny.Reads, assigned: Iterable[tuple[str, str]]) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """Reads that were not assigned, and assigned reads without a score."""
    done, planned = dict.fromkeys(zip(reads.cases, reads.judges, strict=True)), dict.fromkeys(assigned)
    notes: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    for key, pairs in (("scrutiny-unassigned", [pair for pair in done if pair not in planned]), ("scrutiny-missing", [p for p in planned if p not in done])):
        if pairs:
            shown = "；".join(" · ".join(pair) for pair in sorted(pairs)[:_SOME]) + ("…" if len(pairs) > _SOME else "")
            notes.append((key, (("count", str(len(pairs))), ("pairs", shown))))
    return notes


def rows(alerts: Sequence[Alert], language: str) -> list[Cells]:
    """Alerts as rows of HEAD, sentences in "zh" or "en"."""
    return [
        (
            tables.sentence(f"kind-{one.kind}", (), language),
            "、".join(one.judges),
            one.group,
            "、".join(one.cases),
            one.effect,
            float(f"{one.p:.3g}"),
            float(f"{one.q:.3g}"),
            finding(one, language),
            tables.sentence(f"innocent-{one.kind}", (), language),
        )
        for one in alerts
    ]


def finding(alert: Alert, language: str) -> str:
    """What an alert says, in "zh" or "en"."""
    return tables.sentence(f"alert-{alert.kind}", alert.values, language)


def save(out: Path, found: scrutiny.Scrutiny, language: str) -> None:
    """Write alerts.csv, alerts.xlsx and alerts.jsonl into the folder. Raises SheetError where that cannot be done."""
    told = rows(found.alerts, language)
    for ending in (".csv", ".xlsx", ".jsonl"):
        grids.save(out / f"alerts{ending}", HEAD, told)


def summary(found: scrutiny.Scrutiny, language: str) -> list[tuple[str, str]]:
    """For each kind that was tested: alerts and tests."""
    count: Mapping[str, int] = {kind: sum(one.kind == kind for one in found.alerts) for kind, _tests in found.tests}
    return [(tables.sentence(f"kind-{kind}", (), language), f"{count[kind]} / {tests}") for kind, tests in found.tests if tests]


def notes(found: scrutiny.Scrutiny, language: str) -> list[str]:
    """What people must know, in "zh" or "en"."""
    told = [tables.sentence("scrutiny-level", (("level", f"{found.level:.0%}"),), language) if found.alerts else tables.sentence("scrutiny-none", (), language)]
    for key, values in found.notes:
        if key == "scrutiny-untested":
            kinds = "、".join(tables.sentence(f"kind-{kind}", (), language) for kind in dict(values)["kinds"].split(","))
            values = (("kinds", kinds),)
        told.append(tables.sentence(key, values, language))
    return told
