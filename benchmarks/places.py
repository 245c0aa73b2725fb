"""Places of units: share right and names a second, beside cpca, addressparser and jionlp on the same names: `places.py [units.jsonl]`.

The names are made by the samples (2,000, truth known from the tables) or read from a file of rows with unit and division.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from zhengping.engine import tables
from zhengping.engine.coding import resolve
from zhengping.samples import units


def names() -> list[tuple[str, str, str]]:
    """(name, true division, another right one) of the sample's units or of the file given."""
    if len(sys.argv) > 1:
        rows = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]
        return [(row["unit"], row["division"] or "", row.get("also_right") or "") for row in rows]
    chance = Random(1)
    senders = [b.number[:2] for b in tables.bodies() if b.number < "660000"]
    made = [units.unit(chance, chance.choice(senders)) for _ in range(2000)]
    return [(unit.name, unit.division, "") for unit in made if unit.trap in ("", "university")]


def ours(names: list[str]) -> list[str]:
    """Zhengping's answers."""
    return [resolve(name).division for name in names]


def peers() -> dict[str, Callable[[list[str]], list[str]]]:
    """The answers of each peer that is installed, as six digits; all names in one call where it takes them so."""
    found: dict[str, Callable[[list[str]], list[str]]] = {}
    try:
        import cpca

        found["cpca"] = lambda names: [str(code or "") for code in cpca.transform(names)["adcode"]]
    except ImportError:
        print("cpca is not installed")
    by_names = {(p, c, d): number for number, (p, c, d) in _levels().items()}
    try:
        import addressparser

        def parser(names: list[str]) -> list[str]:
            table = addressparser.transform(names)
            return [by_names.get((p or "", c or "", d or ""), "") for p, c, d in zip(table["省"], table["市"], table["区"], strict=True)]

        found["addressparser"] = parser
    except ImportError:
        print("addressparser is not installed")
    try:
        import jionlp

        def jio(names: list[str]) -> list[str]:
            rows = map(jionlp.parse_location, names)
            return [by_names.get((row["province"] or "", row["city"] or "", row["county"] or ""), "") for row in rows]

        found["jionlp"] = jio
    except ImportError:
        print("jionlp is not installed")
    return found


def _levels() -> dict[str, tuple[str, str, str]]:
    """Province, city and county of each division as the peers name them (a municipality's city is its own name or 市辖区)."""
    table = {d.number: d for d in tables.divisions()}
    found = {}
    for number, d in table.items():
        province = table[d.province].name
        city = table[d.city].name if d.city in table else (province if number[:2] in units.MUNICIPALITIES else "")
        found[number] = (province, "" if d.depth == 1 else city, d.name if d.depth == 3 else "")
    return found


def timed(answer: Callable[[list[str]], list[str]], rows: list[tuple[str, str, str]]) -> tuple[float, float]:
    """(share right, names a second)."""
    answer([rows[0][0]])
    start = time.perf_counter()
    answers = answer([name for name, _, _ in rows])
    seconds = time.perf_counter() - start
    right = sum(given[:6] in (true, also) if given or not true else False for given, (_, true, also) in zip(answers, rows, strict=True))
    return right / len(rows), len(rows) / seconds


def main() -> int:
    """Print one line for each."""
    rows = names()
    many = rows * max(1, 4_000 // len(rows))
    share, speed = timed(ours, rows)[0], timed(ours, many)[1]
    print(f"zhengping      right {share:.4f}  {speed:9.0f} names/s")
    for name, answer in peers().items():
        theirs, pace = timed(answer, rows)[0], timed(answer, many)[1]
        print(f"{name:14} right {theirs:.4f}  {pace:9.0f} names/s  ratio {speed / pace:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
