"""Calibration beside mean, trimmed mean, z-score and the crossed mixed model: `calibration.py [WORLDS]` (2 by default; 40 for the figures).

Seeded worlds of 1,000 cases x 60 judges x 3 reads: overlap of the top 10 % with the truth as a share of an oracle's that knows the judges, paired on the
same worlds, and the cover of the 90 % intervals; isolated panels with 0 to 40 % link cases; severity by province; hostile judges; two unlike panels.
The rows of methods are: mean, trimmed, z-score, mixed, ours. Last the time and memory of 100,000 x 2,000 x 3.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from zhengping.engine.calibration import Options, calibrate

BASE = {"cases": 1000, "judges": 60, "reads": 3, "severity": 0.7, "scale": 0.25, "lazy": 0.05}
WORLDS = {
    "base, severity 0.7": {},
    "severity 0.5": {"severity": 0.5},
    "severity 1": {"severity": 1.0},
    "k = 5, severity 0.5": {"reads": 5, "severity": 0.5},
    "k = 5, severity 1": {"reads": 5, "severity": 1.0},
    "equal scales, nobody lazy": {"scale": 0.0, "lazy": 0.0},
    "t3 noise": {"heavy": True},
    "5 % favour their region by 1 sd": {"favour": 0.05},
    "15 reads a judge": {"judges": 200},
    "marks 1 to 10": {"coarse": True},
    "severity by province": {"province": 0.7, "severity": 0.5},
    "10 % hostile judges": {"hostile": 0.1},
    "two panels of unlike strength, 20 % links": {"panels": 2, "links": 0.2, "strength": 0.5},
    **{
        f"nine panels, {'equal' if not unlike else 'unlike'} severity, {links:.0%} links": {
            "panels": 9,
            "links": links,
            "strength": 0.5,
            "unlike": unlike,
            "judges": 63,
        }
        for unlike in (0.0, 0.7)
        for links in (0.0, 0.1, 0.2, 0.4)
    },
}


def readers(rng, cases, judges, reads, theme, panels, links):
    """The judges of each case; with fixed panels a share of the cases has one read from another panel."""
    if cases > 10_000:
        return np.concatenate([rng.permutation(judges) for _ in range(cases * reads // judges)]).reshape(cases, reads)
    if not panels:
        return np.stack([rng.permutation(judges)[:reads] for _ in range(cases)])
    size = judges // panels
    chosen = np.stack([home * size + rng.permutation(size)[:reads] for home in theme])
    crossed = rng.random(cases) < links
    other = (theme + rng.integers(1, panels, cases)) % panels * size + rng.integers(size, size=cases)
    chosen[crossed, 0] = other[crossed]
    return chosen


def world(seed, **changed):
    """Cases, judges, marks, the truth in points, and the oracle's estimate."""
    given = (
        BASE
        | {"heavy": False, "favour": 0.0, "coarse": False, "province": 0.0, "hostile": 0.0, "panels": 0, "links": 0.0, "strength": 0.0, "unlike": 0.0}
        | changed
    )
    rng = np.random.default_rng(seed)
    cases, judges, reads, panels = given["cases"], given["judges"], given["reads"], given["panels"]
    theme = rng.integers(max(panels, 1), size=cases)
    quality = rng.standard_normal(cases) + rng.normal(0, given["strength"], max(panels, 1))[theme]
    quality = (quality - quality.mean()) / quality.std()
    mild = rng.normal(0, given["severity"], judges) + rng.normal(0, given["province"], 31)[rng.integers(31, size=judges)]
    if panels:
        mild += rng.normal(0, given["unlike"], panels)[np.arange(judges) // (judges // panels)]
    scale = np.exp(rng.normal(0, given["scale"], judges))
    lazy, hostile = rng.random(judges) < given["lazy"], rng.random(judges) < given["hostile"]
    judge = readers(rng, cases, judges, reads, theme, panels, given["links"]).ravel()
    case = np.repeat(np.arange(cases), reads)
    noise = rng.standard_t(3, len(case)) / 3**0.5 if given["heavy"] else rng.standard_normal(len(case))
    says = quality[case] + noise
    says += (rng.random(judges) < given["favour"])[judge] * (rng.integers(5, size=cases)[case] == rng.integers(5, size=judges)[judge])
    says = np.where(hostile[judge], -says, says)  # a hostile judge marks good cases down
    marks = np.where(lazy[judge], mild[judge] + 0.1 * noise, scale[judge] * says + mild[judge])
    values = np.clip(np.round(5.5 + 1.5 * marks), 1, 10) if given["coarse"] else np.clip(np.round(72 + 7 * marks), 40, 100)
    weight = (~lazy[judge]).astype(float)
    clear = np.where(hostile[judge], -1, 1) * (marks - mild[judge]) / scale[judge]
    oracle = np.bincount(case, weight * clear, cases) / (np.bincount(case, weight, cases) + 1)
    return case, judge, values, quality, oracle, 1.5 if given["coarse"] else 7.0


def overlap(values, truth):
    """Share of the truth's best tenth that is among the best tenth."""
    count = len(truth) // 10
    return len(set(np.argsort(-values, kind="stable")[:count]) & set(np.argsort(-truth)[:count])) / count


def measured(seed, **changed):
    """Overlap of mean, trimmed, z-score, mixed, ours and the oracle, and the cover of ours."""
    case, judge, values, truth, oracle, unit = world(seed, **changed)
    found = calibrate([f"{at:05}" for at in case], [f"{at:04}" for at in judge], values, options=Options(as_is=True))
    pairs = sorted(zip(found.estimates, found.beside, strict=True), key=lambda pair: pair[0].case)
    rows = np.array([(row.mean, row.trimmed, other.z_score, other.mixed, row.estimate, row.low, row.high) for row, other in pairs]).T
    level = rows[4].mean()
    true = level + unit * (truth - truth.mean())
    return [overlap(column, truth) for column in (*rows[:5], oracle)], float(np.mean((rows[5] <= true) & (true <= rows[6])))


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    print(f"{count} worlds a row; top 10 % as a share of the oracle's, and in brackets the standard error of ours - mixed\n")
    print("| world | mean | trimmed | z-score | mixed | ours | cover of 90 % |\n|---|---|---|---|---|---|---|")
    for name, changed in WORLDS.items():
        found = [measured(seed, **changed) for seed in range(count)]
        scores = np.array([row for row, _cover in found])
        shares = scores[:, :5].mean(axis=0) / scores[:, 5].mean()
        error = (scores[:, 4] - scores[:, 3]).std(ddof=1) / count**0.5 / scores[:, 5].mean() if count > 1 else float("nan")
        print(f"| {name} | {' | '.join(f'{share:.3f}' for share in shares)} ({error:.3f}) | {np.mean([cover for _row, cover in found]):.3f} |", flush=True)
    case, judge, values, *_rest = world(0, cases=100_000, judges=2000)
    names = [f"{at:06}" for at in case], [f"{at:04}" for at in judge]
    start = time.perf_counter()
    calibrate(*names, values)
    print(f"\n100,000 x 2,000 x 3: {time.perf_counter() - start:.1f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
