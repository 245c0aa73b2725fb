"""Adaptive reading beside uniform reading with the same estimator: `adaptive.py [WORLDS]` (1 by default; 40 for the figures).

1,000 cases, 60 judges of unknown severity (sd 0.7 of quality's) estimated from the same scores. Two reads of each case, then six batches of the further
reads where they are worth most, 3 a case on average; beside them 3, 4 and 5 reads of each case. Overlap of the best N with the truth, paired worlds.
"""

from __future__ import annotations

import sys

import numpy as np

from zhengping.engine.adaptive import Line, next_reads
from zhengping.engine.calibration import Options, calibrate

CASES, JUDGES, BATCHES = 1000, 60, 6


class World:
    """Marks that a judge would give a case: the same for every way of reading."""

    def __init__(self, seed: int, noise: float) -> None:
        rng = np.random.default_rng(seed)
        self.quality, self.strict = rng.standard_normal(CASES), rng.normal(0, 0.7, JUDGES)
        self.noise = noise * rng.standard_normal((CASES, JUDGES))
        self.order = np.stack([rng.permutation(JUDGES) for _ in range(CASES)])

    def uniform(self, reads: int) -> list[tuple[int, int]]:
        """The first judges of each case."""
        return [(case, judge) for case in range(CASES) for judge in self.order[case, :reads].tolist()]

    def calibrated(self, pairs):
        """The estimator's answer to the marks of these pairs."""
        values = np.array([70 + 7 * (self.quality[case] - self.strict[judge] + self.noise[case, judge]) for case, judge in pairs])
        return calibrate([f"{case:04}" for case, _ in pairs], [f"{judge:02}" for _, judge in pairs], np.round(values), options=Options(as_is=True, draws=20))

    def adaptive(self, count: int) -> list[tuple[int, int]]:
        """Two reads each, then six batches, one a case in all."""
        pairs = self.uniform(2)
        for batch in range(BATCHES):
            found = self.calibrated(pairs)
            done = {(f"{case:04}", f"{judge:02}") for case, judge in pairs}
            reads = next_reads(found.estimates, found.judges, done, (batch + 1) * CASES // BATCHES - batch * CASES // BATCHES, [Line(count)], least=0.0).reads
            pairs += [(int(read.case), int(read.judge)) for read in reads]
        return pairs

    def overlap(self, pairs, count: int) -> float:
        """Share of the truth's best that are among the estimator's."""
        best = {f"{case:04}" for case in np.argsort(-self.quality)[:count].tolist()}
        return len(best & {row.case for row in self.calibrated(pairs).estimates[:count]}) / count


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    print(
        f"{count} worlds\n\n| noise/quality | N | 3 each | 4 each | 5 each | adaptive, 3 on average (reads) | adaptive - 5 each |\n|---|---|---|---|---|---|---|"
    )
    for noise in (0.7, 1.0, 1.5):
        for share in (0.05, 0.1, 0.2):
            best, rows = round(CASES * share), []
            for seed in range(count):
                world = World(seed, noise)
                pairs = world.adaptive(best)
                rows.append([*(world.overlap(world.uniform(reads), best) for reads in (3, 4, 5)), world.overlap(pairs, best), len(pairs) / CASES])
            three, four, five, ours, reads = np.mean(rows, axis=0)
            print(f"| {noise} | {share:.0%} | {three:.3f} | {four:.3f} | {five:.3f} | {ours:.3f} ({reads:.2f}) | {ours - five:+.3f} |", flush=True)


if __name__ == "__main__":
    main()
