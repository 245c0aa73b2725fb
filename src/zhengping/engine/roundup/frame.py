"""Figures -> the sentences that open the round-up: who, how many, against the years before, screening, diversity."""

from __future__ import annotations

from collections.abc import Sequence

from zhengping.engine import tables
from zhengping.engine.figures import all_of, find
from zhengping.engine.record import Edition, Entry, Figure, Sentence, Source

_MANY = 5


def title(edition: Edition) -> str:
    """The article's title."""
    return f"{edition.name}来稿综述" if edition.name else "案例征集来稿综述"


def write(entries: Sequence[Entry], figures: Sequence[Figure], edition: Edition, most: int = 10_000) -> tuple[tuple[Sentence, ...], ...]:
    """The opening paragraphs in their customary order, in about `most` characters.

    A paragraph of which nothing is known is left out; where there is little room the detail goes first (levels, group, who sent
    most), the count itself and who holds the call never.
    """
    received = _received(figures, edition)
    paragraphs = [_who(edition), [*received, *_screened(figures)], _diverse(figures), _breadth(figures)]
    spare = [s for s in (*_diverse(figures)[::-1], *received[:0:-1], *_screened(figures), *_breadth(figures)) if s]
    while spare and sum(len(s.text) for sentences in paragraphs for s in sentences) > most:
        gone = spare.pop(0)
        paragraphs = [[s for s in sentences if s != gone] for sentences in paragraphs]
    return tuple(tuple(sentences) for sentences in paragraphs if sentences)


def _source(figure: Figure) -> Source:
    return Source(figure.about, figure.key)


def _who(edition: Edition) -> list[Sentence]:
    if not edition.hosts:
        return []
    name = f"“{edition.name}”" if edition.name else "案例征集评选"
    under = f"在{'、'.join(edition.guidance)}指导下,".replace(",", "，") if edition.guidance else ""
    return [Sentence(f"{under}{'、'.join(edition.hosts)}举办了{name}活动。", (Source("edition", str(edition.year)),))]


def day(moment: str) -> str:
    """A date (ISO 8601) as it is written in an article: 7月31日; "" for none.

    >>> day("2026-07-31T23:59:59+08:00")
    '7月31日'
    """
    parts = moment[:10].split("-")
    return f"{int(parts[1])}月{int(parts[2])}日" if len(parts) == 3 else ""


def _received(figures: Sequence[Figure], edition: Edition) -> list[Sentence]:
    total, provinces = find(figures, "total"), find(figures, "provinces")
    if not total or not provinces:
        return []
    until = f"截至{day(edition.deadline)}截稿，" if day(edition.deadline) else ""
    whence = f"来自{provinces.value}个省级单位的" if provinces.value else ""
    found = [Sentence(f"{until}征集活动共收到{whence}案例{total.value}篇。", (_source(total), _source(provinces)))]
    before = [f for f in all_of(figures, "edition") if f.key != str(edition.year or "")]
    if before:
        found.append(_against(total, before))
    top = sorted(all_of(figures, "province"), key=lambda f: (-f.value, f.key))[:_MANY]
    if len(top) == _MANY:
        named = "、".join(f"{_short(f)}（{f.value}篇）" for f in top)
        found.append(Sentence(f"来稿较多的有{named}。", tuple(map(_source, top))))
    return found


def _short(figure: Figure) -> str:
    return next((b.short for b in tables.bodies() if b.number == figure.key), figure.label)


def _against(total: Figure, before: Sequence[Figure]) -> Sentence:
    """This edition beside the years before; a fall is told as a fall."""
    last = before[0]
    change = total.value - last.value
    years = "，".join(f"{f.key}年{f.value}篇" for f in before[:3])
    if change == 0 or not last.value:
        said = f"与上一届持平（{years}）" if change == 0 else f"（此前：{years}）"
    else:
        share = abs(change) / last.value
        word = "增加" if change > 0 else "减少"
        rate = f"，{'增长' if change > 0 else '下降'}{share:.1%}" if share < 2 else ""
        said = f"比上一届{word}{abs(change)}篇{rate}（此前：{years}）"
    return Sentence(f"来稿数量{said}。", (_source(total), *map(_source, before[:3])))


def _screened(figures: Sequence[Figure]) -> list[Sentence]:
    marks = all_of(figures, "mark")
    if not marks:
        return []
    said = "，".join(f"标明{f.label}的{f.value}篇" for f in marks)
    return [Sentence(f"各地对案例进行了筛选把关，其中{said}。", tuple(map(_source, marks)))]


def _diverse(figures: Sequence[Figure]) -> list[Sentence]:
    """Kinds of units: the largest, named a majority only above one half, then the others by size; then the levels."""
    total, types = find(figures, "total"), all_of(figures, "type")
    found: list[Sentence] = []
    if total and types:
        first, *rest = sorted(types, key=lambda f: (-f.value, f.key))
        share = first.value / total.value
        most = "占大多数" if share > 0.5 else "数量最多"
        others = "、".join(f"{f.label}{f.value}篇" for f in rest[:6])
        also = f"；此外有{others}" if others else ""
        said = f"报送单位类型多样。{first.label}来稿{first.value}篇，{most}，占{share:.1%}{also}。"
        found.append(Sentence(said, (_source(first), _source(total), *map(_source, rest[:6]))))
    group = find(figures, "group")
    if group and group.value:
        found.append(Sentence(f"{group.label}（人社、科技、农业农村等部门）来稿{group.value}篇。", (_source(group),)))
    levels = all_of(figures, "level")
    if len(levels) > 1:
        said = "、".join(f"{f.label}{f.value}篇" for f in levels)
        found.append(Sentence(f"从层级看，{said}。", tuple(map(_source, levels))))
    return found


def _breadth(figures: Sequence[Figure]) -> list[Sentence]:
    themes = sorted(all_of(figures, "theme"), key=lambda f: (-f.value, f.key))
    if not themes:
        return []
    top = "、".join(f"“{f.label}”（{f.value}篇）" for f in themes[:3])
    said = f"案例内容涉及{len(themes)}个方面，以{top}为多。主要做法如下。"
    return [Sentence(said, tuple(map(_source, themes)))]
