"""Selection beside the greedy walk down the ranking: `selection.py [CASES [SEED]]` (10,000 cases, seed 0).

Three awards for 8 % of the cases; at most 8 % a province (34), at least 5 % a theme (9) and unit type (12), one a unit. Prints the proved optimum
with its bound and time, a what-if with one rule moved, reasons, the time of one draw of the stability, and what the walk misses.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import numpy as np

from zhengping.engine.record import Candidate, Estimate
from zhengping.engine.selection import Award, Quota, Rules, limits, select
from zhengping.engine.selection.problem import choose, field

PROVINCES = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82".split()


def world(count: int, seed: int):
    """Estimates and candidates of an edition with uneven provinces."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(34, 1.5))
    cases = [
        Candidate(f"c{at}", f"{PROVINCES[rng.choice(34, p=shares)]}0000", f"u{rng.integers(count // 2)}", (f"t{rng.integers(9)}",), (), f"k{rng.integers(12)}")
        for at in range(count)
    ]
    return [Estimate(f"c{at}", float(value), sd=3.0) for at, value in enumerate(rng.normal(80, 5, count))], cases


def walk(some) -> tuple[float, int, np.ndarray]:
    """Down the ranking, each case the best award that no at-most rule forbids; -> worth in estimates, places missing in minima, awards."""
    found = limits(some.rules, some.candidates)
    own: dict[int, list[int]] = {}
    for at, limit in enumerate(found):
        for case in limit.members:
            own.setdefault(case, []).append(at)
    load, left = np.zeros(len(found), int), [award.number for award in some.rules.awards]
    award = np.full(len(some.estimates), -1)
    for case in range(len(award)):
        if not any(left):
            break
        if all(found[at].quota.kind == "least" or load[at] < found[at].amount for at in own.get(case, ())):
            place = next(at for at, number in enumerate(left) if number)
            award[case], left[place] = place, left[place] - 1
            load[own.get(case, [])] += 1
    missing = sum(max(0, limit.amount - int(load[at])) for at, limit in enumerate(found) if limit.quota.kind == "least")
    return worth(some, award), missing, award


def worth(some, award) -> float:
    """The sum of estimates above the lowest, weighted by award."""
    weight = np.where(award >= 0, len(some.rules.awards) - award, 0)
    return float((weight * (some.values - some.values.min())).sum())


def main(count: int, seed: int) -> None:
    """Print the figures."""
    estimates, cases = world(count, seed)
    quotas = (Quota("most", "province", share=0.08), Quota("least", "theme", share=0.05), Quota("least", "type", share=0.05), Quota("most", "unit", 1))
    rules = Rules((Award("first", count // 100), Award("second", count // 50), Award("third", count // 20)), quotas)
    start = time.perf_counter()
    some = field(estimates, cases, rules)
    solved = choose(some, some.values)
    first = time.perf_counter() - start
    start = time.perf_counter()
    other = field(estimates, cases, replace(rules, quotas=(Quota("most", "province", share=0.07), *quotas[1:])))
    moved = choose(other, other.values)
    second = time.perf_counter() - start
    start = time.perf_counter()
    select(estimates, cases, rules)
    third = time.perf_counter() - start
    start = time.perf_counter()
    select(estimates, cases, rules, draws=10)
    draw = (time.perf_counter() - start - third) / 10
    start = time.perf_counter()
    value, missing, award = walk(some)
    greedy = time.perf_counter() - start
    print(f"{count} cases, {len(some.limits)} limits, seed {seed}")
    print(
        f"  optimum {solved.value:.6f} (bound {solved.bound:.6f}) in {first:.2f} s; what-if in {second:.2f} s, {int((moved.award != solved.award).sum())} awards change"
    )
    print(f"  with reasons {third:.1f} s; one draw of the stability (two choices) {draw:.2f} s, 200 draws {200 * draw:.0f} s")
    print(
        f"  greedy walk: misses minima by {missing}, other awards for {int((award != solved.award).sum())} cases, worth {value / worth(some, solved.award):.5f} of ours, {greedy:.2f} s"
    )


if __name__ == "__main__":
    words = list(map(int, sys.argv[1:]))
    main(words[0] if words else 10_000, words[1] if len(words) > 1 else 0)
