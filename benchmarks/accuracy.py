"""How right the main job is on a sample edition, field by field against its truth: `accuracy.py [CASES [SEED]]`."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from zhengping import samples
from zhengping.engine.folder.process import Request, process


def plain(text: str) -> str:
    """Without white space."""
    return re.sub(r"\s+", "", text)


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a .jsonl."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def measure(cases: int, seed: int, base: Path, show: int = 0) -> dict[str, float]:
    """Make an edition, process it and compare; -> shares by name."""
    samples.make(base / "in", cases, seed)
    process(Request(base / "in" / "incoming", base / "out", base / "in" / "edition.toml", (base / "in" / "earlier" / "register.jsonl",)))
    truth = rows(base / "in" / "truth.jsonl")
    register = rows(base / "out" / "register.jsonl")
    return {**fields(truth, register, show), **planted(truth, register, base / "out", show), **lists(truth, register, base / "out")}


def paired(truth: list[dict[str, Any]], register: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Each true case with the row that holds its text file (of a compilation: with its title)."""
    by_file: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in register:
        for file in row["files"]:
            by_file[file].append(row)
    found = []
    for case in truth:
        having = by_file.get(case["text_file"], [])
        best = next((row for row in having if plain(row["title"]) == plain(case["title"])), having[0] if len(having) == 1 else None)
        found.append((case, best))
    return found


def fields(truth: list[dict[str, Any]], register: list[dict[str, Any]], show: int) -> dict[str, float]:
    """Shares of cases found, grouped right, and right in each field; and of words of the file in the register's paragraphs."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    sure: Counter[str] = Counter()
    for case, row in paired(truth, register):
        total["found"] += 1
        right["found"] += row is not None
        if row is None:
            if right["found"] > total["found"] - show:
                print("missing", case["text_file"])
            continue
        total["grouped"] += 1
        right["grouped"] += set(case["files"]) <= set(row["files"])
        missing = {p["field"] for p in case["planted"] if p["kind"] == "missing-field"}
        for name, theirs in (("title", row["title"]), ("unit", row["unit"]), ("division", row["division"]), ("unit_type", row["unit_type"]),
                             ("unit_level", row["unit_level"]), ("theme", (row["themes"] or [""])[0]), ("mark", row["mark"])):  # fmt: skip
            if name in missing or (name == "unit_level" and not case[name]):
                continue
            total[name] += 1
            ok = plain(str(theirs)) == plain(str(case[name]))
            right[name] += ok
            confidence = row["confidence"].get(name, 0)
            if confidence >= 0.9:
                sure[name] += 1
                right[f"sure {name}"] += ok
            if not ok and total[name] - right[name] <= show:
                print(name, repr(theirs), "|", case[name], "|", case["unit"], "|", case["kind"], case["form"], case["text_file"])
        if case["kind"] == "png":
            continue  # a scan of the first page
        text = plain("".join(row["paragraphs"]))
        words = [plain(p) for p in case["paragraphs"]]
        total["text"] += sum(map(len, words))
        hit = sum(len(word) for word in words if word in text)
        right["text"] += hit
        if hit < sum(map(len, words)) and total["text"] - right["text"] < show * 300:
            print("text", [w[:40] for w in words if w not in text][:2], case["text_file"])
    shares = {name: right[name] / total[name] for name in total}
    shares |= {f"{name} when sure": right[f"sure {name}"] / sure[name] for name in sure}
    return shares | {f"{name} sure": sure[name] / total[name] for name in sure} | {"rows too many": len(register) / len(truth) - 1}


KINDS = {
    "damage:masked": "masked-character",
    "damage:lost-number": "lost-number",
    "damage:lost-year": "lost-year",
    "damage:doubled": "doubled-word",
    "damage:missing-first": "missing-ordinal",
    "damage:cut": "cut-off",
    "damage:repeated": "repeated-paragraph",
    "over-long": "part-too-long",
    "conflict": "title-conflict",
    "version": "changed-copy",
}


def planted(truth: list[dict[str, Any]], register: list[dict[str, Any]], out: Path, show: int) -> dict[str, float]:
    """Share of what was planted that was found, by kind; and findings of those kinds in cases where none was planted, a case."""
    by_case: dict[int, set[str]] = defaultdict(set)
    for finding in rows(out / "findings.jsonl"):
        by_case[finding["case"]].add(finding["kind"])
    near = {(m["case"], m["other"], m["edition"]) for m in rows(out / "matches.jsonl")}
    number = {case["case"]: row["number"] for case, row in paired(truth, register) if row}
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    quiet: Counter[str] = Counter()
    for case, row in paired(truth, register):
        if row is None:
            continue
        kinds = {p["kind"] for p in case["planted"]}
        copied = any(kind.startswith("near") for kind in kinds)
        for plant in case["planted"]:
            kind = plant["kind"]
            if kind in KINDS:
                total[kind] += 1
                ok = KINDS[kind] in by_case[row["number"]]
            elif kind.startswith("near:"):
                total[kind] += 1
                pair = (row["number"], plant["of"], "2025") if kind == "near:earlier" else None
                other = number.get(plant["of"], 0)
                ok = pair in near if pair else bool({(row["number"], other, ""), (other, row["number"], "")} & near)
            else:
                continue
            right[kind] += ok
            if not ok and total[kind] - right[kind] <= show:
                print(kind, plant, row["number"], case["text_file"])
        for kind, finding in KINDS.items():
            if kind not in kinds and finding in by_case[row["number"]] and not copied:
                quiet[f"false {finding}"] += 1
                if quiet[f"false {finding}"] <= show:
                    print("false", finding, row["number"], [f for f in rows(out / "findings.jsonl") if f["case"] == row["number"] and f["kind"] == finding][:1])
    return {kind: right[kind] / total[kind] for kind in sorted(total)} | {name: count / len(truth) for name, count in sorted(quiet.items())}


def lists(truth: list[dict[str, Any]], register: list[dict[str, Any]], out: Path) -> dict[str, float]:
    """Share of list rows without a file or files without a row, where the truth has neither; and of broken files with the right reason."""
    wrong = sum(f["kind"] in ("row-without-file", "file-without-row") for f in rows(out / "findings.jsonl"))
    broken = [row for row in rows(out.parent / "in" / "truth_files.jsonl") if row["role"] == "unreadable"]
    reasons = {row["file"]: row["reason"] for row in rows(out / "unreadable.jsonl")}
    told = [any(file.startswith(row["path"]) for file in reasons) for row in broken]
    return {"list rows joined": 1 - wrong / len(truth), "broken files told": sum(told) / max(1, len(told))}


def main() -> int:
    """Print every share."""
    cases, seed = (int(word) for word in ([*sys.argv[1:], "1000", "11"])[:2]) if len(sys.argv) != 2 else (int(sys.argv[1]), 11)
    with tempfile.TemporaryDirectory() as folder:
        for name, share in measure(cases, seed, Path(folder), show=int(sys.argv[3]) if len(sys.argv) > 3 else 0).items():
            print(f"{name:28} {share:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
