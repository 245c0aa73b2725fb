"""A paragraph -> places where a measure word stands as a word of its own and nothing before it counts.

Words are told apart by segmentation (rjieba): in 聘请名专家 the 名 is a word of its own behind a verb, in 名师 and 国家 it is none.
"""

from __future__ import annotations

import re

from zhengping.engine.text.segments import words

_MEASURES = frozenset("个 名 项 家 万元 亿元 元 亩 件 场 套 台 支 篇 吨 处 座 人次 万人次 次 所 人 批 期 倍 公斤 公里 平方米 个百分点 条".split())
_FREE = frozenset("万元 亿元 人次 万人次 个百分点 亩 吨 平方米 公里".split())  # seldom stand without a number whatever follows
_COUNTING = re.compile(r"[\d一二两三四五六七八九十百千万亿零〇几数多余半每各这那某整该本首末过超逾第逐同双单另全诸若何哪前后上下头近约几大小好老新长高某成][多余来]?$")
_NOT_BEFORE = frozenset("的 地 得 和 与 及 或 之 不 没 无 有的 为 是 在 从 由 向 到 对 把 被 让 请 一 此 其 何 哪 这 那 每 各 某 几 多 更 最 很 较 别人 人家 故 自家 老人 趟 批 场 班 架 人".split())
_NOT_AFTER = {  # what follows where the measure word is none, or need not count
    "人": re.compile("(?!参加|受益|扎根|分\\d)"),
    "次": re.compile("(?![，。；、])"),
    "所": re.compile("(?!学校|医院|高校|大学|中学|小学|院校|乡镇)"),
    "家": re.compile("(?!企业|公司|单位|机构|医院|合作社|商户|园区)"),
    "个": re.compile("[人体性别案税头]"),
    "处": re.compile(".|$"),
    "批": re.compile("(?![，。；])"),
    "期": re.compile("."),
    "台": re.compile(".|$"),
    "元": re.compile("[旦素老件宵]"),
    "条": re.compile("[件例理款路块]"),
    "名": re.compile("[，。；、分堂册下次人望叫为作模号师医家校企牌录额单字称优特品城镇村片列义声誉气胜著贵副]"),
    "项": re.compile("[目链]"),
    "场": re.compile("[所景地馆镇面合域内外]"),
    "篇": re.compile("[章幅]"),
    "套": re.compile("[餐路用种牌]"),
}
_COUNTED = re.compile("^[\\d一二两三四五六七八九十百千万亿几数半多每][\u4e00-\u9fff]{0,2}$|[次个]$")
_CLAUSE = ("个", "名", "项", "条")
_INCOME = re.compile("(?:收入|人均|户均|每户|月薪|年薪|工资|存款|亩均|身家)[^，。；]{0,5}$")  # 年收入达万元: ten thousand
_LIGHT = frozenset("了来搞找有是想换当打做搭说开给着过要用么谁像些回")


def bare_measures(text: str) -> list[tuple[int, int]]:
    """Places (start, end) of measure words that count nothing: 聘请名专家, 投入万元.

    >>> bare_measures("聘请名专家,投入3万元"), bare_measures("每名专家是国家名师")
    ([(2, 3)], [])
    """
    found, at, before = [], 0, ""
    for word in words(text):
        end = at + len(word)
        if (word in _MEASURES or word in ("%", "％")) and (_opens_clause(word, text, at) or _follows(word, before, text, at)):
            found.append((at, end))
        at, before = end, word
    return found


def _opens_clause(word: str, text: str, at: int) -> bool:
    """No clause begins with a measure word: ，个合作社因进度滞后被约谈."""
    rest = text[at + len(word) : at + len(word) + 4]
    starts = at == 0 or text[at - 1] in "，。；、：（\n"
    return starts and word in _CLAUSE and not _NOT_AFTER[word].match(rest) and bool(re.match("[\u4e00-\u9fff]", rest))


def _follows(word: str, before: str, text: str, at: int) -> bool:
    """Whether a measure word stands behind a word that neither counts nor can stand before it without a number."""
    if not before or not re.match("[\u4e00-\u9fff]", before[-1]) or _COUNTING.search(text[max(0, at - 2) : at]):
        return False
    if word in ("%", "％"):
        return True
    rest = text[at + len(word) : at + len(word) + 4]
    if rest[:1].isdigit() or _COUNTED.search(before) or before in _MEASURES or (word in ("个", "名", "件", "篇", "位", "家") and before[-1] in _LIGHT):
        return False
    if (word == "人" and re.search("[国省市县族地外乡城村本洲]$", before)) or (before == "等" and word not in ("家", "名", "个")):
        return False
    if before in _NOT_BEFORE and not (word == "个" and before in ("的", "从", "在", "到", "对", "由")):
        return False
    if word == "万元" and _INCOME.search(text[max(0, at - 10) : at]):
        return False
    if word == "吨" and re.match("[煤钢粮油水位产]", rest):
        return False
    if word in _FREE or (word == "期" and before.endswith("班") and re.match("[，。；、]", rest)):
        return True
    return not (word in _NOT_AFTER and _NOT_AFTER[word].match(rest))
