"""RoundUp -> .docx, .html or .pdf bytes; in the page each sentence opens its sources."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zhengping.engine import tables
from zhengping.engine.figures import ABOUT, charts, find
from zhengping.engine.record import Entry, Figure, RoundUp, Sentence, Source
from zhengping.engine.rendering import Article, Block, Heading, Picture, Span, Text, page, printed, word

KINDS = {"docx": word, "html": page, "pdf": printed}
_SHOWN = 40
_MAP = "各省级单位来稿数（橙色框为受邀而未来稿，灰色为未列入征集范围）"
_CHARTS = ("province", "theme", "type")
CAPTIONS = re.compile(rf"{re.escape(_MAP)}$|来稿按\w{{2,8}}分布$")


def render(round_up: RoundUp, kind: str, entries: Sequence[Entry] = (), invited: Sequence[str] = ()) -> bytes:
    """The bytes of the article as "docx", "html" or "pdf"; `entries` name the cases that its sources point to.

    Raises ValueError for another kind.
    """
    if kind not in KINDS:
        raise tables.Trouble("round-up-kind", kind=kind, kinds="、".join(KINDS))
    return KINDS[kind](article(round_up, entries, invited))


def article(round_up: RoundUp, entries: Sequence[Entry] = (), invited: Sequence[str] = ()) -> Article:
    """The round-up as blocks: the opening, a chart of the provinces, then theme by theme, the other charts last."""
    cases = {entry.case.number: entry for entry in entries}
    blocks: list[Block] = []
    drawn = charts(round_up.figures, invited)
    for place, section in enumerate(round_up.sections):
        if section.heading:
            blocks.append(Heading(f"{_numeral(place)}、{section.heading}" if place else section.heading))
        blocks += [Text(tuple(_span(sentence, round_up.figures, cases) for sentence in paragraph)) for paragraph in section.paragraphs]
        if place == 0 and "province" in drawn:
            blocks.append(Picture(drawn["province"], _MAP))
    blocks += [Picture(drawn[about], f"来稿按{ABOUT[about][0]}分布") for about in _CHARTS[1:] if about in drawn]
    return Article(round_up.title, tuple(blocks))


_NUMERALS = "〇一二三四五六七八九十"


def _numeral(place: int) -> str:
    """1 to 99 in Chinese numerals.

    >>> _numeral(3), _numeral(10), _numeral(12), _numeral(20)
    ('三', '十', '十二', '二十')
    """
    tens, ones = divmod(place, 10)
    return ("" if not tens else ("" if tens == 1 else _NUMERALS[tens]) + "十") + (_NUMERALS[ones] if ones or not tens else "")


def _span(sentence: Sentence, figures: Sequence[Figure], cases: dict[int, Entry]) -> Span:
    return Span(sentence.text, tuple(dict.fromkeys(note for source in sentence.sources for note in _notes(source, figures, cases))))


def _notes(source: Source, figures: Sequence[Figure], cases: dict[int, Entry]) -> list[str]:
    """Lines for people: which cases a figure counted, or what a case says where."""
    if source.case:
        entry = cases.get(source.case)
        named = f"《{entry.case.title}》（{entry.case.unit}）" if entry else ""
        where = f"第{source.paragraph + 1}段：“{source.quote}”" if source.paragraph >= 0 else ""
        return [f"案例{source.case}{named}{where}"]
    figure = find(figures, source.about, source.key)
    if figure is None:
        return ["届次文件"] if source.about == "edition" else []
    about = ABOUT.get(figure.about, (figure.about, ""))[0]
    whence = "案例编号：" + _numbers(figure.cases) if figure.cases else f"来源：{figure.source or '届次文件'}"
    return [f"统计·{about}·{figure.label}：{figure.value}。{whence}"]


def _numbers(cases: Sequence[int]) -> str:
    shown = "、".join(map(str, cases[:_SHOWN]))
    return shown + (f" 等共{len(cases)}篇（全部编号见 figures.json）" if len(cases) > _SHOWN else "")
