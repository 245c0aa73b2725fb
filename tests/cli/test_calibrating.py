import csv
import json

import numpy as np
import pytest

from zhengping.cli import main
from zhengping.engine.folder import calibrating, grids, selecting


def marks(seed=0, cases=40, judges=6, reads=3):
    rng = np.random.default_rng(seed)
    quality, strict = rng.standard_normal(cases), rng.normal(0, 0.7, judges)
    for case in range(cases):
        for judge in sorted(rng.permutation(judges)[:reads].tolist()):
            yield f"案例{case:02}", f"评委{'甲乙丙丁戊己'[judge]}", round(72 + 7 * (quality[case] - strict[judge] + rng.standard_normal()))


@pytest.fixture
def folder(tmp_path):
    grids.save(tmp_path / "scores.csv", ("案例", "评委", "得分"), marks())
    return tmp_path


def run(*words):
    return main(["calibrate", *map(str, words)])


def rows(path):
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_three_files_are_written(folder, capsys):
    assert run(folder / "scores.csv", "--out", folder / "out") == 0

    found = rows(folder / "out/estimates.csv")
    assert list(found[0])[:11] == "case estimate low high rank rank_low rank_high mean trimmed reads explanation".split()
    assert [row["rank"] for row in found[:2]] == ["1", "2"]
    assert "校准后" in found[0]["explanation"]
    assert list(rows(folder / "out/judges.csv")[0]) == "judge severity low high discrimination noise reads".split()
    assert json.loads((folder / "out/agreement.json").read_text("utf-8"))["cases"] == 40
    assert "ICC" in capsys.readouterr().err


def test_the_selection_reads_the_estimates(folder):
    run(folder / "scores.csv", "--out", folder / "out", "--quiet")

    found = selecting.estimates(folder / "out/estimates.csv")

    assert len(found.estimates) == 40
    assert found.estimates[0].sd > 0


def test_a_wide_workbook_says_the_same(folder):
    given = {(case, judge): mark for case, judge, mark in marks()}
    cases, judges = ([*dict.fromkeys(pair[at] for pair in given)] for at in (0, 1))
    grids.save(folder / "wide.xlsx", ("案例", "单位", *judges), [(case, "某局", *(given.get((case, judge)) for judge in judges)) for case in cases])

    run(folder / "scores.csv", "--out", folder / "long", "--quiet")
    run(folder / "wide.xlsx", "--out", folder / "wide", "--quiet")

    assert rows(folder / "long/estimates.csv") == rows(folder / "wide/estimates.csv")
    assert calibrating.read(folder / "wide.xlsx").unused == ("单位",)


def test_a_rubric_weighs_criteria_and_public_votes_stand_beside(folder):
    both = [(case, judge, name, mark) for case, judge, mark in marks() for name in ("创新", "成效")]
    grids.save(folder / "scores.csv", ("case", "judge", "criterion", "score"), both)
    (folder / "r.toml").write_text('[[criteria]]\nname = "创新"\nweight = 0.4\n[[criteria]]\nname = "成效"\nweight = 0.6\n', "utf-8")
    grids.save(folder / "votes.csv", ("case", "public"), [(case, at) for at, case in enumerate(sorted({row[0] for row in both}))])

    assert run(folder / "scores.csv", "--rubric", folder / "r.toml", "--public", folder / "votes.csv", "--out", folder / "out", "--quiet") == 0

    assert list(rows(folder / "out/estimates.csv")[0])[-3:] == ["voted", "创新", "成效"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("case,judge,score\na,x,80\na,x,81\n", "重复"),
        ("case,judge,score\na,x,八十\n", "不是数字"),
        ("case,judge,score\na,x,180\n", "不在0至100之间"),
        ("case,judge\na,x\n", "缺少“score"),
        ("case,judge,score\n", "只有表头"),
        ("", "空文件"),
        ("case,unit\na,x\n", "没有评委列"),
        ("case,judge,score\n" + "".join(f"c{at},{who},{mark}\n" for at in range(9) for who, mark in (("x", 70 + at), ("y", 75 + at), ("z", 7))), "“z”"),
    ],
)
def test_what_is_wrong_is_named(folder, capsys, text, said):
    (folder / "bad.csv").write_text(text, "utf-8")
    (folder / "r.toml").write_text('[[criteria]]\nname = "总分"\n', "utf-8")

    assert run(folder / "bad.csv", "--rubric", folder / "r.toml", "--out", folder / "out") == 3

    assert said in capsys.readouterr().err
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [("x = 1\n", "“x”"), ("[[criteria]]\nname = 'a'\nhigh = -1\n", "“high”"), ("[[criteria]]\nname = 'a'\nwieght = 1\n", "是否为“weight”"), ("[[", "无法读取")],
)
def test_a_rubric_that_is_wrong_is_named(folder, capsys, text, said):
    (folder / "r.toml").write_text(text, "utf-8")

    assert run(folder / "scores.csv", "--rubric", folder / "r.toml") == 3

    assert said in capsys.readouterr().err


def test_islands_give_exit_code_one(folder, capsys):
    other = [(f"乙{case}", f"乙{judge}", mark) for case, judge, mark in marks(1)]
    grids.save(folder / "scores.csv", ("case", "judge", "score"), [*marks(), *other])

    assert run(folder / "scores.csv") == 1

    assert "组" in capsys.readouterr().err
    assert (folder / "estimates.csv").exists()


def test_next_reads_stand_at_the_line_and_keep_the_rules(folder, capsys):
    (folder / "judges.csv").write_text(
        "评委,省份,请假\n" + "".join(f"评委{who},{'浙江' if who == '甲' else '四川'},\n" for who in "甲乙丙丁戊己") + "评委新,北京,\n评委远,北京,是\n", "utf-8"
    )
    (folder / "cases.csv").write_text("案例,省份\n" + "".join(f"案例{at:02},浙江\n" for at in range(40)), "utf-8")

    words = ["--budget", "12", "--awards", "10%,20:0.5", "--judges", str(folder / "judges.csv"), "--cases", str(folder / "cases.csv")]
    assert main(["next-reads", str(folder / "scores.csv"), *words]) == 0

    said = capsys.readouterr()
    found = list(csv.DictReader(said.out.splitlines()))
    assert len(found) == 12
    assert not {row["judge"] for row in found} & {"评委甲", "评委远"}
    assert "评委新" in {row["judge"] for row in found}
    assert "建议补充12次" in said.err


def test_an_award_line_that_is_wrong_is_named(folder, capsys):
    assert main(["next-reads", str(folder / "scores.csv"), "--budget", "5", "--awards", "400"]) == 3

    assert "“400”" in capsys.readouterr().err
