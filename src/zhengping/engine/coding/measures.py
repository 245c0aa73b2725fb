"""A case's paragraphs -> the steps of its lists (一是 …, （二） …), each with its role, sentence, places and numbers."""

from __future__ import annotations

import re
from typing import NamedTuple

from zhengping.engine.coding.gazetteer import names
from zhengping.engine.record import Case, Measure, Part
from zhengping.engine.text import NUMBER, Sentence, sentences

_DIGITS = {word: value for value, word in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "十二": 12, "首": 1}
_MARKER = re.compile(
    r"(?P<say>[一二三四五六七八九十]{1,2})(?:是(?!否|个|种|名|项|家|条)|要(?!求|素|点|件|领)|则(?=[\u4e00-\u9fff]{2})|来[，,](?!自))|"
    r"[（(](?P<bracket>[一二三四五六七八九十]{1,2}|\d{1,2})[）)]|"
    r"(?P<first>首先|其次|再次|再者|然后|最后)[，,]?|"
    r"(?P<side>(?:另)?一方面)[，,]?|"
    r"第(?P<nth>[一二三四五六七八九十])(?:[步招条件项点个环]{1,2}(?:是|：|，|,)?)?[，,、：:]|"
    r"(?P<digit>(?<![\d.．])\d{1,2})[.．、](?!\d)|"
    r"(?P<circle>[①-⑩])"
)
_FIRST = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "然后": 4, "最后": 9, "一方面": 1, "另一方面": 2}

_PROBLEM = re.compile(
    r"问题|不足|短板|难点|痛点|困难|困境|瓶颈|挑战|矛盾|堵点|弱项|差距|存在|制约|原因|难题|不够|不强|不高|不畅|不平衡|缺乏|薄弱|偏低|滞后|脱节|难以|尚未|流失|断层"
)
_RESULT = re.compile(r"成效|效果|成果|成绩|实现了|取得|变化|提升了|显著|受益|影响|荣获|评为|增长|获得|反响|启示|经验|体会|思考")
_MEASURE = re.compile(
    r"做法|措施|举措|路径|探索|实践|机制|抓手|主要从|着力|通过|创新|推进|实施|建立|打造|坚持|聚焦|构建|如下|具体|工作"
)
_ROLE_OF_PART = {
    "background": "problem",
    "problem": "problem",
    "implementation": "measure",
    "innovation": "measure",
    "effect": "result",
    "spread": "result",
    "experience": "result",
}
_LACK = re.compile(r"(?:不[足够强高畅全严深优均多顺实]|缺[乏少位失]|薄弱|偏[低少弱]|滞后|脱节|难以|[难少弱低乱散]$|流失|断层|匮乏|单一|有限|不平衡|瓶颈|困难|矛盾|短板)")
_DID = re.compile(r"^(?:.{0,4})?(?:建立|健全|完善|推进|实施|开展|打造|设立|组建|创新|探索|坚持|强化|优化|深化|出台|制定|搭建|构建|推行|选派|聚焦|突出|加强|加大|拓宽|畅通|落实|培育|引进|改革)")


class _Mark(NamedTuple):
    paragraph: int
    start: int
    end: int
    ordinal: int
    style: str


def _marks(index: int, paragraph: str) -> list[_Mark]:
    """All list markers of a paragraph that stand where an item may begin."""
    found: list[_Mark] = []
    for match in _MARKER.finditer(paragraph):
        before = paragraph[: match.start()].rstrip()
        if before and before[-1] not in "。；;：:！？!?，,、”）":
            continue
        style = str(match.lastgroup)
        word = match[style]
        if before and style in ("digit", "bracket", "circle", "nth") and before[-1] in "，,、）" and not _opens(paragraph, match, before):
            continue
        if style == "say" and before and before[-1] in "、" :
            continue
        ordinal = (
            _FIRST[word] if style in ("first", "side") else ord(word) - ord("①") + 1 if style == "circle" else int(word) if word.isdigit() else _DIGITS.get(word, 0)
        )
        found.append(_Mark(index, match.start(), match.end(), ordinal, style))
    return found


def _opens(paragraph: str, match: re.Match[str], before: str) -> bool:
    """Whether a first marker behind a comma (围绕转型，第一，…) begins a list: the second one follows in the paragraph."""
    if before[-1] not in "，," or match[0][:2].strip("第（(") [:1] not in ("一", "1", "①"):
        return False
    second = match[0].replace("一", "二", 1).replace("1", "2", 1).replace("①", "②", 1)
    return second in paragraph[match.end() :]


def _lists(paragraphs: tuple[str, ...]) -> list[list[_Mark]]:
    """Marks joined to lists: same style, rising from 1 or 2 (the first may be lost); others are dropped."""
    open_lists: dict[str, list[_Mark]] = {}
    done: list[list[_Mark]] = []
    for index, paragraph in enumerate(paragraphs):
        for mark in _marks(index, paragraph):
            current = open_lists.get(mark.style)
            last = current[-1].ordinal if current else 0
            rises = mark.ordinal in (last + 1, last + 2) or (mark.style in ("first", "side") and mark.ordinal > last)
            if current and rises and mark.ordinal > 1:
                current.append(mark)
            elif mark.ordinal in (1, 2):
                current = [mark]
                done.append(current)
                open_lists[mark.style] = current
    return [marks for marks in done if len(marks) > 1 or marks[0].ordinal == 1]


def _part_of(parts: tuple[Part, ...], paragraph: int) -> Part | None:
    return next((part for part in parts if part.first <= paragraph < part.last), None)


def _lead_in(paragraphs: tuple[str, ...], first: _Mark) -> str:
    """The sentence before a list, or the heading above it."""
    before = paragraphs[first.paragraph][: first.start]
    said = sentences(before)
    if said:
        return said[-1].text
    return paragraphs[first.paragraph - 1][-60:] if first.paragraph else ""


def _role(marks: list[_Mark], items: list[str], case: Case) -> str:
    """Whether a list names problems, measures or results: the sentence before it, then its own words, then its part."""
    lead = _lead_in(case.paragraphs, marks[0])
    lacks = sum(bool(_LACK.search(item[:30])) for item in items)
    did = sum(bool(_DID.match(item)) for item in items)
    part = _part_of(case.parts, marks[0].paragraph)
    if _PROBLEM.search(lead) and not re.search(r"(?:针对|围绕|破解|解决|聚焦|为).{0,20}(?:问题|难题|短板|瓶颈|困难)", lead) and did * 2 <= len(items):
        return "problem"
    if lacks * 2 > len(items) and did * 2 < len(items):
        return "problem"
    if _RESULT.search(lead) and not _MEASURE.search(lead) and did * 2 <= len(items):
        return "result"
    role = _ROLE_OF_PART.get(part.kind, "measure") if part else "measure"
    if role == "problem" and not lacks and (did or _MEASURE.search(lead)):
        return "measure"
    if role == "result" and did * 2 > len(items):
        return "measure"
    return role


def _named_places(text: str) -> tuple[str, ...]:
    """Places named with their ending (福州市, 大邑县) in a sentence, in order, once each."""
    table, found = names(), []
    for match in re.finditer(r"(?=([\u4e00-\u9fff]{2,10}?(?:省|市|县|区|州|盟|旗)))", text):
        for size in range(len(match[1]), 1, -1):
            word = match[1][-size:]
            if word in table and table[word][0].kind == "full" and word not in found:
                found.append(word)
                break
    return tuple(found)


def measures(case: Case) -> tuple[Measure, ...]:
    """The steps of all lists of a case, in the order of the text.

    `heading` is the first clause of a step, `sentence` its first whole sentence without the marker, `numbers` the figures in the
    step as written. The role follows the sentence before the list, the words of the steps and the part they stand in, since
    一是 … names problems as often as measures.
    """
    found: list[tuple[_Mark, Measure]] = []
    for marks in _lists(case.paragraphs):
        spans = [_span(case.paragraphs, marks, place) for place in range(len(marks))]
        first = [sentences(span)[0] if sentences(span) else Sentence("", 0, 0) for span in spans]
        role = _role(marks, [sentence.text for sentence in first], case)
        for mark, span, sentence in zip(marks, spans, first, strict=True):
            if sentence.text:
                heading = re.split(r"[，,。；;：:！]", sentence.text)[0]
                numbers = tuple(match[0].strip() for match in NUMBER.finditer(span) if len(match[0].strip()) > 1)
                found.append((mark, Measure(role, mark.ordinal, heading, sentence.text, mark.paragraph, _named_places(span), numbers)))
    return tuple(measure for mark, measure in sorted(found, key=lambda pair: (pair[0].paragraph, pair[0].start)))


def _span(paragraphs: tuple[str, ...], marks: list[_Mark], place: int) -> str:
    """The text of one step: from its marker to the next one of its list, to the end of its paragraph at most."""
    mark = marks[place]
    following = marks[place + 1] if place + 1 < len(marks) else None
    end = following.start if following and following.paragraph == mark.paragraph else len(paragraphs[mark.paragraph])
    text = paragraphs[mark.paragraph][mark.end : end].strip()
    if len(text) < 30 and not re.search(r"[。；;！]$", text) and mark.paragraph + 1 < len(paragraphs):
        if not (following and following.paragraph <= mark.paragraph + 1):
            text = (text.rstrip("。") + "。" + paragraphs[mark.paragraph + 1]) if text else paragraphs[mark.paragraph + 1]
    return text.lstrip("，,、：: ")
