"""What was found about a judging -> the article of its report, and the box that says whether the scores can be relied on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from zhengping.engine import rendering, tables
from zhengping.engine.folder import scrutinising
from zhengping.engine.record import Estimate, JudgeEstimate

GOOD, LOW = 0.75, 0.5  # reliability, by Cicchetti 1994 and Koo & Li 2016: good from 0.75, poor below 0.5
FIRM, SHAKY = 0.7, 0.4  # share of the awards that a second judging would give again
MANY = 0.2  # share of the reads by judges with an alert
_SHOWN_JUDGES, _SHOWN_CASES, _SHOWN_MOVED, _SHOWN_ALERTS, _LISTED = 40, 600, 24, 40, 100


@dataclass(frozen=True, slots=True)
class Line:
    """An award: how firm each chosen case is, all cases chosen by the same rules, the chance of each case to be truly among these."""

    name: str
    stability: Mapping[str, float | None] = field(repr=False)
    chosen: frozenset[str] = field(repr=False)
    chance: Mapping[str, float | None] = field(repr=False)
    is_last: bool = True

    @property
    def again(self) -> float | None:
        """The mean stability of the chosen, None where unknown."""
        known = [value for value in self.stability.values() if value is not None]
        return sum(known) / len(known) if known else None

    @property
    def open(self) -> list[str]:
        """Cases whose chance lies between 10 and 90 %."""
        return [case for case, value in self.chance.items() if value is not None and 0.1 < value < 0.9]


@dataclass(frozen=True, slots=True)
class Judged:
    """All that the report tells."""

    found: scrutinising.Found
    lines: tuple[Line, ...]

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """Best first."""
        return self.found.calibrated.estimates

    @property
    def judges(self) -> list[JudgeEstimate]:
        """The strictest first."""
        return sorted(self.found.calibrated.judges, key=lambda one: (-one.severity, one.judge))

    @property
    def reliability(self) -> float | None:
        """1 less the mean posterior variance of an estimate as a share of the variance of quality; None where nothing tells."""
        known = [one.sd for one in self.estimates if one.sd is not None]
        error = float(np.mean(np.square(known))) if known else 0.0
        whole = float(np.var([one.estimate for one in self.estimates])) + error
        return None if not known or whole <= 0 or self.found.calibrated.agreement.icc_mean is None else 1 - error / whole

    @property
    def alerts(self) -> Counter[str]:
        """The number of alerts about each judge."""
        return Counter(judge for alert in self.found.scrutinised.alerts for judge in alert.judges)

    @property
    def missing(self) -> int:
        """Assigned reads without a score."""
        return next((int(dict(values)["count"]) for key, values in self.found.scrutinised.notes if key == "scrutiny-missing"), 0)


class _Words:
    """Sentences of the report in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        return tables.sentence(f"judged-{key}", tuple((name, str(value)) for name, value in values.items()), self.language)


def article(judged: Judged, language: str) -> rendering.Article:
    """The report: the box, then load, agreement, severity, ranks, award lines, scrutiny, method. `language` is "zh" or "en"."""
    say = _Words(language)
    said = judged.found.calibrated.agreement
    blocks: list[rendering.Block] = [trust(judged, language)]
    for part in (_loads, _agreement, _severity, _ranks, _lines, _scrutiny):
        blocks += part(judged, say)
    blocks += [rendering.Heading(say("method")), _text(say("method-told"))]
    note = say("note", scores=said.scores, cases=said.cases, judges=said.judges)
    return rendering.Article(say("title"), tuple(blocks), "zh-Hans" if language == "zh" else "en", note)


def trust(judged: Judged, language: str) -> rendering.Box:
    """The box at the top: what bears on whether the scores can be relied on, each line with its sign; the whole is as good as its worst line."""
    say = _Words(language)
    calibrated, said = judged.found.calibrated, judged.found.calibrated.agreement
    reliability = judged.reliability
    lines = [
        (
            "-" if reliability is None else _sign(reliability, GOOD, LOW),
            say("reliable", reliability=_number(reliability), k=f"{round(said.reads, 1):g}", icc=_number(said.icc_mean), alpha=_number(said.alpha)),
        ),
        ("-", say("islands", count=len(calibrated.islands))) if calibrated.islands else ("+", say("linked")),
    ]
    strict = [one.severity for one in calibrated.judges]
    shares = {"judge": f"{said.judge_share:.0%}", "case": f"{said.case_share:.0%}"}
    lines.append(("!" if said.judge_share > said.case_share else "+", say("severity", range=f"{max(strict) - min(strict):.1f}", **shares)))
    for line in judged.lines:
        if line.is_last and line.again is not None:
            told = say("firm", line=line.name, stability=f"{line.again:.0%}", open=len(line.open))
            lines.append((_sign(line.again, FIRM, SHAKY), told))
    reads, loads = [one.reads for one in judged.estimates], [one.reads for one in calibrated.judges]
    once = sum(count == 1 for count in reads)
    bounds = {"low": min(reads), "high": max(reads), "least": min(loads), "most": max(loads)}
    lines.append(("!" if once or judged.missing else "+", say("reads", once=once, missing=judged.missing, **bounds)))
    lines.append(_alerted(judged, say))
    tone = next((sign for sign in "-!+" if any(sign == one for one, _line in lines)), "+")
    return rendering.Box(say({"-": "bad", "!": "look", "+": "good"}[tone]), tuple(lines), tone)


def _alerted(judged: Judged, say: _Words) -> tuple[str, str]:
    found = judged.found.scrutinised
    tests = sum(count for _kind, count in found.tests)
    if not found.alerts:
        return "+", say("quiet", tests=tests, level=f"{found.level:.0%}")
    share = sum(one.reads for one in judged.found.calibrated.judges if judged.alerts[one.judge]) / max(judged.found.calibrated.agreement.scores, 1)
    told = say("alerts", tests=tests, count=len(found.alerts), judges=len(judged.alerts), share=f"{share:.0%}")
    return "-" if share >= MANY else "!", told


def _sign(value: float, good: float, low: float) -> str:
    return "+" if value >= good else "!" if value >= low else "-"


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _text(*words: str) -> rendering.Text:
    return rendering.Text((rendering.Span("".join(words)),))


def _loads(judged: Judged, say: _Words) -> list[rendering.Block]:
    reads = Counter(one.reads for one in judged.estimates)
    told = "；".join(f"{count} × {reads[count]}" for count in sorted(reads)) if say.language == "zh" else ", ".join(f"{c} × {reads[c]}" for c in sorted(reads))
    fits, fit = judged.found.fits, ""
    own: dict[str, list[float]] = {}
    if fits:
        by_case: dict[str, list[float]] = {}
        for (case, judge), value in fits.items():
            by_case.setdefault(case, []).append(value)
            own.setdefault(judge, []).append(value)
        worst = min(by_case, key=lambda case: (np.mean(by_case[case]), case))
        fit = say("fit", mean=f"{np.mean(list(fits.values())):.2f}", low=f"{np.mean(by_case[worst]):.2f}", case=worst)
    head = ["judge", "count", *(["own-fit"] if fits else []), "own-strict", "scale", "noise", "own-alerts"]
    rows = [
        (
            one.judge,
            str(one.reads),
            *([f"{np.mean(own[one.judge]):.2f}" if one.judge in own else "—"] if fits else []),
            f"{one.severity:+.1f}" + ("" if one.low is None or one.high is None else f" ({one.low:+.1f}, {one.high:+.1f})"),
            f"{one.discrimination:.2f}",
            "—" if one.noise is None else f"{one.noise:.1f}",
            str(judged.alerts[one.judge] or "—"),
        )
        for one in _notable(judged)
    ]
    caption = say("judges") + (f" ({len(rows)} / {len(judged.judges)})" if len(rows) < len(judged.judges) else "")
    return [
        rendering.Heading(say("loads")),
        _text(say("loads-told", reads=told, fit=fit)),
        rendering.Rows(caption, tuple(map(say, head)), tuple(rows)),
    ]


def _notable(judged: Judged) -> list[JudgeEstimate]:
    """All judges, of many those with alerts and those farthest from the mean; the strictest first."""
    if len(judged.judges) <= _LISTED:
        return judged.judges
    near = sorted(judged.judges, key=lambda one: (not judged.alerts[one.judge], -abs(one.severity), one.judge))
    return [one for one in judged.judges if one in near[:_LISTED]]


def _agreement(judged: Judged, say: _Words) -> list[rendering.Block]:
    said = judged.found.calibrated.agreement
    values = {"one": _number(said.icc_one), "mean": _number(said.icc_mean), "alpha": _number(said.alpha), "reliability": _number(judged.reliability)}
    parts = [(say("share-case"), said.case_share), (say("share-judge"), said.judge_share), (say("share-rest"), said.rest_share)]
    blocks: list[rendering.Block] = [rendering.Heading(say("agreement")), _text(say("agreement-told", k=f"{round(said.reads, 1):g}", **values))]
    blocks.append(rendering.Picture(rendering.shares(parts), say("shares")))
    return [*blocks, *(_text(tables.sentence(key, told, say.language)) for key, told in judged.found.calibrated.notes)]


def _severity(judged: Judged, say: _Words) -> list[rendering.Block]:
    judges, part = judged.judges, ""
    if len(judges) > _SHOWN_JUDGES:
        half = _SHOWN_JUDGES // 2
        judges, part = [*judges[:half], *judges[-half:]], say("strict-part", count=len(judges), shown=half)
    rows = [
        (
            one.judge,
            one.severity if one.low is None else one.low,
            one.severity,
            one.severity if one.high is None else one.high,
            bool(judged.alerts[one.judge]),
        )
        for one in judges
    ]
    return [rendering.Heading(say("strict")), rendering.Picture(rendering.intervals(rows, say("axis-strict")), say("strict-told") + part)]


def _raw_ranks(estimates: Sequence[Estimate]) -> dict[str, int]:
    """Ranks by the plain mean, equals share the better one."""
    means = np.array([one.mean if one.mean is not None else -np.inf for one in estimates])
    ordered = np.sort(-means)
    found = np.searchsorted(ordered, -means, side="left") + 1
    return {one.case: int(rank) for one, rank in zip(estimates, found.tolist(), strict=True)}


def _ranks(judged: Judged, say: _Words) -> list[rendering.Block]:
    raw = _raw_ranks(judged.estimates)
    lines = sorted({len(line.chosen) for line in judged.lines}) or [max(1, len(raw) // 10)]
    end = lines[-1]
    sides = {one.case: ("in" if raw[one.case] > end >= one.rank else "out" if raw[one.case] <= end < one.rank else "same") for one in judged.estimates}
    shown = judged.estimates
    part = ""
    if len(shown) > _SHOWN_CASES:
        most = max(_SHOWN_CASES, round(1.5 * end))
        shown = tuple(one for one in shown if max(one.rank, raw[one.case]) <= most or sides[one.case] != "same")
        part = say("ranks-part", shown=most)
    names = [say("same"), say("in"), say("out")]
    label = dict(zip(("same", "in", "out"), names, strict=True))
    picture = rendering.ranks([(raw[one.case], one.rank, label[sides[one.case]]) for one in shown], lines, (say("axis-raw"), say("axis-rank")), names)
    moved = [one for one in judged.estimates if sides[one.case] != "same"]
    median = float(np.median([abs(raw[one.case] - one.rank) for one in judged.estimates]))
    told = say("ranks-told", moved=sum(side == "in" for side in sides.values()), median=f"{median:.0f}")
    near = sorted(moved, key=lambda one: (-abs(raw[one.case] - one.rank), one.case))[:_SHOWN_MOVED]
    rows = [(one.case, str(raw[one.case]), str(one.rank), one.explanation) for one in sorted(near, key=lambda one: (one.rank, one.case))]
    caption = say("moved") + (f" ({len(rows)} / {len(moved)})" if len(rows) < len(moved) else "")
    blocks: list[rendering.Block] = [rendering.Heading(say("ranks")), rendering.Picture(picture, told + part)]
    if rows:
        blocks.append(rendering.Rows(caption, (say("case"), say("raw-rank"), say("axis-rank"), say("why")), tuple(rows)))
    return blocks


def _lines(judged: Judged, say: _Words) -> list[rendering.Block]:
    estimate = {one.case: one.estimate for one in judged.estimates}
    rows = []
    for line in judged.lines:
        sure = sum((line.chance[case] or 0) >= 0.9 for case in line.stability)
        again = "—" if line.again is None else f"{line.again:.0%}"
        cut = f"{min(estimate[case] for case in line.stability):.1f}"
        rows.append((line.name, str(len(line.stability)), cut, again, str(sure), str(len(line.open)) if line.is_last else "—"))
    head = ("line", "number", "cut", "again", "sure", "open")
    blocks: list[rendering.Block] = [rendering.Heading(say("lines")), _text(say("lines-told")), rendering.Rows("", tuple(map(say, head)), tuple(rows))]
    for line in judged.lines:
        if line.is_last and line.again is not None:
            blocks.append(_chances(judged, line, say))
    return blocks


def _chances(judged: Judged, line: Line, say: _Words) -> rendering.Picture:
    """Cases around the line, as far as they are open."""
    order = [one.case for one in judged.estimates]
    count = len(line.chosen)
    known = [at for at, case in enumerate(order) if 0.02 < (line.chance[case] or 0) < 0.98]
    first, last = (min(known, default=count - 1), max(known, default=count)) if known else (count - 1, count)
    first, last = max(0, min(first, count - 10, len(order) - 1)), min(len(order), max(last + 1, count + 10))
    first, last = max(first, count - 120), min(last, count + 180)
    rows = [(at + 1, line.chance[order[at]] or 0.0, order[at] in line.chosen) for at in range(first, last)]
    return rendering.Picture(rendering.chances(rows, count, (say("axis-rank"), say("axis-chance"))), say("chances-told", count=count))


def _scrutiny(judged: Judged, say: _Words) -> list[rendering.Block]:
    found, language = judged.found.scrutinised, say.language
    count = Counter(alert.kind for alert in found.alerts)
    rows = [(tables.sentence(f"kind-{kind}", (), language), str(tests), str(count[kind])) for kind, tests in found.tests if tests]
    blocks: list[rendering.Block] = [rendering.Heading(say("scrutiny"))]
    blocks += [_text(note) for note in scrutinising.notes(found, language)]
    blocks.append(rendering.Rows(say("tests"), (say("kind"), say("made"), say("found")), tuple(rows)))
    for alert in found.alerts[:_SHOWN_ALERTS]:
        blocks.append(rendering.Heading(f"{tables.sentence(f'kind-{alert.kind}', (), language)}：{'、'.join(alert.judges)}", 2))
        cases = dict(alert.values)["cases"]
        space = "" if language == "zh" else " "
        told = [scrutinising.finding(alert, language), tables.sentence(f"innocent-{alert.kind}", (), language), say("alert-cases", cases=cases)]
        blocks.append(_text(space.join(told)))
    if len(found.alerts) > _SHOWN_ALERTS:
        blocks.append(_text(say("more", count=len(found.alerts) - _SHOWN_ALERTS)))
    return blocks
