"""Texts in other words than the samples': what the coder promises on them without confirmed codings (`benchmarks/themes.py` gives the figures)."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengping.engine import coding, tables
from zhengping.engine.coding import themes
from zhengping.engine.coding.measures import measures
from zhengping.engine.record import Case


def rows(name):
    return [json.loads(line) for line in (Path(__file__).parent / f"{name}.jsonl").read_text("utf-8").splitlines()]


SETS = ["handwritten", *(f"handwritten_{which}" for which in ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"))]


@pytest.fixture(scope="module", params=SETS)
def coded(request):
    """The texts of a set, and what the coder says of them when it knows what the other sets teach, not what this one does."""
    lessons = [(row["title"], [], row["text"], row["theme"]) for name in SETS if name != request.param for row in rows(name)]
    made = themes.teach(lessons)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(themes, "taught", lambda: made)
        coder, texts = coding.Coder(tables.themes()), rows(request.param)
        yield texts, [coder.code(Case(row["id"], row["title"], row["unit"], tuple(row["text"].split("\n")))) for row in texts]


@pytest.mark.parametrize(("name", "least"), [("handwritten", 10), ("handwritten_second", 10), ("handwritten_third", 4), ("handwritten_fourth", 6), ("handwritten_fifth", 5), ("handwritten_sixth", 5), ("handwritten_seventh", 5), ("handwritten_eighth", 4)])
def test_every_theme_has_its_share_of_a_set(name, least):
    assert min(sum(row["theme"] == theme.key for row in rows(name)) for theme in tables.themes()) >= least


def test_the_main_theme_is_right_for_85_of_100(coded):
    texts, codings = coded
    right = sum(found.themes[:1] == (row["theme"],) for row, found in zip(texts, codings, strict=True))

    assert right >= 0.85 * len(texts)


def test_sentence_and_role_of_nine_measures_in_ten_are_exact(coded):
    texts, codings = coded
    wanted = [[(m["role"], m["sentence"]) for m in row["measures"]] for row in texts]
    told = [[(m.role, m.sentence) for m in found.measures] for found in codings]

    exact = sum(step in having for steps, having in zip(wanted, told, strict=True) for step in steps)

    assert exact >= 0.9 * sum(map(len, wanted))
    assert sum(map(len, told)) <= 1.05 * sum(map(len, wanted))


@pytest.mark.parametrize(
    "text",
    [
        "围绕转型，第一，市里成立服务组。第二，财政出两千万元。",
        "我们这样认定：第一步，市里成立服务组。第二步，财政出两千万元。",
        "分两步走：一方面，市里成立服务组。另一方面，财政出两千万元。",
        "做法不多。一来，市里成立服务组。二来，财政出两千万元。",
        "做法是：第一年，市里成立服务组。第二年，财政出两千万元。",
        "第一条跑道，市里成立服务组。第二条跑道，财政出两千万元。",
        "a. 市里成立服务组。\nb. 财政出两千万元。",
        "【先建】市里成立服务组。\n【再投】财政出两千万元。",
        "做法如下。甲、市里成立服务组。乙、财政出两千万元。",
    ],
)
def test_a_list_is_known_by_any_of_its_usual_markers(text):
    found = coding.Coder(tables.themes()).code(Case(1, "", "", tuple(text.split("\n")))).measures

    assert [(m.ordinal, m.sentence) for m in found] == [(1, "市里成立服务组。"), (2, "财政出两千万元。")]


@pytest.mark.parametrize(
    "text",
    [
        "在政策上，市里成立服务组。在资金上，财政出两千万元。在人手上，各部门派人。",
        "应用类，市里成立服务组。基础类，财政出两千万元。服务类，各部门派人。",
        "一方面，市里成立服务组。另一方面，财政出两千万元。此外，各部门派人。",
        "首先是市里成立服务组。其次，财政出两千万元。第三是各部门派人。",
        "第一站，市里成立服务组。第二站，财政出两千万元。第三站，各部门派人。",
        "政策上，市里成立服务组。资金上，财政出两千万元。人手上，各部门派人。",
        "具体来说，（一）市里成立服务组。\n（二）财政出两千万元。\n（三）各部门派人。",
    ],
)
def test_aspects_and_what_goes_on_are_lists_of_three(text):
    found = coding.Coder(tables.themes()).code(Case(1, "", "", tuple(text.split("\n")))).measures

    assert [m.sentence for m in found] == ["市里成立服务组。", "财政出两千万元。", "各部门派人。"]


@pytest.mark.parametrize(
    ("lead", "role"),
    [("摸底后发现：", "problem"), ("着力解决缺人的问题。", "measure"), ("着力解决以下问题：", "problem"), ("针对上述问题，市里对症下药：", "measure"), ("难点在三个字上。", "problem")],
)
def test_the_sentence_before_a_list_calls_its_items(lead, role):
    found = coding.Coder(tables.themes()).code(Case(1, "", "", (f"{lead}一是院所和企业。二是老师和学生。",))).measures

    assert {m.role for m in found} == {role}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“引”字当头，广纳贤才。办法十条。\n“用”字为本，搭建舞台。选派专家。", ["“引”字当头，广纳贤才。", "“用”字为本，搭建舞台。"]),
        ("上好认知课。看矿山。\n上好技能课。学模块。\n上好成长课。带到出师。", ["上好认知课。", "上好技能课。", "上好成长课。"]),
        ("上好认知课。看矿山。\n上好技能课。学模块。", []),
        ("在政策上，市里成立服务组。在资金上，财政出两千万元。", []),
    ],
)
def test_paragraphs_whose_heads_are_of_one_frame_are_a_list(text, expected):
    found = coding.Coder(tables.themes()).code(Case(1, "", "", tuple(text.split("\n")))).measures

    assert [m.sentence for m in found] == expected


@pytest.mark.parametrize(
    "text",
    [
        "项目分两期。一期投资三亿元。二期投资五亿元。",
        "全县评出一等奖三个，二等奖五个。",
        "第一年来了三个人，第二年来了九个人。",
        "他先到车间看，然后到食堂吃饭。",
        "一、二、三产业都有人来。",
        "——这是他常说的话。",
        "头一回，他哭了。",
        "第一关，是语言。",
        "一来就受到欢迎。",
        "一来二去，两家熟了。",
        "先是村民不信，后来都来了。",
        "附件1：申报表。附件2：汇总表。",
        "图表1 人才结构图。图表2 年龄结构图。",
        "Ⅰ期工程完工。Ⅱ期工程开工。",
        "一缺懂配种防疫的人，二缺会卖牛的人，三缺敢挑头的人。",
        "第一条航线，去年开通。第二条航线，今年开通。",
        "【案例背景】市里缺人。\n【主要做法】建了站。\n【工作成效】来了人。",
        "不是不想转，一怕泄密，二怕定价，三怕麻烦。",
        "第一年，亩均省水九十方。第二年，十一家找上门来。",
        "（一）问题在哪里\n人少。\n（二）怎么改的\n设了岗位。\n（三）改得怎样\n来了人。",
    ],
)
def test_what_only_looks_like_a_list_is_none(text):
    assert coding.Coder(tables.themes()).code(Case(1, "", "", tuple(text.split("\n")))).measures == ()


@pytest.mark.parametrize("text", ["首先：\n市里成立服务组。", "（一）：\n市里成立服务组。\n（二）：\n财政出两千万元。", "一、\n市里成立服务组。\n二、\n财政出两千万元。"])
def test_a_marker_alone_on_its_line_takes_the_next_line(text):
    found = coding.Coder(tables.themes()).code(Case(1, "", "", tuple(text.split("\n")))).measures

    assert [m.sentence for m in found] == ["市里成立服务组。", "财政出两千万元。"][: len(found)] and found


PIECES = ["一是", "二是", "（一）", "（二）", "首先", "再是", "还有", "其一", "其二", "第一步", "第二步", "头一件事", "1.", "2、", "①", "⑵", "Ⅰ.", "（甲）", "A.", "b）", "——", "▲", "规矩一", "规矩二", "一怕", "二怕", "一、", "二、", "Step 1", "是", "：", "，", "；", "。", " ", "\u3000", "“", "”", "服务", "问题", "成效", "\n", "\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_heap_of_markers_gives_whole_sentences_of_the_text(text):
    found = measures(Case(1, "", "", tuple(text.split("\n"))))

    assert all(m.sentence and m.sentence in text for m in found)


def test_words_teach_a_theme_and_other_themes_are_left_alone():
    lessons = [("", [], "羊倌赶着羊群上山", "rural"), ("", [], "羊倌卖羊毛", "rural"), ("", [], "舰船下水试航", "development"), ("", [], "舰船图纸", "development")]
    made = themes.teach(lessons)
    keys = [theme.key for theme in tables.themes()]

    said = made.logits({"羊倌", "舰队"})

    assert keys[int(said.argmax())] == "rural" and made.strongest({"羊倌", "上山", "舰船"}, keys.index("rural"))[0] == "羊倌"
    assert not made.logits({"从未见过"}).any()
