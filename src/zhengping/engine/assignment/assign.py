"""Candidates, judges and rules -> a plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from zhengping.engine.assignment import fair, flow
from zhengping.engine.assignment.causes import explain
from zhengping.engine.assignment.design import islands, variances
from zhengping.engine.assignment.fits import fits
from zhengping.engine.assignment.rules import SCALE, Load, Plan, Rules
from zhengping.engine.assignment.task import Bools, Fits, Ints, Task, bare, task
from zhengping.engine.record import Assignment, Candidate, Judge

Pairs = Iterable[tuple[str, str]]
SetPair = tuple[int, int, str]


def _silent(stage: str, done: int, total: int) -> None:
    """No progress."""


def _natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """An order in which case 10 comes after case 9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part], name


def assign(
    cases: Sequence[Candidate],
    judges: Sequence[Judge],
    rules: Rules,
    *,
    fit: Fits | None = None,
    conflicts: Pairs = (),
    kept: Pairs = (),
    tick: Callable[[str, int, int], None] = _silent,
) -> Plan:
    """Give each case its judges: the greatest sum of fit under a floor for the worst-off case, within loads and rules.

    `fit` (cases x judges in their order, 0 to 1) replaces the computed fit. `conflicts` are declared pairs (case, judge), `kept` reads already begun.
    Names in pairs must be those of `cases` and `judges` (KeyError otherwise). The answer does not depend on the order of cases, judges or pairs.
    Raises Impossible, which names what stands against what, where the rules leave no assignment.
    """
    order = sorted(range(len(cases)), key=lambda at: _natural(cases[at].case)), sorted(range(len(judges)), key=lambda at: _natural(judges[at].judge))
    cases, judges = [cases[at] for at in order[0]], [judges[at] for at in order[1]]
    theme = words = None
    if fit is None:
        fit, theme, words = fits(cases, judges)
    else:
        fit = fit[np.ix_(*order)]
    rows, columns = {case.case: at for at, case in enumerate(cases)}, {judge.judge: at for at, judge in enumerate(judges)}

    def marked(pairs: Pairs) -> Bools:
        found = np.zeros((len(cases), len(judges)), bool)
        for case, judge in pairs:
            found[rows[case], columns[judge]] = True
        return found

    declared, forbidden = marked(conflicts), marked(rules.forbidden)
    begun = {(rows[case], columns[judge]): "kept" for case, judge in kept}
    fixed = {(rows[case], columns[judge]): "fixed" for case, judge in rules.fixed}
    pairs = [(case, judge, source) for (case, judge), source in sorted({**fixed, **begun}.items())]
    whole = task(cases, judges, rules, fit, declared, forbidden, pairs)
    try:
        if rules.panels:
            whole = _panelled(whole, cases, judges, rules)
        found = fair.find(whole, rules.floor, tick)
    except flow.Blocked:
        raise explain(whole, cases, rules) from None
    return _plan(whole, found, rules, None if theme is None or words is None else (theme, words))


def _panelled(whole: Task, cases: Sequence[Candidate], judges: Sequence[Judge], rules: Rules) -> Task:
    """The task with panels by main theme: link cases get one read from the next panels in turn, all else is read at home."""
    panels = sorted({bare(judge.themes[0]) for judge in judges if judge.themes})
    number = {name: at for at, name in enumerate(panels)}
    home = np.array([number.get(bare(case.themes[0]), -1) if case.themes else -1 for case in cases])
    seat = np.array([number[bare(judge.themes[0])] if judge.themes else -1 for judge in judges])
    inside = (home[:, None] == seat[None, :]) | (home[:, None] < 0) | (seat[None, :] < 0)
    links = _links(whole, home, seat, rules.links) if len(panels) > 1 and rules.reads > 1 else []
    held = [*whole.set, *links]
    need = whole.need - np.bincount([case for case, _judge, _source in links], minlength=len(whole.need))
    least, most = whole.least.copy(), whole.most.copy()
    ok = whole.ok & inside
    for case, judge, _source in links:
        least[judge], most[judge] = max(0, least[judge] - 1), most[judge] - 1
        if whole.spread:
            ok[case] &= whole.province != whole.province[judge]
    return replace(whole, ok=ok, need=np.asarray(need, np.int64), least=least, most=most, set=tuple(sorted(held)))


def _links(whole: Task, home: Ints, seat: Ints, share: float) -> list[SetPair]:
    """The link reads: of each panel the wanted share of cases, their targets in turn, by a flow of the best fit."""
    panels = int(seat.max()) + 1
    ok = np.zeros_like(whole.ok)
    for panel in range(panels):
        members = np.flatnonzero((home == panel) & (whole.need > 1))
        open_cases = set(members.tolist())
        targets = [(panel + step) % panels for step in range(1, panels)]
        for turn in range(round(share * len(members))):
            target = targets[turn % len(targets)]
            there = seat == target
            best = {case: int(np.where(whole.ok[case] & there, whole.fit[case], -1).max(initial=-1)) for case in open_cases}
            case = max(sorted(best), key=lambda at: best[at], default=-1)
            if case >= 0 and best[case] >= 0:
                ok[case] = whole.ok[case] & there
                open_cases.discard(case)
    need = ok.any(1).astype(np.int64)
    cap = np.minimum(whole.most, np.maximum(1, whole.most // 2))
    pairs = flow.solve(replace(whole, ok=ok, need=np.asarray(need, np.int64), least=np.zeros_like(whole.least), most=cap), ok)
    return [(case, judge, "link") for case, judge in zip(*(side.tolist() for side in pairs), strict=True)]


def _plan(whole: Task, found: fair.Found, rules: Rules, parts: tuple[Fits, Fits] | None) -> Plan:
    """The plan of chosen and set pairs, with its measures."""
    pairs = sorted([*whole.set, *((case, judge, "") for case, judge in zip(found.case.tolist(), found.judge.tolist(), strict=True))])
    case, judge = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    fit = whole.fit[case, judge] / SCALE
    count, size = np.bincount(case, minlength=len(whole.cases)), len(whole.judges)
    mean = np.divide(np.bincount(case, fit, len(whole.cases)), count, out=np.zeros(len(whole.cases)), where=count > 0)
    worst = int(mean.argmin()) if len(mean) else -1
    groups = islands(case, judge, len(whole.cases), size)
    told = variances(case, judge, size)
    loads = np.bincount(judge, minlength=size)
    fits_of = np.bincount(judge, fit, size)
    kept = np.bincount([at for _case, at, source in whole.set if source == "kept"], minlength=size)
    notes = [("assign-bounds", (("least", str(rules.least_share)), ("most", str(rules.most_share))))] if whole.is_default else []
    if not found.is_reached:
        notes.append(("assign-floor", (("asked", f"{rules.floor:.3f}"), ("floor", f"{mean.min():.3f}"))))
    names = [tuple(whole.judges[at] for at in np.flatnonzero(groups == group)) for group in range(int(groups.max(initial=-1)) + 1)]
    return Plan(
        tuple(Assignment(whole.cases[a], whole.judges[j], float(value), source) for (a, j, source), value in zip(pairs, fit.tolist(), strict=True)),
        round(float(fit.sum()), 6),
        float(found.optimum / SCALE),
        float(mean.min()) if len(mean) else 0.0,
        whole.cases[worst] if worst >= 0 else "",
        tuple(
            Load(
                name,
                int(loads[at]),
                *whole.bounds[at],
                int(kept[at]),
                float(fits_of[at] / loads[at]) if loads[at] else 0.0,
                None if told is None or not np.isfinite(told[at]) else float(told[at]),
            )
            for at, name in enumerate(whole.judges)
        ),
        tuple(names) if len(names) > 1 else (),
        whole.barred,
        () if parts is None else tuple(zip(parts[0][case, judge].tolist(), parts[1][case, judge].tolist(), strict=True)),
        tuple(notes),
    )
