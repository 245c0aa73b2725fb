from __future__ import annotations

import pytest

from zhengping.engine.proofreading.doubled import doubled


@pytest.mark.parametrize(("text", "once"), [("组织组织培训", "组织"), ("建立了的的机制", "的"), ("全县人才全县人才", "全县人才"), ("他和和企业", "和")])
def test_what_stands_twice_is_found(text, once):
    assert [word for _, _, word in doubled(text)] == [once]


@pytest.mark.parametrize(
    "text",
    ["一件一件去做", "一个战役一个战役地打", "抓得很紧很紧", "总结总结经验", "目的的实现", "现在在农村", "家家户户", "请他鉴定鉴定", "党委根据根据地的情况", "点对点对接", "大片大片草地", "割着割着", "参与与会"],
)
def test_what_is_doubled_on_purpose_is_left_alone(text):
    assert doubled(text) == []
