"""A case's paragraphs -> the steps of its lists (一是 …, （二） …), each with its role, sentence, places and numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise, takewhile, zip_longest
from typing import NamedTuple

from zhengping.engine.coding.gazetteer import names
from zhengping.engine.record import Case, Measure, Part
from zhengping.engine.text import NUMBER, Sentence, sentences

# What the sentence before a list calls its items: of several words the last counts (针对…痛点，提出…办法).
_CUES = {
    "problem": re.compile(
        r"问题|不足|短板|难点|痛点|困难|困境|(?<![效化])表现[为在]|瓶颈|挑战|矛盾|堵点|弱项|差距|制约|原因|难题|"
        r"暴露|新情况|担心|担忧|顾虑|毛病|症结|几(?:个|道|重)坎|障碍|拦路虎|病根|病灶|隐忧|难过|不顺|短处|软肋|麻烦|阻力|风险点|忧虑|疑虑|意见集中|嫌|愁|怪圈|老大难|摆出|卡在|反思|发现[，,：:]?$"
    ),
    "result": re.compile(
        r"成效|效果|成绩|教训|实现了|变化|提升了|显著|受益|影响(?!力)|反响|启示|经验|体会|思考|收获|好处|收益|回报|红利|甜头|见效|意想不到|想不到|"
        r"算(?:起来|下来|一算)|账上|回头(?:来)?看|回顾|(?:一|两|二|三|四|五|六|几|数|多)年(?:来|下来|过去)|如今|改观|气象|亮点|看得见|(?:得|果|效|结果)(?:怎样|怎么样|如何)"
    ),
    "measure": re.compile(
        r"对症下药|上述[\u4e00-\u9fff]{0,6}问题|(?:解决|破解)(?:(?!以下|下列|如下|[几两三四五六][个大方])[^，。；：]){0,30}(?:问题|难题)|"
        r"做法|措施|举措|办法|步骤|路径|机制|抓手|主要从|着力|创新|推进|实施|建立|打造|坚持|聚焦|构建|如下|探索|实践|法子|招|规矩|约好|约定|商定|协议|条件|环节|制度|方式|清单|"
        r"件(?:实|大|小)?事|之法|入手|做起|抓起|方子|药方|补齐|补上|来办|着手|怎么(?:办|改|做|干)|破解|解决|干的事|做到|推行|定下|改为|分为|分成|要过|具体(?:有|是|为|做)|任务|工作"
    ),
}
_ROLE_OF_PART = {
    "background": "problem",
    "problem": "problem",
    "implementation": "measure",
    "innovation": "measure",
    "effect": "result",
    "spread": "result",
    "experience": "result",
}
_LACK = re.compile(r"(?:没有|难在|不[足够强高畅全严深优均多顺实]|缺[乏少位失]|薄弱|偏[低少弱]|滞后|脱节|难以|[难少弱低乱散]$|流失|断层|匮乏|单一|有限|不平衡|瓶颈|困难|矛盾|短板)")
_GOT = re.compile(
    r"[少多高快强好稳近省齐亮熟变准活大小富美暖通畅顺宽]了|增[加长至到收]|新增|提[升高]|达到|下降|缩短|上升|突破|首次|第一次|头一(?:回|次)|评为|荣获|获评|入选|翻番|减少|由.{1,12}(?:到|增|升|降|变)|从.{1,12}(?:到|升|增|降|变)|不[再必用]"
)
_DID = re.compile(r"^(?:.{0,4})?(?:建立|健全|完善|推进|实施|开展|打造|设立|组建|创新|探索|坚持|强化|优化|深化|出台|制定|搭建|构建|推行|选派|聚焦|突出|加强|加大|拓宽|畅通|落实|培育|引进|改革)")
_DIGITS = {word: value for value, word in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "十二": 12, "首": 1}
_N = "[一二三四五六七八九十]"
_MARKER = re.compile(
    rf"(?P<say>{_N}{{1,2}})(?:是(?!否|个(?!别|人|体)|种(?![植养子业粮好])|名(?![校师家医企单额])|项(?!目)|家(?![庭长门底])|条(?![件例块线]))|要(?!求|素|点|件|领)|则(?=[\u4e00-\u9fff]{{2}})|来[，,](?!自))|"
    rf"其(?P<its>{_N})(?:是(?=[\u4e00-\u9fff“])|[，,、：:])|"
    rf"[（(](?P<bracket>{_N}{{1,2}}|\d{{1,2}})[）)]|"
    r"(?P<first>首先|先是(?=[\u4e00-\u9fff])|其次|再次|再者|接着|接下来|然后|再就是|再是(?=[\u4e00-\u9fff])|还有(?=[\u4e00-\u9fff])|[另此]外(?=[，,])|最后)(?:是(?=[\u4e00-\u9fff“]))?[，,]?|"
    r"(?P<side>(?:另)?一方面)[，,]?|"
    rf"(?:第|头(?=一))(?P<nth>{_N})(?:(?:[条道](?!.线)[\u4e00-\u9fff]{{2}}(?=[，,：:])|[步招着程条件项点环类回张关站道层重种][骤事]?|方面|个(?!月)环?)(?:[\u4e00-\u9fff]{{0,6}}?是|：|，|,)?)?(?:(?<=是)|(?<=[，,：步招着])|是(?=[\u4e00-\u9fff“])|[，,、：:])|"
    r"(?:^|(?<=[。；;！]))(?P<aspect>在?[\u4e00-\u9fff]{2,4}上(?=[，,])|[\u4e00-\u9fff]{2,6}(?:类|方面)(?=[，,：:]))[，,：:]|"
    rf"第(?P<year>{_N})年[，,](?=[\u4e00-\u9fff])|"
    r"[（(]?(?P<stem>[甲乙丙丁戊己庚辛])(?:[）)]|、(?![甲乙丙丁戊己庚辛]))|"
    r"[Ss](?:tep|TEP)\s*(?P<pace>\d)(?!\d)[.．、：:]?|"
    rf"[【\[]?(?P<noun>(?!第|附|图|表|注)[\u4e00-\u9fff]{{2}})(?P<count>{_N}|\d|[①-⑩])(?:[】\]]|[：:](?!\d)|[ \u3000]+(?=[\u4e00-\u9fff]))|"
    rf"(?P<plain>{_N}{{1,2}})、(?!{_N}、)|"
    r"(?P<digit>(?<![\d.．])\d{1,2})(?:[.．、](?!\d)|[)）])|"
    r"(?P<letter>[A-HＡ-Ｈ](?=[.．、)）])|[a-h](?=[)）])|[a-h](?=[.．、]\s*[\u4e00-\u9fff]))[.．、)）](?![A-Za-z])|"
    r"(?P<circle>[①-⑩⑴-⑽㈠-㈩])|(?P<roman>[Ⅰ-Ⅹ])[.．、]|"
    r"^(?P<dash>(?=“[\u4e00-\u9fff]”字[\u4e00-\u9fff]{2}[，,：:])|【[\u4e00-\u9fff“”]{2,8}】|——|[-–—•·●■◆▪○★✓✔▲△▶►➢◇※◎])(?=\s*[\u4e00-\u9fff“])|"
    rf"(?P<verb>{_N})(?P<said>[\u4e00-\u9fff])"
)
_FIRST = {
    "首先": 1, "先是": 1, "其次": 2, "再次": 3, "再者": 3, "接着": 3, "接下来": 3, "再就是": 3, "再是": 3, "然后": 4, "还有": 5, "另外": 6, "此外": 6, "最后": 9, "一方面": 1, "另一方面": 2,
}  # fmt: skip
_GOES_ON = frozenset(("接着", "接下来", "再就是", "再是", "然后", "还有", "另外", "此外"))  # said of anything; a marker only where its list was begun just before
# 一怕 …，二怕 …: any word may follow the number, but for those that count or name (一期工程, 一等奖, 一线)
_COUNTS = frozenset(
    "等期级组类批次年月日天人区县市位件张块本届线号站点层楼路院中小师产季般些定直样起边方旦律度时下切半同个种名项家条支队所处台套场部头只辆股流把口手心体代对双群堆番共带片生致并再旁向经亩元万千百十"
)
_STYLE_OF = {"said": "verb", "count": "noun"}  # the last group of a marker -> its style
_ALONE = re.compile(r"一[是要则来]|首先|一方面|第一[，,、：:步招条件项点环个]|[（(]?[1１]|[（(]一|①")  # a list that begins so may have lost its second marker
_SECTION = re.compile(r"背景|概况|基本情况|现状|起因|缘起|主要做法|做法|主要措施|实施(?:过程|情况|路径)|成效|效果|成果|启示|经验|体会|存在(?:的)?(?:问题|不足)|下一步|思考|推广|结语|前言|引言")


class _Mark(NamedTuple):
    paragraph: int
    start: int
    end: int
    ordinal: int
    style: str


def _marks(index: int, paragraph: str, below: str) -> list[_Mark]:
    """All list markers of a paragraph that stand where an item may begin; `below` is the paragraph after it."""
    found: list[_Mark] = []
    for match in _MARKER.finditer(paragraph):
        before = paragraph[: match.start()].rstrip()
        style = _STYLE_OF.get(str(match.lastgroup), str(match.lastgroup))
        word = match["count" if style == "noun" else style]
        if not _may_begin(paragraph, match, before, style, word, below):
            continue
        style = f"{style} {match['said'] or match['noun']}" if style in ("verb", "noun") else f"aspect {word[-1]}" if style == "aspect" else style
        found.append(_Mark(index, match.start(), match.end(), _ordinal(style, word, found), style))
    return found


def _ordinal(style: str, word: str, before: Sequence[_Mark]) -> int:
    if style in ("first", "side"):
        return _FIRST[word]
    if style == "stem":
        return "甲乙丙丁戊己庚辛".index(word) + 1
    if style == "letter":
        return "ABCDEFGH".index(unicodedata.normalize("NFKC", word).upper()) + 1
    if style in ("dash", "aspect"):
        return 0  # counted when the list is put together
    return _DIGITS.get(word, 0) or (int(word) if word.isdecimal() else int(unicodedata.numeric(word, 0)) if len(word) == 1 else 0)


def _may_begin(paragraph: str, match: re.Match[str], before: str, style: str, word: str, below: str) -> bool:
    """Whether a marker stands where an item may begin: at the start, behind a mark that ends a sentence or clause, or where its second one proves it."""
    if style == "verb" and match["said"] in _COUNTS:
        return False
    if not before:
        return True
    last = before[-1]
    if last not in "。；;：:！!？?，,、”）":
        return style == "nth" and word == "一" and bool(re.search(r"[。；;，,]" + re.escape(match[0][:3].replace("一", "二", 1)), paragraph[match.end() :]))
    if word in _GOES_ON or style in ("plain", "noun"):
        return last in "。；;！!？?：:" and not (style == "plain" and last in "！!？?")
    if style in ("digit", "bracket", "circle", "nth", "letter", "roman", "stem", "pace") and last in "，,、）":
        return _opens(paragraph, match, before, below)
    return not (style in ("say", "verb", "its") and last == "、")


def _opens(paragraph: str, match: re.Match[str], before: str, below: str) -> bool:
    """Whether a first marker behind a comma (围绕转型，第一，…) begins a list: the second one follows in the paragraph or begins the next."""
    if before[-1] not in "，," or match[0][:2].strip("第（(") [:1] not in ("一", "1", "①", "A"):
        return False
    second = match[0].replace("一", "二", 1).replace("1", "2", 1).replace("①", "②", 1).replace("A", "B", 1)
    return second in paragraph[match.end() :] or below.startswith(second)


def _framed(paragraphs: tuple[str, ...]) -> set[int]:
    """Paragraphs of a run of three and more that begin with short sentences of one frame: 上好认知课。… 上好技能课。… 上好成长课。…"""
    heads = [match[1] if (match := re.match(r"([\u4e00-\u9fff“”]{4,12})[。！](?=.)", paragraph)) else "" for paragraph in paragraphs]
    alike = [bool(head) and head[:2] == after[:2] and abs(len(head) - len(after)) < 3 for head, after in pairwise(heads)]
    starts = [at for at, pair in enumerate(pairwise(alike)) if all(pair)]
    return {at + step for at in starts for step in range(3)}


def _joined(mark: _Mark, paragraph: str, open_lists: dict[str, list[_Mark]]) -> _Mark:
    """A third marker as one of the list whose first two are of another kind: 一方面 …，另一方面 …。此外 …; 首先 …，其次 …，第三 …."""
    other = {"first": "side", "nth": "first"}.get(mark.style, "")
    before = open_lists.get(other, [])
    if len(before) != 2 or before[-1].ordinal != 2 or mark.paragraph - before[-1].paragraph > 1:
        return mark
    is_third = mark.ordinal == 3 and not open_lists.get("nth") if mark.style == "nth" else paragraph[mark.start : mark.start + 2] in ("此外", "另外")
    return mark._replace(style=other, ordinal=3) if is_third else mark


def _lists(paragraphs: tuple[str, ...]) -> list[list[_Mark]]:
    """Marks joined to lists: same style, rising from 1 or 2 (the first may be lost); others are dropped."""
    open_lists: dict[str, list[_Mark]] = {}
    done: list[list[_Mark]] = []
    framed = _framed(paragraphs)
    for index, (paragraph, below) in enumerate(zip_longest(paragraphs, paragraphs[1:], fillvalue="")):
        marks = _marks(index, paragraph, below)
        if index in framed and not (marks and marks[0].start == 0):
            marks.insert(0, _Mark(index, 0, 0, 0, "dash"))
        for mark in marks:
            mark = _joined(mark, paragraph, open_lists)
            current = open_lists.get(mark.style)
            if mark.style == "dash" or mark.style.startswith("aspect"):  # every paragraph of a run begins with one; aspects may share a paragraph
                goes_on = current and (current[-1].paragraph == index - 1 or (mark.style != "dash" and current[-1].paragraph == index))
                mark = mark._replace(ordinal=current[-1].ordinal + 1 if current and goes_on else 1)
            last = current[-1].ordinal if current else 0
            rises = mark.ordinal in (last + 1, last + 2) or (mark.style in ("first", "side") and mark.ordinal > last)
            if mark.style == "first" and {paragraph[mark.start : mark.end].rstrip(ends) for ends in ("，,", "是，,")} & _GOES_ON:
                if not current or last == _FIRST["最后"] or index - current[-1].paragraph > 1:
                    continue
                mark, rises = mark._replace(ordinal=max(2, last)), True
            if current and rises and mark.ordinal > 1:
                current.append(mark)
            elif mark.ordinal in (1, 2):
                current = [mark]
                done.append(current)
                open_lists[mark.style] = current
    return [_trimmed(paragraphs, marks) for marks in done if _is_list(paragraphs, marks)]


def _is_list(paragraphs: tuple[str, ...], marks: list[_Mark]) -> bool:
    style = marks[0].style.split()[0]
    if style == "year":  # a plan by years, not what happened in them
        return len(marks) > 1 and paragraphs[marks[0].paragraph][: marks[0].start].rstrip().endswith(("：", ":"))
    if _are_sections(paragraphs, marks) or (style == "aspect" and len(marks) < 3):
        return False
    if style == "dash" and any(_SECTION.search(paragraphs[mark.paragraph][mark.start : mark.end]) for mark in marks):
        return False
    if len(marks) == 1:
        return marks[0].ordinal == 1 and style != "verb" and bool(_ALONE.match(paragraphs[marks[0].paragraph], marks[0].start))
    if style == "plain":  # the sections of a text are no steps
        return not any(_SECTION.search(paragraphs[mark.paragraph][mark.end : mark.end + 12]) for mark in marks)
    if style == "verb" and all(_is_word(paragraphs, mark, after) for mark, after in pairwise(marks)):
        return False  # 一怕泄密，二怕定价，三怕麻烦 is one sentence
    return style not in ("verb", "noun", "letter", "roman", "stem", "pace") or marks[0].ordinal == 1


def _are_sections(paragraphs: tuple[str, ...], marks: list[_Mark]) -> bool:
    """Whether all markers head a line without a stop, and these lines call what is under them by unlike roles (问题在哪里, 怎么改的, 改得怎样)."""
    heads = [paragraphs[mark.paragraph][mark.end :].strip() for mark in marks]
    if any(len(head) > 20 or re.search(r"[。；;！!：:]", head) for head in heads) or any(paragraphs[mark.paragraph][: mark.start].strip() for mark in marks):
        return False
    return len({_called(head) for head in heads} - {""}) > 1


def _is_word(paragraphs: tuple[str, ...], mark: _Mark, after: _Mark) -> bool:
    """Whether between two markers stand a few words alone."""
    return mark.paragraph == after.paragraph and bool(re.fullmatch(r"[\u4e00-\u9fff]{1,8}[，,、]", paragraphs[mark.paragraph][mark.end : after.start]))


def _trimmed(paragraphs: tuple[str, ...], marks: list[_Mark]) -> list[_Mark]:
    """Markers of a free word with what all of them go on to say up to 是 (一想不到的是 …；二想不到的是 …)."""
    if not marks[0].style.startswith("verb"):
        return marks
    heads = (paragraphs[mark.paragraph][mark.end : mark.end + 6] for mark in marks)
    shared = "".join(letters[0] for letters in takewhile(lambda letters: len(set(letters)) == 1, zip(*heads, strict=False)))
    size = shared.rfind("是") + 1
    return [mark._replace(end=mark.end + size) for mark in marks]


def _part_of(parts: tuple[Part, ...], paragraph: int) -> Part | None:
    return next((part for part in parts if part.first <= paragraph < part.last), None)


def _lead_in(paragraphs: tuple[str, ...], first: _Mark) -> str:
    """The sentence before a list, in its paragraph or at the end of the one above."""
    before = paragraphs[first.paragraph][: first.start]
    if not before.strip() and first.paragraph:
        before = paragraphs[first.paragraph - 1]
    said = sentences(before)
    return said[-1].text if said else ""


def _called(lead: str) -> str:
    """What a sentence calls the items that follow it: the role of the last word that names one, "" if none does."""
    last = {role: max((match.end() for match in cue.finditer(lead)), default=0) for role, cue in _CUES.items()}
    role = max(last, key=lambda name: (last[name], name == "measure"))  # 解决…问题 ends where 问题 does
    return role if last[role] else ""


def _role(marks: list[_Mark], items: list[str], case: Case) -> str:
    """Whether a list names problems, measures or results: what the sentence before calls it, unless its own words say otherwise, then its part."""
    called = (_called(marks[0].style.partition(" ")[2]) if marks[0].style.startswith("noun") else "") or _called(_lead_in(case.paragraphs, marks[0]))
    lacks = sum(bool(_LACK.search(item[:30])) for item in items)
    did = sum(bool(_DID.match(item)) for item in items)
    got = sum(bool(_GOT.search(item)) for item in items)
    part = _part_of(case.parts, marks[0].paragraph)
    role = called or (_ROLE_OF_PART.get(part.kind, "") if part else "")
    if did * 2 > len(items):
        return "measure"
    if lacks * 2 > len(items):
        return "problem"
    if role == "problem" and not lacks and (marks[0].style.startswith("aspect") or (part and not called and did)):
        return "measure"
    return role or ("result" if got * 3 > len(items) * 2 else "measure")


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
        first = [next(iter(sentences(span.partition("\n")[0])), Sentence("", 0, 0)) for span in spans]
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
            text = f"{text}\n{paragraphs[mark.paragraph + 1]}".lstrip()
    return text.lstrip("，,、：: \n")
