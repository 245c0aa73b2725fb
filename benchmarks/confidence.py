"""Whether a confidence means what it says: share right by confidence, over names of the samples and of public bodies.

    confidence.py [units.jsonl]   names of the samples, half of them without the sender's province, and of a file of rows with unit and division;
                                  then the names of tests/engine/coding/public_names.jsonl, in the year 2026

Of a provincial hospital or institute (江苏省人民医院) the list of public bodies gives the seat, the coder the province: both counts are printed.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from random import Random

from zhengping.engine import tables
from zhengping.engine.coding import resolve
from zhengping.engine.coding.units import kind
from zhengping.samples import units

PUBLIC = Path(__file__).parents[1] / "tests/engine/coding/public_names.jsonl"
BOUNDS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)


def wilson(right: int, total: int) -> float:
    """Lower bound of the 95 % interval of a share (Wilson, JASA 22, 1927)."""
    if not total:
        return 0.0
    z, share = 1.96, right / total
    return (share + z * z / 2 / total - z * ((share * (1 - share) + z * z / 4 / total) / total) ** 0.5) / (1 + z * z / total)


def rows() -> list[tuple[str, str, str, str]]:
    """(name, province told, true division, another right one)."""
    chance = Random(9)
    senders = [b.number[:2] for b in tables.bodies() if b.number < "660000"]
    found = []
    for at in range(6000):
        sender = chance.choice(senders)
        unit = units.unit(chance, sender)
        found.append((unit.name, sender + "0000" if at % 2 else "", unit.division, ""))
    for path in sys.argv[1:]:
        for line in Path(path).read_text("utf-8").splitlines():
            row = json.loads(line)
            found.append((row["unit"], "", row["division"] or "", row.get("also_right") or ""))
    return found


def public() -> None:
    """Print how many names of public bodies are decided with 0.9 or more, and how many of those are right."""
    listed = [json.loads(line) for line in PUBLIC.read_text("utf-8").splitlines()]
    sure, right, province, kinds = 0, 0, 0, 0
    for row in listed:
        place = resolve(row["unit"], province=row["province"], year=2026)
        kinds += kind(row["unit"], place)[0] == row["unit_type"]
        if place.division and place.confidence >= 0.9:
            sure += 1
            right += place.division in (row["division"], row["also_right"])
            province += place.division not in (row["division"], row["also_right"]) and place.division == row["division"][:2] + "0000"
    decidable = sum(bool(row["division"]) for row in listed)
    print(f"{len(listed)} public bodies, {decidable} decidable: 0.90 or more for {sure} ({sure / decidable:.3f}), right {right / sure:.4f} (at least {wilson(right, sure):.4f}), ", end="")
    print(f"right or the right province {(right + province) / sure:.4f} (at least {wilson(right + province, sure):.4f}); kind of unit right for {kinds}")


def main() -> int:
    """Print the table."""
    bins: dict[int, list[bool]] = defaultdict(list)
    for name, province, true, also in rows():
        place = resolve(name, province=province)
        if place.division:
            at = max(at for at, bound in enumerate(BOUNDS) if place.confidence >= bound)
            bins[at].append(place.division in (true, also))
        else:
            bins[-1].append(not true)
    print(f"no answer: {len(bins.pop(-1, []))}")
    for at, hits in sorted(bins.items()):
        print(f"{BOUNDS[at]:.2f} to {BOUNDS[at + 1]:.2f}: {len(hits):5} names, right {sum(hits) / len(hits):.4f}, at least {wilson(sum(hits), len(hits)):.4f}")
    sure = [hit for at, hits in bins.items() if BOUNDS[at] >= 0.9 for hit in hits]
    print(f"0.90 or more: {len(sure)} names ({len(sure) / sum(map(len, bins.values())):.3f} of those answered), right {sum(sure) / len(sure):.4f}, at least {wilson(sum(sure), len(sure)):.4f}")
    public()
    return 0


if __name__ == "__main__":
    sys.exit(main())
