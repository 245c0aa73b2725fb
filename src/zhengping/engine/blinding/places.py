"""A unit's division -> the names that would tell it: its own, those above and below, full and short."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from zhengping.engine import tables

_PEOPLE = (
    "蒙古族?|回族|藏族|维吾尔族?|苗族|彝族|壮族|布依族|朝鲜族?|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族?|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|"
    "柯尔克孜族?|土族|达斡尔族?|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族?|阿昌族|普米族|塔吉克族?|怒族|鄂温克族?|德昂族|保安族|裕固族|独龙族|鄂伦春族?|各族"
)
_PEOPLES = re.compile(f"(?:{_PEOPLE})+(?=自治)")
_ENDING = re.compile(r"(?:特别行政区|自治区|自治州|自治县|自治旗|联合旗|地区|新区|林区|特区|省|市|州|盟|县|区|旗)$")
_GENERIC = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "城区", "郊区", "矿区")
# Short names that are everyday words: without their ending they tell nothing, and texts are full of them.
_WORDS = frozenset(
    "和平 平安 安定 富民 资源 新城 中心 长安 安康 永安 兴安 团结 城关 红旗 东风 青年 解放 友谊 民主 建设 开放 繁荣 太平 文明 向阳 前进 郊区 城中 城东 城西 城北 城南 东城 西城 "
    "新建 新华 开发 铁西 铁东 河东 河西 河南 河北 江北 江南 江东 江西 山东 山西 海东 海西 海南 海北 平原 高台 民和 互助 共和 同心 大同 大通 通道 安居 宜居 丰产 富裕 宝山 东山 西山 南山 北山 "
    "东区 西区 南区 北区 桥东 桥西 路南 路北 道里 道外 东港 港口 天门 石门 东湖 西湖 南湖 龙头 龙门 仁和 永和 正定 安全 昌平 兴业 兴国 兴文 兴隆 振兴 东方 中方 大方 普安 定边 靖边 精河 互联 平定 "
    "金融 交口 乐业 上思 南部 北部 中部 东部 西部 南海 白云 青云 集安 合作 双清 清水 绿园 黄埔 站前 万山 大洼 会同 光明 新兴 新蔡 泉山 云龙 高新 工业 东海 宁静 保定 通榆 改则 化德 和平".split()
)
_OTHER = {"北京": ("时间",), "朝阳": ("产业", "行业"), "中山": ("装",), "上海": ("合作组织",)}
_LETTERS = {
    "11": "京", "12": "津", "13": "冀", "14": "晋", "15": "蒙", "21": "辽", "22": "吉", "23": "黑", "31": "沪", "32": "苏", "33": "浙", "34": "皖", "35": "闽", "36": "赣", "37": "鲁", "41": "豫",
    "42": "鄂", "43": "湘", "44": "粤", "45": "桂", "46": "琼", "50": "渝", "51": "川蜀", "52": "黔贵", "53": "滇", "54": "藏", "61": "陕秦", "62": "甘陇", "63": "青", "64": "宁", "65": "疆", "66": "疆",
}  # fmt: skip
_AFTER_LETTER = "商菜派籍匠剧企北南东西中"
_TOWN = re.compile(r"([\u4e00-\u9fff]{2,6}?(?:街道办事处|街道|镇|乡|苏木|村民委员会|社区|村))")


@dataclass(frozen=True, slots=True)
class Region:
    """Where a unit lies: its numbers from province down, and all names that tell it."""

    numbers: tuple[str, ...]
    names: tuple[str, ...]


@cache
def _by_number() -> dict[str, tuple[str, ...]]:
    """The names that a number has or had."""
    found: dict[str, list[str]] = defaultdict(list)
    for division in tables.divisions():
        if division.name not in found[division.number]:
            found[division.number].append(division.name)
    return {number: tuple(names) for number, names in found.items()}


@cache
def _full_names() -> dict[str, tuple[str, ...]]:
    """Full names of at least three characters, and short ones of provinces and prefectures -> numbers."""
    found: dict[str, set[str]] = defaultdict(set)
    for number, names in _by_number().items():
        for name in names:
            if name not in _GENERIC and len(name) >= 2:
                found[name].add(number)
                if number.endswith("00") and short(name) != name:
                    found[short(name)].add(number)
    return {name: tuple(sorted(numbers)) for name, numbers in found.items()}


def short(name: str) -> str:
    """A division's name without its ending and nationalities; the name itself where less than two characters would remain.

    >>> short("海西蒙古族藏族自治州"), short("鼓楼区"), short("城区")
    ('海西', '鼓楼', '城区')
    """
    bare = _ENDING.sub("", _PEOPLES.sub("", name))
    if len(bare) < 2:
        bare = re.sub(r"族?自治[区州县旗]$", "", name)
    return bare if len(bare) >= 2 else name


def region(division: str, said: Iterable[str], province: str = "") -> Region:
    """The region of a division, or where it is "" of the places that the words `said` begin with, below `province` if known."""
    numbers = {division} if division else set()
    for words in said:
        numbers |= set(_named(words, division or province))
    if province and not any(number[:2] == province[:2] for number in numbers):
        numbers.add(province)
    chain = {above for number in numbers for above in (number[:2] + "0000", number[:4] + "00", number)} & set(_by_number())
    names: dict[str, None] = {}
    for number in sorted(chain):
        for name in _by_number()[number]:
            names |= dict.fromkeys(_spellings(name, number, is_own=True))
    for number, own in _by_number().items():  # parts of the region, and what lies beside it, tell it as well
        if number not in chain and number[:2] + "0000" in chain:
            is_near = number[:4] + "00" in chain
            for name in own:
                names |= dict.fromkeys(_spellings(name, number) if is_near or number.endswith("00") else [name] if len(name) > 2 else [])
    for number in {one[:2] for one in chain}:
        letters = _LETTERS.get(number, "").translate(str.maketrans("", "", "青宁吉黑贵陕"))  # these begin everyday words
        names |= {f"{letter}{after}": None for letter in letters for after in _AFTER_LETTER}
    zones = {name: None for name, seat in tables.zones().items() if seat in chain}
    return Region(tuple(sorted(chain)), tuple(name for name in {**names, **zones} if name not in _GENERIC))


def _named(words: str, within: str) -> list[str]:
    """The divisions named in a unit's name or place, those below `within` where a name is of several."""
    found: list[str] = []
    at = 0
    names = _full_names()
    while at < len(words):
        for size in range(min(12, len(words) - at), 1, -1):
            own = names.get(words[at : at + size], ())
            if within:
                own = tuple(number for number in own if number[:2] == within[:2]) or (own if not found and len(own) == 1 else ())
            if own and (len(own) == 1 or within):
                found += own if len(own) == 1 else [number for number in own if any(number[:4] == other[:4] for other in found)]
                at += size - 1
                break
        at += 1
    return found


def _spellings(name: str, number: str, is_own: bool = False) -> list[str]:
    """How people write a division; the short name of one's `is_own` province or prefecture even where it is an everyday word."""
    if name in _GENERIC:
        return []
    bare = short(name)
    found = [name] if len(name) > 2 or number.endswith("00") else []
    if bare != name and len(bare) >= 2 and (bare not in _WORDS or (is_own and number.endswith("00"))):
        found.append(bare)
    ending = {"自治州": "州", "自治县": "县", "自治旗": "旗", "自治区": "自治区"}
    found += [bare + new for old, new in ending.items() if name.endswith(old)]
    found += [bare + "市" for _ in (1,) if name.endswith("地区")]
    return found


def is_other_word(text: str, start: int, end: int) -> bool:
    """Whether a place's name at `text[start:end]` begins a word that names something else."""
    return any(text.startswith(after, end) for after in _OTHER.get(text[start:end], ()))


def below(text: str, spans: Sequence[tuple[int, int]], where: Region) -> list[tuple[int, int]]:
    """Towns, streets and villages: those of the region's own list, and any that follow a masked name at once."""
    counties = {number for number in where.numbers if not number.endswith("00")}
    cities = {number[:4] for number in where.numbers if not number.endswith("0000")}
    found = []
    ends = {end for _start, end in spans}
    for match in _TOWN.finditer(text):
        if match.start() in ends and len(match[0]) > 2:
            found.append(match.span())
    for match in re.finditer(r"(?:街道|镇|乡|苏木)", text):
        for size in range(8, 1, -1):
            name = text[max(0, match.start() - size) : match.end()]
            seats = tables.townships().get(name, ())
            if any(seat in counties or seat[:4] in cities for seat in seats):
                found.append((match.end() - len(name), match.end()))
                break
    return found
