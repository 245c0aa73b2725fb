"""Weights of pairs -> the assignment of the greatest sum within loads and rules, by minimum-cost flow."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from ortools.graph.python import min_cost_flow

from zhengping.engine.assignment.task import Bools, Fits, Ints, Task


class Blocked(Exception):
    """No assignment keeps all rules and bounds."""


def solve(task: Task, arcs: Bools, share: npt.NDArray[np.float64] | None = None, unit: int = 1) -> tuple[Ints, Ints]:
    """Cases and judges (indices) of the assignment with the greatest sum of fit (times the case's `share`, in `unit` millionths) along the pairs of `arcs`.

    Where the task is `spread` each case has a node for each province, which lets one judge pass. Raises Blocked.
    """
    case, judge = np.nonzero(arcs)
    weights = task.fit[case, judge].astype(np.int64)
    if share is not None:
        weights = np.round(weights / unit * share[case]).astype(np.int64)
    count, judges = task.fit.shape
    case_node, judge_node = 1 + np.arange(count), 1 + count + np.arange(judges)
    flow: Any = min_cost_flow.SimpleMinCostFlow()
    tail = case_node[case]
    if task.spread:
        wide = int(task.province.max(initial=0)) + 1
        keys, place = np.unique(case * wide + task.province[judge], return_inverse=True)
        nodes = 1 + count + judges + np.arange(len(keys))
        ones = np.ones(len(keys), np.int64)
        flow.add_arcs_with_capacity_and_unit_cost(case_node[keys // wide], nodes, ones, 0 * ones)
        tail = nodes[place]
    found = flow.add_arcs_with_capacity_and_unit_cost(tail, judge_node[judge], np.ones(len(case), np.int64), -weights)
    zero = np.zeros(judges, np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(judge_node, zero, task.most - task.least, zero)
    supplies = np.zeros(int(flow.num_nodes()), np.int64)
    supplies[case_node] = task.need
    supplies[judge_node] = -task.least
    supplies[0] = -int(supplies.sum())
    flow.set_nodes_supplies(np.arange(len(supplies)), supplies)
    if supplies[0] > 0 or flow.solve() != flow.OPTIMAL:
        raise Blocked
    chosen = np.asarray(flow.flows(found)) > 0
    return case[chosen], judge[chosen]


def pruned(weights: Fits, ok: Bools, most: int, best: int = 30) -> Bools:
    """The pairs worth keeping: each case's best `best` judges and each judge's best 1.5 x `most` cases by `weights`."""
    weights = np.where(ok, weights, np.float32(-np.inf))
    count, judges = weights.shape
    keep = np.zeros_like(ok)
    best, wide = min(best, judges), min(int(1.5 * most) + 1, count)
    np.put_along_axis(keep, np.argpartition(-weights, best - 1, axis=1)[:, :best], True, 1)
    np.put_along_axis(keep, np.argpartition(-weights, wide - 1, axis=0)[:wide], True, 0)
    return keep & ok
