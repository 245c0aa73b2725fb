"""A unit's names as written -> all the ways its text may call it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_FIRM = re.compile(r"(?:股份有限公司|有限责任公司|集团有限公司|控股有限公司|有限公司|总公司|分公司|公司)$")
_TRADE = re.compile(
    r"(?:生物科技|智能装备|新材料|信息技术|人力资源|现代农业|文化旅游|人才发展|产业发展|科技|技术|农业|装备|材料|信息|网络|电子|生物|医药|化工|能源|建设|建筑|工程|投资|发展|实业|贸易|服务|管理|"
    r"文化|教育|食品|机械|制造|汽车|船舶|航空|环保|智能|数据|软件|集团|控股|产业|传媒|物流|（[^）]*）|\([^)]*\))+$"
)
_BODY = re.compile(r"(?:大学|学院|学校|中学|小学|公司|集团|医院|研究院|研究所|研究中心|科学院|中心|协会|学会|商会|基金会|银行|合作社|实验室|园区|开发区|管理委员会|管委会|服务站|联盟|厂|社区|村|镇|乡|街道)$")
_SHORT_NAME = re.compile(r"(?:以下|下文|下)?(?:统一)?简称(?:为)?[：:]?[“\"「『‘]?([\u4e00-\u9fffA-Za-z0-9]{2,12})(?=[”\"」』’）)，,。；])")
_GENERIC = frozenset(
    "大学 学院 学校 中学 小学 公司 集团 医院 研究院 研究所 中心 协会 学会 银行 合作社 实验室 园区 开发区 管委会 人民医院 中心医院 中医院 党校 职业学院 社区 街道 技师学院 管理委员会 科学院 专业合作社".split()
)
_COMMON = frozenset("我局 我校 我院 我县 我市 我区 我省 本局 本校 本院 全县 全市 全区 全省 科技 人才 农业 教育 文化 服务 发展 中国 国家 我委 我部 我厅".split())
_INDUSTRY = frozenset("中国 全国 国家 人民 第一 第二 第三 高新 现代 新型 职业 技术 师范 理工 农业 科技 交通 工业".split())


def names(said: Iterable[str], places: Sequence[str], texts: Sequence[str]) -> tuple[str, ...]:
    """All names of a unit: as said, without the places before it, without the form of the firm, and the short form its own text declares."""
    found: dict[str, None] = {}
    ordered = sorted(places, key=len, reverse=True)
    for name in said:
        whole = re.sub(r"\s+", "", name).strip("，。、：:；()（）")
        if len(whole) < 3:
            continue
        found[whole] = None
        for rest in _shorter(whole, ordered):
            if rest == whole or _tells(rest):
                found[rest] = None
            if _FIRM.search(rest):
                found |= dict.fromkeys(_firm(rest))
        if whole.endswith("大学") and 4 <= len(whole) <= 6:
            found |= dict.fromkeys(_university(whole, texts))
    for text in texts:
        found |= {m[1]: None for m in _SHORT_NAME.finditer(text) if m[1] not in _COMMON and _is_of_unit(text[: m.start()], found, ordered)}
    return tuple(found)


def _shorter(name: str, places: Sequence[str]) -> list[str]:
    """The name, and what remains as places are taken from its head one by one."""
    found, rest = [name], name
    for _turn in range(4):
        head = next((place for place in places if rest.startswith(place) and len(rest) > len(place) + 1), "")
        if not head:
            break
        rest = rest[len(head) :]
        found.append(rest)
    return found


def _tells(rest: str) -> bool:
    """Whether a name without its place still tells the unit (科学技术局 tells none, 交通职业学院 does)."""
    return bool(_BODY.search(rest)) and rest not in _GENERIC and len(rest) >= 4


def _firm(name: str) -> list[str]:
    """A firm's name without its legal form, and its brand alone."""
    bare = _FIRM.sub("", name)
    found = [bare] if len(bare) >= 4 else []
    brand = _TRADE.sub("", bare)
    if 2 <= len(brand) < len(bare) and brand not in _INDUSTRY | _COMMON:
        found.append(brand)
    elif len(bare) in (2, 3) and bare not in _INDUSTRY | _COMMON:
        found.append(bare)
    return found


def _university(name: str, texts: Sequence[str]) -> list[str]:
    """The two-character form of a university (江大) where the text uses it beside 学生, 教授, 校 …; else it may be part of another word."""
    word = name[0] + "大"
    used = re.compile(rf"(?<![\u4e00-\u9fff]){word}(?=[人学师校生教与和在的的党]|$|[，。、])|{word}(?:师生|学子|校友|学生|教授|团队|精神)")
    return [word] if any(used.search(text) for text in texts) and word not in ("广大", "重大", "长大") else []


def _is_of_unit(before: str, known: Iterable[str], places: Sequence[str]) -> bool:
    """Whether a declared short form follows the unit's name or one of its places at once, as far as the bracket."""
    head = re.sub(r"[（(]$", "", before)[-40:]
    return any(head.endswith(name) for name in known if len(name) > 2) or any(place in head[-24:] for place in places if len(place) > 2)
