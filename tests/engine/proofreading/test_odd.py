from __future__ import annotations

import pytest

from zhengping.engine.proofreading.odd import odd


@pytest.mark.parametrize("text", ["推進產業發展和人才隊伍建設。", "私用\ue000字符\u200b。", "我们的fazhan思路", "推进rén cái工作"])
def test_odd_characters_of_one_stretch_are_one_finding(text):
    assert len(odd(text)) == 1


@pytest.mark.parametrize("text", ["使用wifi和media。", "邮箱renshe@example.com", "建设CRM系统", "著名的乾隆", "见www.fazhan.cn"])
def test_names_and_english_words_are_left_alone(text):
    assert odd(text) == []
