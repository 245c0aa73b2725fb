from __future__ import annotations

import pytest

from zhengping.engine import chains
from zhengping.engine.record import Case, Edition

CODER = chains.coder(Edition(year=2026))
UNITS = [
    ("中国石油大学（北京）人才工作办公室", "高等院校", "企事业"),
    ("江西省抚州市东乡区人力资源和社会保障局", "人社", "县级"),
    ("普洱市镇沅彝族哈尼族拉祜族自治县科技局", "科技", "县级"),
    ("中共江苏省委组织部", "组织部门", "省级"),
    ("南京市委组织部", "组织部门", "副省级"),
    ("南京市鼓楼区湖南路街道办事处", "街道乡镇", "乡级"),
    ("西安医学高等专科学校人事处", "高等院校", "企事业"),
    ("山东艺术设计职业学院党委组织部", "中小学与职业院校", "企事业"),
    ("合肥市第一人民医院", "医院", "企事业"),
    ("中共衢州市委机构编制委员会办公室", "编办", "地级"),
]


@pytest.mark.parametrize(("unit", "kind", "level"), UNITS, ids=[unit for unit, *_ in UNITS])
def test_a_unit_has_its_type_and_level(unit, kind, level):
    coding = CODER.code(Case(1, "", unit))

    assert (coding.unit_type, coding.unit_level) == (kind, level)
