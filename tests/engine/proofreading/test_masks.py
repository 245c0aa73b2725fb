from __future__ import annotations

import pytest

from zhengping.engine.proofreading.masks import masks


@pytest.mark.parametrize("text", ["做好工*。", "*织部门牵头。", "人民代表大会制*、", "办好企*，", "效果好。*术员", "深入农*、工厂", "推进**改革。", "学习教*；"])
def test_a_masked_character_is_found_wherever_it_stands(text):
    assert len(masks(text)) == 1


@pytest.mark.parametrize("text", ["专家*，学者*，", "* 第一条", "*重点项目", "*人才引进", "注：见附件*", "（*为重点项目）", "3*4", "企业*、学校*。"])
def test_footnotes_and_bullets_are_left_alone(text):
    assert masks(text) == []
