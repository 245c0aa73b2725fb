import csv

import pytest

from zhengping.cli import main
from zhengping.engine.folder.sheets import rows_of

ESTIMATES = "案例,校准分,省份,单位,主题\n1,95,浙江,甲,评价\n2,94,浙江省,乙,评价\n3,93,浙江,丙,引进\n4,92,江苏,丁,引进\n5,91,四川,戊,培养\n"
RULES = 'total = 3\n[[awards]]\nname = "一等奖"\nnumber = 1\n[[awards]]\nname = "二等奖"\nnumber = 2\n[[most]]\nby = "省份"\nnumber = 2\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "e.csv").write_text(ESTIMATES, "utf-8")
    (tmp_path / "r.toml").write_text(RULES, "utf-8")
    return tmp_path


def run(folder, *words, rules="r.toml"):
    return main(["select", str(folder / "e.csv"), str(folder / rules), *map(str, words), "--quiet"])


def test_the_choices_are_written_to_the_screen(folder, capsys):
    assert run(folder) == 0

    found = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [(row["case"], row["award"], row["place"]) for row in found[:4]] == [("1", "一等奖", "1"), ("2", "二等奖", "2"), ("4", "二等奖", "3"), ("3", "", "")]


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
def test_the_choices_are_written_as_a_table(folder, ending):
    assert run(folder, "--out", folder / f"c{ending}") == 0

    assert [row["award"] for row in rows_of(folder / f"c{ending}")][:3] == ["一等奖", "二等奖", "二等奖"]


def test_attributes_may_stand_in_a_table_of_cases(folder):
    (folder / "cases.csv").write_text(ESTIMATES.replace("校准分", "原始分"), "utf-8")
    (folder / "e.csv").write_text("case,estimate\n" + "".join(f"{at},{96 - at}\n" for at in range(1, 6)), "utf-8")

    assert run(folder, "--cases", folder / "cases.csv", "--out", folder / "c.csv") == 0

    assert rows_of(folder / "c.csv")[3]["rule"] == "全部奖项中省份“浙江”至多2个"


def test_an_open_vote_gives_exit_code_one(folder):
    (folder / "e.csv").write_text("case,estimate,division\n1,95,浙江\n2,90,江苏\n3,90,四川\n4,90,北京\n", "utf-8")

    assert run(folder) == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("total = 3", "total = 243", "写明总数 243，而各奖项之和 1 + 2 = 3"),
        ("total = 3", "totall = 3", "是否为“total”"),
        ("number = 1\n", "numer = 1\n", "是否为“awards[1].number”".replace("awards[1].", "")),
        ('by = "省份"', 'by = "shengfen"', "不可用"),
        ("number = 2\n", "number = 9\n", "总数 3，而各奖项之和 1 + 9 = 10"),
        ('[[most]]\nby = "省份"\nnumber = 2', '[[most]]\nby = "省份"\nnumber = 2\nof = ["浙將"]', "是否为“浙江”"),
        ('[[most]]\nby = "省份"\nnumber = 2', '[[most]]\nby = "省份"\nnumber = 2\nshare = 0.1', "number 或 share 之一"),
        ('[[most]]\nby = "省份"\nnumber = 2', '[[most]]\nby = "mark"\nnumber = 2', "没有这一列的内容"),
        ('[[most]]\nby = "省份"\nnumber = 2', '[[most]]\nby = "省份"\nnumber = 2\naward = "三等奖"', "应为二等奖"),
        ('[[most]]\nby = "省份"\nnumber = 2', '[[barred]]\ncase = "9"\nreason = "撤稿"', "案例中没有"),
        ('[[most]]\nby = "省份"\nnumber = 2', '[[barred]]\ncase = "1"', "缺少“reason”"),
        ("total = 3", "total = [", "无法读取规则文件"),
        ('[[most]]\nby = "省份"\nnumber = 2', '[[least]]\nby = "省份"\nnumber = 2\nof = ["四川"]', "不能同时满足"),
    ],
)
def test_rules_that_cannot_be_used_are_refused_in_words(folder, capsys, old, new, said):
    (folder / "bad.toml").write_text(RULES.replace(old, new), "utf-8")

    assert run(folder, rules="bad.toml") == 3

    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("case,estimate\n1,x\n", "不是数字"),
        ("case,estimate\n1,5\n1,6\n", "重复"),
        ("case,estimate,low,high\n1,5,9,4\n", "最近的可用值为4"),
        ("case,estimate,sd\n1,5,-1\n", "最近的可用值为0"),
        ("case,score2\n1,5\n", "缺少“estimate"),
    ],
)
def test_estimates_that_cannot_be_used_are_named(folder, capsys, text, said):
    (folder / "e.csv").write_text(text, "utf-8")

    assert run(folder) == 3

    assert said in capsys.readouterr().err


def test_two_sets_of_rules_are_compared(folder, capsys):
    (folder / "b.toml").write_text(RULES.replace("number = 2\n[[most]]", "number = 2\n").replace('by = "省份"\nnumber = 2\n', ""), "utf-8")

    assert main(["--lang", "en", "compare-rules", str(folder / "e.csv"), str(folder / "r.toml"), str(folder / "b.toml"), "--quiet"]) == 0

    found = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [(row["case"], row["before"], row["after"]) for row in found] == [("3", "", "二等奖"), ("4", "二等奖", "")]
