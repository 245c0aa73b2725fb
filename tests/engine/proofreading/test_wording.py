from __future__ import annotations

import pytest

from zhengping.engine import tables
from zhengping.engine.proofreading import built_in, proofread, wording
from zhengping.engine.record import Case

FULL = "各部门共同研究解决办法，定期开展回访，把工作做细做实，群众普遍表示满意，这项工作仍在继续推进。" * 3


def hits(text: str, table=None, title: str = "标题") -> list[tuple[str, str]]:
    """Term and suggestion of each hit in one paragraph."""
    found = proofread(Case(1, title, "单位", (text, FULL)), table=table or built_in())
    return [(dict(f.values)["word"], f.suggestion) for f in found if f.kind == "wording"]


@pytest.mark.parametrize(
    ("text", "term", "proper"),
    [
        ("获国土资源部表彰。", "国土资源部", "自然资源部"),
        ("市卫计委牵头。", "卫计委", "卫生健康委员会（卫生健康局）"),
        ("县环保局参加。", "环保局", "生态环境局"),
        ("各省、市、自治区推广。", "省、市、自治区", "省、自治区、直辖市"),
        ("新疆建设兵团某师。", "新疆建设兵团", "新疆生产建设兵团"),
        ("内蒙某旗。", "内蒙", "内蒙古"),
        ("以新时代中国特色社会主义思想为指导。", "新时代中国特色社会主义思想", "习近平新时代中国特色社会主义思想"),
        ("增强四个意识。", "四个意识", "“四个意识”"),
        ("截止2024年12月，引进3人。", "截止", "截至"),
        ("达到国家级水平。", "国家级", ""),
        ("服务最佳。", "最佳", ""),
        ("建立人材队伍台帐。", "人材队伍", "人才队伍"),
        ("近50余名专家。", "近50余", "50余（或近50）"),
        ("面积300平米。", "平米", "平方米"),
    ],
)
def test_a_term_that_should_stand_otherwise_is_told_with_its_proper_form(text, term, proper):
    assert (term, proper) in hits(text)


@pytest.mark.parametrize(
    "text",
    [
        "原国土资源部、原市卫计委、原某县环保局的办法。",
        "农业部门、文化部门、农业农村部、文化和旅游部。",
        "习近平新时代中国特色社会主义思想，“四个意识”，“三农”工作。",
        "国家级专精特新企业，国家级非遗，最佳实践案例，国家级新区。",
        "内蒙古自治区，各省区市，各省（区、市），县（市、区）。",
        "报名截止日期为3月1日，截至年末，截止时间另行通知。",
        "约50名专家，50余名学员，超过50人。",
        "企业文化部、人事部经理。",
    ],
)
def test_proper_forms_and_exceptions_are_left_alone(text):
    assert hits(text) == []


def test_every_group_of_the_table_says_why_in_both_languages():
    table = built_in()

    assert len(table.terms) > 150
    assert all(entry.reason and entry.english and entry.english != entry.reason for entry in (*table.terms, *table.required))


def test_no_proper_form_is_itself_a_hit():
    wrong = {term.proper: hits(term.proper) for term in built_in().terms if term.proper and "\\" not in term.proper and "或" not in term.proper and hits(term.proper)}

    assert wrong == {}


def test_a_call_without_contact_is_told_what_it_lacks():
    def lacking(text: str) -> int:
        case = Case(1, "关于征集人才工作案例的通知", "", (text, FULL))
        return sum(f.kind == "wording-required" for f in proofread(case, table=built_in()))

    assert (lacking("请各单位报送。"), lacking("请于3月1日前报送，联系人：办公室，报送时间见附件。")) == (2, 0)


def test_an_own_table_stands_beside_the_built_in_one_or_alone():
    own = '[[terms]]\nreason = "用全称"\nwords = { "人才办" = "人才工作领导小组办公室" }\n'

    beside, alone = hits("人才办和国土资源部。", wording(own, "own.toml")), hits("人才办和国土资源部。", wording("built_in = false\n" + own, "own.toml"))

    assert (len(beside), alone) == (2, [("人才办", "人才工作领导小组办公室")])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[[terms", "wording-not-read"),
        ("term = 1", "wording-key"),
        ("[[terms]]\nwords = 3", "wording-key"),
        ("[[terms]]\nfoo = 'a'", "wording-key"),
        ("terms = 3", "wording-key"),
        ("[[terms]]\npatterns = { '(' = 'a' }", "wording-pattern"),
        ("[[terms]]\npatterns = { 'a' = '\\2' }", "wording-pattern"),
        ("[[required]]\nin = '('", "wording-pattern"),
        ("[[terms]]\nseverity = 'bad'\nwords = { 'a' = 'b' }", "wording-severity"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_place(text, key):
    with pytest.raises(tables.Trouble) as raised:
        wording(text, "own.toml")

    assert raised.value.key == key and "own.toml" in raised.value.said("zh") and "own.toml" in raised.value.said("en")
