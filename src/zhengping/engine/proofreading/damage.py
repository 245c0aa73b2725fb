"""One paragraph -> what was damaged on its way: masked characters, lost numbers, years and months, doubled words, odd characters.

The patterns follow the damage seen in published cases; what looks like it and is none (bullets, 人次, 年货, 等多) stands in the exceptions.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

from zhengping.engine import tables
from zhengping.engine.proofreading.counted import bare_measures, bare_years
from zhengping.engine.record import Finding
from zhengping.engine.text.simplified import forms

_MASK = re.compile(r"(?<![*＊×x])[*＊]{1,4}(?![*＊])")
_HAN = r"[\u4e00-\u9fff]"
_COUNTED = (
    r"(?:余|多|约)?(?:"
    r"个(?!人|体|性|案|别|税|旧|中)|名(?!师|医|家|校|企|牌|录|额|单|字|称|人|优|特|品|城|镇|村|片|列|义|声|誉|气|胜|著|贵|副)|人次|家(?!庭|居|装|纺|校|产|园|长|乡|风|国|禽|政|电|具|访|属|门|族|喻|委)|"
    r"项(?!目|链)|万元|亿元|元(?!旦|素|老|件|宵)|亩(?!均)|吨|人(?!才|员|口|民|大|力|社|物|事|文|数|均|心|气|工|选|生|居|类|防|保|手|士|家|们|为|格|情|身|次|群|岗|脉|本|性|流|力)|"
    r"个百分点|%|％|场次|场(?!所|景|地|馆|镇|面|合|域|内|外)|期(?!间|望|刊|待|限|盼|末|满|内)|篇(?!章|幅)|套(?!餐|路|用|种|牌)|平方米|户(?!籍|外|口|型|均)|公里|人左右)"
)
_LOST_NUMBER = re.compile(
    r"(?:设立|设置|调剂|引进|引育|新引进|培养|培育|评选出?|评出|选派|选聘|选拔|招聘|招录|建成|建立|建设|组建|新建|新增|投入|发放|拨付|奖励|补助|补贴|资助|拥有|举办|开展|组织|培训|签约|"
    r"解决|发布|帮扶|孵化|转化|落地|实现|完成|新设|设|达到?|超过|突破|增长|提高|下降|降低|共有?|累计|总计|共计|合计|每人每[月年]|每[月年人]|给予|最高|不超过|近|仅|约|收到|来稿|吸引|聚集|集聚|覆盖|惠及|服务)了?"
    + _COUNTED
)
_BARE = re.compile(  # a sum without its number, people without theirs: 资金万元, 大使名，
    r"(?<=[\u4e00-\u9fff])(?<![一二三四五六七八九十百千万亿几数两余多零〇半上近过超])(?:万元(?!户)|亿元)"
    r"|(?<=班)期(?=[，。；、])"
    r"|(?<=[\u4e00-\u9fff])(?<![一二三四五六七八九十百千万零〇几数两余多半次了正姓签报著知命排提闻挂署改更点除实冠书地品校村人功罪虚成有驰齐同别笔网域类列榜题])名(?=[，。；、])"
)
_REPEATING = re.compile(r"点对点|面对面|手把手|心贴心|一对一|实打实|肩并肩|背靠背|门对门|户对户")
_NOT_LOST = re.compile(
    r"(?:建设|建立|组织|实现|设置|设立|服务|开展)(?:了)?(?:人|家|场|期|户|套|名)(?!次)|等多|众多|许多|(?:培养|服务|组织|覆盖|提高|降低|约|共|近|设|达|超过|最高|实现|每月|每年|每人|培训|吸引)(?:人(?!次)|期|场|户|套|家)(?!次)|每人次|每[月年]期|近(?:万元|亿元)"
)
_DASHED = re.compile(r"[—–\-－]{1,2}(?:元|万元|亿元|个|名|人|家|项|%)(?!素|件|旦)")
_NO_YEAR = re.compile(
    r"(?:(?<=^)|(?<=[，。；、：（(“\n])|(?<=自)|(?<=于)|(?<=截至)|(?<=从)|(?<=早在)|(?<=举办“)|(?<=至))年"
    r"(?:(?=\d{1,2}月)|(?=以来)|(?=来稿)|(?=第[一二三四五六七八九十\d]+届)|(?=[（(]第)|(?=起)|(?=开始)|(?=全[省市县区州国])|(?=，)|(?=[省市县区州]委)|(?=以前)|(?=出台)|(?=印发)|(?=启动)|(?=被))"
)
_NO_MONTH = re.compile(r"(?<=\d年)月(?!薪|均|度|份额|日常|嫂|饼|租)|(?<=年)月(?=底|初|中旬|份|上旬|下旬)|(?<=[自于从至])月(?=底|份|\d{1,2}日)|年月(?=\d{1,2}日)")
_DOUBLED = re.compile(rf"({_HAN}{{2,6}})\1")
_MEANT = frozenset(
    "研究研究 商量商量 讨论讨论 考虑考虑 了解了解 一个一个 一步一步 一家一家 一户一户 一项一项 一批一批 一年一年 一天一天 很多很多 非常非常 许多许多 永远永远 好好好好".split()
)
@cache
def _traditional() -> frozenset[str]:
    """Traditional characters that no text in simplified ones writes (著 and 乾 are in both: GB 2312 has them)."""
    return frozenset(character for character, simple in forms().items() if simple != character and not _in_gb2312(character))


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


_ODD = re.compile("[\ufffd\ue000-\uf8ff\u200b-\u200f\u2060\ufeff]+")  # replacement, private use, invisible


@cache
def _masked_words() -> tuple[str, ...]:
    words: list[str] = tomllib.loads(tables.text("masked.toml"))["words"]
    return tuple(words)


def damage(case: int, index: int, text: str) -> list[Finding]:
    """Findings of the paragraph `text`, which is number `index` of case `case`."""
    found = [*_masked(case, index, text), *_numbers(case, index, text)]
    told = {place for finding in found for place in range(finding.start, finding.end)}
    found += [_at(case, "lost-number", index, text, start, end) for start, end in bare_measures(text) if not told & set(range(start, end))]
    years = {match.start() for match in _NO_YEAR.finditer(text)}
    found += [_at(case, "lost-year", index, text, start, end) for start, end in bare_years(text) if start not in years]
    for kind, pattern in (("lost-year", _NO_YEAR), ("lost-month", _NO_MONTH)):
        found += [_at(case, kind, index, text, match.start(), match.end()) for match in pattern.finditer(text)]
    for match in _DOUBLED.finditer(text):
        if match[0] not in _MEANT and len(set(match[1])) > 1 and not _REPEATING.search(text[max(0, match.start() - 1) : match.end() + 1]):
            found.append(_at(case, "doubled-word", index, text, match.start(), match.end(), suggestion=match[1], around=0))
    odd = [place for place, character in enumerate(text) if character in _traditional()]
    found += [_at(case, "odd-character", index, text, first, last + 1, "".join(forms()[c] for c in text[first : last + 1])) for first, last in _runs(odd)]
    found += [_at(case, "odd-character", index, text, match.start(), match.end()) for match in _ODD.finditer(text)]
    return found


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """First and last of each run of neighbouring places."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _at(case: int, kind: str, index: int, text: str, start: int, end: int, suggestion: str = "", around: int = 6) -> Finding:
    quote = text[max(0, start - around) : end + around]
    return Finding(case, kind, "warning", quote, index, start, end, suggestion)


def _masked(case: int, index: int, text: str) -> list[Finding]:
    """A single * between or before Chinese characters; bullets, footnotes and products of numbers are left out."""
    found = []
    for match in _MASK.finditer(text):
        start = match.start()
        before, after = text[max(0, start - 6) : start], text[match.end() : match.end() + 6]
        if not _fitting(before, after, len(match[0])) and not re.match(_HAN, after) and not (re.search(_HAN + "$", before) and after[:1] not in ("", "，", "。", "；", "、", "）", " ")):
            continue
        fitting = _fitting(before, after, len(match[0]))
        if not before and not fitting:
            continue
        quote = before[-4:] + match[0] + after[:4]
        found.append(Finding(case, "masked-character", "error", quote, index, start, match.end(), _restored(fitting, len(match[0]))))
    return found


def _fitting(before: str, after: str, size: int) -> set[str]:
    """The commonly masked words that fit around `size` masks, at least one of their characters left to see."""
    return {
        word
        for word in _masked_words()
        for place in range(len(word) - size + 1)
        if len(word) > size and before.endswith(word[:place]) and after.startswith(word[place + size :])
    }


def _restored(fitting: set[str], size: int) -> str:
    """The longest of the words, "" where none or several of one length fit, or where one character alone is left to see: *治 may be 政治 or 法治."""
    fitting = {word for word in fitting if len(word) - size >= 2}
    longest = max(map(len, fitting), default=0)
    best = {word for word in fitting if len(word) == longest}
    return best.pop() if len(best) == 1 else ""


def _numbers(case: int, index: int, text: str) -> list[Finding]:
    found = [_at(case, "lost-number", index, text, m.start(), m.end()) for m in _DASHED.finditer(text)]
    found += [_at(case, "lost-number", index, text, m.start(), m.end()) for m in _BARE.finditer(text) if not _LOST_NUMBER.search(text[: m.end()][-16:])]
    for match in _LOST_NUMBER.finditer(text):
        if not _NOT_LOST.match(match[0]) and not re.search(r"[\d一二三四五六七八九十百千万几数两]$", text[: match.start()]):
            found.append(_at(case, "lost-number", index, text, match.start(), match.end()))
    return found
