"""Entry -> the names by which a round-up calls it: place and unit in full form, without saying a place twice."""

from __future__ import annotations

import re

from zhengping.engine import tables
from zhengping.engine.record import Entry

_LOCAL = ("组织部门", "人社", "科技", "文旅", "农业农村", "教育", "卫健", "编办", "其他党政机关", "街道乡镇", "村社区", "地方")


def subject(entry: Entry) -> str:
    """Place and unit in full form: 江苏省南京市委组织部, 陕西省西安市的西北工业大学; "" where neither is known.

    A place that the unit's own name begins with is not said twice; a unit without a place that cannot be known again is not named.
    """
    place, unit = entry.coding.place.name, re.sub(r"^中共(?=[\u4e00-\u9fff]{2,9}[委省市县区州])", "", entry.coding.unit)
    if not unit or not place:
        return unit if len(unit) >= 6 else ""
    if unit.startswith(place):
        return unit
    for size in range(min(len(place), len(unit)), 1, -1):
        if place.endswith(unit[:size]):
            return place + unit[size:]
        if unit.startswith(place[-size:]):
            return place + unit[size:]
    inside = _overlap(place, unit)
    if inside:
        return inside
    if entry.coding.unit_type in _LOCAL:
        return place + unit
    return unit if _names_place(place, unit) else f"{place}的{unit}"


def _overlap(place: str, unit: str) -> str:
    """Place and unit joined where the unit begins with a step of the place: 江苏省苏州市 + 苏州市吴江区…, 福建省厦门市 + 厦门航空, 吉林省延边朝鲜族自治州 + 延边州…."""
    start = 0
    for step in re.findall(r"[\u4e00-\u9fff]{2,12}?(?:自治[区州县旗]|[省市区县州盟旗])(?![省市州]|自治)|.+", place):
        short_name = re.sub(r"(?:[\u4e00-\u9fff]{1,3}族)*(?:自治)?[省市区县州盟旗]$", "", step)
        spoken = [step[:size] + step[-1] for size in (2, 3, 4)] if "族自治" in step else []  # 延边州
        for name in (step, short_name, *spoken):
            if len(name) >= 2 and unit.startswith(name):
                return place[:start] + unit
        start += len(step)
    return ""


def _names_place(place: str, unit: str) -> bool:
    """Whether a unit's name tells its province by itself (天津大学, 内蒙古师范大学)."""
    return any(place.startswith(body.name) and body.short in unit for body in tables.bodies())


def short(entry: Entry) -> str:
    """The place alone where the unit is a local office, else the unit: for lists such as "甲、乙等地"; "" where not known."""
    place = entry.coding.place.name
    if entry.coding.unit_type in _LOCAL and place:
        return place
    return re.sub(r"(?:党工委|管理委员会|管委会)[\u4e00-\u9fff]*$", "", subject(entry)) if entry.coding.unit_type == "开发区" else subject(entry)
