"""Entries of the register -> figures, each with the numbers of the cases that it counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from zhengping.engine import tables
from zhengping.engine.figures.drawn import ABOUT, charts, sheet, shown
from zhengping.engine.record import Edition, Entry, Figure

__all__ = ["ABOUT", "MARKS", "all_of", "body", "charts", "count", "find", "invited", "sheet", "shown"]

XPCC = "660000"
MARKS = ("重点推荐", "一般")


def body(entry: Entry) -> str:
    """The provincial-level body a case belongs to: six digits, 660000 for 新疆生产建设兵团, "" if not known."""
    place = entry.coding.place
    if "兵团" in place.zone or "兵团" in entry.case.unit:
        return XPCC
    number = place.division or entry.case.province
    return number[:2] + "0000" if number else ""


def invited(edition: Edition) -> tuple[str, ...]:
    """The bodies that were invited: the edition's own list, else 31 省区市 and 新疆生产建设兵团."""
    return edition.invited or tuple(b.number for b in tables.bodies() if b.number < "700000")


def count(entries: Sequence[Entry], edition: Edition, earlier: Sequence[Entry] = ()) -> tuple[Figure, ...]:
    """Count a register.

    For every `about` ("province", "level", "type", "theme", "month", "mark", "award", "role" …) the figures that take one value
    a case add up to the figure "total"; key "" counts the cases of which the value is not known. "themes" counts every
    theme of a case, not the main one alone. "missing" holds the invited bodies that sent none. Earlier editions come from
    their registers (with case numbers of their own in `source`) and from `edition.earlier`.
    """
    found = [Figure("total", "", "来稿", len(entries), tuple(e.case.number for e in entries))]
    found += _bodies(entries, edition)
    found += _by("level", entries, lambda e: e.coding.unit_level, [name for name, _ in tables.LEVELS])
    found += _by("type", entries, lambda e: e.coding.unit_type, [name for name, _ in tables.unit_types()])
    themes = edition.themes or tables.themes()
    labels = {theme.key: theme.name for theme in themes}
    found += _by("theme", entries, lambda e: e.coding.themes[0] if e.coding.themes else "", list(labels), labels)
    found += _many("themes", entries, lambda e: e.coding.themes, labels)
    found += _by("month", entries, lambda e: e.case.arrived[:7], sorted({e.case.arrived[:7] for e in entries}))
    found += _by("mark", entries, lambda e: e.case.mark, _order(MARKS, (e.case.mark for e in entries)))
    found += _by("award", entries, lambda e: e.award, _order((), (e.award for e in entries)))
    found += _many("measure", entries, lambda e: {m.role for m in e.coding.measures}, _ROLES)
    found += _group(entries, edition)
    found += _editions(entries, edition, earlier)
    return tuple(found)


_ROLES = {"measure": "列出做法", "problem": "列出问题", "result": "列出成效"}


def _order(first: Iterable[str], values: Iterable[str]) -> list[str]:
    known = list(first)
    return known + sorted({value for value in values if value} - set(known))


def _by(
    about: str,
    entries: Sequence[Entry],
    key: Callable[[Entry], str],
    order: Sequence[str],
    labels: dict[str, str] | None = None,
) -> list[Figure]:
    """One figure for each value in `order`, those that nobody has left out, what is not known last."""
    found: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        found[key(entry)].append(entry.case.number)
    keys = [value for value in order if value and value in found]
    keys += sorted(value for value in found if value and value not in keys)
    names = labels or {}
    figures = [Figure(about, value, names.get(value, value), len(found[value]), tuple(found[value])) for value in keys]
    unknown = found.get("", [])
    if unknown and figures:
        figures.append(Figure(about, "", "未标明", len(unknown), tuple(unknown)))
    return figures


def _many(
    about: str, entries: Sequence[Entry], keys: Callable[[Entry], Iterable[str]], labels: dict[str, str]
) -> list[Figure]:
    found: dict[str, list[int]] = {key: [] for key in labels}
    for entry in entries:
        for key in keys(entry):
            found.setdefault(key, []).append(entry.case.number)
    return [Figure(about, key, labels.get(key, key), len(cases), tuple(cases)) for key, cases in found.items() if cases]


def _bodies(entries: Sequence[Entry], edition: Edition) -> list[Figure]:
    names = {b.number: b.name for b in tables.bodies()}
    order = [b.number for b in tables.bodies()]
    figures = _by("province", entries, body, order, names)
    present = [figure for figure in figures if figure.key]
    cases = tuple(number for figure in present for number in figure.cases)
    figures.append(Figure("provinces", "", "有来稿的省级单位", len(present), cases, "个省级单位,非案例数"))
    sent = {figure.key for figure in present}
    absent = [number for number in invited(edition) if number not in sent]
    figures.append(Figure("absent", "", "没有来稿的受邀单位", len(absent), (), "个受邀单位,非案例数"))
    figures += [Figure("missing", number, names[number], 0) for number in absent]
    return figures


def _group(entries: Sequence[Entry], edition: Edition) -> list[Figure]:
    """Units of the leading group's members (领导小组成员单位), counted together where the edition or custom names them."""
    types = edition.group_types or ("人社", "科技", "文旅", "农业农村", "教育", "卫健", "编办")
    cases = tuple(e.case.number for e in entries if e.coding.unit_type in types)
    return [Figure("group", "", edition.group or "领导小组成员单位", len(cases), cases)] if cases else []


def _editions(entries: Sequence[Entry], edition: Edition, earlier: Sequence[Entry]) -> list[Figure]:
    """How many cases each edition received, the newest first."""
    found: dict[str, list[int]] = defaultdict(list)
    for entry in earlier:
        found[entry.edition].append(entry.case.number)
    now = str(edition.year or "")
    figures = [Figure("edition", now, edition.name or "本届", len(entries), tuple(e.case.number for e in entries))]
    rows = {str(row.year): Figure("edition", str(row.year), f"第{row.edition}届", row.received, (), "edition.toml") for row in edition.earlier}
    for name, cases in found.items():
        rows.setdefault(name, Figure("edition", name, name, len(cases), (), "register"))
    return figures + [rows[year] for year in sorted(rows, reverse=True)]


def find(figures: Sequence[Figure], about: str, key: str = "") -> Figure | None:
    """The figure of that name, None if there is none."""
    return next((figure for figure in figures if figure.about == about and figure.key == key), None)


def all_of(figures: Sequence[Figure], about: str) -> tuple[Figure, ...]:
    """All figures about one thing whose value is known, in their order."""
    return tuple(figure for figure in figures if figure.about == about and figure.key)
