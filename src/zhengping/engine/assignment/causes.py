"""A task that cannot be done -> which judges, cases and rules stand against each other, and the least change that would do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ortools.graph.python import min_cost_flow

from zhengping.engine.assignment.rules import Rules
from zhengping.engine.assignment.task import Bools, Ints, Task, province
from zhengping.engine.record import Candidate
from zhengping.engine.tables import Trouble, bodies

_SHORT, _SECOND, _MORE, _LESS = 1000, 100, 10, 9  # what a missing read, a second judge of one province, a read more and one less cost
_NAMES = 8


class Impossible(Trouble):
    """No assignment keeps all rules: one sentence a cause, each with the least change that would do."""

    def __init__(self, found: Sequence[Trouble]) -> None:
        self.found = tuple(found)
        super().__init__("assign-impossible", count=len(found))

    def said(self, language: str) -> str:
        """The sentences, one a line, in "zh" or "en"."""
        return "\n".join([super().said(language), *(trouble.said(language) for trouble in getattr(self, "found", ()))])


def explain(task: Task, cases: Sequence[Candidate], rules: Rules) -> Impossible:
    """The causes of a task that cannot be done.

    A flow in which every bound and the rule of provinces may be broken at a price tells the least that must give way: first loads, then a second
    judge of one province, and a read is left out only where no judge may have it.
    """
    total, most, least = int(task.need.sum()), int(task.most.sum()), int(task.least.sum())
    free = int((task.most > 0).sum())
    if most < total:
        each = int(np.ceil((total - most) / max(1, free)))
        mean = max(1, round(most / max(1, free)))
        return Impossible([Trouble("assign-too-few", need=total, have=most, short=total - most, each=each, judges=int(np.ceil((total - most) / mean)))])
    if least > total:
        return Impossible([Trouble("assign-too-much", need=total, least=least, over=least - total)])
    short, second, load = _relaxed(task)
    found = _shortages(task, cases, rules, short) if short.any() else _loads(task, load)
    if second.any():
        at = np.flatnonzero(second)
        found.append(Trouble("assign-second", count=len(at), cases=_listed([task.cases[case] for case in at])))
    return Impossible(found or [Trouble("assign-unknown")])


def _relaxed(task: Task) -> tuple[Ints, Ints, Ints]:
    """The cheapest relaxation: reads missing for each case, second judges of one province for each case, and the loads."""
    case, judge = np.nonzero(task.ok)
    count, judges = task.ok.shape
    case_node, judge_node, sink = np.arange(count), count + np.arange(judges), count + judges
    flow: Any = min_cost_flow.SimpleMinCostFlow()
    add = flow.add_arcs_with_capacity_and_unit_cost
    ones, tail = np.ones(len(case), np.int64), case_node[case]
    second = None
    if task.spread:
        wide = int(task.province.max(initial=0)) + 1
        keys, place = np.unique(case * wide + task.province[judge], return_inverse=True)
        nodes, one = sink + 1 + np.arange(len(keys)), np.ones(len(keys), np.int64)
        add(case_node[keys // wide], nodes, one, 0 * one)
        second = (add(case_node[keys // wide], nodes, 99 * one, _SECOND * one), keys // wide)
        tail = nodes[place]
    pairs = add(tail, judge_node[judge], ones, 0 * ones)
    missing = add(case_node, np.full(count, sink), task.need, np.full(count, _SHORT))
    del pairs
    end, each = np.full(judges, sink), np.full(judges, total := int(task.need.sum()))
    loads = [
        add(judge_node, end, task.least, np.full(judges, -_LESS)),
        add(judge_node, end, task.most - task.least, 0 * each),
        add(judge_node, end, each, 0 * each + _MORE),
    ]
    supplies = np.zeros(int(flow.num_nodes()), np.int64)
    supplies[case_node], supplies[sink] = task.need, -total
    flow.set_nodes_supplies(np.arange(len(supplies)), supplies)
    flow.solve()
    twice = np.zeros(count, np.int64)
    if second is not None:
        np.add.at(twice, second[1], np.asarray(flow.flows(second[0])))
    return np.asarray(flow.flows(missing)), twice, np.sum([np.asarray(flow.flows(arcs)) for arcs in loads], axis=0)


def _shortages(task: Task, cases: Sequence[Candidate], rules: Rules, short: Ints) -> list[Trouble]:
    """Cases that too few judges may read, by province and main theme."""
    groups: dict[tuple[str, str], list[int]] = {}
    for case in np.flatnonzero(short).tolist():
        theme = cases[case].themes[0] if rules.panels and cases[case].themes else ""
        groups.setdefault((cases[case].division and province(cases[case].division), theme), []).append(case)
    found = []
    shown = {body.number[:2]: body.short for body in reversed(bodies())}
    for (home, theme), group in sorted(groups.items()):
        judges = [task.judges[judge] for judge in np.flatnonzero(task.ok[group].any(0)).tolist()]
        key = "assign-short-theme" if theme else "assign-short"
        values = {"cases": _listed([task.cases[case] for case in group]), "count": len(group), "judges": _listed(judges) or "—"}
        found.append(Trouble(key, **values, more=int(short[group].max()), province=shown.get(home, home) or "—", theme=theme, reads=rules.reads))
    return found


def _loads(task: Task, load: Ints) -> list[Trouble]:
    """Judges whose bounds cannot hold, with the cases that press on them."""
    found = []
    over, under = np.flatnonzero(load > task.most), np.flatnonzero(load < task.least)
    if len(over):
        pressed = np.flatnonzero((task.need > 0) & ~(task.ok & ~_full(task, load)[None, :]).any(1))
        raised = _listed([f"{task.judges[judge]} +{load[judge] - task.most[judge]}" for judge in over])
        count = int((load - task.most)[over].sum())
        found.append(Trouble("assign-most", judges=raised, count=count, cases=_listed([task.cases[case] for case in pressed]) or "—"))
    if len(under):
        lowered = _listed([f"{task.judges[judge]} −{task.least[judge] - load[judge]}" for judge in under])
        found.append(Trouble("assign-least", judges=lowered))
    return found


def _full(task: Task, load: Ints) -> Bools:
    return np.asarray(load >= task.most)


def _listed(names: Sequence[str]) -> str:
    """Names joined, at most a few, with the number of the rest."""
    more = len(names) - _NAMES
    return "、".join(names[:_NAMES]) + (f" … (+{more})" if more > 0 else "")
