"""Tables of cases, judges, fits and pairs -> what assignment takes; and the plan back as a table and a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from zhengping.engine import assignment, coding, rendering, tables
from zhengping.engine.folder import grids
from zhengping.engine.folder.judging import Column, Sheet, Wrong, known_names, nearest, plain, sheet
from zhengping.engine.folder.register import province_number
from zhengping.engine.folder.sheets import SheetError
from zhengping.engine.record import Candidate, Judge

_YES = {"1", "是", "yes", "y", "true", "请假", "缺席"}
_NO = {"", "0", "否", "no", "n", "false"}
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """The files of an assignment; None where there is none."""

    cases: Path
    judges: Path
    conflicts: Path | None = None
    kept: Path | None = None
    fit: Path | None = None
    fixed: Path | None = None
    forbidden: Path | None = None


def assign(request: Request, rules: assignment.Rules, tick: Callable[[str, int, int], None]) -> tuple[assignment.Plan, tuple[str, ...]]:
    """Read the files and assign; -> the plan and headings that were not used. Raises Troubles, SheetError or assignment.Impossible."""
    wrong = Wrong()
    cases_sheet = sheet(request.cases, [Column("case", True), *map(Column, ("division", "unit", "themes", "words"))], wrong)
    columns = ("division", "unit", "themes", "words", "least", "most", "away")
    judges_sheet = sheet(request.judges, [Column("judge", True), *map(Column, columns)], wrong)
    if "case" not in cases_sheet or "judge" not in judges_sheet:
        wrong.stop()
    divisions = resolved([cases_sheet, judges_sheet])
    cases = candidates(cases_sheet, divisions[0])
    judges = _judges(judges_sheet, divisions[1])
    names = known_names(case.case for case in cases), known_names(judge.judge for judge in judges)
    conflicts, kept, fixed, forbidden = (_pairs(path, *names, wrong) for path in (request.conflicts, request.kept, request.fixed, request.forbidden))
    fit = _fits(request.fit, cases, judges, wrong) if request.fit else None
    wrong.stop()
    rules = replace(rules, fixed=fixed, forbidden=forbidden)
    plan = assignment.assign(cases, judges, rules, fit=fit, conflicts=conflicts, kept=kept, tick=tick)
    return plan, (*cases_sheet.unused, *judges_sheet.unused)


def candidates(table: Sheet, divisions: Sequence[str]) -> list[Candidate]:
    """The cases of a table that has at least the column case."""
    themes, words = table.lists("themes"), table.lists("words")
    names = table.names("case", unique=True)
    texts = (table.texts("unit"), table.texts("type"), table.texts("mark"))
    rows = zip(names, divisions, texts[0], themes, words, texts[1], texts[2], strict=True)
    return [Candidate(*row) for row in rows]


def _judges(table: Sheet, divisions: Sequence[str]) -> list[Judge]:
    names = table.names("judge", unique=True)
    least, most = (table.numbers(key, 0, whole=True) for key in ("least", "most"))
    for row in np.flatnonzero(least > most).tolist():
        table.told("cell-range", "least", row, low="0", high=f"{most[row]:g}", near=f"{most[row]:g}")
    away = []
    for row, cell in enumerate(table.texts("away")):
        word = plain(cell).lower()
        if word not in _YES | _NO:
            table.told("cell-choice", "away", row)
        away.append(word in _YES)
    bounds = [[None if np.isnan(value) else int(value) for value in side] for side in (least, most)]
    rows = zip(names, divisions, table.texts("unit"), table.lists("themes"), table.lists("words"), *bounds, away, strict=True)
    return [Judge(*row) for row in rows]


def resolved(sheets: Sequence[Sheet]) -> list[list[str]]:
    """The division column of each table as six digits. Where no word of any table is a division the words stand for themselves (codes of a study).

    Notes words that are no division while others are.
    """
    words = {word for table in sheets for word in table.texts("division") if word}
    known = {word: found for word in sorted(words) if (found := _division(word))}
    if not known:
        return [list(map(plain, table.texts("division"))) for table in sheets]
    bodies = [body.name for body in tables.bodies()]
    for table in sheets:
        for row, word in enumerate(table.texts("division")):
            if word and word not in known:
                table.told("division-unknown", "division", row, near=nearest(plain(word), bodies) if table.wrong.is_told else "")
    return [[known.get(word, "") for word in table.texts("division")] for table in sheets]


def _division(word: str) -> str:
    name = plain(word)
    if name.isdigit() and len(name) == 6:
        return name if coding.full_name(name) else ""
    return province_number(name) or coding.resolve(name).division


def _pairs(path: Path | None, cases: dict[str, str], judges: dict[str, str], wrong: Wrong) -> Pairs:
    if path is None:
        return ()
    table = sheet(path, [Column("case", True), Column("judge", True)], wrong)
    if "case" not in table or "judge" not in table:
        return ()
    pairs = zip(table.names("case", cases), table.names("judge", judges), strict=True)
    return tuple(dict.fromkeys(pairs))


def _fits(path: Path, cases: Sequence[Candidate], judges: Sequence[Judge], wrong: Wrong) -> npt.NDArray[np.float32]:
    """The fits of a table as cases x judges; pairs that are absent have 0."""
    found = np.zeros((len(cases), len(judges)), np.float32)
    table = sheet(path, [Column("case", True), Column("judge", True), Column("fit", True)], wrong)
    if not {"case", "judge", "fit"} <= set(table.at):
        return found
    rows, columns = ({name: at for at, name in enumerate(names)} for names in ([case.case for case in cases], [judge.judge for judge in judges]))
    case = table.names("case", known_names(rows))
    judge = table.names("judge", known_names(columns))
    values = table.numbers("fit", 0, 1, required=True)
    table.pairs_once(case, judge)
    if not wrong.count:
        at = np.fromiter((rows[name] for name in case), np.int64, len(case)), np.fromiter((columns[name] for name in judge), np.int64, len(judge))
        found[at] = values
    return found


HEAD = ("case", "judge", "fit")


def rows(plan: assignment.Plan) -> list[tuple[str, str, float]]:
    """The plan as rows of case, judge, fit."""
    return [(pair.case, pair.judge, round(pair.fit, 6)) for pair in plan.assignments]


def report(path: Path, plan: assignment.Plan, language: str) -> None:
    """Write the report of a plan as .json (all of it) or .html (loads, notes, the worst-off cases). Raises SheetError for another ending."""
    ending = path.suffix.lower()
    if ending == ".json":
        grids.put(path, msgspec.json.format(msgspec.json.encode(asdict(plan), order="deterministic"), indent=1) + b"\n")
    elif ending == ".html":
        grids.put(path, rendering.page(_article(plan, language)))
    else:
        raise SheetError("report-ending", path=path)


def notes(plan: assignment.Plan, language: str) -> list[str]:
    """What people must know of a plan, in "zh" or "en"."""
    found = [tables.sentence(key, values, language) for key, values in plan.notes]
    if plan.islands:
        groups = "; ".join("、".join(names[:5]) + ("…" if len(names) > 5 else "") for names in plan.islands[:5])
        found.append(tables.sentence("assign-islands", (("count", str(len(plan.islands))), ("groups", groups)), language))
    return found


def summary(plan: assignment.Plan, language: str) -> list[tuple[str, str]]:
    """The plan in a few lines of name and value."""
    told = [load.variance for load in plan.loads if load.variance is not None]
    loads = [load.reads for load in plan.loads]
    barred = "；".join(f"{tables.sentence('barred-' + kind, (), language)} {count}" for kind, count in plan.barred) or "0"
    values: dict[str, str] = {
        "pairs": str(len(plan.assignments)),
        "total": f"{plan.total:.3f} / {plan.optimum:.3f} ({plan.total / plan.optimum:.4%})" if plan.optimum else f"{plan.total:.3f}",
        "floor": f"{plan.floor:.3f} ({plan.worst})",
        "loads": f"{min(loads, default=0)}–{max(loads, default=0)}",
        "barred": barred,
        "variance": f"{np.mean(told):.2f} ({max(told):.2f})" if told else "—",
    }
    return [(tables.sentence(f"plan-{key}", (), language), value) for key, value in values.items()]


def _article(plan: assignment.Plan, language: str) -> rendering.Article:
    def said(key: str) -> str:
        return tables.sentence(key, (), language)

    lines = tuple(f"{name}: {value}" for name, value in summary(plan, language)) + tuple(notes(plan, language))
    head = tuple(said(f"plan-{key}") for key in ("judge", "reads", "bounds", "kept", "fit", "severity"))
    loads = tuple(
        (load.judge, str(load.reads), f"{load.least}–{load.most}", str(load.kept), f"{load.fit:.3f}", "—" if load.variance is None else f"{load.variance:.2f}")
        for load in plan.loads
    )
    by_case: dict[str, list[float]] = {}
    for pair in plan.assignments:
        by_case.setdefault(pair.case, []).append(pair.fit)
    worst = sorted(by_case, key=lambda case: (sum(by_case[case]) / len(by_case[case]), case))[:20]
    least = tuple((case, f"{sum(by_case[case]) / len(by_case[case]):.3f}", str(len(by_case[case]))) for case in worst)
    return rendering.Article(
        said("plan-title"),
        (
            *(rendering.Text((rendering.Span(line),)) for line in lines),
            rendering.Heading(said("plan-loads")),
            rendering.Rows("", head, loads),
            rendering.Heading(said("plan-worst")),
            rendering.Rows("", tuple(said(f"plan-{key}") for key in ("case", "fit", "reads")), least),
        ),
        "zh-Hans" if language == "zh" else "en",
    )
