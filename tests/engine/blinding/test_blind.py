"""What a blind text hides, and what it leaves."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengping.engine.blinding import MASKS, blind
from zhengping.engine.record import Case, Coding, Part, PersonalDatum, Place

MASK = re.compile("|".join(map(re.escape, MASKS.values())))


def shown(text, unit="江苏省南京市鼓楼区委组织部", division="320106", words=(), **values):
    """The blind form of one paragraph."""
    coding = Coding(1, Place(division), unit, "", "") if division else None
    return blind(Case(1, "标题", unit, (text,), **values), coding, words).text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("江苏省南京市鼓楼区委组织部出台办法。", "〔单位〕出台办法。"),
        ("鼓楼区委组织部出台办法。", "〔地名〕委组织部出台办法。"),
        ("鼓楼区在南京率先试点，全省推广。", "〔地名〕在〔地名〕率先试点，全省推广。"),
        ("江 苏 省的经验。", "〔地名〕的经验。"),
        ("与上海市、广东省开展合作。", "与上海市、广东省开展合作。"),
        ("苏北地区首创。", "〔地名〕地区首创。"),
        ("区委书记张建国说，要重视人才。", "区委书记〔人名〕说，要重视人才。"),
        ("经王主任协调，李晓燕教授到场。", "经〔人名〕主任协调，〔人名〕教授到场。"),
        ("朝阳化工公司和农业农村局吕婷局长介绍，教育局高级工程师参加。", "朝阳化工公司和农业农村局〔人名〕局长介绍，教育局高级工程师参加。"),
        ("高级工程师12名，农业专家5名，马铃薯专家3名。", "高级工程师12名，农业专家5名，马铃薯专家3名。"),
        ("联系人：赵明 电话：13912345678", "联系人：〔人名〕 电话：〔电话〕"),
        ("投稿邮箱 abc@example.org，见 https://www.example.org/a。", "投稿邮箱 〔邮箱〕，见 〔网址〕。"),
        ("关注公众号“鼓楼人才”了解详情。", "关注公众号“〔账号〕”了解详情。"),
        ("全区人才总量增长12%。", "全区人才总量增长12%。"),
    ],
)
def test_unit_place_and_person_are_hidden_and_nothing_else(text, told):
    assert shown(text) == told


@pytest.mark.parametrize(
    ("unit", "division", "text", "told"),
    [
        ("江苏大学", "321100", "江苏大学（以下简称“江大”）推进改革，江大师生受益。", "〔单位〕（以下简称“〔单位〕”）推进改革，〔单位〕师生受益。"),
        ("浙江省杭州市恒谷智能装备有限公司", "330100", "恒谷智能装备引进博士，恒谷模式受到欢迎。", "〔单位〕引进博士，〔单位〕模式受到欢迎。"),
        ("海西蒙古族藏族自治州科学技术局", "632800", "海西州把人才摆上位置，海西做法推开。", "〔地名〕把人才摆上位置，〔地名〕做法推开。"),
        ("辽宁省沈阳市和平区教育局", "210102", "和平发展，和平区共建和平。", "和平发展，〔地名〕共建和平。"),
    ],
)
def test_short_names_of_units_and_places_are_hidden(unit, division, text, told):
    assert shown(text, unit, division) == told


def test_without_a_coding_the_unit_says_where_it_lies():
    assert shown("南京市鼓楼区的做法", division="") == "〔地名〕的做法"


def test_title_headings_and_given_words_are_masked():
    case = Case(1, "青蓝计划的南京实践", "南京市科学技术局", ("秦淮灯火工程",), (Part("background", "南京背景", 0, 1),))

    found = blind(case, Coding(1, Place("320100"), case.unit, "", ""), ["青蓝计划"])

    assert (found.title, found.parts[0].heading) == ("〔名称〕的〔地名〕实践", "〔地名〕背景")


def test_a_person_of_the_form_is_masked_without_a_title():
    assert shown("本案例由钱多多整理。", personal=(PersonalDatum("person", "钱多多"),)) == "本案例由〔人名〕整理。"


def test_a_person_named_once_with_a_title_is_masked_everywhere():
    assert shown("书记张建国带头。后来张建国又来了。") == "书记〔人名〕带头。后来〔人名〕又来了。"


def test_masks_are_counted_by_kind():
    assert blind(Case(1, "南京", "南京市科学技术局", ("南京，13912345678",))).masks == (("place", 2), ("telephone", 1))


@given(st.text(alphabet="南京市鼓楼区委组织部张建国书记，。abc12 在", max_size=60))
def test_all_that_is_left_stood_there_before_in_this_order(text):
    told, at = shown(text), 0

    for piece in MASK.split(told):
        at = text.index(piece, at) + len(piece)
    assert "南京" not in told and "鼓楼区" not in told


@given(st.text(max_size=80))
def test_a_blind_text_stays_as_it_is_when_blinded_again(text):
    once = shown(text)

    assert shown(once) == once
