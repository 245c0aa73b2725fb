"""The text of a round-up, also after an editor changed it -> each number, place, unit, quotation and measure, borne out by the register or not.

A statement about a case is borne out only by the case that its own sentence names (or, where it names none, the one before it in the
paragraph); a count only by the count itself, made anew from the register. Nothing of the article's own sources is believed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from functools import cache

from zhengping.engine import tables
from zhengping.engine.record import Claim, Edition, Entry, Figure, Theme
from zhengping.engine.roundup.counts import counted
from zhengping.engine.roundup.named import Named, Names
from zhengping.engine.text import sentences

_NUMERAL = r"[一二两三四五六七八九十百千万亿零]+"
NUMBER = re.compile(rf"\d[\d,，]*(?:\.\d+)?(?:[万亿]+)?[%％‰]?|{_NUMERAL}(?=(?:余|多)?(?:个|名|人|家|项|万|亿|倍|成|次|户|所|元|亩|岁|年|天|套|台|条|件|期|批|支|种|类|省|篇))")
QUOTE = re.compile(r"“([^“”]{2,60})”|《([^《》]{2,80})》")
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,10}?(?:省|市|县|区|州|盟|旗)")
_NO_CONTENT = re.compile(r"[等均都也]|提供了?|这方面|案例|介绍|做法|经验|分别|如下|地方?|的|了|在")
_AGGREGATE = re.compile(r"\d+篇|省级单位|来稿|截稿|报来|征集活动")
_ITEM = re.compile(r"^[一二三四五六七八九十]{1,2}是[^，。；]{2,24}(?:，[^，。；]{2,16})?。?$")
_MOVED = 0.2  # how much better another case must bear out a sentence before it is told
_LEAST = 0.4  # of a sentence's pairs of characters its own case must have


def verify(text: str, entries: Sequence[Entry], figures: Sequence[Figure], edition: Edition) -> tuple[Claim, ...]:
    """All claims of a round-up in the order of the text; those with `is_borne_out` False want an editor's look.

    `figures` are those of the same register (`figures.count`), which also hold what is known of earlier editions.
    """
    return Checker(entries, figures, edition).claims(text)


class Checker:
    """A register made ready for checking one text after another, as an editor types."""

    def __init__(self, entries: Sequence[Entry], figures: Sequence[Figure], edition: Edition) -> None:
        self._entries, self._figures, self._edition = entries, figures, edition
        self._names, self._themes = Names(entries), edition.themes or tables.themes()

    def theme(self, line: str) -> Theme | None:
        """The theme whose heading a line is; None for any other line."""
        return _heading(line.strip(), self._themes)

    def claims(self, text: str, theme: Theme | None = None) -> tuple[Claim, ...]:
        """The claims of a text; `theme` is that of the heading above it where the text is a piece of a round-up."""
        found: list[Claim] = []
        for line, paragraph in enumerate(text.split("\n"), 1):
            paragraph = paragraph.strip()
            heading = _heading(paragraph, self._themes)
            if heading:
                theme = heading
                continue
            if "。" not in paragraph:
                continue
            before: tuple[Entry, ...] = ()
            for sentence in sentences(paragraph):
                told, before = _sentence(sentence.text, line, before, theme, self._names, self._entries, self._figures, self._edition)
                found += told
        return tuple(found)


def _heading(paragraph: str, themes: Sequence[Theme]) -> Theme | None:
    if not paragraph or len(paragraph) > 40 or "。" in paragraph:
        return None
    text = re.sub(r"^[一二三四五六七八九十]{1,3}、", "", paragraph)
    return next((theme for theme in themes if difflib.SequenceMatcher(None, text, theme.name).ratio() >= 0.75), None)


def _sentence(
    text: str, line: int, before: tuple[Entry, ...], theme: Theme | None, names: Names, entries: Sequence[Entry], figures: Sequence[Figure], edition: Edition
) -> tuple[list[Claim], tuple[Entry, ...]]:
    """The claims of one sentence, and the cases that a next sentence without a name speaks of."""
    if _ITEM.match(text):
        return [], ()
    leading = names.leading(text)
    if leading and not (_AGGREGATE.search(text) and all(len(n.entries) > 1 for n in leading)):
        return _of_cases(text, line, leading, theme, names, entries)
    unknown = _unknown_name(text, line, theme if not before else None, names)
    if unknown:
        return [unknown], ()
    if before and not _AGGREGATE.search(text):
        return _of_case(text, text, line, before, entries, names), before
    return [*counted(text, line, theme, entries, figures, edition), *_quotations(text, text, line, None, edition, entries)], ()


@cache
def _headings() -> frozenset[str]:
    """What is done in general, told in a sentence of its own where a theme has one group alone."""
    return frozenset(aspect.heading for aspects in tables.aspects().values() for aspect in aspects)


_UNIT = re.compile(
    r"[\u4e00-\u9fff（）]{2,30}?(?:委组织部|委人才办|委编办|大学|公司|集团|中心|政府|学院|医院|协会|街道|社区|管委会|局|部|厅|办|委|院|校|处|所(?=[\u4e00-\u9fff])|村)"
)


def _unknown_name(text: str, line: int, theme: Theme | None, names: Names) -> Claim | None:
    """A sentence whose subject looks like a place or unit that no case has."""
    start = re.match(r"(?:[一二三四五六七八九十]{1,2}是|如|例如|还有|又如|在|，)*", text)
    rest = text[start.end() if start else 0 :]
    place, unit = _PLACE.match(rest), _UNIT.match(rest)
    is_place = place is not None and any(place[0].endswith(name) for name in names.places)
    is_unit = unit is not None and theme is not None and not re.match("该|其|本|全|各|这|不少|许多|一些|上述", rest) and len(unit[0]) >= 5
    if text.rstrip("。") in _headings():  # 请专家和科技特派员进村入户。
        return None
    if _AGGREGATE.search(text[:40]) or not (is_place or is_unit):
        return None
    quote = unit[0] if unit else place[0] if place else ""
    return Claim("unit" if unit else "place", quote, text, line, False, names.nearest(quote))


def _of_cases(text: str, line: int, leading: tuple[Named, ...], theme: Theme | None, names: Names, entries: Sequence[Entry]) -> tuple[list[Claim], tuple[Entry, ...]]:
    """Claims of a sentence that names cases as its subject."""
    content = text[leading[-1].end :]
    bare = _NO_CONTENT.sub("", re.sub(r"[^\u4e00-\u9fff\d]", "", content))
    kind = "unit" if re.search(r"[局部厅办委院校司所会]$", text[leading[0].start : leading[0].end]) else "place"
    if len(bare) < 4:  # 甲、乙等地也提供了这方面的案例
        found = []
        for name in leading:
            fits = theme is None or any(theme.key in e.coding.themes for e in name.entries)
            nearest = "" if fits or theme is None else f"{theme.name}之外"
            found.append(Claim(kind, text[name.start : name.end], text, line, fits, nearest, name.entries[0].case.number))
        return found, ()
    own = tuple(_best(name.entries, content, names) for name in leading)
    found = [Claim(kind, text[name.start : name.end], text, line, True, "", entry.case.number) for name, entry in zip(leading, own, strict=True)]
    for entry in own:
        found += _of_case(content, text, line, (entry,), entries, names)
    return found, own


def _best(entries: Sequence[Entry], content: str, names: Names) -> Entry:
    """Of several cases of one name the one that bears out most of the sentence."""
    return max(entries, key=lambda e: (_support(content, e, names), -e.case.number))


def _pairs(text: str) -> list[str]:
    bare = re.sub(r"[^\u4e00-\u9fff\d]", "", text)
    return [bare[at : at + 2] for at in range(len(bare) - 1)]


def _support(content: str, entry: Entry, names: Names) -> float:
    """The share of a sentence's pairs of characters that stand in a case."""
    pairs = _pairs(content)
    body = names.body(entry)
    return sum(pair in body for pair in pairs) / len(pairs) if pairs else 1.0


def _of_case(content: str, text: str, line: int, own: tuple[Entry, ...], entries: Sequence[Entry], names: Names) -> list[Claim]:
    """Measure, numbers, places and quotations of a sentence against the cases that it names."""
    entry = _best(own, content, names)
    number = entry.case.number
    found = [_measure(content, text, line, entry, entries, names)]
    found += [_number(match, content, text, line, entry) for match in NUMBER.finditer(content)]
    for match in _PLACE.finditer(content):
        name = next((match[0][at:] for at in range(len(match[0]) - 1) if match[0][at:] in names.places and len(match[0][at:]) > 2), "")
        if name:
            fits = name in entry.case.text or name in entry.case.title or name in entry.coding.place.name
            found.append(Claim("place", name, text, line, fits, "" if fits else _near_place(name, entry), number))
    return [*found, *_quotations(content, text, line, entry, None, entries)]


def _measure(content: str, text: str, line: int, entry: Entry, entries: Sequence[Entry], names: Names) -> Claim:
    """Whether the case does what the sentence says, judged by its words; else the case that does."""
    own = _support(content, entry, names)
    fits = own >= 0.9
    nearest = ""
    if not fits:
        others = sorted(((_support(content, other, names), -other.case.number, other) for other in entries if other is not entry), key=lambda row: row[:2], reverse=True)
        better = others[0] if others else None
        moved = better is not None and better[0] >= max(own + _MOVED, 0.75)
        fits = own >= _LEAST and not moved
        if better and moved:
            nearest = f"{better[2].coding.unit}（案例{better[2].case.number}）"
    quote = content.strip("，。； ")
    return Claim("measure", quote[:40], text, line, fits, nearest, entry.case.number)


def plain(number: str) -> str:
    """A number as it is compared: no commas, one per cent sign."""
    return number.replace(",", "").replace("，", "").replace("％", "%")


def _number(match: re.Match[str], content: str, text: str, line: int, entry: Entry) -> Claim:
    """A number with its measure word stands in the case, in words like those around it; else the nearest that does."""
    said, body = plain(match[0]), f"{entry.case.title}\n{entry.case.text}"
    after = re.sub(r"[^\u4e00-\u9fff]", "", content[match.end() : match.end() + 2])[:1]
    around = set(_pairs(content[max(0, match.start() - 10) : match.start()] + " " + content[match.end() : match.end() + 10]))
    near: list[tuple[int, int, str, str]] = []
    for other in NUMBER.finditer(body):
        its = re.sub(r"[^\u4e00-\u9fff]", "", body[other.end() : other.end() + 2])[:1]
        shared = len(around & set(_pairs(body[max(0, other.start() - 10) : other.start()] + " " + body[other.end() : other.end() + 10])))
        near.append((shared + (2 if its == after else 0), -other.start(), other[0] + its, plain(other[0])))
    best = max(near, default=(0, 0, "", ""))
    own = max((row[0] for row in near if row[3] == said), default=-1)
    close = re.escape(content[max(0, match.start() - 3) : match.start()] + match[0]) + after
    if (own >= 2 and own >= best[0] - 1 and (own > 2 or not around)) or (match.start() >= 3 and re.search(rf"{close}", body)):
        return Claim("number", match[0], text, line, True, "", entry.case.number)
    return Claim("number", match[0] + after, text, line, False, best[2] if best[0] >= 2 else "", entry.case.number)


def _near_place(name: str, entry: Entry) -> str:
    in_text = _PLACE.findall(entry.case.text)
    return next(iter(difflib.get_close_matches(name, [*in_text, entry.coding.place.name], 1, 0.3)), entry.coding.place.name)


def _quotations(content: str, text: str, line: int, entry: Entry | None, edition: Edition | None, entries: Sequence[Entry]) -> list[Claim]:
    """What stands in quotation marks or 《》 stands so in the case (or, without a case, in the call, a theme or a title)."""
    found = []
    for match in QUOTE.finditer(content):
        quote = match[1] or match[2]
        if entry is not None:
            body, number = entry.case.title + "\n" + entry.case.text, entry.case.number
            pool = [a or b for a, b in QUOTE.findall(body)] + [entry.case.title]
        else:
            themes = (edition.themes if edition else ()) or tables.themes()
            pool, number = [*(t.name for t in themes), *([edition.name] if edition and edition.name else []), *(e.case.title for e in entries)], 0
            body = "\n".join(pool)
        fits = re.sub(r"\s", "", quote) in re.sub(r"\s", "", body)
        nearest = "" if fits else next(iter(difflib.get_close_matches(quote, pool, 1, 0.3)), "")
        found.append(Claim("quotation", quote, text, line, fits, nearest, number))
    return found
