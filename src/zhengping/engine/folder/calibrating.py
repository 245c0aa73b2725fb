"""A table of scores, long or wide, and a rubric -> what calibration takes; estimates, judges and agreement back as tables."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from zhengping.engine import adaptive, assignment, calibration, tables
from zhengping.engine.folder import grids
from zhengping.engine.folder.assigning import candidates, resolved
from zhengping.engine.folder.judging import HEADINGS, Column, Sheet, Wrong, known_names, nearest, plain, scores, sheet
from zhengping.engine.record import Candidate, Criterion, Judge, JudgeEstimate

_NOT_JUDGES = (
    {name for names in HEADINGS.values() for name in names}
    | set(HEADINGS)
    | {"标题", "题目", "案例名称", "名称", "title", "name", "平均分", "均分", "平均", "合计", "备注", "mean"}
)
_LONG = {"judge", *HEADINGS["judge"], "score", *HEADINGS["score"]}
Cells = tuple[str | int | float | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Scores in columns; `unused` are other headings, `is_wide` whether each judge had a column. A long table may say when each score was begun and
    signed, and the judge's words; `rows` are the numbers under which a person sees its rows."""

    cases: Sequence[str]
    judges: Sequence[str]
    criteria: Sequence[str]
    values: npt.NDArray[np.float64]
    unused: tuple[str, ...] = ()
    is_wide: bool = False
    begun: Sequence[str] = ()
    signed: Sequence[str] = ()
    comments: Sequence[str] = ()
    rows: Sequence[int] = ()


def read(path: Path, rubric: Sequence[Criterion] = (), cases: Iterable[str] | None = None, judges: Iterable[str] | None = None) -> Table:
    """Read scores. A table with neither a column of judges nor one of scores is wide: one row a case, each other column a judge; empty cells are no
    reads. Raises Troubles (marks outside the rubric's scale, unknown criteria, pairs that stand twice, and names that are not among `cases` or `judges`
    where these are given) or SheetError."""
    head = {plain(cell).lower() for cell in grids.grid(path, frozenset({"case", *HEADINGS["case"], *_LONG})).head}
    wrong = Wrong()
    if not head & _LONG:
        return _wide(path, rubric, wrong, cases, judges)
    found = scores(path, wrong, cases=cases, judges=judges)
    criteria = list(found.criteria) if any(found.criteria) else []
    if rubric:
        criteria = _within(path, found.criteria, found.values, rubric, wrong)
    wrong.stop()
    times = (found.begun, found.at, found.comments, found.rows)
    return Table(found.cases, found.judges, criteria, found.values, found.unused, False, *times)


def _within(path: Path, criteria: Sequence[str], values: npt.NDArray[np.float64], rubric: Sequence[Criterion], wrong: Wrong) -> list[str]:
    """The names of the rubric for those of the table; notes unknown ones and marks outside their scale."""
    names = known_names(row.name for row in rubric)
    if len(rubric) == 1:
        names[""] = rubric[0].name
    scale = {row.name: row for row in rubric}
    rows = grids.grid(path, frozenset(_LONG)).rows
    found = []
    for at, (word, value) in enumerate(zip(criteria, values.tolist(), strict=True)):
        name = names.get(plain(word))
        if name is None:
            near = nearest(word, scale) if wrong.is_told else ""
            wrong.add("cell-unknown", path=path, row=rows[at], column="criterion", word=word, near=near)
        elif not np.isnan(value) and not scale[name].low <= value <= scale[name].high:
            low, high = scale[name].low, scale[name].high
            near = f"{low if value < low else high:g}"
            wrong.add("cell-range", path=path, row=rows[at], column="score", word=f"{value:g}", low=f"{low:g}", high=f"{high:g}", near=near)
        found.append(name or word)
    return found


def _wide(path: Path, rubric: Sequence[Criterion], wrong: Wrong, cases_known: Iterable[str] | None, judges_known: Iterable[str] | None) -> Table:
    first = sheet(path, [Column("case", True)], wrong)
    if "case" not in first:
        wrong.stop()
    places = [(at, word) for at, word in enumerate(first.grid.head) if word and at != first.at["case"] and plain(word).lower() not in _NOT_JUDGES]
    case = first.names("case", None if cases_known is None else known_names(cases_known), unique=True)
    right = None if judges_known is None else known_names(judges_known)
    table = Sheet(first.grid, {"case": first.at["case"], **{f"judge {at}": at for at, _word in places}}, (), wrong)
    low, high = (rubric[0].low, rubric[0].high) if len(rubric) == 1 else (-np.inf, np.inf)
    columns = [table.numbers(f"judge {at}", low, high) for at, _word in places]
    if not places:
        wrong.add("scores-no-judges", path=path)
    for _at, word in places if right is not None else ():
        if right is not None and plain(word) not in right:
            wrong.add("scores-unknown-judge", path=path, word=word, near=nearest(word, right.values()) if wrong.is_told else "")
    wrong.stop()
    values = np.stack(columns, axis=1)
    at, who = np.nonzero(~np.isnan(values))
    names = [word if right is None else right[plain(word)] for _at, word in places]
    unused = tuple(word for place, word in enumerate(first.grid.head) if word and place != first.at["case"] and (place, word) not in places)
    cases, judges = [case[row] for row in at.tolist()], [names[one] for one in who.tolist()]
    return Table(cases, judges, [rubric[0].name] * len(cases) if len(rubric) == 1 else [], values[at, who], unused, True)


def rubric(path: Path) -> tuple[Criterion, ...]:
    """Read [[criteria]] with name, low, high, weight. Raises Trouble naming what is wrong."""
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise tables.Trouble("rubric-not-read", path=path, why=error.strerror) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise tables.Trouble("rubric-not-read", path=path, why=error) from None
    rows = data.get("criteria")
    if not isinstance(rows, list) or not rows or set(data) - {"criteria"}:
        other = next(iter(set(data) - {"criteria"}), "-")
        raise tables.Trouble("rubric-criteria", path=path, word=other)
    found = tuple(_criterion(path, at, row) for at, row in enumerate(rows, 1))
    for name in [row.name for row in found]:
        if sum(plain(row.name) == plain(name) for row in found) > 1:
            raise tables.Trouble("rubric-twice", path=path, word=name)
    return found


def _criterion(path: Path, at: int, row: object) -> Criterion:
    known = ("name", "low", "high", "weight")
    if not isinstance(row, dict) or not isinstance(row.get("name"), str) or not row["name"].strip():
        raise tables.Trouble("rubric-entry", path=path, at=at, word="name", value=str(row)[:60])
    for key, value in row.items():
        if key not in known:
            raise tables.Trouble("rubric-key", path=path, at=at, word=key, near=nearest(key, known))
        if key != "name" and (isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value)):
            raise tables.Trouble("rubric-entry", path=path, at=at, word=key, value=value)
    found = Criterion(row["name"].strip(), float(row.get("low", 0)), float(row.get("high", 100)), float(row.get("weight", 1)))
    if found.low >= found.high or found.weight <= 0:
        raise tables.Trouble("rubric-entry", path=path, at=at, word="high" if found.low >= found.high else "weight", value=row)
    return found


def votes(path: Path, cases: Sequence[str]) -> dict[str, float]:
    """Read public votes (case, public). Raises Troubles."""
    wrong = Wrong()
    found = sheet(path, [Column("case", True), Column("public", True)], wrong)
    if not {"case", "public"} <= set(found.at):
        wrong.stop()
    names, values = found.names("case", known_names(cases), unique=True), found.numbers("public", 0, required=True)
    wrong.stop()
    return dict(zip(names, values.tolist(), strict=True))


ESTIMATES = (
    "case",
    "estimate",
    "low",
    "high",
    "rank",
    "rank_low",
    "rank_high",
    "mean",
    "trimmed",
    "reads",
    "explanation",
    "sd",
    "z_score",
    "mixed",
    "even",
    "island",
)
JUDGES = ("judge", "severity", "low", "high", "discrimination", "noise", "reads")


def estimate_rows(found: calibration.Calibration) -> tuple[tuple[str, ...], list[Cells]]:
    """Head and rows of the estimates, best first; after the fixed columns the mix with votes and one column for each criterion."""
    has_votes = bool(found.beside) and found.beside[0].voted is not None
    head = (*ESTIMATES, *(("voted",) if has_votes else ()), *found.criteria)
    rows: list[Cells] = []
    for row, other in zip(found.estimates, found.beside, strict=True):
        first: Cells = (row.case, row.estimate, row.low, row.high, row.rank, row.rank_low, row.rank_high, row.mean, row.trimmed, row.reads, row.explanation)
        last: Cells = (row.sd, other.z_score, other.mixed, other.even, other.island, *((other.voted,) if has_votes else ()), *other.criteria)
        rows.append((*first, *last))
    return head, rows


def save(out: Path, found: calibration.Calibration) -> None:
    """Write estimates.csv, judges.csv and agreement.json into the folder. Raises SheetError where that cannot be done."""
    grids.save(out / "estimates.csv", *estimate_rows(found))
    rows = [(one.judge, one.severity, one.low, one.high, one.discrimination, one.noise, one.reads) for one in found.judges]
    grids.save(out / "judges.csv", JUDGES, rows)
    agreement = asdict(found.agreement) | {"islands": found.islands, "heavy_tails": found.heavy, "notes": {key: dict(values) for key, values in found.notes}}
    grids.put(out / "agreement.json", msgspec.json.format(msgspec.json.encode(agreement), indent=1) + b"\n")


def notes(found: calibration.Calibration, language: str) -> list[str]:
    """What people must know, in "zh" or "en"."""
    return [tables.sentence(key, values, language) for key, values in found.notes]


def summary(found: calibration.Calibration, language: str) -> list[tuple[str, str]]:
    """Agreement in a few lines of name and value."""
    said = found.agreement
    values = {
        "scores": f"{said.scores} / {said.cases} / {said.judges}",
        "icc": " / ".join("—" if value is None else f"{value:.3f}" for value in (said.icc_one, said.icc_mean)),
        "alpha": "—" if said.alpha is None else f"{said.alpha:.3f}",
        "shares": f"{said.case_share:.1%} / {said.judge_share:.1%} / {said.rest_share:.1%}",
    }
    return [(tables.sentence(f"agreed-{key}", (), language), value) for key, value in values.items()]


@dataclass(frozen=True, slots=True)
class Readers:
    """Who could read: tables of judges (judge, division, unit, away, most), of cases (case, division, unit) and of conflicts; None where there is none."""

    judges: Path | None = None
    cases: Path | None = None
    conflicts: Path | None = None
    own: str = "province"


def lines(word: str, cases: int) -> tuple[adaptive.Line, ...]:
    """Award lines of "5%,10%:0.5": a share or number of cases, and after a colon its weight (1). Raises Trouble naming the part."""
    found = []
    for part in word.replace("，", ",").split(","):
        count, _colon, weight = part.strip().replace("：", ":").partition(":")
        try:
            number = round(float(count[:-1]) / 100 * cases) if count.endswith("%") else int(count)
            line = adaptive.Line(number, float(weight or 1))
        except (ValueError, OverflowError):
            raise tables.Trouble("next-awards", word=part, count=cases) from None
        if not 0 < number < cases or not 0 < line.weight < np.inf:
            raise tables.Trouble("next-awards", word=part, count=cases)
        found.append(line)
    return tuple(found)


def further(table: Table, found: calibration.Calibration, budget: int, awards: str, readers: Readers, most: int = 8) -> adaptive.NextReads:
    """Where further reads help most. A judge of the table of judges who has read nothing yet counts as an average one. Raises Troubles, SheetError."""
    may, bounds = _may(table, readers)
    known = {one.judge: one for one in found.judges}
    noise = [one.noise for one in found.judges if one.noise is not None]
    severity = float(np.std([one.severity for one in found.judges]))
    fresh = JudgeEstimate("", 0.0, -1.645 * severity, 1.645 * severity, 1.0, float(np.median(noise)), 0)
    judges = [known.get(name) or replace(fresh, judge=name) for name in bounds] if bounds else list(found.judges)
    done = set(zip(table.cases, table.judges, strict=True))
    left = {name: limit for name, limit in bounds.items() if limit is not None}
    return adaptive.next_reads(found.estimates, judges, done, budget, lines(awards, len(found.estimates)), may=may, most=most, loads=left)


def _may(table: Table, readers: Readers) -> tuple[Callable[[str, str], bool] | None, dict[str, int | None]]:
    """Which pairs no rule bars, by the assignment's own rules; and the judges who still read, with the most that each reads."""
    if readers.judges is None:
        return None, {}
    wrong = Wrong()
    judge_sheet = sheet(readers.judges, [Column("judge", True), *map(Column, ("division", "unit", "most", "away"))], wrong)
    case_sheet = sheet(readers.cases, [Column("case", True), *map(Column, ("division", "unit"))], wrong) if readers.cases else None
    if "judge" not in judge_sheet or (case_sheet is not None and "case" not in case_sheet):
        wrong.stop()
    divisions = resolved([judge_sheet, *([case_sheet] if case_sheet is not None else [])])
    cases = candidates(case_sheet, divisions[1]) if case_sheet is not None else [Candidate(name) for name in sorted(set(table.cases))]
    names, most = judge_sheet.names("judge", unique=True), judge_sheet.numbers("most", 0, whole=True).tolist()
    away = [plain(word).lower() not in ("", "0", "否", "no", "n", "false") for word in judge_sheet.texts("away")]
    judges = [Judge(name, division, unit) for name, division, unit in zip(names, divisions[0], judge_sheet.texts("unit"), strict=True)]
    rows, columns = {one.case: at for at, one in enumerate(cases)}, {one.judge: at for at, one in enumerate(judges)}
    declared = np.zeros((len(cases), len(judges)), bool)
    if readers.conflicts:
        pairs = sheet(readers.conflicts, [Column("case", True), Column("judge", True)], wrong)
        if {"case", "judge"} <= set(pairs.at):
            both = zip(pairs.names("case", known_names(rows)), pairs.names("judge", known_names(columns)), strict=True)
            for case, judge in both:
                if case in rows and judge in columns:
                    declared[rows[case], columns[judge]] = True
    wrong.stop()
    barred, _counts = assignment.conflicts(cases, judges, assignment.Rules(own=readers.own), declared, np.zeros_like(declared))
    bounds = {name: None if np.isnan(limit) else int(limit) for name, limit, absent in zip(names, most, away, strict=True) if not absent}

    def may(case: str, judge: str) -> bool:
        return judge in columns and (case not in rows or not barred[rows[case], columns[judge]])

    return may, bounds


NEXT = ("case", "judge", "gain")


def next_rows(found: adaptive.NextReads) -> list[Cells]:
    """Reads as rows of NEXT."""
    return [(read.case, read.judge, float(f"{read.gain:.4g}")) for read in found.reads]


def next_notes(found: adaptive.NextReads, budget: int, language: str) -> list[str]:
    """Lines, and whether further reading is still worth it, in "zh" or "en"."""
    cuts = "、".join(f"{cut:.1f}" for cut in found.lines) or "-"
    gain = f"{sum(read.gain for read in found.reads):.3g}"
    told = [tables.sentence("next-found", (("count", str(len(found.reads))), ("cuts", cuts), ("gain", gain)), language)]
    if found.is_enough:
        key = "next-blocked" if found.is_blocked else "next-enough"
        told.append(tables.sentence(key, (("budget", str(budget)), ("least", f"{found.least:.2g}")), language))
    return told
