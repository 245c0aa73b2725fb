"""Sample editions of any size, with their truth: a number and a seed in, a folder of submissions out.

Everything is written by this package from its own words and the engine's tables; it knows no step of the engine, so that its truth is
independent of what is tested. Every text says that it is a sample.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from zhengping.samples import folders, plan
from zhengping.samples.plan import Planned

_EDITION = """# 样例届次文件 / sample edition
name = "第四届全国人才工作创新案例征集评选（样例）"
number = 4
year = 2026
hosts = ["示例日报社", "示例杂志社"]
guidance = ["示例指导单位"]
opened = "2026-03-01"
deadline = "2026-07-31"
limit = 6000
limit_rule = "以内"

[[parts]]
kind = "background"
name = "案例背景"
limit = 400

[[parts]]
kind = "implementation"
name = "主要做法"
limit = 3500

[[parts]]
kind = "effect"
name = "实施成效"
limit = 800
required = false

[[earlier]]
edition = 2
year = 2024
received = {two}

[[earlier]]
edition = 1
year = 2023
received = {one}
"""


def make(out: Path, cases: int, seed: int, *, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Make a sample edition of `cases` cases (1 or more) below `out`; the same number and seed give the same bytes.

    `out` gets edition.toml, incoming/ (what the organiser has), earlier/register.jsonl (the edition before), truth.jsonl (one row a case) and
    truth_files.jsonl (files that are no case). Raises ValueError for less than one case.
    """
    if cases < 1:
        raise ValueError("cases must be at least 1")
    out.mkdir(parents=True, exist_ok=True)
    (out / "edition.toml").write_text(_EDITION.format(one=max(1, cases // 5), two=max(1, cases // 4)), "utf-8")
    planned = plan.plan(cases, seed)
    before = plan.earlier(cases, seed)
    _send_again(planned, before)
    (out / "earlier").mkdir(exist_ok=True)
    rows = [json.dumps(_row(case), ensure_ascii=False, sort_keys=True) for case in before]
    (out / "earlier" / "register.jsonl").write_text("\n".join(rows) + "\n", "utf-8")
    folders.write(out, planned, seed, progress)


def _send_again(planned: list[Planned], before: list[Planned]) -> None:
    """Some cases of the earlier edition are sent in once more under another name."""
    copied = {plant["of"] for case in planned for plant in case.planted if plant["kind"].startswith("near:")}
    for at in range(10, len(planned), 60):
        case, source = planned[at], before[at % len(before)]
        if case.number in copied:
            continue
        case.theme, case.parts = source.theme, [(part, heading, list(texts)) for part, heading, texts in source.parts]
        case.planted = [{"kind": "near:earlier", "of": source.number}]


def _row(case: Planned) -> dict[str, object]:
    return {
        "number": case.number,
        "edition": "2025",
        "title": case.title,
        "unit": case.unit.name,
        "division": case.unit.division,
        "unit_type": case.unit.type,
        "unit_level": case.unit.level,
        "themes": [case.theme],
        "mark": case.mark,
        "paragraphs": case.paragraphs,
    }
