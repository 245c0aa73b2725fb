"""Tables of divisions, zones, schools and institutes -> one dictionary of names, official and short."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from zhengping.engine import tables
from zhengping.engine.record import Division

_NATIONALITY = (
    "蒙古族|回族|藏族|维吾尔族?|苗族|彝族|壮族|布依族|朝鲜族?|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族?|傣族|黎族|傈僳族|佤族|畲族|"
    "拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族?|土族|达斡尔族?|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族?|阿昌族|普米族|"
    "塔吉克族?|怒族|鄂温克族?|德昂族|保安族|裕固族|独龙族|鄂伦春族?|蒙古|各族"
)
_PEOPLES = re.compile(f"(?:{_NATIONALITY})+(?=自治)")
_ENDING = re.compile(r"(?:特别行政区|自治区|自治州|自治县|自治旗|联合旗|地区|新区|林区|特区|省|市|州|盟|县|区|旗)$")

# A short name that starts one of these is no place: 东方电气 is no unit of 东方市, 北京路街道 none of 北京.

_STREET = "路街道巷弄里桥站河江湖山海岛港湾镇乡村屯庄寨社园苑"
_OTHER_WORDS = {
    "阿里": ("巴巴", "云", "健康"),
    "新华": ("书店", "社", "网", "人寿", "医院", "保险"),
    "和平": ("医院",),
    "东方": ("电气", "红", "航空", "明珠", "证券", "医院", "财富", "雨虹"),
    "平安": ("银行", "保险", "证券", "集团", "建设", "中国"),
    "中山": ("医院", "大学", "陵", "公园"),
    "长安": ("汽车", "大学", "福特", "集团"),
    "太平": ("洋", "人寿"),
    "大同": ("证券",),
    "安康": ("医院", "工程"),
    "海南": ("橡胶",),
    "南山": ("集团", "铝业"),
    "吉利": ("汽车", "控股"),
    "宝山": ("钢铁",),
    "朝阳": ("永续", "产业"),
    "瑞金": ("医院",),
    "长海": ("医院",),
    "鼓楼": ("医院",),
    "红旗": ("渠",),
    "四方": ("机车",),
    "延长": ("石油",),
    "酒泉": ("钢铁",),
    "华山": ("医院",),
}


class Name(NamedTuple):
    """One meaning of a name. `depth` 1 province, 2 prefecture, 3 county; `kind` "full", "short", "zone" or "school"."""

    number: str
    depth: int
    kind: str
    first: int
    last: int
    stem: str
    sure: bool


def stem(number: str) -> str:
    """The leading digits that all divisions below `number` share (伊犁州 holds the regions 塔城 and 阿勒泰, 6542 and 6543)."""
    if number == "654000":
        return "654"
    return number[:2] if number.endswith("0000") else number[:4] if number.endswith("00") else number


def short(name: str) -> str:
    """A division's name without its ending and without the names of nationalities; the name itself where less than two
    characters would remain.

    >>> short("黔西南布依族苗族自治州"), short("普陀区"), short("城区")
    ('黔西南', '普陀', '城区')
    """
    bare = _ENDING.sub("", _PEOPLES.sub("", name))
    if len(bare) < 2:
        bare = re.sub(r"族?自治[区州县旗]$", "", name)
    return bare if len(bare) >= 2 else name


def _spellings(division: Division) -> Iterable[tuple[str, str, bool]]:
    """All ways to write a division: (text, kind, whether the ending leaves no doubt)."""
    name, bare = division.name, short(division.name)
    yield name, "full", True
    if bare == name:
        return
    yield bare, "short", False
    for peoples, ending in (("自治州", "州"), ("自治县", "县"), ("自治旗", "旗"), ("自治区", "自治区"), ("地区", "地")):
        if name.endswith(peoples) and peoples != "地区":
            yield bare + ending, "short", True
    if name.endswith(("特别行政区", "特区", "林区")):
        yield bare + "区", "short", True


@cache
def names() -> dict[str, tuple[Name, ...]]:
    """Name -> its meanings: divisions first, then zones, schools and institutes."""
    found: dict[str, list[Name]] = {}
    for division in tables.divisions():
        first, last = int(division.first[:4]), int(division.last[:4])
        span = (0 if first == 2009 else first, 9999 if division.last == "202609" else last)
        for text, kind, sure in _spellings(division):
            meaning = Name(division.number, division.depth, kind, *span, stem(division.number), sure)
            found.setdefault(text, []).append(meaning)
    for text, number in tables.short_names().items():
        found.setdefault(text, []).append(Name(number, depth(number), "short", 0, 9999, stem(number), True))
    for text, number in tables.zones().items():
        # 两江新区 was a zone before it became a division in 2026: the year chooses.
        until = min((meaning.first for meaning in found.get(text, ())), default=10000) - 1
        found.setdefault(text, []).append(Name(number, depth(number), "zone", 0, until, stem(number), True))
    seats = {division.name: division.number for division in tables.divisions() if division.depth < 3 or division.number[2] == "9"}
    seats |= {short(name) + "州": number for name, number in seats.items() if name.endswith("自治州")}
    for school in tables.universities():
        seat = seats.get(school.seat)
        if seat:
            found[school.name] = [Name(seat, depth(seat), "school", 0, 9999, stem(seat), True)]
    for text, number in tables.institutes().items():
        found[text] = [Name(number, depth(number), "school", 0, 9999, stem(number), True)]
    return {text: tuple(sorted(meanings, key=lambda m: m.kind != "full")) for text, meanings in found.items()}


@cache
def lengths() -> dict[str, tuple[int, ...]]:
    """First two characters -> the lengths of names that begin with them, longest first."""
    found: dict[str, set[int]] = {}
    for text in names():
        found.setdefault(text[:2], set()).add(len(text))
    return {start: tuple(sorted(sizes, reverse=True)) for start, sizes in found.items()}


@cache
def numbers() -> dict[str, tuple[Division, ...]]:
    """Number -> the divisions that have or had it, newest first."""
    found: dict[str, list[Division]] = {}
    for division in tables.divisions():
        found.setdefault(division.number, []).append(division)
    return {number: tuple(sorted(rows, key=lambda row: row.last, reverse=True)) for number, rows in found.items()}


def depth(number: str) -> int:
    """1 province, 2 prefecture, 3 county."""
    return 1 if number.endswith("0000") else 2 if number.endswith("00") else 3


# Short names that are words first: 公安局, 人力资源, 经济合作局. Places of that name are known by 县 or 市 behind it.
_COMMON_WORDS = frozenset({"公安", "资源", "合作", "平安", "共和", "新兴", "通道", "民主", "和平", "兴业", "民乐", "文化", "建设"})


def is_other_word(text: str, start: int, end: int) -> bool:
    """Whether the short name `text[start:end]` is the beginning of something else than a place (a street, a firm)."""
    if text[start:end] in _COMMON_WORDS:
        return True
    after = text[end : end + 3]
    if not after:
        return False
    if after[0] in _STREET or after[:2] in ("大道", "东路", "西路", "南路", "北路", "中路", "广场"):
        return not (after[0] in "州市县区海港" or after[:2] in ("社会", "社科", "社保", "港务", "街镇", "园林", "站前"))
    return after.startswith(_OTHER_WORDS.get(text[start:end], ("\0",)))


def full_name(number: str, year: int = 0) -> str:
    """Province, city and county of a number in full: 江苏省南京市鼓楼区; "" for "" or an unknown number."""
    if not number:
        return ""
    parts: list[str] = []
    for level in (number[:2] + "0000", number[:4] + "00", number):
        rows = numbers().get(level, ())
        fitting = [row for row in rows if year and int(row.first[:4]) <= year <= int(row.last[:4])] or list(rows)
        if fitting and fitting[0].name not in parts:
            parts.append(fitting[0].name)
    return "".join(parts)
