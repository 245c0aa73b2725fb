"""One paragraph -> what was damaged on its way: masked characters, lost numbers, years and months, doubled words, odd characters.

The patterns follow the damage seen in published cases; what looks like it and is none (bullets, 人次, 年货, 等多) stands in the exceptions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from zhengping.engine.proofreading.counted import bare_measures
from zhengping.engine.proofreading.doubled import doubled
from zhengping.engine.proofreading.masks import masks
from zhengping.engine.proofreading.measures import uncounted
from zhengping.engine.proofreading.odd import odd
from zhengping.engine.proofreading.years import bare_months, bare_years
from zhengping.engine.record import Finding

_COUNTED = (
    r"(?:余|约|多(?=万元|亿元|亩|公里))?(?:"
    r"个(?!人|体|性|案|别|税|旧|中)|名(?!师|医|家|校|企|牌|录|额|单|字|称|人|优|特|品|城|镇|村|片|列|义|声|誉|气|胜|著|贵|副)|人次|家(?!庭|居|装|纺|校|产|园|长|乡|风|国|禽|政|电|具|访|属|门|族|喻|委)|"
    r"项(?!目|链|的)|万元|亿元|元(?!旦|素|老|件|宵)|亩(?!均)|吨|人(?!才|员|口|民|大|力|社|物|事|文|数|均|心|气|工|选|生|居|类|防|保|手|士|家|们|为|格|情|身|次|群|岗|脉|本|性|流|力)|"
    r"个百分点|%|％|场次|场(?!所|景|地|馆|镇|面|合|域|内|外)|期(?!间|望|刊|待|限|盼|末|满|内)|篇(?!章|幅)|套(?!餐|路|用|种|牌)|平方米|户(?!籍|外|口|型|均)|公里|人左右)"
)
_LOST_NUMBER = re.compile(
    r"(?:设立|设置|调剂|引进|引育|新引进|培养|培育|评选出?|评出|选派|选聘|选拔|招聘|招录|建成|建立|建设|组建|新建|新增|投入|发放|拨付|奖励|补助|补贴|资助|拥有|举办|开展|组织|培训|签约|"
    r"解决|发布|帮扶|孵化|转化|落地|实现|完成|新设|设|达到?|超过|突破|增长|提高|下降|降低|共有?|累计|总计|共计|合计|每人每[月年]|每[月年人]|给予|最高|不超过|近|仅|约|收到|来稿|吸引|聚集|集聚|覆盖|惠及|服务)了?"
    + _COUNTED
)
_BARE = re.compile(  # a sum without its number, a class without its: 资金万元, 培训班期，
    r"(?<=[\u4e00-\u9fff])(?<![一二三四五六七八九十百千万亿几数两余多零〇半上近过超])(?:万元(?!户)|亿元)"
    r"|(?<=班)期(?=[，。；、])"
)
_NOT_LOST = re.compile(
    r"(?:建设|建立|组织|实现|设置|设立|服务|开展)(?:了)?(?:人|家|场|期|户|套|名)(?!次)|等多|众多|许多|(?:培养|服务|组织|覆盖|提高|降低|约|共|近|设|达|超过|最高|实现|每月|每年|每人|培训|吸引)(?:人(?!次)|期|场|户|套|家)(?!次)|每人次|每[月年]期|近(?:万元|亿元)|(?:增长|提高|下降)期"
)
_MANY_SENT = re.compile(r"(?:来稿|应征|征集到?|收到来稿)多(?:篇|份|件|个)")  # 来稿1200多篇
_DASHED = re.compile(r"(?<![—–\-－])[—–\-－]{1,2}(?:元|万元|亿元|个|名|人|家|项|%)(?!素|件|旦)")
_INCOME = re.compile("(?:收入|人均|户均|每户|月薪|年薪|工资|存款|亩均|身家)[^，。；]{0,5}万元$")  # 年收入达万元: ten thousand


_BLANK = re.compile("(?<=[\\d\u4e00-\u9fff%％])[ \u00a0\u2002-\u200a\u3000]+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[ \u00a0\u2002-\u200a\u3000]+(?=\\d)")
_HALF = re.compile(r"[,;:!?](?!\d)|(?<!\d)[,;:!?]")
_WIDE = str.maketrans(",;:!?", "，；：！？")


def damage(case: int, index: int, text: str) -> list[Finding]:
    """Findings of the paragraph `text`, which is number `index` of case `case`."""
    found, given = [], text
    text = _HALF.sub(lambda match: match[0].translate(_WIDE), given)  # the same length, so places stay
    for start, end, word in masks(text):
        quote = given[max(0, start - 4) : end + 4]
        found.append(Finding(case, "masked-character", "error", quote, index, start, end, word))
    tight, places = _tightened(text)
    numbers = _apart([*_framed(tight), *bare_measures(tight), *uncounted(tight)])
    for kind, spans in (("lost-number", numbers), ("lost-year", bare_years(tight)), ("lost-month", bare_months(tight))):
        found += [_at(case, kind, index, given, places[start], places[end - 1] + 1) for start, end in spans]
    found += [_at(case, "doubled-word", index, given, start, end, word, around=0) for start, end, word in doubled(text)]
    found += [_at(case, "odd-character", index, given, start, end, word) for start, end, word in odd(text)]
    return found


def _tightened(text: str) -> tuple[str, Sequence[int]]:
    """The text without blanks beside Chinese characters (70 名 is 70名), and where each of its characters stood."""
    if not _BLANK.search(text):
        return text, range(len(text))
    gone = {place for match in _BLANK.finditer(text) for place in range(match.start(), match.end())}
    kept = [place for place in range(len(text)) if place not in gone]
    return "".join(text[place] for place in kept), kept


def _apart(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places that do not overlap one before them, the longest of those that begin together first."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(places), key=lambda place: (place[0], -place[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _at(case: int, kind: str, index: int, text: str, start: int, end: int, suggestion: str = "", around: int = 6) -> Finding:
    quote = text[max(0, start - around) : end + around]
    return Finding(case, kind, "warning", quote, index, start, end, suggestion)


def _framed(text: str) -> list[tuple[int, int]]:
    """Places where a verb that wants a number has a measure word behind it: 设立个编制, 每人每月—元."""
    found = [match.span() for match in _DASHED.finditer(text)]
    found += [match.span() for match in _MANY_SENT.finditer(text)]
    found += [match.span() for match in _BARE.finditer(text) if not _INCOME.search(text[max(0, match.end() - 14) : match.end()])]
    for match in _LOST_NUMBER.finditer(text):
        if not _NOT_LOST.match(match[0]) and not re.search(r"[\d一二三四五六七八九十百千万几数两]$", text[: match.start()][-1:]) and not _INCOME.search(text[max(0, match.end() - 14) : match.end()]):
            found.append(match.span())
    return found
