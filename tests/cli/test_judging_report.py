import subprocess

import numpy as np
import pytest

from zhengping.cli import main
from zhengping.engine.folder import grids

HEAD = ("案例", "评委", "得分")


def panel(seed=0, cases=120, judges=10, reads=4, noise=0.4, panels=1, straight=()):
    rng = np.random.default_rng(seed)
    quality, strict = rng.standard_normal(cases), rng.normal(0, 0.5, judges)
    size = judges // panels
    for case in range(cases):
        for judge in sorted((case % panels * size + rng.permutation(size)[:reads]).tolist()):
            mark = 75 if judge in straight else 72 + 7 * (quality[case] - strict[judge] + noise * rng.standard_normal())
            yield f"案例{case:03}", f"评委{judge:02}", int(np.clip(round(mark), 40, 100))


@pytest.fixture
def folder(tmp_path):
    grids.save(tmp_path / "scores.csv", HEAD, panel())
    grids.save(tmp_path / "plan.csv", ("case", "judge", "fit"), [(case, judge, 0.7) for case, judge, _mark in panel()])
    return tmp_path


def run(folder, *words):
    return main(["judging-report", str(folder / "scores.csv"), *map(str, words)])


def page(folder):
    return (folder / "judging-report.html").read_text("utf-8")


def test_a_good_panel_is_called_good(folder, capsys):
    assert run(folder, folder / "plan.csv", "--draws", 40) == 0

    text = page(folder)
    assert 'class="box good"' in text
    assert "可以作为评定依据" in text
    assert "平均为0.70" in text
    assert text.count("<svg") == 4
    assert (folder / "judging-report.pdf").read_bytes()[:5] == b"%PDF-"
    assert "可以作为评定依据" in capsys.readouterr().err


def test_islands_make_the_panel_bad(folder):
    grids.save(folder / "scores.csv", HEAD, panel(panels=2))

    assert run(folder, "--draws", 20, "--quiet") == 1

    assert 'class="box bad"' in page(folder)
    assert "只能在组内比较" in page(folder)


def test_noise_alone_is_not_to_be_relied_on(folder):
    grids.save(folder / "scores.csv", HEAD, panel(noise=6.0))

    run(folder, "--draws", 20, "--quiet")

    assert 'class="box bad"' in page(folder)


def test_an_alert_is_looked_at_and_told(folder):
    grids.save(folder / "scores.csv", HEAD, panel(judges=30, cases=300, straight=(3,)))

    assert run(folder, "--draws", 20, "--quiet") == 1

    text = page(folder)
    assert 'class="box look"' in text
    assert "打分几乎相同：评委03" in text


def test_english_is_complete(folder):
    assert main(["--lang", "en", "judging-report", str(folder / "scores.csv"), str(folder / "plan.csv"), "--out", str(folder), "--draws", "20", "--quiet"]) == 0

    text = page(folder).replace("案例", "").replace("评委", "")
    assert "can be relied on" in text
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in text.split("<body>")[1])


def test_rules_name_the_awards(folder):
    (folder / "rules.toml").write_text('[[awards]]\nname = "一等奖"\nnumber = 4\n[[awards]]\nname = "二等奖"\nnumber = 10\n', "utf-8")

    run(folder, "--rules", folder / "rules.toml", "--draws", 20, "--quiet")

    assert "<td>一等奖</td>" in page(folder)
    assert "授奖线（二等奖）" in page(folder)


def test_the_same_tables_give_the_same_bytes(folder):
    for name in ("a", "b"):
        run(folder, "--draws", 20, "--quiet", "--out", folder / name)

    for ending in ("html", "pdf"):
        assert (folder / f"a/judging-report.{ending}").read_bytes() == (folder / f"b/judging-report.{ending}").read_bytes()


def test_a_line_beyond_the_cases_is_asked_about(folder, capsys):
    assert run(folder, "--awards", "500") == 3
    assert "授奖线“500”不可用" in capsys.readouterr().err


def test_an_assignment_without_judges_is_named(folder, capsys):
    grids.save(folder / "plan.csv", ("case", "fit"), [("案例001", 1)])

    assert run(folder, folder / "plan.csv") == 3
    assert "judge" in capsys.readouterr().err


def test_the_pdf_holds_the_words(folder):
    run(folder, "--draws", 20, "--quiet")
    try:
        told = subprocess.run(["pdftotext", folder / "judging-report.pdf", "-"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        pytest.skip("pdftotext is not installed")

    assert "评审情况报告" in told
    assert "总体判断" in told
