"""An article of cases in other words than the samples': what stands around a step in a list is not told with it."""

import json
import re
from pathlib import Path

import pytest

from zhengping.engine import chains, coding, record, tables
from zhengping.engine.roundup.clauses import bare, unlabelled

SETS = Path(__file__).parents[1] / "coding"


@pytest.fixture(scope="module")
def told():
    """The sentences about cases."""
    rows = [json.loads(line) for name in ("second", "third") for line in (SETS / f"handwritten_{name}.jsonl").read_text("utf-8").splitlines()]
    provinces, coder = {body.name: body.number for body in tables.bodies()}, coding.Coder(tables.themes())
    cases = [record.Case(at, row["title"], row["unit"], tuple(row["text"].split("\n")), province=provinces.get(row["province"], "")) for at, row in enumerate(rows, 1)]
    article = chains.overview([record.Entry(case, coder.code(case)) for case in cases], record.Edition(name="样例", themes=tables.themes()), length=6000).round_up
    return [s.text for section in article.sections for paragraph in section.paragraphs for s in paragraph if any(source.case for source in s.sources)]


def test_no_sentence_ends_with_the_marker_of_the_next_step(told):
    marker = re.compile(r"[，；](?:[（(].{1,2}[）)]|[①-⑩⑴-⑽]|其[一二三四五]|第[一二三四五六]|[一二三四五六].?|首先|其次|再次|最后|\d{1,2}[.．、]?)。$")

    assert len(told) > 30
    assert [text for text in told if marker.search(text)] == []


@pytest.mark.parametrize(
    ("sentence", "without"),
    [
        ("算待遇账：林场学校教师另发寒区岗位津贴。", "林场学校教师另发寒区岗位津贴。"),
        ("“减后顾”，回来的老师家属的工作由县里协调。", "回来的老师家属的工作由县里协调。"),
        ("看旧址，住板房，每人自己点一次火炉子。", "看旧址，住板房，每人自己点一次火炉子。"),
        ("每年腊月，观众到剧场投票打分定去留。", "每年腊月，观众到剧场投票打分定去留。"),
        ("建立人才驿站，让来的人先住下来再谈事。", "建立人才驿站，让来的人先住下来再谈事。"),
    ],
)
def test_the_short_name_of_a_step_is_not_told(sentence, without):
    assert unlabelled(sentence) == without


@pytest.mark.parametrize("announced", ["主要成效有三点：（1）", "成效：1.", "带来的变化：①", "一年下来：一、"])
def test_what_announces_a_list_is_not_told_with_its_first_item(announced):
    assert bare(f"{announced}两年认定各级版师4300余人。") == "两年认定各级版师4300余人"
    assert bare("全市产值：1.5亿元增至3亿元。") == "全市产值：1.5亿元增至3亿元"
