import csv
import json
from datetime import datetime, timedelta

import numpy as np
import pytest

from zhengping.cli import main
from zhengping.engine.folder import grids, scrutinising

PROVINCES = ("浙江省", "江苏省", "四川省", "广东省", "湖北省")


def panel(seed=0, cases=200, judges=16, reads=4):
    rng = np.random.default_rng(seed)
    quality, strict = rng.standard_normal(cases), rng.normal(0, 0.7, judges)
    rows = []
    for case in range(cases):
        for judge in sorted(rng.permutation(judges)[:reads].tolist()):
            mark = 72 + 7 * (quality[case] - strict[judge] + rng.standard_normal()) + (20 if judge == 3 and case % 5 == 4 else 0)
            rows.append([f"案例{case:03}", f"评委{judge:02}", int(np.clip(round(mark), 30, 120))])
    return rows


@pytest.fixture
def folder(tmp_path):
    rows = panel()
    grids.save(tmp_path / "scores.csv", ("案例", "评委", "得分"), rows)
    grids.save(tmp_path / "plan.csv", ("case", "judge", "fit"), [(case, judge, 1) for case, judge, _mark in rows])
    grids.save(tmp_path / "cases.csv", ("案例", "省份", "单位"), [(f"案例{at:03}", PROVINCES[at % 5], f"单位{at}") for at in range(200)])
    grids.save(tmp_path / "judges.csv", ("评委", "省份", "单位"), [(f"评委{at:02}", "湖北省" if at == 3 else "上海市", "某大学") for at in range(16)])
    return tmp_path


def run(folder, *words, scores="scores.csv"):
    return main(["scrutinise", str(folder / scores), str(folder / "plan.csv"), *map(str, words)])


def rows(path):
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_favour_for_the_own_province_is_written_in_three_tables(folder, capsys):
    words = ("--cases", folder / "cases.csv", "--judges", folder / "judges.csv", "--out", folder / "out")

    assert run(folder, *words) == 1

    first = rows(folder / "out/alerts.csv")[0]
    assert tuple(first) == scrutinising.HEAD
    assert (first["kind"], first["judges"], first["group"]) == ("本省偏高", "评委03", "湖北省")
    assert "湖北省" in first["finding"]
    assert "也可能" in first["innocent"]
    assert json.loads((folder / "out/alerts.jsonl").read_text("utf-8").splitlines()[0])["judges"] == "评委03"
    assert (folder / "out/alerts.xlsx").read_bytes()[:2] == b"PK"
    assert "不能保证发现" in capsys.readouterr().err


def test_without_tables_of_cases_the_shape_is_still_tested(folder, capsys):
    assert run(folder, "--level", "0.0001") == 0

    told = capsys.readouterr()
    assert told.out.splitlines() == [",".join(scrutinising.HEAD)]
    assert "没有提示" in told.err


def test_english_is_complete(folder, capsys):
    assert main(["--lang", "en", "scrutinise", str(folder / "scores.csv"), str(folder / "plan.csv"), "--cases", str(folder / "cases.csv")]) == 1

    told = capsys.readouterr()
    assert "points more than expected" in told.out
    assert "Not promised" in told.err


def test_a_wide_table_says_the_same(folder, capsys):
    given = {(case, judge): mark for case, judge, mark in panel()}
    judges = sorted({judge for _case, judge in given})
    grids.save(folder / "wide.xlsx", ("案例", *judges), [(case, *(given.get((case, one)) for one in judges)) for case in sorted({case for case, _one in given})])

    run(folder, "--cases", folder / "cases.csv", "--quiet")
    long = capsys.readouterr().out
    run(folder, "--cases", folder / "cases.csv", "--quiet", scores="wide.xlsx")

    assert capsys.readouterr().out == long


def test_any_heading_of_the_cases_may_be_a_group(folder, capsys):
    grids.save(folder / "cases.csv", ("案例", "赛道"), [(f"案例{at:03}", f"第{at % 5 + 1}赛道") for at in range(200)])

    run(folder, "--cases", folder / "cases.csv", "--by", "赛道")

    assert "“第5赛道”" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("案例001", "评委00", "九十"), "九十"),
        (("案例001", "评委99", 80), "是否为“评委0"),
        (("案例9999", "评委00", 80), "案例9999"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(folder, capsys, change, word):
    grids.save(folder / "scores.csv", ("案例", "评委", "得分"), [*panel(), change])

    assert run(folder) == 3

    told = capsys.readouterr().err
    assert word in told
    assert "第802行" in told


def test_a_time_that_is_none_is_named(folder, capsys):
    grids.save(folder / "scores.csv", ("案例", "评委", "得分", "时间"), [[*row, "上午" if at == 4 else "2026-05-06 09:30"] for at, row in enumerate(panel())])

    assert run(folder) == 3
    assert "第6行" in capsys.readouterr().err


def test_a_score_signed_before_it_was_begun_is_named(folder, capsys):
    head = ("案例", "评委", "得分", "开始时间", "时间")
    grids.save(folder / "scores.csv", head, [[*row, "2026-05-06 09:20", "2026-05-06 09:10" if at == 7 else "2026-05-06 09:40"] for at, row in enumerate(panel())])

    assert run(folder) == 3
    assert "第9行" in capsys.readouterr().err


def test_reads_without_assignment_and_assigned_reads_without_score_are_told(folder, capsys):
    some = panel()
    grids.save(folder / "plan.csv", ("case", "judge"), [row[:2] for row in some[1:]])
    grids.save(folder / "scores.csv", ("案例", "评委", "得分"), some[:-1])

    run(folder)

    told = capsys.readouterr().err
    assert f"有1次评阅不在分配表中（如：{some[0][0]} · {some[0][1]}）" in told
    assert f"分配表中有1次评阅没有分数（如：{some[-1][0]} · {some[-1][1]}）" in told


def test_an_unknown_group_is_asked_about(folder, capsys):
    assert run(folder, "--cases", folder / "cases.csv", "--by", "赛到") == 3
    assert "--by" in capsys.readouterr().err


def test_times_are_read_as_people_write_them():
    first = scrutinising.moment("2026-05-06 09:30:00")

    assert first == scrutinising.moment("2026/5/6 9:30") == scrutinising.moment("2026年5月6日 9时30分") == scrutinising.moment("2026-05-06T09:30:00Z")
    assert scrutinising.moment("10:00") - scrutinising.moment("9:30") == 1800
    assert abs(scrutinising.moment(str(46148 + 9.5 / 24)) - first) < 1
    assert scrutinising.moment("12") == 12
    assert [scrutinising.moment(word) for word in ("上午", "25:00", "2026-13-01")] == [None, None, None]


def test_an_order_of_reading_shows_drift_but_no_haste(folder, capsys):
    place = dict.fromkeys((f"评委{at:02}" for at in range(16)), 0)
    told = []
    for case, judge, mark in panel():
        place[judge] += 1
        told.append((case, judge, mark + (place[judge] * 30 // 50 if judge == "评委05" else 0), place[judge]))
    grids.save(folder / "scores.csv", ("案例", "评委", "得分", "时间"), told)

    run(folder)

    out, err = capsys.readouterr()
    assert "前后变化,评委05" in out
    assert "用时过短" in err.split("未检验：")[1]


def test_minutes_show_haste(folder, capsys):
    start, clock = datetime(2026, 5, 6, 9), {}
    rng, told = np.random.default_rng(0), []
    for row in panel():
        spent = timedelta(minutes=(0.5 if row[1] == "评委07" else 12) * float(np.exp(rng.normal(0, 0.4))))
        clock[row[1]] = clock.get(row[1], start) + spent
        told.append([*row, clock[row[1]].isoformat(" ", "seconds")])
    grids.save(folder / "scores.csv", ("案例", "评委", "得分", "时间"), told)

    run(folder)

    assert "用时过短,评委07" in capsys.readouterr().out
