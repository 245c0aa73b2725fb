"""A body's list as the rows of its seal, as a sheet, and as the page to stamp; and a sheet back into marks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from zhengping.engine.rendering import Sheet, slip, workbook
from zhengping.server.among import among
from zhengping.server.call.models import Body
from zhengping.server.call.records import moment
from zhengping.server.screening.models import MARKS, Mark, Seal
from zhengping.server.submission.models import Submission, Version

HEAD = (("案例编号", 10), ("案例名称", 44), ("报送单位", 30), ("推荐等次", 12), ("排序", 8), ("理由", 40))
WORDS = {**{name: key for key, name in MARKS.items()}, "重点": "recommended", "推荐": "recommended", "不推荐": "declined"}


def rows(body: Body, cases: Sequence[Submission], marks: dict[int, Mark]) -> list[dict[str, Any]]:
    """What a seal holds of each case: number, title, unit, mark, order, and the sha256 of its files."""
    versions = {}
    for version in Version.objects.filter(submission__in=among(case.pk for case in cases)).only("submission_id", "number", "documents"):
        versions[version.submission_id, version.number] = version.documents
    found = []
    for case in cases:
        mark = marks.get(case.pk)
        found.append(
            {
                "number": case.number,
                "title": case.title,
                "unit": case.unit,
                "mark": mark.mark if mark else "",
                "order": mark.order if mark else 0,
                "files": versions.get((case.pk, case.current), []),
            }
        )
    ranks = {"recommended": 0, "general": 1, "declined": 2, "": 3}
    return sorted(found, key=lambda row: (ranks[str(row["mark"])], row["order"] or 9999, row["number"]))


def hashed(rows: Sequence[dict[str, Any]]) -> str:
    """SHA-256 of a list as JSON with sorted keys."""
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def sheet(cases: Sequence[Submission], marks: dict[int, Mark]) -> bytes:
    """The 汇总表 as .xlsx, to be marked and uploaded again."""
    cells = []
    for case in cases:
        mark = marks.get(case.pk)
        cells.append((case.number, case.title, case.unit, MARKS.get(mark.mark, "") if mark else "", (mark.order or None) if mark else None, mark.reason if mark else ""))
    return workbook([Sheet("汇总表", HEAD, cells, frozenset({3, 4, 5}), {3: tuple(MARKS.values())})])


@dataclass(frozen=True, slots=True)
class Row:
    """A row of an uploaded sheet; `wrong` says why it cannot be taken."""

    line: int
    number: int = 0
    mark: str = ""
    order: int = 0
    reason: str = ""
    wrong: str = ""


def marks_in(grid: Sequence[Sequence[str]], known: dict[int, Submission]) -> list[Row]:
    """The rows of an uploaded 汇总表 with their marks. Raises ValueError with a sentence where it has no such columns."""
    at = next((at for at, row in enumerate(grid[:20]) if any(str(cell).strip() in ("案例编号", "编号") for cell in row)), None)
    if at is None:
        raise ValueError(_("没有找到“案例编号”一列，请使用下载的汇总表。"))
    heads = {str(cell).strip(): column for column, cell in enumerate(grid[at])}
    if "推荐等次" not in heads:
        raise ValueError(_("没有找到“推荐等次”一列，请使用下载的汇总表。"))
    found: list[Row] = []
    seen: dict[int, int] = {}
    for line, row in enumerate(grid[at + 1 :], at + 2):
        if any(str(cell).strip() for cell in row):
            made = _row(line, row, heads, known)
            if not made.wrong and made.number in seen:
                made = Row(line, made.number, wrong=_("第 {line} 行与第 {other} 行的案例编号同为 {number}。").format(line=line, other=seen[made.number], number=made.number))
            seen.setdefault(made.number, line)
            found.append(made)
    return found


def _row(line: int, row: Sequence[Any], heads: dict[str, int], known: dict[int, Submission]) -> Row:
    def cell(*names: str) -> str:
        for name in names:
            if name in heads and heads[name] < len(row):
                value = row[heads[name]]
                return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
        return ""

    number, word, order = cell("案例编号", "编号"), cell("推荐等次"), cell("排序")
    if not number.isdigit():
        return Row(line, wrong=_("第 {line} 行的案例编号“{value}”不是数字。").format(line=line, value=number))
    if int(number) not in known:
        return Row(line, wrong=_("第 {line} 行的案例编号 {value} 不在本地区来稿中。").format(line=line, value=number))
    if word and word not in WORDS:
        return Row(line, int(number), wrong=_("第 {line} 行的推荐等次“{value}”应为：重点推荐、一般、不报送。").format(line=line, value=word))
    if order and not order.isdigit():
        return Row(line, int(number), wrong=_("第 {line} 行的排序“{value}”不是数字。").format(line=line, value=order))
    return Row(line, int(number), WORDS.get(word, ""), int(order or 0), cell("理由", "推荐理由")[:300])


def summary(seal: Seal) -> bytes:
    """The list of a seal as a PDF to print and stamp, with its hash."""
    with override("zh-hans"):
        count = {name: sum(row["mark"] == key for row in seal.rows) for key, name in MARKS.items()}
        lines = [
            (_("上报单位"), seal.body.name),
            (_("上报时间"), moment(seal.edition, seal.at)),
            (_("经办人"), seal.by.name or seal.by.email),
            (_("案例数"), "，".join(f"{name} {number}" for name, number in count.items())),
            (_("名单校验码"), seal.hash),
        ]
        cells = [[str(row["order"] or ""), str(row["number"]), row["title"], row["unit"], MARKS.get(row["mark"], "")] for row in seal.rows if row["mark"] != "declined"]
        head = [_("排序"), _("编号"), _("案例名称"), _("报送单位"), _("推荐等次")]
        note = _("名单校验码由全部案例的编号、名称、单位、等次和文件校验码计算得出，名单有任何改动，校验码即不同。（盖章处）")
        return slip(seal.edition.name, _("推荐案例汇总表"), lines, head=head, cells=cells, notes=(note,))
