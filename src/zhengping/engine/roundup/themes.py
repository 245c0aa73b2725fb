"""Chosen sentences of one theme -> its part of the round-up: a sentence of frame, 一是 + what is done in general, then named places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from zhengping.engine.record import Entry, Figure, Section, Sentence, Source, Theme
from zhengping.engine.roundup.candidates import Candidate, opened
from zhengping.engine.roundup.groups import Group
from zhengping.engine.roundup.subjects import short, subject

_ORDINALS = "一二三四五六七八九十"
_WORDS = ("如，", "", "例如，", "")  # before the first case of a group, in turn
_MORE = ("", "", "还有，", "")


def figures(theme: Theme, entries: Sequence[Entry], marked: str = "重点推荐") -> tuple[Figure, ...]:
    """What the frame of a theme counts: the provincial units it came from, its cases with the better mark, its most frequent level."""
    provinces = sorted({e.coding.place.division[:2] for e in entries if e.coding.place.division})
    numbers = tuple(e.case.number for e in entries)
    found = [Figure("theme-provinces", theme.key, f"{theme.name}:省级单位", len(provinces), numbers, "个省级单位,非案例数")]
    better = tuple(e.case.number for e in entries if e.case.mark == marked)
    if better:
        found.append(Figure("theme-marked", theme.key, f"{theme.name}:{marked}", len(better), better))
    levels = Counter(e.coding.unit_level for e in entries if e.coding.unit_level)
    if levels:
        level, _ = min(levels.items(), key=lambda pair: (-pair[1], pair[0]))
        cases = tuple(e.case.number for e in entries if e.coding.unit_level == level)
        found.append(Figure("theme-level", theme.key, level, len(cases), cases))
    return tuple(found)


def frame(theme: Theme, count: int, counted: Sequence[Figure], place: int) -> Sentence:
    """The sentence that opens a theme's part, worded by its place in the article so that no two neighbours begin alike."""
    by = {figure.about: figure for figure in counted}
    provinces = by["theme-provinces"].value
    marked, level = by.get("theme-marked"), by.get("theme-level")
    sources = [Source("theme", theme.key), Source("theme-provinces", theme.key)]
    if provinces < 2:
        return Sentence(f"这方面收到案例{count}篇。", tuple(sources[:1]))
    kind = place % 4
    if kind == 1 and marked:
        sources.append(Source("theme-marked", theme.key))
        return Sentence(f"{provinces}个省级单位报来{count}篇案例，其中重点推荐{marked.value}篇。", tuple(sources))
    if kind == 2 and level and level.value * 2 > count and level.key:
        sources.append(Source("theme-level", theme.key))
        return Sentence(f"关于这一主题的案例有{count}篇，来自{provinces}个省级单位，其中{_level(level.label)}{level.value}篇，占一半以上。", tuple(sources))
    said = (
        f"这方面的案例有{count}篇，来自{provinces}个省级单位。",
        f"{provinces}个省级单位在这方面报来案例{count}篇。",
        f"关于这一主题的案例有{count}篇，来自{provinces}个省级单位。",
        f"共有{count}篇案例谈到这方面的做法，分布在{provinces}个省级单位。",
    )
    return Sentence(said[kind], tuple(sources))


def _level(label: str) -> str:
    return "企事业单位来稿" if label == "企事业" else f"{label}单位来稿"


def part(theme: Theme, opening: Sentence, groups: Sequence[Group], chosen: Sequence[Candidate], style: str) -> Section:
    """A theme's part: its groups with chosen cases in the order of their size, each introduced by 一是 … where there are several."""
    told = [(group, _ordered([c for c in chosen if c.heading == group.heading])) for group in groups]
    told = [(group, cases) for group, cases in told if cases]
    paragraphs = [[opening]]
    for place, (group, cases) in enumerate(told):
        mark = f"{_ORDINALS[place]}是" if len(told) > 1 and place < len(_ORDINALS) else ""
        first = cases[0].sentence.sources[0]
        heading = Sentence(f"{mark}{group.heading}。", tuple(Source("", "", c.entry.case.number, s.paragraph, s.quote) for c in cases for s in c.sentence.sources[:1]) or (first,))
        sentences = [heading, *_joined(cases, place)]
        if style == "brief":
            paragraphs.append(sentences)
        else:
            paragraphs[0] += sentences
    return Section(theme.name, tuple(tuple(paragraph) for paragraph in paragraphs), theme.key)


def _ordered(cases: Sequence[Candidate]) -> list[Candidate]:
    """The best first; those told after "在…，" do not stand side by side where it can be helped."""
    ranked = sorted(cases, key=lambda c: (not c.is_predicate, -c.value, c.entry.case.number))
    topics = [c for c in ranked if not c.is_predicate]
    plain = [c for c in ranked if c.is_predicate]
    found: list[Candidate] = []
    while plain or topics:
        if plain:
            found.append(plain.pop(0))
        if topics:
            found.append(topics.pop(0))
    return found


def _joined(cases: Sequence[Candidate], place: int) -> list[Sentence]:
    """The sentences of a group's cases with a connecting word here and there."""
    found = []
    for at, candidate in enumerate(cases):
        word = _WORDS[place % len(_WORDS)] if at == 0 else _MORE[(place + at) % len(_MORE)] if at == 2 else ""
        found.append((opened(candidate, word.rstrip("，")) if word else candidate).sentence)
    return found


def also(group: Group, told: set[int], never: Sequence[int], most: int) -> Sentence | None:
    """A sentence that names further cases of a group by place: 甲、乙等地也有这方面的做法; None where fewer than two are left."""
    found: list[tuple[str, Source]] = []
    provinces: set[str] = set()
    for step in group.steps:
        entry, name = step.entry, short(step.entry)
        province = entry.coding.place.division[:2]
        if entry.case.number in told or entry.case.number in never or not name or province in provinces or len(name) > 16:
            continue
        provinces.add(province)
        found.append((name, Source("", "", entry.case.number, step.measure.paragraph, step.measure.sentence)))
        if len(found) >= most:
            break
    if len(found) < 2:
        return None
    names = "、".join(name for name, _ in found)
    word = "等地" if all(any(name.endswith(end) for end in "省市区县州盟旗") for name, _ in found) else "等"
    return Sentence(f"{names}{word}也提供了这方面的案例。", tuple(source for _, source in found))


def alone(entry: Entry) -> Sentence:
    """A case that must stand in the article though none of its sentences can be told."""
    name = subject(entry) or "有关单位"
    return Sentence(f"{name}提供了《{entry.case.title}》。", (Source("", "", entry.case.number, -1, entry.case.title),))
