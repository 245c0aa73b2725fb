"""A paragraph -> places where a measure word or 年 stands as a word of its own and nothing before it counts.

Words are told apart by segmentation (rjieba): in 聘请名专家 the 名 is a word of its own behind a verb, in 名师 and 国家 it is none.
"""

from __future__ import annotations

import re

import rjieba

_MEASURES = frozenset("个 名 项 家 万元 亿元 元 亩 件 场 套 台 支 篇 吨 处 座 人次 万人次 次 所 人 批 期 倍 公斤 公里 平方米 个百分点 条".split())
_FREE = frozenset("万元 亿元 人次 万人次 个百分点 亩 吨 平方米 公里".split())  # seldom stand without a number whatever follows
_COUNTING = re.compile(r"[\d一二两三四五六七八九十百千万亿零〇几数多余半每各这那某整该本首末过超逾第逐同双单另全诸若何哪前后上下头近约几大小好老新长高某成][多余来]?$")
_NOT_BEFORE = frozenset("的 地 得 和 与 及 或 之 不 没 无 有的 为 是 在 从 由 向 到 对 把 被 让 请 一 此 其 何 哪 这 那 每 各 某 几 多 更 最 很 较 别人 人家 自家 老人 趟 批 场 班 架 人".split())
_NOT_AFTER = {  # what follows where the measure word is none, or need not count
    "人": re.compile("(?!参加|受益|扎根|到[\u4e00-\u9fff]{2})"),
    "次": re.compile("(?![，。；、])"),
    "所": re.compile("(?!学校|医院|高校|大学|中学|小学|院校|乡镇)"),
    "家": re.compile("[庭长属里中乡国业]"),
    "个": re.compile("[人体性别案税头]"),
    "处": re.compile("(?![，。；])"),
    "批": re.compile("(?![，。；])"),
    "期": re.compile("."),
    "台": re.compile("(?![，。；、）套])"),
    "元": re.compile("[旦素老件宵]"),
    "条": re.compile("[件例理款路]"),
    "名": re.compile("[分堂册下次人望叫为作模号师医家校企牌录额单字称优特品城镇村片列义声誉气胜著贵副]"),
    "项": re.compile("[目链]"),
    "场": re.compile("[所景地馆镇面合域内外]"),
    "篇": re.compile("[章幅]"),
    "套": re.compile("[餐路用种牌]"),
}
_COUNTED = re.compile("^[\\d一二两三四五六七八九十百千万亿几数半多每][\u4e00-\u9fff]{0,2}$|[次个]$")
_CLAUSE = ("个", "名", "项", "条")
_LIGHT = frozenset("了 来 搞 找 有 想 换 当 打 做 搭 说 开 给 着 过 要 用".split())
_YEARS = re.compile(r"[来年\d一二两三四五六七八九十百零〇几数多半每今去前近当全上下这那该本某整头周同翌历连隔逐满过新老学财往常元后初末早晚次成青少中童壮暮流丰灾荒豆鸡猪羊牛马龙虎兔蛇猴鼠狗][多余来]?$")
_YEAR_WORDS = re.compile(r"^年(?:[，。）]|起|以来|以前|来稿|第|上半|下半|[^年初中底末来\W][\u4e00-\u9fff])")


def bare_measures(text: str) -> list[tuple[int, int]]:
    """Places (start, end) of measure words that count nothing: 聘请名专家, 投入万元.

    >>> bare_measures("聘请名专家,投入3万元"), bare_measures("每名专家是国家名师")
    ([(2, 3)], [])
    """
    found, at, before = [], 0, ""
    for word in rjieba.cut(text):
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
    if rest[:1].isdigit() or _COUNTED.search(before) or before in _MEASURES or (word in ("个", "名") and before in _LIGHT):
        return False
    if before in _NOT_BEFORE and not (word == "个" and before in ("的", "从", "在", "到", "对", "由")):
        return False
    if word in _FREE or (word == "期" and before.endswith("班") and re.match("[，。；、]", rest)):
        return True
    return not (word in _NOT_AFTER and _NOT_AFTER[word].match(rest))


def bare_years(text: str) -> list[tuple[int, int]]:
    """Places (start, end) of 年 as a word of its own that no number or word (每, 今, 全 …) stands before."""
    found, at = [], 0
    for word in rjieba.cut(text):
        if word in ("年", "年起") and not _YEARS.search(text[max(0, at - 2) : at]) and _YEAR_WORDS.match(text[at : at + 4]):
            if at == 0 or text[at - 1] in "，。；、（：“至于自从到截《(,; \n" or word == "年":
                found.append((at, at + 1))
        at += len(word)
    return found
