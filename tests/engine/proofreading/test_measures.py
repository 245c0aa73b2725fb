from __future__ import annotations

import pytest

from zhengping.engine.proofreading.measures import uncounted


@pytest.mark.parametrize(
    "text",
    [
        "向家企业下放权限。",
        "建立清单化档案份，录入履历。",
        "种养大户组成个顾问组。",
        "平均用时由天压缩到7天。",
        "博士平均年龄超过岁。",
        "资产的倍。",
        "出资美元，收购股份。",
        "面积从6·平方米增加。",
        "很快买来只羊。",
        "牌的辆大卡车静静等着。",
        "返乡创业人才人，注册企业8家。",
        "，人未通过考察。",
        "分别为7%、%和5%。",
        "吸纳脱贫户户。",
        "由个科室组成。",
        "为期天的培训。",
    ],
)
def test_a_measure_word_without_its_number_is_found(text):
    assert len(uncounted(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "干部家用电不交钱，企业家走进科学院。",
        "派人到各市查阅。",
        "年收入达万元，吨煤成本下降。",
        "知名专家、著名教授、报名学员。",
        "家家户户，挨家挨户，困难户、脱贫户。",
        "面积400万平方公里，事半功倍，成倍增长。",
        "美元汇率上升，以美元计价，一美元兑八元。",
        "有个村，有家企业，找个单位。",
        "个人申报，由个人负责，和个别单位谈。",
        "岁月，岁末，周岁的孩子，三岁的孩子，贺岁片。",
        "大家自然高兴，一家人，这家企业，全国各个地方。",
        "张家口支队，新农民，农村人，本地人。",
        "公元前，单元楼，多元。",
    ],
)
def test_a_measure_word_that_counts_or_is_none_is_left_alone(text):
    assert uncounted(text) == []
