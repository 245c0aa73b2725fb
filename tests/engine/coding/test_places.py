from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengping.engine import tables
from zhengping.engine.coding import full_name, resolve

NAMES = [
    ("北京市朝阳区委组织部", "", "110105"),
    ("吉林省长春市朝阳区人社局", "", "220104"),
    ("辽宁省朝阳市委组织部", "", "211300"),
    ("鼓楼区委组织部", "320000", None),
    ("福建省福州市鼓楼区科技局", "", "350102"),
    ("海南藏族自治州委组织部", "", "632500"),
    ("海南省委组织部", "", "460000"),
    ("吉林市人力资源和社会保障局", "", "220200"),
    ("吉林省人力资源和社会保障厅", "", "220000"),
    ("延边州委组织部", "", "222400"),
    ("青岛西海岸新区", "", "370211"),
    ("中国海洋大学", "", "370200"),
    ("华东理工大学", "", "310000"),
    ("中国矿业大学（北京）", "", "110000"),
    ("市委组织部", "", ""),
    ("人力资源和社会保障局", "", ""),
]


@pytest.mark.parametrize(("name", "province", "division"), NAMES, ids=[name for name, *_ in NAMES])
def test_a_name_is_placed_or_left_open(name, province, division):
    found = resolve(name, province=province)

    if division is None:
        assert len(found.candidates) > 1 or found.division.startswith(province[:2])
    else:
        assert found.division == division


def test_a_former_name_is_placed_in_its_successor():
    assert resolve("江苏省南通市海门市委组织部", year=2026).division == "320614"


@pytest.mark.parametrize("division", [d for d in tables.divisions() if d.depth == 3][::61], ids=lambda d: d.number)
def test_a_full_name_is_placed_in_its_own_division(division):
    name = full_name(division.number)

    assert not name or resolve(name, year=int(division.last[:4])).division == division.number


@given(st.text(alphabet="省市县区州盟旗委局厅南北京东西海江山阳朝鼓楼", max_size=12))
def test_no_name_breaks_it_and_confidence_is_a_share(name):
    found = resolve(name)

    assert 0 <= found.confidence <= 1
    assert not found.division or full_name(found.division)
