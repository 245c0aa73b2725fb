"""A judge's sheets -> a workbook to be filled in; a workbook that was filled in -> rows that say what stands in them and what is wrong.

Each row carries a key: the assignment, the minute of the download, the marks that stood there and a hash of the notes, sealed. So it is known later what was typed into the workbook
and what was typed on the site meanwhile.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from zhengping.engine import record
from zhengping.engine.rendering import Sheet as Page
from zhengping.engine.rendering import workbook
from zhengping.server.judging.models import Assignment, Round
from zhengping.server.judging.records.rounds import Criterion, criteria

HEADS = {
    "number": gettext_noop("案例编号"),
    "title": gettext_noop("案例名称"),
    "state": gettext_noop("情况"),
    "notes": gettext_noop("笔记"),
    "key": gettext_noop("任务编号（请勿改动）"),
}
MOST_NOTES = 8000
STATES = {"new": gettext_noop("未开始"), "draft": gettext_noop("未签字"), "signed": gettext_noop("已签字")}
_NUMBER = re.compile(r"[+]?\d{1,9}(?:\.\d+)?")
_PART = re.compile(r"-?\d{1,9}(?:[.,]\d+)?")
_CENT = Decimal("0.01")


def shown_mark(value: Decimal) -> str:
    """A mark without needless zeros.

    >>> shown_mark(Decimal("80.00")), shown_mark(Decimal("7.50"))
    ('80', '7.5')
    """
    return f"{value.normalize():f}"


def plain(notes: str) -> str:
    """Notes as they come back from a workbook: one kind of line end, no blanks around."""
    return notes.replace("\r\n", "\n").replace("\r", "\n").strip()


# --- the key of a row ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Base:
    """What a row's key tells: its assignment, when the workbook was made, the marks by the criterion's place and the hash of the notes that stood in it."""

    assignment: int
    at: datetime
    marks: tuple[str, ...]
    notes: str


def hash_of(notes: str) -> str:
    """The short hash of notes that stand in a key; "" for none."""
    return hashlib.sha256(plain(notes).encode()).hexdigest()[:8] if plain(notes) else ""


def _seal(words: str) -> str:
    return salted_hmac("judging.workbook", words, algorithm="sha256").hexdigest()[:16]


def sign(assignment: int, at: datetime, marks: Sequence[str], notes: str) -> str:
    """The key of a row."""
    words = f"{assignment}_{int(at.timestamp()) // 60}_{'/'.join(marks)}_{hash_of(notes)}"
    return f"{words}_{_seal(words)}"


def _base(key: str) -> Base | None:
    """What a key tells; None for one that this site has not made."""
    words, _line, seal = key.rpartition("_")
    if not words.isascii() or not constant_time_compare(seal.encode(), _seal(words).encode()):
        return None
    assignment, minute, marks, notes = words.split("_")
    return Base(int(assignment), datetime.fromtimestamp(int(minute) * 60, UTC), tuple(marks.split("/")), notes)


# --- out -------------------------------------------------------------------------------------------------------------


def issued(held: Round, rows: Iterable[Assignment], titles: Mapping[int, str], at: datetime) -> bytes:
    """The sheets of a judge as .xlsx: a row for each assignment (with `sheet` and its marks, titles by the case's key), and a page of hints."""
    wanted = criteria(held)
    cells: list[tuple[str | float | None, ...]] = []
    settled = set()
    for row in rows:
        sheet = getattr(row, "sheet", None)
        marks = {mark.criterion: mark.value for mark in sheet.marks.all()} if sheet else {}
        notes = plain(sheet.notes) if sheet else ""
        state = sheet.state if sheet else "new"
        if state == "signed":
            settled.add(len(cells))
        key = sign(row.pk, at, [shown_mark(marks[one.name]) if one.name in marks else "" for one in wanted], notes)
        values = [float(marks[one.name]) if one.name in marks else None for one in wanted]
        cells.append((row.submission.number, titles[row.submission_id], _(STATES[state]), *values, notes, key))
    last = 3 + len(wanted)
    called = {key: _(word) for key, word in HEADS.items()}
    scales = [(_heading(one), 14) for one in wanted]
    head = ((called["number"], 9), (called["title"], 40), (called["state"], 9), *scales, (called["notes"], 50), (called["key"], 14))
    ranges = {
        3 + at: (0.0, float(one.high), _("“{name}”填 0 到 {high} 之间的数，最多两位小数。").format(name=one.name, high=one.high))
        for at, one in enumerate(wanted)
    }
    page = Page(_("评分表"), head, cells, frozenset(range(3, last + 1)), ranges=ranges, is_locked=True, settled=frozenset(settled), keys=frozenset({last + 1}))
    return workbook([page, Page(_("填写说明"), ((_("项目"), 24), (_("说明"), 90)), _hints(held, wanted))])


def _heading(one: Criterion) -> str:
    scale = _("0–{high} 分").format(high=one.high)
    return f"{one.name}\n{scale}" + (f" × {shown_mark(one.weight)}" if one.weight != 1 else "")


def _hints(held: Round, wanted: Sequence[Criterion]) -> list[tuple[str, str]]:
    """How to fill the workbook in and give it back, and what the levels of each scale are called."""
    rows = [
        (_("怎么填"), _("只填黄色标题的各列。分数填 0 到满分之间的数，最多两位小数；不评的留空，空格不会删除网上已有的分数。灰色的行已经签字，只供参考。")),
        (_("请不要"), _("改动标题、案例编号和任务编号，合并单元格，用公式，或另存为 .xls、.csv。可以调整列宽、行高。")),
        (
            _("怎么交回"),
            _("保存为 .xlsx，在“我的评审”中打开“在 Excel 中评分”上传；或把文件交给组织方代为录入。上传后先逐行核对，确认后才写入；签字须在网站上另行办理。"),
        ),
        (_("案例正文"), _("为便于阅读，正文不在本文件中，请在网站上或在打印的评分表中阅读。")),
    ]
    for one in wanted:
        levels = "；".join(f"{name} {low}–{top}" for name, low, top in one.levels)
        rows.append((one.name, "\n".join(word for word in (one.explanation, _("0–{high} 分").format(high=one.high), levels) if word)))
    return rows


# --- in --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row of a workbook that came back: its line, what its key tells, the marks that stand in it as texts by criterion, its notes, what was noticed, and what is wrong with it."""

    line: int
    number: str
    base: Base | None
    marks: dict[str, str]
    notes: str
    remarks: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """The rows of a workbook that came back, and what was noticed about it as a whole."""

    rows: tuple[FilledRow, ...]
    remarks: tuple[str, ...] = ()


def _called(word: str) -> set[str]:
    """A heading in all languages of the site."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.add(_(word))
    return found


def _first_line(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell.strip().split("\n")[0]).strip()


def filled_in(grids: Sequence[record.Grid], held: Round) -> Filled:
    """The rows of an uploaded workbook. Raises ValueError with a sentence where it has no such sheet or columns."""
    wanted = criteria(held)
    names = {key: {_first_line(word) for word in _called(told)} for key, told in HEADS.items()} | {one.name: {_first_line(one.name)} for one in wanted}
    needed = names["key"] | names["number"]
    found = [(grid, at) for grid in grids for at, row in enumerate(grid.rows[:20]) if len(needed & {_first_line(cell) for cell in row}) > 1]
    near = [(grid, at) for grid in grids for at, row in enumerate(grid.rows[:20]) if needed & {_first_line(cell) for cell in row}]
    if not (found or near):
        raise ValueError(_("没有找到“案例编号”和“任务编号（请勿改动）”两列，这不是从本站下载的评分工作簿。"))
    if len({id(grid) for grid, _at in found}) > 1:
        raise ValueError(
            _("工作簿中有 {count} 张评分表（{names}），请只保留一张。").format(count=len(found), names="、".join(grid.name for grid, _at in found))
        )
    grid, at = (found or near)[0]
    columns, remarks = _columns([_first_line(cell) for cell in grid.rows[at]], names, wanted)
    formulas, merged = set(grid.formulas), set(grid.merged)
    rows = []
    for line in range(at + 1, len(grid.rows)):
        cells = {key: grid.rows[line][column].strip() if column < len(grid.rows[line]) else "" for key, column in columns.items()}
        odd = [key for key, column in columns.items() if (line, column) in formulas]
        if any(cells.values()) or odd:
            rows.append(_row(line + 1, cells, wanted, odd, line in merged))
    places: dict[int, list[int]] = {}
    for row in rows:
        if row.base:
            places.setdefault(row.base.assignment, []).append(row.line)
    rows = [_once(row, places.get(row.base.assignment, []) if row.base else []) for row in rows]
    if not rows:
        raise ValueError(_("评分表中没有一行案例。"))
    return Filled(tuple(rows), tuple(remarks))


def _once(row: FilledRow, lines: Sequence[int]) -> FilledRow:
    """The row, wrong where its case stands on other lines too."""
    others = [str(line) for line in lines if line != row.line]
    if not others:
        return row
    sentence = _("第 {line} 行与第 {other} 行是同一案例（{number}），请只留一行。").format(line=row.line, other="、".join(others), number=row.number)
    return replace(row, wrong=(*row.wrong, sentence))


def _columns(head: Sequence[str], names: Mapping[str, set[str]], wanted: Sequence[Criterion]) -> tuple[dict[str, int], list[str]]:
    """The column of each heading, and what was noticed about them. Raises ValueError where one is missing or stands twice."""
    columns: dict[str, int] = {}
    known = set().union(*names.values())
    others = [cell for cell in head if cell and cell not in known]
    for key, words in names.items():
        places = [at for at, cell in enumerate(head) if cell in words]
        shown = _(HEADS[key]) if key in HEADS else key
        if len(places) > 1:
            raise ValueError(_("“{name}”一列有 {count} 处，请只留一列。").format(name=shown, count=len(places)))
        if places:
            columns[key] = places[0]
        elif key not in ("title", "state"):
            near = difflib.get_close_matches(shown, others, 1, 0.4)
            hint = _("最接近的是“{near}”，请改回原来的标题。").format(near=near[0]) if near else _("请恢复这一列，或重新下载。")
            raise ValueError(_("没有找到“{name}”一列。").format(name=shown) + hint)
    order = ["number", "title", "state", *(one.name for one in wanted), "notes", "key"]
    remarks = []
    if [columns[key] for key in order if key in columns] != sorted(columns.values()):
        remarks.append(_("列的次序与下载时不同，已按标题读取。"))
    if others:
        remarks.append(_("这些列不读取：{names}。").format(names="、".join(others)))
    return columns, remarks


def _row(line: int, cells: Mapping[str, str], wanted: Sequence[Criterion], formulas: Sequence[str], is_merged: bool) -> FilledRow:
    number, key = unicodedata.normalize("NFKC", cells["number"]), unicodedata.normalize("NFKC", cells["key"])
    base = _base(key)
    marks: dict[str, str] = {}
    remarks: list[str] = []
    wrong: list[str] = []
    if is_merged:
        wrong.append(_("第 {line} 行有合并的单元格，请取消合并，每行各填各的。").format(line=line))
    for one in formulas:
        wrong.append(_("第 {line} 行的“{column}”是公式，请改为填写数或文字。").format(line=line, column=_(HEADS[one]) if one in HEADS else one))
    if base is None:
        wrong.append(
            _("第 {line} 行没有任务编号，不知道是哪个案例；请填在下载的那一行。").format(line=line)
            if not key
            else _("第 {line} 行的任务编号改动过，请从下载的文件恢复。").format(line=line)
        )
    for one in wanted:
        word = cells[one.name]
        if one.name in formulas or not word:
            continue
        value, told = _mark(word, one.high)
        if value is None:
            wrong.append(
                _("第 {line} 行的“{column}”为“{value}”，应为 0 到 {high} 之间的数，最多两位小数。{near}").format(
                    line=line, column=one.name, value=word[:40], high=one.high, near=told
                )
            )
        else:
            marks[one.name] = value
            if told:
                remarks.append(_("“{column}”的“{value}”按 {read} 读取。").format(column=one.name, value=word, read=value))
    notes = plain(cells["notes"])
    if len(notes) > MOST_NOTES:
        wrong.append(_("第 {line} 行的笔记有 {count} 字，最多 {most} 字。").format(line=line, count=len(notes), most=MOST_NOTES))
    return FilledRow(line, number, base, marks, notes[:MOST_NOTES], tuple(remarks), tuple(wrong))


def _mark(word: str, high: int) -> tuple[str | None, str]:
    """A cell as a mark, with a word where its digits were full-width; or None with what is nearest.

    >>> _mark("８５", 100), _mark("85分", 100)[0], _mark("7.5", 5)[0]
    (('85', '８５'), None, None)
    """
    bare = unicodedata.normalize("NFKC", word).strip()
    if _NUMBER.fullmatch(bare):
        value = Decimal(bare)
        if value <= high and value == value.quantize(_CENT):
            return shown_mark(value), word if bare != word else ""
    found = _PART.search(bare)
    if found is None:
        return None, ""
    near = min(max(Decimal(found[0].replace(",", ".")), Decimal(0)), Decimal(high)).quantize(_CENT)
    return None, _("是否为 {near}？").format(near=shown_mark(near))


def as_words(filled: Filled) -> dict[str, Any]:
    """The rows as JSON."""
    rows = [
        [
            r.line,
            r.number,
            [r.base.assignment, int(r.base.at.timestamp()), list(r.base.marks), r.base.notes] if r.base else None,
            r.marks,
            r.notes,
            list(r.remarks),
            list(r.wrong),
        ]
        for r in filled.rows
    ]
    return {"rows": rows, "remarks": list(filled.remarks)}


def from_words(words: Mapping[str, Any]) -> Filled:
    """The rows from JSON."""
    rows = []
    for line, number, base, marks, notes, remarks, wrong in words["rows"]:
        told = Base(base[0], datetime.fromtimestamp(base[1], UTC), tuple(base[2]), base[3]) if base else None
        rows.append(FilledRow(line, number, told, marks, notes, tuple(remarks), tuple(wrong)))
    return Filled(tuple(rows), tuple(words["remarks"]))
