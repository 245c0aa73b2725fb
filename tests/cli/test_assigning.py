import csv
import json

import pytest

from zhengping.cli import main
from zhengping.engine.folder.sheets import rows_of

CASES = "案例,省份,单位,主题\n1,浙江,甲局,人才评价\n2,江苏省,乙局,人才引进\n3,四川,丙局,人才培养\n"
JUDGES = "评委,省份,单位,专长,请假\n张三,浙江,甲局,人才评价,\n李四,北京,丁局,人才引进,\n王五,江苏,戊局,人才评价,否\n赵六,上海,己局,人才培养,\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cases.csv").write_text(CASES, "utf-8")
    (tmp_path / "judges.csv").write_text(JUDGES, "gb18030")
    return tmp_path


def run(folder, *words):
    return main(["assign", str(folder / "cases.csv"), str(folder / "judges.csv"), *map(str, words)])


def test_the_plan_is_written_to_the_screen(folder, capsys):
    assert run(folder, "--reads", 2, "--quiet") == 0

    found = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["case"] for row in found] == ["1", "1", "2", "2", "3", "3"]
    assert {row["judge"] for row in found if row["case"] == "1"} <= {"李四", "王五", "赵六"}


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
def test_the_plan_is_written_as_a_table_with_its_report(folder, ending):
    assert run(folder, "--reads", 2, "--out", folder / f"plan{ending}", "--report", folder / "r.json", "--quiet") == 0

    assert len(rows_of(folder / f"plan{ending}")) == 6
    assert json.loads((folder / "r.json").read_text("utf-8"))["barred"] == [["own-province", 2], ["own-unit", 1]]


def test_the_report_is_a_page_in_the_language_chosen(folder):
    assert (
        main(["--lang", "en", "assign", str(folder / "cases.csv"), str(folder / "judges.csv"), "--reads", "2", "--report", str(folder / "r.html"), "--quiet"])
        == 0
    )

    assert "Report on the assignment" in (folder / "r.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("judges.csv", "judge\na\na\n", "与第2行的“a”重复"),
        ("judges.csv", "judge,division\na,浙將\nb,北京\n", "是否为“浙江省”"),
        ("judges.csv", "judge,least,most\na,5,2\n", "最近的可用值为2"),
        ("judges.csv", "judge,away\na,也许\n", "请填写“是”或“否”"),
        ("cases.csv", "case\n", "只有表头"),
        ("cases.csv", "number,name\n1,x\n", ""),
        ("conflicts.csv", "case,judge\n9,张三\n", "不在名单中"),
        ("conflicts.csv", "case,judge\n1,张山\n", "是否为“张三”"),
        ("fit.csv", "case,judge,fit\n1,张三,1.5\n", "不在0至1之间"),
        ("fit.csv", "case,judge,fit\n1,张三,80%\n", "是否为“0.8”"),
    ],
)
def test_bad_input_is_named_and_the_exit_code_says_so(folder, capsys, file, text, said):
    (folder / file).write_text(text, "utf-8")
    options = [f"--{file[:-4]}", folder / file] if file in ("conflicts.csv", "fit.csv") else []

    code = run(folder, "--reads", 1, "--quiet", *options)

    assert (code, said in capsys.readouterr().err) == ((3, True) if said else (0, True))


def test_what_cannot_be_done_is_explained(folder, capsys):
    assert main(["--lang", "en", "assign", str(folder / "cases.csv"), str(folder / "judges.csv"), "--reads", "4", "--quiet"]) == 3

    assert "Least change: 1 more judges from outside 浙江" in capsys.readouterr().err
