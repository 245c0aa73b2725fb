"""A unit's name and its division -> what kind of unit it is and on which level it stands."""

from __future__ import annotations

import re
import tomllib
from functools import cache

from zhengping.engine import tables
from zhengping.engine.coding.gazetteer import names
from zhengping.engine.record import Place

# Cities whose party and government rank between province and prefecture (中编发[1994]1号).
_SUB_PROVINCIAL = frozenset(
    "210100 210200 220100 230100 320100 330100 330200 350200 370100 370200 420100 440100 440300 510100 610100".split()
)
_PLACE_ENDING = re.compile(
    r"(?:省|市|县|区|自治州|州|盟|旗|地区|新区|林区|特区)(?:委|人民政府|政府|党委)?$|^(?:中共)?.{2,12}(?:省|市|县|区|州|盟|旗)(?:委|人民政府|政府|委员会)$"
)
_COUNTRY = re.compile(
    r"^(?:中央|国家(?!电网|税务总局.)|国务院|全国|中华(?:人民共和国|全国)|最高人民|中国(?:科学技术协会|科协|作家协会|文联|记协|残联|侨联|人事科学研究院|工程院|科学院$))|"
    r"^(?:科学技术|农业农村|人力资源社会保障|教育|文化和旅游|工业和信息化|水利|商务|交通运输|财政|民政|司法|自然资源|生态环境|应急管理|公安)部"
)
_ENTERPRISES = frozenset(
    ("高等院校", "中小学与职业院校", "科研院所", "医院", "国有企业", "民营企业", "社会组织")
)
# An organization department of a university or a firm belongs to the university or the firm.
_INSTITUTION = re.compile(r"(?:大学|学院|医院|公司|集团|研究院|研究所|学校|中学)(?:党委|党组)?(?:组织|人事|人力|人才|宣传|党委|党群|工作)")
_SCHOLARS = re.compile(r"(?:科学院|研究院|研究所|学会|协会)$")
_CORPS = re.compile(r"建设兵团|第[一二三四五六七八九十]+师")
_TOWN = re.compile(r"(?:街道|镇|乡|苏木)")


# Kinds that are taken where no other word is found: a firm whose name does not tell whose it is.
_SURE = {"其他党政机关": 0.9, "民营企业": 0.75}


@cache
def _types() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = tomllib.loads(tables.text("unit_types.toml"))["type"]
    return tuple((row["name"], re.compile("|".join(row["words"]))) for row in rows)


@cache
def _offices() -> frozenset[str]:
    """Kinds that are departments of a party committee or a government."""
    return frozenset(("组织部门", "人社", "科技", "文旅", "农业农村", "教育", "卫健", "编办", "其他党政机关"))


def _is_school(name: str) -> bool:
    return name in names() and names()[name][0].kind == "school"


def _is_only_a_place(unit: str, place: Place) -> bool:
    if not place.quote or place.quote[-1] in "镇乡村" or _is_school(unit) or _is_school(place.quote):
        return False
    if place.quote in (unit, unit.replace(place.zone, "")):
        return True
    before = unit.removesuffix(place.quote)  # 浙江 before 湖州安吉
    return before != unit and before in names() and not _is_school(before)


def kind(unit: str, place: Place) -> tuple[str, str, float]:
    """The unit's type, the words that decided, and how sure that is (0 to 1).

    Types are those of tables/unit_types.toml and "地方" where only a place is named; "" for an empty name.
    """
    unit = re.sub(r"\s+", "", unit)
    if not unit:
        return "", "", 0.0
    if _is_only_a_place(unit, place):
        is_zone = place.zone and unit.endswith(place.zone) and not _CORPS.search(unit)
        return ("开发区" if is_zone else "地方"), unit, 0.98
    meaning = names().get(unit)
    if meaning and meaning[0].kind == "school" and unit.endswith(("大学", "学院")) and "职业" not in unit:
        return "高等院校", unit, 0.99
    if "职业" not in unit and re.match(r"^[^（(]{2,16}大学(?:[（(][^（）()]{1,6}[)）])?(?:党|组织|人事|人才|宣传|科研|教务|研究生|$)", unit):
        return "高等院校", "大学", 0.99  # 中国石油大学 is no oil company
    if "高等专科学校" in unit:
        return "高等院校", "高等专科学校", 0.99
    rest = unit[len(place.quote) :] if place.quote and unit.startswith(place.quote) else unit
    if rest in ("委", "人民政府", "政府", "党委", "市委", "县委", "区委", "省委"):
        return "其他党政机关", rest, 0.97
    if re.search(r"(?:附属|第[一二三四五六七八九十]|人民|中心|中医|协和).{0,12}医院$", unit):
        return "医院", "医院", 0.99
    if body := _SCHOLARS.search(unit):
        return ("社会组织" if body[0] in ("学会", "协会") else "科研院所"), body[0], 0.97  # whatever it studies: 船舶材料研究所 builds no ships
    institution = _INSTITUTION.search(re.sub(r"[（(][^（）()]{1,8}[)）]", "", unit))  # 中国石油大学（北京）组织部
    for name, words in _types():
        if institution and name in ("组织部门", "开发区"):
            continue
        found = words.search(rest) or (words.search(unit) if rest is not unit else None)
        if found and name == "其他党政机关" and place.zone and not unit.startswith(place.quote + "委"):
            return "开发区", place.zone, 0.85
        if found:
            return name, found[0], _SURE.get(name, 0.97)
    if place.zone:
        return "开发区", place.zone, 0.9
    if place.division and _PLACE_ENDING.search(unit):
        return "地方", unit, 0.9
    return "", "", 0.0


def level(unit: str, unit_type: str, place: Place) -> tuple[str, float]:
    """The unit's level: 中央, 省级, 副省级, 地级, 县级, 乡级, 村级 or 企事业, and how sure that is.

    A department has the level of the body it belongs to; schools, hospitals, institutes, firms and associations are 企事业.
    """
    if not unit_type:
        return "", 0.0
    if unit_type in _ENTERPRISES:
        return "企事业", 0.97
    if unit_type == "村社区":
        return "村级", 0.97
    if unit_type == "街道乡镇":
        return "乡级", 0.97
    if _COUNTRY.search(unit):
        return "中央", 0.95
    bare = re.search(r"(?:^|[^\u4e00-\u9fff])?(省|市|县|区|州|旗|盟)(?:委|人|政|编|科|教|文|农|卫)", unit)
    if not place.division:
        words = {"省": "省级", "县": "县级", "旗": "县级", "州": "地级", "盟": "地级"}
        return (words.get(bare[1], "") if bare else "", 0.8 if bare and bare[1] in words else 0.0)
    rest = unit.partition(place.quote)[2] if place.quote and place.quote in unit else unit  # 东乡区, 镇沅县 are no townships
    if unit_type in _offices() and _TOWN.search(rest) and unit_type != "组织部门":
        return "乡级", 0.8
    if unit_type == "开发区" or place.zone:
        return _zone_level(unit, place)
    return _division_level(place.division), 0.97


def _zone_level(unit: str, place: Place) -> tuple[str, float]:
    """A zone is taken to stand one step below the division that contains it, a new area of the state on the city's."""
    below = {"省级": "地级", "副省级": "县级", "地级": "县级", "县级": "乡级"}
    own = _division_level(place.division)
    if place.division.endswith("0000") or "国家级" in unit:
        return "地级", 0.7
    return below.get(own, "县级") if own != "县级" else "县级", 0.75


def _division_level(number: str) -> str:
    if number.endswith("0000"):
        return "省级"
    if number in _SUB_PROVINCIAL:
        return "副省级"
    return "地级" if number.endswith("00") else "县级"
