"""A sentence that counts -> its numbers and trends, each against the count made anew from the register."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zhengping.engine import tables
from zhengping.engine.figures import all_of, find
from zhengping.engine.record import Claim, Edition, Entry, Figure, Theme

_COUNT = re.compile(r"(?<![\d.年月第])(\d[\d,]*(?:\.\d+)?)(%|％|个百分点|篇|件|个|家|省|份)?(?!\d|年|月|日|届)")
_DATE = re.compile(r"(\d{1,2})月(\d{1,2})日")
_YEAR = re.compile(r"(\d{4})年")
_EDITION = re.compile(r"第(\d+|[一二三四五六七八九十]+)届")
RISE, FALL = re.compile(r"增加|增长|上升|多出|提高|增多|创(?:了)?新高"), re.compile(r"减少|下降|回落|少了|降低")
_AGAINST = re.compile(r"上一?届|往年|去年|上年|往届")
_NUMERALS = "〇一二三四五六七八九十"


def counted(text: str, line: int, theme: Theme | None, entries: Sequence[Entry], figures: Sequence[Figure], edition: Edition) -> list[Claim]:
    """The claims of a sentence about the register as a whole, or, in a theme's part, about that theme."""
    having = [e for e in entries if theme is None or e.coding.themes[:1] == (theme.key,)]
    labels = _labels(having, theme, figures)
    names = _named(text, edition)
    matches = [m for m in _COUNT.finditer(text) if (m[2] or theme is None) and not any(start <= m.start() < end for start, end in names)]
    found = [_count(match, text, line, labels, len(having), figures) for match in matches]
    found += _dates(text, line, edition, figures)
    found += _trends(text, line, figures)
    return found + _majority(text, line, labels, len(having))


def _named(text: str, edition: Edition) -> list[tuple[int, int]]:
    """Where names stand, whose digits count nothing: what is in quotation marks, and the names of the edition and its hosts."""
    spans = [match.span() for match in re.finditer(r"“[^“”]*”|《[^《》]*》", text)]
    for name in (edition.name, *edition.hosts, *edition.guidance):
        spans += [match.span() for match in re.finditer(re.escape(name), text)] if name else []
    return spans


def _labels(having: Sequence[Entry], theme: Theme | None, figures: Sequence[Figure]) -> dict[str, int]:
    """What can be counted, by the words that name it."""
    found: dict[str, int] = {}
    shorts = {body.number[:2]: body for body in tables.bodies()}
    for entry in having:
        body = shorts.get(entry.coding.place.division[:2])
        names = [entry.coding.unit_type, entry.coding.unit_level, entry.case.mark, entry.award, *([body.short, body.name] if body else [])]
        for name in {name for name in names if name}:
            found[name] = found.get(name, 0) + 1
    for figure in figures:
        if figure.about in ("province", "theme", "group") and theme is None:
            found[figure.label] = figure.value
        if figure.about == "province" and theme is None:
            found[next((b.short for b in tables.bodies() if b.number == figure.key), figure.label)] = figure.value
    for year in all_of(figures, "edition"):
        found[f"{year.key}年"] = year.value
    provinces = len({e.coding.place.division[:2] for e in having if e.coding.place.division})
    total = find(figures, "provinces")
    found["省级单位"] = total.value if theme is None and total else provinces
    found["个方面"] = len(all_of(figures, "theme"))
    return found


def _label_near(text: str, start: int, labels: dict[str, int]) -> str:
    """The label that a number belongs to: the last one before it in its segment, else the first one right after it.

    What stands in brackets between them does not part them; a number in brackets belongs to the words before the bracket.
    """
    before = re.sub(r"（[^（）]*）", "", text[:start])
    segment = re.split(r"[，。；、（）：]", before)[-1]
    ended = [(before.rfind(label) + len(label), len(label), label) for label in labels if label in segment]
    if ended:
        return max(ended)[2]
    after = re.split(r"[，。；、（）：]", text[start:])[0][:14]
    behind = [(after.find(label), -len(label), label) for label in labels if label in after]
    if behind:
        return min(behind)[2]
    if before.endswith(("（", "(")) and not segment:
        outside = re.split(r"[，。；、）：]", before[:-1])[-1]
        near = [(outside.rfind(label) + len(label), len(label), label) for label in labels if label in outside]
        return max(near)[2] if near else ""
    return ""


def _count(match: re.Match[str], text: str, line: int, labels: dict[str, int], total: int, figures: Sequence[Figure]) -> Claim:
    said, unit = match[1].replace(",", ""), match[2] or ""
    label = _label_near(text, match.start(), labels)
    last = next((f.value for f in all_of(figures, "edition")[1:]), 0)
    if unit in ("%", "％"):
        first = re.search("|".join(map(re.escape, sorted(labels, key=len, reverse=True))) or "$^", text[: match.start()])
        subject = label or (first[0] if first else "")
        true = abs(total - last) / last if _AGAINST.search(text) and last else labels.get(subject, 0) / total if total else 0.0
        digits = len(said.partition(".")[2])
        fits = f"{true * 100:.{digits}f}" == said
        return Claim("number", match[0], text, line, fits, "" if fits else f"{true:.{max(1, digits)}%}")
    if _AGAINST.search(text[: match.start()]) and not label and last:
        true_count = abs(total - last)
    elif label and not (unit == "篇" and label in ("省级单位", "个方面")):
        true_count = labels[label]
    else:
        true_count = total
    fits = said == str(true_count)
    return Claim("number", match[0], text, line, fits, "" if fits else f"{true_count}{unit}（{label}）" if label else f"{true_count}{unit}")


def _dates(text: str, line: int, edition: Edition, figures: Sequence[Figure]) -> list[Claim]:
    """Days are those of the call, years those of an edition, 第 N 届 its number; only what the edition file tells is checked."""
    found = []
    days = {f"{int(day[5:7])}月{int(day[8:10])}日" for day in (edition.opened, edition.deadline) if len(day) >= 10}
    if days:
        found += [Claim("number", m[0], text, line, m[0] in days, "" if m[0] in days else "、".join(sorted(days))) for m in _DATE.finditer(text)]
    years = {f.key for f in all_of(figures, "edition")} | ({str(edition.year)} if edition.year else set())
    if years:
        found += [Claim("number", m[0], text, line, m[1] in years, "" if m[1] in years else f"{max(years)}年") for m in _YEAR.finditer(text)]
    if edition.number:
        for m in _EDITION.finditer(text):
            fits = m[1] in (str(edition.number), _NUMERALS[edition.number] if edition.number <= 10 else "")
            found.append(Claim("number", m[0], text, line, fits, "" if fits else f"第{_NUMERALS[edition.number] if edition.number <= 10 else edition.number}届"))
    return found


def _trends(text: str, line: int, figures: Sequence[Figure]) -> list[Claim]:
    """A rise is told as a rise, a fall as a fall."""
    now, *before = all_of(figures, "edition") or (None,)
    if now is None or not before or not _AGAINST.search(text):
        return []
    change = now.value - before[0].value
    true = "增加" if change > 0 else "减少" if change < 0 else "持平"
    found = []
    for pattern, fits in ((RISE, change > 0), (FALL, change < 0), (re.compile("持平"), change == 0)):
        found += [Claim("trend", m[0], text, line, fits, "" if fits else true) for m in pattern.finditer(text)]
    return found


def _majority(text: str, line: int, labels: dict[str, int], total: int) -> list[Claim]:
    """大多数, 一半以上 and 过半 are true only above one half."""
    found = []
    for match in re.finditer("大多数|一半以上|过半|半数以上", text):
        named = [label for label in labels if label in text[: match.start()] and label not in ("省级单位", "个方面")]
        if named:
            label = max(named, key=lambda name: text[: match.start()].rfind(name))
            fits = labels[label] * 2 > total
            found.append(Claim("trend", match[0], text, line, fits, "" if fits else f"{labels[label] / max(1, total):.1%}"))
    return found
