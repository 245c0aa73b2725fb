"""Tables of judging -> the report on the judging as .html and .pdf: calibrated, scrutinised, and how firm the award lines are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhengping.engine import calibration, rendering, selection, tables
from zhengping.engine.folder import calibrating, grids, scrutinising, selecting
from zhengping.engine.folder.assigning import candidates, resolved
from zhengping.engine.folder.judging import Column, Wrong, sheet
from zhengping.engine.folder.judging_article import Judged, Line, article
from zhengping.engine.record import Candidate

Tick = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What to report: the tables, the award lines in words or a file of rules, the level of scrutiny, draws for firmness."""

    tables: scrutinising.Request
    awards: str = "10%"
    rules: Path | None = None
    level: float = 0.05
    as_is: bool = False
    draws: int = 200


def report(request: Request, language: str, tick: Tick) -> tuple[rendering.Article, tuple[str, ...]]:
    """Read, calibrate, scrutinise, choose; -> the report and headings that were not used. Raises Troubles, SheetError, RulesError or Contradiction."""
    tick("calibrate", 0, 1)
    found = scrutinising.scrutinise(request.tables, request.level, calibration.Options(as_is=request.as_is, language=language))
    tick("calibrate", 1, 1)
    lines = _by_rules(request, found, language, tick) if request.rules else _by_awards(request, found, language, tick)
    return article(Judged(found, lines), language), found.unused


def _by_awards(request: Request, found: scrutinising.Found, language: str, tick: Tick) -> tuple[Line, ...]:
    """Each award line by itself."""
    estimates = found.calibrated.estimates
    who = [Candidate(one.case) for one in estimates]
    made = []
    for line in calibrating.lines(request.awards, len(estimates)):
        name = tables.sentence("judged-top", (("count", str(line.count)),), language)
        rules = selection.Rules((selection.Award(name, line.count),), ties=("order",))
        made += _lines(selection.select(estimates, who, rules, language=language, draws=request.draws, tick=tick))
    return tuple(made)


def _by_rules(request: Request, found: scrutinising.Found, language: str, tick: Tick) -> tuple[Line, ...]:
    """The awards of a file of rules, with the attributes of the table of cases."""
    assert request.rules is not None
    estimates = found.calibrated.estimates
    who: Sequence[Candidate] = [Candidate(one.case) for one in estimates]
    if request.tables.cases:
        wrong = Wrong()
        table = sheet(request.tables.cases, [Column("case", True), *map(Column, ("division", "unit", "type", "themes", "mark"))], wrong)
        mine = {one.case for one in estimates}
        who = [case for case in candidates(table, resolved([table])[0]) if case.case in mine]
        wrong.stop()
    rules = selecting.rules(request.rules, selecting.Estimates(estimates, tuple(who)))
    return tuple(_lines(selection.select(estimates, who, rules, language=language, draws=request.draws, tick=tick)))


def _lines(found: selection.Selection) -> list[Line]:
    """One line for each award of a selection, from the highest."""
    names = list(dict.fromkeys(choice.award for choice in found.choices if choice.award))
    chance = {choice.case: choice.chance for choice in found.choices}
    chosen = frozenset(choice.case for choice in found.choices if choice.award)
    return [
        Line(name, {choice.case: choice.stability for choice in found.choices if choice.award == name}, chosen, chance, name == names[-1]) for name in names
    ]


def box(made: rendering.Article) -> rendering.Box:
    """The box of a report."""
    return next(block for block in made.blocks if isinstance(block, rendering.Box))


def told(found: rendering.Box) -> list[tuple[str, str]]:
    """The lines of a box as sign and sentence."""
    return [(rendering.SIGNS[sign], line) for sign, line in found.lines]


def save(out: Path, made: rendering.Article) -> None:
    """Write judging-report.html and judging-report.pdf into the folder. Raises SheetError where that cannot be done."""
    grids.put(out / "judging-report.html", rendering.page(made))
    grids.put(out / "judging-report.pdf", rendering.printed(made))
