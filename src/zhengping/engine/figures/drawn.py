"""Figures -> charts, one .html of tables, charts and tile map, and sheets of a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhengping.engine import tables
from zhengping.engine.record import Figure
from zhengping.engine.rendering import Article, Block, Heading, Picture, Rows, Sheet, Span, Text, bars, page, tiles

# What is counted, in the order of the page: key, Chinese, English.
ABOUT = {
    "total": ("来稿总数", "All cases"),
    "provinces": ("有来稿的省级单位", "Provincial units that sent cases"),
    "absent": ("没有来稿的受邀单位", "Invited units that sent none"),
    "group": ("领导小组成员单位", "Leading group's members"),
    "province": ("省级单位", "Province"),
    "missing": ("受邀而未来稿", "Invited, sent none"),
    "level": ("单位层级", "Unit level"),
    "type": ("单位类型", "Unit type"),
    "theme": ("主要主题", "Main theme"),
    "themes": ("全部主题", "All themes"),
    "measure": ("做法条目", "Measures"),
    "month": ("来稿月份", "Month"),
    "mark": ("推荐等次", "Mark"),
    "award": ("奖项", "Award"),
    "edition": ("历届来稿", "Edition"),
}
_DRAWN = ("theme", "type", "level", "mark", "award", "month", "edition")
_SHOWN = 30


def name_of(about: str, language: str = "zh") -> str:
    """What a figure counts, for people."""
    return ABOUT.get(about, (about, about))[language != "zh"]


def _label(figure: Figure, language: str) -> str:
    if language == "zh":
        return figure.label
    english = {body.number: body.english for body in tables.bodies()} | {theme.key: theme.english for theme in tables.themes()}
    words = dict(tables.unit_types()) | dict(tables.LEVELS) | {"重点推荐": "Recommended", "一般": "General", "未标明": "Not stated", "来稿": "Cases"}
    return english.get(figure.key) or words.get(figure.label) or figure.label


def charts(figures: Sequence[Figure], invited: Sequence[str] = (), language: str = "zh") -> dict[str, dict[str, Any]]:
    """A chart for everything counted with at least one known value: the tile map for "province", bars for the rest."""
    found = {}
    for about in _DRAWN:
        rows = [(_label(f, language), f.value) for f in figures if f.about == about and (f.key or f.value)]
        if len(rows) > (1 if about == "edition" else 0):
            found[about] = bars("", rows)
    if any(f.about == "province" for f in figures):
        found["province"] = _map(figures, invited, language)
    return found


def _map(figures: Sequence[Figure], invited: Sequence[str], language: str) -> dict[str, Any]:
    sent = {f.key: f.value for f in figures if f.about == "province"}
    asked = set(invited) | {f.key for f in figures if f.about == "missing"}
    rows = []
    for body in tables.bodies():
        count = sent.get(body.number, 0 if body.number in asked else None)
        name = body.short if language == "zh" else body.english
        rows.append((name, body.row, body.column, count, "" if count is None else str(count)))
    return tiles("", rows, side=52 if language == "zh" else 74)


def shown(figures: Sequence[Figure], title: str, invited: Sequence[str] = (), language: str = "zh") -> bytes:
    """One .html with a chart and a table for everything counted; the table names the cases of each figure."""
    drawn = charts(figures, invited, language)
    blocks: list[Block] = [Text((Span(_opening(figures, language)),))]
    for about in ABOUT:
        rows = [f for f in figures if f.about == about]
        if not rows or about in ("total", "provinces", "absent"):
            continue
        blocks.append(Heading(name_of(about, language)))
        if about in drawn:
            blocks.append(Picture(drawn[about], name_of(about, language)))
        blocks.append(_rows(rows, about, language))
    return page(Article(title, tuple(blocks), "zh-Hans" if language == "zh" else "en"))


def _opening(figures: Sequence[Figure], language: str) -> str:
    values = {f.about: f.value for f in figures if not f.key}
    total, provinces, absent = (values.get(about, 0) for about in ("total", "provinces", "absent"))
    if language != "zh":
        return f"{total} cases from {provinces} provincial units; {absent} invited units sent none."
    return f"共收到来稿{total}篇，来自{provinces}个省级单位；受邀而未来稿的单位{absent}个。"


def _rows(figures: Sequence[Figure], about: str, language: str) -> Rows:
    head = ("项目", "数量", "案例编号") if language == "zh" else ("Item", "Count", "Case numbers")
    cells = tuple((_label(f, language), str(f.value), _cases(f)) for f in figures)
    return Rows("", head, cells)


def _cases(figure: Figure) -> str:
    return "、".join(map(str, figure.cases[:_SHOWN])) + (" …" if len(figure.cases) > _SHOWN else "") or figure.source


def sheet(figures: Sequence[Figure], language: str = "zh") -> Sheet:
    """All figures as one sheet with all their case numbers."""
    heads = ("统计项", "类别", "数量", "案例编号", "来源") if language == "zh" else ("About", "Item", "Count", "Case numbers", "Source")
    rows = [(name_of(f.about, language), _label(f, language), f.value, "、".join(map(str, f.cases)), f.source) for f in figures]
    return Sheet("统计" if language == "zh" else "Figures", tuple(zip(heads, (18, 30, 8, 80, 24), strict=True)), rows)
