"""Planned cases -> what the organiser has on disk: a zip for each province with its list, folders, mails, proofs, versions, broken files; and the truth."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from zhengping.engine import tables
from zhengping.samples import broken, writers
from zhengping.samples.plan import Planned

_LIST = ("序号", "案例名称", "报送单位", "推荐等次", "文件名")


@dataclass
class Written:
    """The files of one province: members of its container, rows of its list, truth of its cases and files."""

    members: list[tuple[str, bytes]] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    truth: list[dict[str, Any]] = field(default_factory=list)
    others: list[dict[str, Any]] = field(default_factory=list)


def write(out: Path, plan: Sequence[Planned], seed: int, progress: Callable[[int, int], None]) -> None:
    """Write incoming/, truth.jsonl and truth_files.jsonl."""
    incoming = out / "incoming"
    incoming.mkdir(parents=True)
    by_province: dict[str, list[Planned]] = defaultdict(list)
    for planned in plan:
        by_province[planned.province].append(planned)
    jobs = [(province, cases, seed) for province, cases in sorted(by_province.items())]
    truth: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    done = 0
    for (province, cases, _), made in zip(jobs, _made(jobs, len(plan)), strict=True):
        truth += made.truth
        others += made.others
        _store(incoming, province, made)
        done += len(cases)
        progress(done, len(plan))
    others += broken.loose(incoming, Random(f"broken {seed}"), len(plan))
    _lines(out / "truth.jsonl", sorted(truth, key=lambda row: int(row["case"])))
    _lines(out / "truth_files.jsonl", others)


def _made(jobs: Sequence[tuple[str, list[Planned], int]], cases: int) -> Iterator[Written]:
    if cases < 300:
        yield from map(_province, jobs)
        return
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        yield from pool.map(_province, jobs)


def _lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows), "utf-8")


def container(province: str) -> str:
    """The name of a province's zip or folder."""
    name = next(body.name for body in tables.bodies() if body.number == province + "0000")
    return f"{name}报送材料"


def _is_zip(province: str) -> bool:
    return int(province) % 5 != 1


def _root(province: str) -> str:
    return container(province) + (".zip" if _is_zip(province) else "")


def _store(incoming: Path, province: str, made: Written) -> None:
    if _is_zip(province):
        (incoming / _root(province)).write_bytes(writers.packed(made.members, gbk=True))
        return
    for name, data in made.members:
        path = incoming / _root(province) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


# --- one province ----------------------------------------------------------------------------------------------------


def _province(job: tuple[str, list[Planned], int]) -> Written:
    province, cases, seed = job
    chance = Random(f"province {seed} {province}")
    made = Written()
    left = list(cases)
    if len(left) >= 12 and chance.random() < 0.3:
        _compilation(province, [left.pop() for _ in range(3)], made)
    for at, planned in enumerate(left):
        _case(province, planned, at, chance, made)
    title = f"{container(province)}汇总表"
    made.members.append(("汇总表.xlsx", writers.xlsx(_LIST, made.rows, title)))
    made.others.append({"path": f"{_root(province)}/汇总表.xlsx", "role": "list"})
    return made


def _name(planned: Planned, at: int, chance: Random) -> str:
    title = "".join(c for c in planned.title if c not in '“”"？?/\\:：*')
    pattern = chance.choice(("{n}.{unit}：{title}", "{unit}-{title}", "{title}", "{n:03d}{title}（{unit}）"))
    return pattern.format(n=at + 1, unit=planned.unit.name, title=title).replace("：", "_")[:80]


def _case(province: str, planned: Planned, at: int, chance: Random, made: Written) -> None:
    """Write one case: its file, and for some a folder with form and proofs or an older version."""
    kind = "docx" if planned.kind in ("doc", "wps") and len("".join(planned.paper().lines())) > 3900 else planned.kind
    name = _name(planned, at, chance)
    if any(member.startswith(name) for member, _ in made.members):
        name = f"{at + 1}{name}"
    paper = planned.paper()
    way = chance.random()
    if kind == "docx" and not planned.form and way < 0.05:
        paths = _in_folder(name, planned, made)
    elif kind == "docx" and way > 0.97 and not planned.planted:
        paths = _with_version(name, planned, made, chance)
    else:
        path = f"{name}.{kind}"
        data = _bytes(planned, kind, name)
        made.members.append((path, data))
        paths = [f"{path}/{name}.docx"] if kind == "eml" else [path]
    made.rows.append((str(at + 1), planned.list_title or planned.title, planned.unit.name, planned.mark, paths[0].split("/")[-1] if chance.random() < 0.5 else ""))
    made.truth.append(_truth(planned, [f"{_root(province)}/{path}" for path in paths], kind, [*paper.lines(), paper.inserted, paper.box]))


def _bytes(planned: Planned, kind: str, name: str) -> bytes:
    paper = planned.paper()
    if kind == "docx":
        return writers.docx(paper, planned.form)
    if kind == "pdf":
        return writers.pdf(paper, "创新案例申报材料")
    if kind in ("doc", "wps"):
        return writers.doc(paper)
    if kind == "png":
        return writers.scan(paper)
    if kind == "txt":
        return writers.txt(paper, "gb18030" if planned.number % 2 else "utf-8")
    text = "您好！现报送创新案例一篇，请查收附件。"
    return writers.eml(f"报送案例：{planned.title}", planned.unit.name, text, [(f"{name}.docx", writers.docx(paper, False))])


def _in_folder(name: str, planned: Planned, made: Written) -> list[str]:
    """A folder with the text, the form and a proof."""
    paper = planned.paper()
    form = writers.Paper(paper.title, paper.unit, (), (("联系人", "示例甲"), ("所属领域", "人才工作")))
    proof = writers.Paper("证明材料", "", (("", (f"兹证明“{paper.title}”所述情况属实，特此说明。（样例）",)),))
    planned.planted.append({"kind": "proof"})
    files = [("案例正文.docx", writers.docx(paper, False)), ("申报表.docx", writers.docx(form, True)), ("证明材料.docx", writers.docx(proof, False))]
    made.members += [(f"{name}/{file}", data) for file, data in files]
    return [f"{name}/{file}" for file, _ in files]


def _with_version(name: str, planned: Planned, made: Written, chance: Random) -> list[str]:
    """The text and a changed copy, the later of which counts."""
    old = planned.paper()
    parts = [(heading, texts[:-1] if len(texts) > 2 else texts) for heading, texts in old.parts]
    older = writers.Paper(old.title, old.unit, tuple((heading, tuple(texts)) for heading, texts in parts), old.fields)
    planned.planted.append({"kind": "version"})
    made.members += [(f"{name}.docx", writers.docx(older, planned.form)), (f"{name}（修改稿）.docx", writers.docx(old, planned.form))]
    return [f"{name}（修改稿）.docx", f"{name}.docx"]


def _compilation(province: str, cases: Sequence[Planned], made: Written) -> None:
    made.members.append(("案例汇编.docx", writers.compilation([planned.paper() for planned in cases])))
    for planned in cases:
        planned.planted.append({"kind": "compilation"})
        made.rows.append(("", planned.title, planned.unit.name, planned.mark, ""))
        made.truth.append(_truth(planned, [f"{_root(province)}/案例汇编.docx"], "docx", planned.paper().lines()))


def _truth(planned: Planned, paths: list[str], kind: str, said: list[str]) -> dict[str, Any]:
    unit = planned.unit
    return {
        "case": planned.number,
        "files": paths,
        "text_file": paths[0],
        "kind": kind,
        "form": planned.form,
        "title": planned.title,
        "unit": unit.name,
        "division": unit.division,
        "province": planned.province + "0000",
        "unit_type": unit.type,
        "unit_level": unit.level,
        "theme": planned.theme,
        "mark": planned.mark,
        "paragraphs": planned.paragraphs,
        "said": [line for line in said if line],
        "deleted": planned.deleted,
        "planted": planned.planted,
    }
