"""Tables of judging -> typed columns: names matched, numbers checked, and every cell that cannot be used told at once."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zhengping.engine import tables
from zhengping.engine.folder.grids import Grid, grid

MOST_TOLD = 20
_BETWEEN = re.compile(r"(?<=[\u2e80-\u9fff])\s+(?=[\u2e80-\u9fff])")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_LIST = re.compile(r"[、,;；，|/]+")

HEADINGS: dict[str, tuple[str, ...]] = {
    "case": ("案例", "案例编号", "编号", "序号", "number"),
    "judge": ("评委", "评委姓名", "专家", "评审", "reviewer"),
    "score": ("得分", "评分", "分数", "总分"),
    "criterion": ("评分项", "指标", "评分指标"),
    "weight": ("权重",),
    "division": ("行政区划", "省份", "省", "地区", "所在地", "province", "区划代码"),
    "unit": ("单位", "报送单位", "工作单位"),
    "type": ("单位类型", "类型", "unit_type"),
    "themes": ("主题", "专长", "擅长主题", "theme"),
    "words": ("关键词", "研究方向"),
    "mark": ("推荐等次", "等次"),
    "least": ("最少", "至少", "最少篇数"),
    "most": ("最多", "至多", "最多篇数"),
    "away": ("请假", "不在", "缺席"),
    "fit": ("匹配度", "匹配"),
    "estimate": ("校准分", "估计分", "校准得分", "评分", "得分"),
    "low": ("下限",),
    "high": ("上限",),
    "sd": ("标准差",),
    "rank": ("名次", "排名"),
    "reads": ("评阅数", "评阅次数"),
    "at": ("时间", "签字时间", "提交时间"),
    "begun": ("开始时间", "开始评阅时间", "started"),
    "comment": ("评语", "意见"),
    "public": ("公众投票", "网络投票", "票数"),
}


class Troubles(tables.Trouble):
    """All that is wrong with some tables: the first twenty sentences, and how many more there are."""

    def __init__(self, found: Sequence[tables.Trouble], count: int) -> None:
        self.found, self.count = tuple(found), count
        super().__init__("troubles", count=count)

    def said(self, language: str) -> str:
        """One sentence a line in "zh" or "en"."""
        told = [trouble.said(language) for trouble in self.found]
        rest = self.count - len(told)
        return "\n".join([*told, tables.sentence("more", (("count", str(rest)),), language)] if rest else told)


@dataclass(slots=True)
class Wrong:
    """Collects what is wrong while tables are read; `stop` raises all of it together."""

    found: list[tables.Trouble] = field(default_factory=list)
    count: int = 0

    @property
    def is_told(self) -> bool:
        """Whether another sentence would still be shown; a nearest right value is sought only then."""
        return len(self.found) < MOST_TOLD

    def add(self, key: str, **values: object) -> None:
        """Note a trouble by its key in the messages."""
        self.count += 1
        if self.is_told:
            self.found.append(tables.Trouble(key, **values))

    def stop(self) -> None:
        """Raise Troubles if anything is wrong."""
        if self.count:
            raise Troubles(self.found, self.count)


def plain(name: str) -> str:
    """A name as it is matched: full-width letters and digits made narrow (NFKC), blanks at the ends and between Chinese characters gone.

    >>> plain(" 张 三 ") == plain("张三"), plain("Ａ０１")
    (True, 'A01')
    """
    text = unicodedata.normalize("NFKC", name).strip()
    return _BETWEEN.sub("", " ".join(text.split())) if " " in text or not text.isprintable() else text


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name most like `word`, "-" if none is like it."""
    names = list(known)
    for cutoff in (0.5, 0.2):
        near = difflib.get_close_matches(word, names, 1, cutoff)
        if near:
            return near[0]
    return names[0] if 0 < len(names) <= 1 else "-"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a command uses: its key in HEADINGS, which is also its English heading."""

    key: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table whose columns have been recognised: `at` maps a column's key to its place in the grid; `unused` are the other headings."""

    grid: Grid
    at: Mapping[str, int]
    unused: tuple[str, ...]
    wrong: Wrong

    def __len__(self) -> int:
        return len(self.grid.rows)

    def __contains__(self, key: object) -> bool:
        return key in self.at

    def heading(self, key: str) -> str:
        """The heading as it stands in the file."""
        return self.grid.head[self.at[key]]

    def texts(self, key: str) -> Sequence[str]:
        """The cells of a column, "" for each row where the table has no such column."""
        return self.grid.columns[self.at[key]] if key in self.at else ("",) * len(self)

    def told(self, trouble: str, key: str, row: int, **values: object) -> None:
        """Note a trouble with the cell of column `key` in the row of index `row`."""
        word = self.texts(key)[row]
        self.wrong.add(trouble, path=self.grid.path, row=self.grid.rows[row], column=self.heading(key), word=word, **values)

    def lists(self, key: str) -> list[tuple[str, ...]]:
        """Cells that list several words, separated by 、 , ; / or |."""
        return [tuple(word.strip() for word in _LIST.split(cell) if word.strip()) if cell else () for cell in self.texts(key)]

    def numbers(self, key: str, low: float = -np.inf, high: float = np.inf, *, required: bool = False, whole: bool = False) -> npt.NDArray[np.float64]:
        """Cells as numbers, NaN where empty. Notes texts, values outside low..high, and empty cells if `required`."""
        cells = self.texts(key)
        try:
            found = np.array(cells, dtype=np.float64) if all(cells) else None  # the common case, at once
        except ValueError:
            found = None
        if found is None or not np.isfinite(found).all():
            found = np.array([self._number(key, row, cell, required) for row, cell in enumerate(cells)], dtype=np.float64)
        for row in np.flatnonzero((found < low) | (found > high)).tolist():
            near = low if found[row] < low else high
            self.told("cell-range", key, row, low=_shown(low), high=_shown(high), near=_shown(near))
        if whole:
            for row in np.flatnonzero(np.isfinite(found) & (found != np.round(found))).tolist():
                self.told("cell-whole", key, row, near=_shown(float(np.round(found[row]))))
        return found

    def _number(self, key: str, row: int, cell: str, required: bool) -> float:
        if not cell:
            if required:
                self.told("cell-empty", key, row)
            return float("nan")
        text = unicodedata.normalize("NFKC", cell).replace(" ", "")
        if _NUMBER.fullmatch(text) and np.isfinite(float(text)):
            return float(text)
        share = re.fullmatch(r"(\d+(?:\.\d+)?)%", text)
        some = _NUMBER.search(text.replace(",", ""))
        near = _shown(float(share[1]) / 100) if share else some.group() if some else ""
        self.told("cell-number-near" if near else "cell-number", key, row, near=near)
        return float("nan")

    def names(self, key: str, known: Mapping[str, str] | None = None, *, unique: bool = False, required: bool = True) -> list[str]:
        """Cells as names. With `known` (plain name to name, as `known_names` makes it) each becomes the known name and an unknown one is noted.

        Without it, names that differ only in blanks or full-width letters are asked about; with `unique` a name that comes twice.
        """
        cells = self.texts(key)
        match: dict[str, str] = {}
        asked: dict[str, str] = {}
        rows: dict[str, int] | None = {} if unique or not all(cells) or (known is not None) else None
        for name in dict.fromkeys(cells):
            if name:
                bare = plain(name)
                if known is not None:
                    match[name] = known.get(bare, name)
                else:
                    first = match[name] = asked.setdefault(bare, name)
                    if first != name and not unique:
                        self.told("names-alike", key, cells.index(name), near=first)
        if rows is not None:
            self._check(key, cells, match, known, unique, required)
        match.setdefault("", "")
        return [match[name] for name in cells]

    def _check(self, key: str, cells: Sequence[str], match: dict[str, str], known: Mapping[str, str] | None, unique: bool, required: bool) -> None:
        seen: dict[str, int] = {}
        right = set(known.values()) if known is not None else None
        for row, cell in enumerate(cells):
            if not cell:
                if required:
                    self.told("cell-empty", key, row)
                continue
            name = match[cell]
            if right is not None and name not in right:
                self.told("cell-unknown", key, row, near=nearest(cell, right) if self.wrong.is_told else "")
            if unique and name in seen:
                self.told("cell-twice", key, row, first=self.grid.rows[seen[name]], near=cells[seen[name]])
            seen.setdefault(name, row)

    def pairs_once(self, *keys: Sequence[str]) -> None:
        """Note each row whose values in `keys` (columns as read) stood before; the trouble names both rows."""
        codes = np.zeros(len(self), np.int64)
        for key in keys:
            numbers = {name: at for at, name in enumerate(dict.fromkeys(key))}
            codes = codes * len(numbers) + np.fromiter((numbers[name] for name in key), np.int64, len(key))
        if len(np.unique(codes)) == len(codes):
            return
        values = list(zip(*keys, strict=True))
        seen: dict[tuple[str, ...], int] = {}
        for row, value in enumerate(values):
            if value in seen:
                word = " · ".join(filter(None, value))
                self.wrong.add("row-repeated", path=self.grid.path, row=self.grid.rows[row], word=word, first=self.grid.rows[seen[value]])
            seen.setdefault(value, row)


def _shown(value: float) -> str:
    return "…" if not np.isfinite(value) else f"{value:g}"


def known_names(names: Iterable[str]) -> dict[str, str]:
    """Plain name -> name, for `Sheet.names`."""
    return {plain(name): name for name in names}


def sheet(path: Path, columns: Sequence[Column], wrong: Wrong) -> Sheet:
    """Read a table and recognise its columns by English or Chinese heading.

    Raises SheetError where the file cannot be read at all; notes in `wrong` a missing required column, one that stands twice, a heading that is
    nearly that of a column, and rows with more cells than headings. A table without rows is noted too.
    """
    keys = {column.key: (column.key, *HEADINGS.get(column.key, ())) for column in columns}
    found = grid(path, frozenset(name for names in keys.values() for name in names))
    head = [plain(cell).lower() for cell in found.head]
    at: dict[str, int] = {}
    for column in columns:
        for name in keys[column.key]:
            if name in head and head.index(name) not in at.values():
                at[column.key] = head.index(name)
                break
    for place, cell in enumerate(head):
        if cell and head.index(cell) != place:
            wrong.add("column-twice", path=path, column=found.head[place])
    rest = [heading for place, heading in enumerate(found.head) if place not in at.values() and heading]
    _ask(path, columns, at, rest, wrong)
    for row, word in found.ragged:
        wrong.add("row-ragged", path=path, row=row, word=word)
    if not len(found.rows):
        wrong.add("table-no-rows", path=path)
    return Sheet(found, at, tuple(rest), wrong)


def _ask(path: Path, columns: Sequence[Column], at: Mapping[str, int], rest: Sequence[str], wrong: Wrong) -> None:
    """Note required columns that are missing and optional ones that seem misspelt."""
    for column in columns:
        if column.key in at:
            continue
        names = (column.key, *HEADINGS.get(column.key, ()))
        told = " / ".join(names[:3])
        near = [word for word in rest if difflib.get_close_matches(plain(word).lower(), names, 1, 0.6 if column.required else 0.8)]
        if column.required:
            wrong.add("column-missing", path=path, column=told, near=near[0] if near else "、".join(rest) or "-")
        elif near:
            wrong.add("column-misspelt", path=path, column=near[0], near=column.key)


@dataclass(frozen=True, slots=True)
class Scores:
    """A long table of scores in columns: names of cases and judges, criteria ("" where there is one alone), and the marks as floats."""

    cases: Sequence[str]
    judges: Sequence[str]
    criteria: Sequence[str]
    values: npt.NDArray[np.float64]
    at: Sequence[str]
    comments: Sequence[str]
    unused: tuple[str, ...] = ()
    begun: Sequence[str] = ()
    rows: Sequence[int] = ()


def scores(
    path: Path,
    wrong: Wrong,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    cases: Iterable[str] | None = None,
    judges: Iterable[str] | None = None,
) -> Scores:
    """Read case, judge, score (criterion, at, begun, comment); notes unknown names, marks outside the scale and pairs that stand twice."""
    columns = [Column("case", True), Column("judge", True), Column("score", True), *map(Column, ("criterion", "at", "begun", "comment"))]
    found = sheet(path, columns, wrong)
    if not {"case", "judge", "score"} <= set(found.at):
        wrong.stop()
    case = found.names("case", None if cases is None else known_names(cases))
    judge = found.names("judge", None if judges is None else known_names(judges))
    criterion = found.names("criterion", required=False) if "criterion" in found else [""] * len(found)
    values = found.numbers("score", low, high, required=True)
    found.pairs_once(case, judge, criterion)
    return Scores(case, judge, criterion, values, found.texts("at"), found.texts("comment"), found.unused, found.texts("begun"), found.grid.rows)
