"""A province and a seed -> a unit with its true division, type and level, named as units name themselves, traps among them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from random import Random

from zhengping.engine import tables
from zhengping.engine.record import Division

_SUB_PROVINCIAL = frozenset({"210100", "210200", "220100", "230100", "320100", "330100", "330200", "350200", "370100", "370200", "420100", "440100", "440300", "510100", "610100"})  # fmt: skip
MUNICIPALITIES = ("11", "12", "31", "50")
_KINDS = (("组织部门", 30), ("人社", 12), ("科技", 6), ("文旅", 4), ("农业农村", 6), ("教育", 3), ("卫健", 3), ("编办", 2), ("其他党政机关", 5), ("街道乡镇", 6), ("村社区", 2),
          ("高等院校", 8), ("中小学与职业院校", 2), ("科研院所", 2), ("医院", 3), ("国有企业", 3), ("民营企业", 4), ("社会组织", 2), ("开发区", 2))  # fmt: skip
_SUFFIX = {
    "组织部门": (("委组织部",), ("委组织部",)),
    "人社": (("人力资源和社会保障厅", "人社厅"), ("人力资源和社会保障局", "人社局")),
    "科技": (("科学技术厅", "科技厅"), ("科学技术局", "科技局")),
    "文旅": (("文化和旅游厅",), ("文化和旅游局", "文化广电和旅游局", "文旅局")),
    "农业农村": (("农业农村厅",), ("农业农村局",)),
    "教育": (("教育厅",), ("教育局",)),
    "卫健": (("卫生健康委员会", "卫健委"), ("卫生健康局", "卫生健康委员会", "卫健局")),
    "编办": (("委机构编制委员会办公室", "委编办"), ("委机构编制委员会办公室", "委编办")),
    "其他党政机关": (("财政厅", "工业和信息化厅", "委宣传部"), ("财政局", "工业和信息化局", "委宣传部", "人民政府办公室", "商务局")),
}
_BRANDS = ("云栈", "恒谷", "瑞岭", "芯田", "蓝屿", "禾拓", "远桥", "青竹", "鼎湖", "星旷", "博川", "润森")
_TRADES = ("科技有限公司", "生物科技股份有限公司", "智能装备有限公司", "农业发展有限公司", "新材料有限公司")
_VILLAGES = ("东山", "柳树", "石桥", "新庄", "上河", "大洼", "青杨", "双井", "红旗", "前岭")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its name as written, its truth, the place as its text says it, and the trap it is, if any."""

    name: str
    division: str
    type: str
    level: str
    place: str
    trap: str = ""


@cache
def current() -> dict[str, Division]:
    """Divisions valid now, by number."""
    last = max(division.last for division in tables.divisions())
    return {division.number: division for division in tables.divisions() if division.last == last}


@cache
def by_province() -> dict[str, list[Division]]:
    """Prefectures and counties of each province (two digits); 市辖区 and the like are left out."""
    found: dict[str, list[Division]] = defaultdict(list)
    for division in current().values():
        if (division.depth > 1 and not division.name.endswith(("市辖区", "直辖县级行政区划", "县"))) or (division.depth == 3 and len(division.name) > 2):
            if division.name not in ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"):
                found[division.number[:2]].append(division)
    return found


@cache
def _names() -> Counter[str]:
    return Counter(division.name for division in current().values())


@cache
def _names_within() -> Counter[tuple[str, str]]:
    return Counter((division.number[:2], division.name) for division in current().values())


@cache
def _towns() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, counties in tables.townships().items():
        if name.endswith(("镇", "乡", "街道")) and 2 < len(name) < 7 and "管理" not in name:
            for county in counties:
                found[county].append(name)
    return {county: sorted(names) for county, names in found.items()}


@cache
def _universities() -> dict[str, list[tables.University]]:
    found: dict[str, list[tables.University]] = defaultdict(list)
    seats = _seats()
    for university in tables.universities():
        if university.seat in seats:
            found[seats[university.seat][:2]].append(university)
    return found


@cache
def _seats() -> dict[str, str]:
    """Names of municipalities, prefectures and counties under a province -> their numbers; names that stand twice are left out."""
    places = [d for d in current().values() if d.depth < 3 or d.number[2] == "9"]
    twice = Counter(d.name for d in places)
    return {d.name: d.number for d in places if twice[d.name] == 1}


def full(division: Division, *, province: bool = True) -> str:
    """The full name: 江苏省南京市鼓楼区, or without the province."""
    table = current()
    names = [table[division.province].name] if province else []
    if division.depth == 3 and division.number[:2] not in MUNICIPALITIES and division.city in table:
        names.append(table[division.city].name)
    if division.depth == 1:
        return division.name
    return "".join((*names, division.name))


def written(division: Division, chance: Random) -> tuple[str, str]:
    """(the place as a unit writes it before its name, trap): full, without province, or bare where its province makes it unique."""
    pick = chance.random()
    if division.depth == 1 or pick < 0.35:
        return full(division), ""
    if pick < 0.75 or division.depth == 2:
        text = full(division, province=division.number[:2] in MUNICIPALITIES)
        return (text, "") if division.depth == 2 or text != division.name else (full(division), "")
    if _names_within()[division.number[:2], division.name] == 1:
        return division.name, "namesake" if _names()[division.name] > 1 else "bare"
    return full(division), ""


def level_of(division: Division) -> str:
    """The level of an organ of a division."""
    if division.depth == 1:
        return "省级"
    return "副省级" if division.number in _SUB_PROVINCIAL else ("地级", "县级")[division.depth - 2]


def unit(chance: Random, province: str) -> Unit:
    """A unit sent through `province` (two digits)."""
    kind = chance.choices([name for name, _ in _KINDS], [weight for _, weight in _KINDS])[0]
    division = _division(chance, province, kind)
    if kind in _SUFFIX:
        return _organ(chance, division, kind)
    return _MAKERS[kind](chance, division, province)


def _division(chance: Random, province: str, kind: str) -> Division:
    own = by_province()[province]
    if kind in _SUFFIX and chance.random() < 0.06:
        return current()[province + "0000"]
    counties = [d for d in own if d.depth == 3]
    cities = [d for d in own if d.depth == 2] or counties
    if kind in ("街道乡镇", "村社区"):
        having = [d for d in counties if _towns().get(d.number)]
        return chance.choice(having or counties)
    return chance.choice(cities if chance.random() < 0.4 else counties or cities)


def _organ(chance: Random, division: Division, kind: str) -> Unit:
    place, trap = written(division, chance)
    suffix = chance.choice(_SUFFIX[kind][0 if division.depth == 1 else 1])
    if division.number[:2] in MUNICIPALITIES and division.depth == 1:
        suffix = suffix.replace("厅", "局")
    name = ("中共" if suffix.startswith("委") and chance.random() < 0.4 else "") + place + suffix
    return Unit(name, division.number, kind, level_of(division), full(division), trap)


def _town(chance: Random, division: Division, _province: str) -> Unit:
    town = chance.choice(_towns().get(division.number) or ["城关镇"])
    place = full(division, province=chance.random() < 0.5 or division.number[:2] in MUNICIPALITIES)
    suffix = "办事处" if town.endswith("街道") else "人民政府"
    return Unit(f"{place}{town}{suffix}", division.number, "街道乡镇", "乡级", full(division) + town)


def _village(chance: Random, division: Division, _province: str) -> Unit:
    town = chance.choice(_towns().get(division.number) or ["城关镇"])
    name = chance.choice(_VILLAGES)
    suffix = f"{name}社区居民委员会" if town.endswith("街道") else f"{name}村村民委员会"
    return Unit(f"{full(division)}{town}{suffix}", division.number, "村社区", "村级", full(division) + town)


def _university(chance: Random, division: Division, province: str) -> Unit:
    pool = _universities()[province if _universities()[province] else "11"]
    found = chance.choice(pool)
    ending = chance.choice(("", "", "党委组织部", "人事处", "人才工作办公室"))
    kind = "中小学与职业院校" if "职业" in found.name else "高等院校"
    return Unit(found.name + ending, _seats()[found.seat], kind, "企事业", found.seat, "university")


def _school(chance: Random, division: Division, _province: str) -> Unit:
    return Unit(full(division) + chance.choice(("职业中等专业学校", "第一中学", "职业教育中心", "实验小学")), division.number, "中小学与职业院校", "企事业", full(division))


def _institute(chance: Random, division: Division, _province: str) -> Unit:
    return Unit(full(division) + chance.choice(("农业科学研究院", "林业科学研究所", "农业科学研究所")), division.number, "科研院所", "企事业", full(division))


def _hospital(chance: Random, division: Division, _province: str) -> Unit:
    return Unit(full(division, province=chance.random() < 0.5) + chance.choice(("人民医院", "中医院", "妇幼保健院")), division.number, "医院", "企事业", full(division))


def _state_firm(chance: Random, division: Division, _province: str) -> Unit:
    name = chance.choice(("城市建设投资集团有限公司", "交通投资集团有限公司", "国有资产经营有限公司", "水务集团有限公司"))
    return Unit(full(division) + name, division.number, "国有企业", "企事业", full(division))


def _private_firm(chance: Random, division: Division, _province: str) -> Unit:
    return Unit(full(division) + chance.choice(_BRANDS) + chance.choice(_TRADES), division.number, "民营企业", "企事业", full(division))


def _society(chance: Random, division: Division, _province: str) -> Unit:
    return Unit(full(division) + chance.choice(("人才发展促进会", "企业家协会", "青年创业促进会")), division.number, "社会组织", "企事业", full(division))


def _zone(chance: Random, division: Division, province: str) -> Unit:
    """A zone's administration; its level is a matter of appointment and not part of the truth."""
    own = sorted((name, number) for name, number in tables.zones().items() if number[:2] == province and number in current())
    if not own:
        return _society(chance, division, province)
    name, number = chance.choice(own)
    return Unit(f"{name}管理委员会", number, "开发区", "", name)


_MAKERS = {
    "开发区": _zone,
    "街道乡镇": _town,
    "村社区": _village,
    "高等院校": _university,
    "中小学与职业院校": _school,
    "科研院所": _institute,
    "医院": _hospital,
    "国有企业": _state_firm,
    "民营企业": _private_firm,
    "社会组织": _society,
}
