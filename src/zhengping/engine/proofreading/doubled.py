"""A paragraph -> words that stand twice by mistake; what Chinese doubles on purpose (一件一件, 很紧很紧, 商量商量, 家家户户) is left alone."""

from __future__ import annotations

import re

from zhengping.engine.text.segments import words

_DOUBLED = re.compile("([\u4e00-\u9fff]{2,6})\\1")
_REPEATING = re.compile("点对点|面对面|手把手|心贴心|一对一|实打实|肩并肩|背靠背|门对门|户对户")
_MEANT = frozenset(
    "研究研究 商量商量 讨论讨论 考虑考虑 了解了解 很多很多 非常非常 许多许多 永远永远 好好好好 总结总结 体验体验 休息休息 打听打听 锻炼锻炼 感受感受 琢磨琢磨 掂量掂量 反思反思 "
    "收拾收拾 放松放松 合计合计 评论评论 介绍介绍 参观参观 比划比划 拾掇拾掇 热闹热闹 高兴高兴 暖和暖和 意思意思 如何如何 怎样怎样 什么什么 怎么怎么 鉴定鉴定 见识见识 请教请教 探讨探讨 切磋切磋".split()
)
_POLITE = frozenset("学习学习 交流交流 宣传宣传 教育教育 检查检查 分析分析 比较比较 指导指导 调查调查 支持支持 帮助帮助 沟通沟通 观察观察 活动活动".split())
_ASKING = re.compile("(?:来|去|想|要|请|帮|好好|互相|相互|多|再|可以|应该|坐下|一起)$")
_INVITED = re.compile("(?:[请让帮给][你我他她您]|好好|不妨|不想|真想|想要|一起来|坐下来|出出)$")  # any verb may be doubled behind these
_BY_ONES = re.compile("一[\u4e00-\u9fff]|[很太真又越老][\u4e00-\u9fff]|[\u4e00-\u9fff]着|[大成整小][片把块批群堆筐捆车串团箱口步声]")  # 一件一件, 很紧很紧
_LONGER = re.compile("(?:根据根据地|发展发展中国家|开发开发区|建设建设银行|保护保护区|服务服务业)")
_SMALL = frozenset("的 了 是 在 和 与 及 把 被 对 为 从 向 将 让 使 以 由 于 也 并 或 而 但 其 该".split())


def doubled(text: str) -> list[tuple[int, int, str]]:
    """Start, end, and what should stand there once, of doubled words of two to six characters and of doubled function words.

    >>> doubled("组织组织培训，建立了的的机制"), doubled("一件一件去做，目的的实现")
    ([(0, 4, '组织'), (10, 12, '的')], [])
    """
    found = []
    match = _DOUBLED.search(text)
    while match:
        is_meant = _is_meant(match, text)
        if not is_meant:
            found.append((match.start(), match.end(), match[1]))
        match = _DOUBLED.search(text, match.start() + 1 if is_meant else match.end())
    at, before = 0, ""
    for word in words(text, False) if re.search("([\u4e00-\u9fff])\\1", text) else ():
        if word == before and word in _SMALL and not re.match("[确些是]", text[at + 1 : at + 2]):
            found.append((at - 1, at + 1, word))
        at, before = at + len(word), word
    return found


def _is_meant(match: re.Match[str], text: str) -> bool:
    once, whole, before = match[1], match[0], text[max(0, match.start() - 2) : match.start()]
    if whole in _MEANT or len(set(once)) == 1 or (len(once) == 2 and _REPEATING.search(text[max(0, match.start() - 1) : match.end() + 1])):
        return True
    if len(once) == 2 and once[0] == "最" and re.match("[的了，。！]", text[match.end() : match.end() + 1]):
        return True
    if len(once) == 2 and _BY_ONES.fullmatch(once):
        return True
    if once.startswith("一") and re.match("[地来去]", text[match.end() : match.end() + 1]):
        return True
    if match.start() and before.endswith("一") and once.endswith("一") and re.match(".地?", text[match.end() :]):
        return True  # 一件事一件事: the doubling found begins behind its 一
    if len(once) == 2 and _INVITED.search(before):
        return True
    return (whole in _POLITE and bool(_ASKING.search(before))) or bool(_LONGER.match(text, match.start()))
