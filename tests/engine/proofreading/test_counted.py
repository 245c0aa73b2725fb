from __future__ import annotations

import pytest

from zhengping.engine.proofreading.counted import bare_measures


@pytest.mark.parametrize("text", ["聘请名专家到村指导。", "投入万元建设平台。", "开展评估,个合作社因进度滞后被约谈。".replace(",", "，"), "不符合条件的个学校退回整改。", "开办培训班期，学员结业。"])
def test_a_measure_word_that_counts_nothing_is_found(text):
    assert len(bare_measures(text)) == 1


@pytest.mark.parametrize("text", ["聘请3名专家。", "每名专家都到村指导。", "国家名师进校园。", "来了一个人。", "她出了名。", "大家一起干，项目条件好。", "个人申报，名单公示。"])
def test_a_measure_word_that_counts_or_is_part_of_a_word_is_left_alone(text):
    assert bare_measures(text) == []
