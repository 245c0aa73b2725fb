"""Assignment beside the repeated flow, the optimum of the sum and a greedy walk: `assignment.py [CASES JUDGES READS [SEEDS]]`.

The instances are those of docs/measured.md, made from a seed: fit of theme expertise and chance in thousandths, own province and one pair in a
hundred barred, loads between 0.8 and 1.1 of the mean. Without words: 1,000 x 60 x 3 and 4,000 x 200 x 3 with seeds 0 to 5, and 10,000 x 300 x 5 with
one judge a province on a case. FairFlow is no package; its time is 20 times (1,000) and 13 times (4,000) that of the repeated flow.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
from ortools.graph.python import min_cost_flow

from zhengping.engine.assignment import Rules, assign
from zhengping.engine.record import Candidate, Judge


def instance(cases: int, judges: int, seed: int):
    """Fit (thousandths), conflicts, provinces of cases and judges."""
    rng = np.random.default_rng(seed)
    theme = rng.integers(9, size=cases)
    province = rng.integers(27, size=cases)
    home = rng.integers(31, size=judges)
    expertise = rng.beta(0.6, 1.2, size=(judges, 9))
    fit = expertise[:, theme].T * 0.7 + 0.3 * rng.random((cases, judges)).astype(np.float32)
    conflict = (province[:, None] == home[None, :]) | (rng.random((cases, judges)) < 0.01)
    return np.round(fit * 1000).astype(np.int64), conflict, home


def flow(weights, ok, reads: int, least: int, most: int, home=None):
    """The judges of each case at the greatest sum, over all pairs; `home`: one judge a province on a case."""
    count, judges = ok.shape
    case, judge = np.nonzero(ok)
    network = min_cost_flow.SimpleMinCostFlow()
    add = network.add_arcs_with_capacity_and_unit_cost
    case_node, judge_node, ones = 1 + np.arange(count), 1 + count + np.arange(judges), np.ones(len(case), np.int64)
    tail = case_node[case]
    if home is not None:
        keys, place = np.unique(case * 64 + home[judge], return_inverse=True)
        nodes = 1 + count + judges + np.arange(len(keys))
        add(case_node[keys // 64], nodes, np.ones(len(keys), np.int64), np.zeros(len(keys), np.int64))
        tail = nodes[place]
    arcs = add(tail, judge_node[judge], ones, -weights[case, judge])
    add(judge_node, np.zeros(judges, np.int64), np.full(judges, most - least), np.zeros(judges, np.int64))
    supply = np.zeros(network.num_nodes(), np.int64)
    supply[case_node], supply[judge_node] = reads, -least
    supply[0] = -supply.sum()
    network.set_nodes_supplies(np.arange(len(supply)), supply)
    assert network.solve() == network.OPTIMAL
    chosen = np.asarray(network.flows(arcs)) > 0
    order = np.argsort(case[chosen], kind="stable")
    return judge[chosen][order].reshape(count, reads)


def repeated(fit, ok, reads: int, least: int, most: int):
    """Repeated flow: twenty solves, weights of badly served cases up by 15 %, others down by 0.5 %; -> sum, worst case's sum."""
    weight, best, total = np.ones(len(fit)), -1, 0
    for _turn in range(20):
        sums = np.take_along_axis(fit, flow(np.round(fit * weight[:, None]).astype(np.int64), ok, reads, least, most), 1).sum(1)
        if sums.min() > best:
            best, total = int(sums.min()), int(sums.sum())
        weight = np.where(sums < 1.02 * best, weight * 1.15, np.maximum(1, weight * 0.995))
    return total, best


def greedy(fit, ok, reads: int, most: int):
    """Each case in turn takes the best judges with room left; -> sum, worst case's sum (the lower bound of loads is not kept)."""
    load, sums = np.zeros(fit.shape[1], np.int64), np.zeros(len(fit), np.int64)
    for case in range(len(fit)):
        chosen = np.argsort(-np.where(ok[case] & (load < most), fit[case], -1), kind="stable")[:reads]
        load[chosen] += 1
        sums[case] = fit[case, chosen].sum()
    return int(sums.sum()), int(sums.min())


def measure(count: int, judges: int, reads: int, seed: int, spread: bool) -> bool:
    """Print one instance; -> whether ours is behind in nothing and ahead in something."""
    fit, conflict, home = instance(count, judges, seed)
    least, most = int(count * reads / judges * 0.8), int(np.ceil(count * reads / judges * 1.1))
    cases = [Candidate(f"c{at}") for at in range(count)]
    who = [Judge(f"j{at}", str(home[at]), least=least, most=most) for at in range(judges)]
    pairs = [(f"c{case}", f"j{judge}") for case, judge in zip(*(side.tolist() for side in np.nonzero(conflict)), strict=True)]
    start = time.perf_counter()
    plan = assign(cases, who, Rules(reads, "none", spread=spread), fit=(fit / 1000).astype(np.float32), conflicts=pairs)
    ours = time.perf_counter() - start
    chosen = {(pair.case, pair.judge) for pair in plan.assignments}
    per_case = {}
    for pair in plan.assignments:
        per_case.setdefault(pair.case, []).append(home[int(pair.judge[1:])])
    broken = len(chosen & set(pairs)) + (sum(len(set(there)) < reads for there in per_case.values()) if spread else 0)
    start = time.perf_counter()
    best = np.take_along_axis(fit, flow(fit, ~conflict, reads, least, most, home if spread else None), 1).sum(1)
    optimum = time.perf_counter() - start
    ceiling = -np.sort(-np.where(conflict, 0, fit), axis=1)[:, :reads].sum(1).min()
    total, floor = round(plan.total * 1000), plan.floor * 1000
    print(f"{count} x {judges} x {reads}, seed {seed}{', one judge a province' if spread else ''}")
    print(f"  ours      {total:>11,}  worst {floor:.1f}  {ours:.2f} s  broken rules {broken}, islands {len(plan.islands)}")
    print(
        f"  optimum   {best.sum():>11,}  worst {best.min() / reads:.1f}  {optimum:.2f} s  ours / optimum {total / best.sum():.5f}; no worst case can exceed {ceiling / reads:.1f}"
    )
    if spread:
        return broken == 0
    rough = greedy(fit, ~conflict, reads, most)
    print(f"  greedy    {rough[0]:>11,}  worst {rough[1] / reads:.1f}")
    start = time.perf_counter()
    peer = repeated(fit, ~conflict, reads, least, most)
    took = time.perf_counter() - start
    wins = total >= peer[0] and floor >= peer[1] / reads - 1e-6 and (total > peer[0] or floor > peer[1] / reads + 1e-6)
    print(f"  repeated  {peer[0]:>11,}  worst {peer[1] / reads:.1f}  {took:.2f} s  {'ahead' if wins else 'BEHIND'}; ours / repeated time {ours / took:.2f}")
    return wins and broken == 0


if __name__ == "__main__":
    words = list(map(int, sys.argv[1:]))
    if words:
        plans = [(*words[:3], seed, False) for seed in range(words[3] if len(words) > 3 else 1)]
    else:
        plans = [(*size, seed, False) for size in ((1000, 60, 3), (4000, 200, 3)) for seed in range(6)] + [(10_000, 300, 5, 0, True)]
    won = [measure(*plan) for plan in plans]
    print(f"ahead in {sum(won)} of {len(won)}; at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
