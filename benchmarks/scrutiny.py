"""Scrutiny on planted worlds: `scrutiny.py [WORLDS]` (20 by default; 200 for the figures).

Seeded worlds of 60 judges who read 50 cases each, noise as large as quality unless said, severity sd 0.7, scales lognormal 0.25, 5 % straight lines, whole
points from 40 to 100. First favour: 5 % of the judges raise one group (10 of their 50 reads) by 1.5 sd; power and realised false discoveries at 5 %, beside
the same test with the true quality known and a z-test on raw scores. "own" tests each judge for one group, as for its own province; "any" tests all
five groups of all judges. Then copied sheets, straight lines and turned scales, found by all tests together; then mixed and null worlds.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy import stats

from zhengping.engine import scrutiny
from zhengping.engine.calibration import Options, calibrate
from zhengping.engine.scrutiny import favour
from zhengping.engine.scrutiny.reads import Others, others, panel

JUDGES, LOAD, GROUPS, LEVEL = 60, 50, 5, 0.05


def readers(rng, reads):
    """The judges of each case and the group of each case: every judge has ten reads of each group."""
    cases = JUDGES * LOAD // reads
    size, block = cases // GROUPS, JUDGES // reads
    judge = np.empty((cases, reads), np.int64)
    for start in range(0, cases, size):
        for at in range(start, start + size, block):
            judge[at : at + block] = rng.permutation(JUDGES).reshape(-1, reads)[: min(block, start + size - at)]
    return judge, np.repeat(np.arange(GROUPS), size)


def world(seed, *, reads=3, noise=1.0, size=1.5, favours=3, copies=0, turned=0, lazy=3, strength=0.0, heavy=False):
    """Case, judge, marks, true quality, groups, and who does what: the favoured group of each judge (-1 for none), pairs of copies, turned, straight."""
    rng = np.random.default_rng(seed)
    judge, group = readers(rng, reads)
    cases = len(judge)
    quality = rng.standard_normal(cases) + rng.normal(0, strength, GROUPS)[group]
    mild, scale = rng.normal(0, 0.7, JUDGES), np.exp(rng.normal(0, 0.25, JUDGES))
    order = rng.permutation(JUDGES)
    straight, back, bad = np.split(order[: lazy + turned + favours], [lazy, lazy + turned])
    favoured = np.full(JUDGES, -1)
    favoured[bad] = rng.integers(GROUPS, size=favours)
    rest = order[lazy + turned + favours :]
    pairs = [(int(rest[2 * at]), int(rest[2 * at + 1])) for at in range(copies)]
    for at, (first, second) in enumerate(pairs):  # they read eight cases together
        for case in rng.permutation(np.flatnonzero((judge == first).any(axis=1) & ~(judge == second).any(axis=1)))[: 8 + at % 5]:
            judge[case, np.flatnonzero(judge[case] != first)[0]] = second
    case, who = np.repeat(np.arange(cases), reads), judge.ravel()
    chance = (rng.standard_t(3, len(case)) / 3**0.5 if heavy else rng.standard_normal(len(case))) * noise
    says = quality[case] + chance + size * (group[case] == favoured[who])
    says = np.where(np.isin(who, back), -says, says)
    marks = np.where(np.isin(who, straight), mild[who] + 0.1 * chance, scale[who] * says + mild[who])
    values = np.clip(np.round(72 + 7 * marks), 40, 100)
    for first, second in pairs:
        sheet = dict(zip(case[who == first].tolist(), values[who == first].tolist(), strict=True))
        mine = np.flatnonzero(who == second)
        values[mine] = [sheet.get(one, old) for one, old in zip(case[mine].tolist(), values[mine].tolist(), strict=True)]
    return case, who, values, quality, group, favoured, pairs, back, straight


def raw(values, member, judge):
    """The z-test on raw scores for each judge: marks inside the group against the judge's others."""
    p = np.ones(JUDGES)
    for at in range(JUDGES):
        mine = judge == at
        inside, outside = values[mine & member], values[mine & ~member]
        error = (inside.var(ddof=1) / len(inside) + outside.var(ddof=1) / len(outside)) ** 0.5 if min(len(inside), len(outside)) > 2 else 0
        p[at] = stats.norm.sf((inside.mean() - outside.mean()) / error) if error > 0 else 1.0
    return p


def favours(seed, **changed):
    """For own and any: (true, false) alerts of the raw z-test, of ours, of the same with the true quality; and how many are planted."""
    case, judge, values, quality, group, favoured, *_rest = world(seed, **changed)
    names = [f"c{at:04}" for at in case.tolist()], [f"j{at:02}" for at in judge.tolist()]
    found = calibrate(*names, values, options=Options(as_is=True))
    of = panel(scrutiny.Reads(*names, values), found.judges)
    none = np.zeros(len(case))
    sides = {"ours": others(of, group), "true": Others((quality * of.quality**0.5)[of.case], none, none, none)}
    chances = {"raw": np.stack([raw(values, group[case] == one, judge) for one in range(GROUPS)], axis=1).ravel()}
    key, owner = of.judge * GROUPS + group[of.case], np.arange(JUDGES * GROUPS) // GROUPS
    for name, seen in sides.items():
        chances[name] = favour.effects(of, favour.line(of, seen), seen, key, JUDGES * GROUPS, owner).p
    planted = np.arange(GROUPS)[None, :] == favoured[:, None]
    told = {}
    for name, p in chances.items():
        table = p.reshape(JUDGES, GROUPS)
        hit = scrutiny.q_values({"group": p})["group"].reshape(JUDGES, GROUPS) <= LEVEL
        told[name, "any"] = int((hit & planted).sum()), int((hit & ~planted).sum())
        one = table[np.arange(JUDGES), np.maximum(favoured, 0)]
        own = scrutiny.q_values({"group": one})["group"] <= LEVEL
        told[name, "own"] = int((own & (favoured >= 0)).sum()), int((own & (favoured < 0)).sum())
    return told, int((favoured >= 0).sum())


def together(seed, **changed):
    """All tests at once, as the command makes them: kind -> (found, planted), false alerts, alerts."""
    case, judge, values, _quality, group, favoured, pairs, back, straight = world(seed, **changed)
    names = [f"c{at:04}" for at in case.tolist()], [f"j{at:02}" for at in judge.tolist()]
    found = calibrate(*names, values, options=Options(as_is=True))
    groups = scrutiny.Grouping("group", {f"c{at:04}": f"g{one}" for at, one in enumerate(group.tolist())})
    told = scrutiny.scrutinise(scrutiny.Reads(*names, values), found.judges, [groups], LEVEL)
    truth = {("group", (f"j{at:02}",), f"g{one}") for at, one in enumerate(favoured.tolist()) if one >= 0}
    truth |= {("copied", tuple(sorted((f"j{one:02}", f"j{other:02}"))), "") for one, other in pairs}
    truth |= {("turned", (f"j{at:02}",), "") for at in back.tolist()} | {("straight", (f"j{at:02}",), "") for at in straight.tolist()}
    said = {(one.kind, one.judges, one.group) for one in told.alerts}
    kinds = {kind: (len([one for one in truth & said if one[0] == kind]), len([one for one in truth if one[0] == kind])) for kind in scrutiny.KINDS}
    return kinds, len(said - truth), len(said)


def main() -> None:
    """Print the tables."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    print(f"{count} worlds a row, seeds 0 to {count - 1}; power (realised share of false ones among the found, mean over worlds)\n")
    print("| favour of 1.5 sd | tested | raw z-test | ours | true quality known | ours / known |\n|---|---|---|---|---|---|")
    rows = {
        "of quality, 3 reads a case": {},
        "of quality, 5 reads": {"reads": 5},
        "of quality, noise 0.7 of quality": {"noise": 0.7},
        "of quality, noise 0.7, 5 reads": {"noise": 0.7, "reads": 5},
        "of a judge's marks (2.1 of quality's), 3 reads": {"size": 1.5 * 2**0.5},
        "of a judge's marks, 5 reads": {"size": 1.5 * 2**0.5, "reads": 5},
    }
    for name, changed in rows.items():
        found = [favours(seed, **changed) for seed in range(count)]
        planted = sum(number for _told, number in found)
        for tested in ("own", "any"):
            power = {side: sum(told[side, tested][0] for told, _number in found) / planted for side in ("raw", "ours", "true")}
            false = {side: np.mean([told[side, tested][1] / max(sum(told[side, tested]), 1) for told, _number in found]) for side in power}
            cells = " | ".join(f"{power[side]:.3f} ({false[side]:.3f})" for side in power)
            print(f"| {name} | {tested} | {cells} | {power['ours'] / max(power['true'], 1e-9):.3f} |", flush=True)
    print("\n| world, all tests together | found | false alerts a world | share of false ones |\n|---|---|---|---|")
    worlds = {
        "copies, turned, straight": {"favours": 0, "copies": 3, "turned": 3},
        "mixed, with favour of 1.5 sd": {"copies": 2, "turned": 2},
        "mixed, t3 noise": {"copies": 2, "turned": 2, "heavy": True},
        "mixed, groups of unlike strength": {"copies": 2, "turned": 2, "strength": 1.0},
        "null": {"favours": 0, "lazy": 0},
        "null, t3 noise": {"favours": 0, "lazy": 0, "heavy": True},
        "null, groups of unlike strength": {"favours": 0, "lazy": 0, "strength": 1.0},
    }
    for name, changed in worlds.items():
        told = [together(seed, **changed) for seed in range(count)]
        parts = []
        for kind in scrutiny.KINDS:
            hits, planted = (sum(kinds[kind][at] for kinds, _false, _said in told) for at in (0, 1))
            parts += [f"{kind} {hits / planted:.3f}"] if planted else []
        false, share = np.mean([one[1] for one in told]), np.mean([one[1] / max(one[2], 1) for one in told])
        print(f"| {name} | {', '.join(parts) or '-'} | {false:.3f} | {share:.3f} |", flush=True)


if __name__ == "__main__":
    main()
