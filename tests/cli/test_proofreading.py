from __future__ import annotations

import json

import pytest
from openpyxl import load_workbook

from zhengping.cli import main

CLEAN = "本县围绕茶产业选派科技特派员45名,在田间地头开设课堂,培训茶农1200人次。两年来户均增收8000元,带动周边三个乡镇共同发展。下一步,将把课堂办到更多的村。" * 2


def written(folder, name, text):
    (folder / name).write_text(text, "utf-8")
    return str(folder / name)


def told(capsys, *words):
    code = main(["proofread", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("text", "kind", "suggestion"),
    [
        ("要加强对人才的*治引领,把青年凝聚起来。", "masked-character", "政治引领"),
        ("县里设立了个编制,专门用于引进教师。", "lost-number", ""),
        ("自年6月起,全县开展了这项工作。", "lost-year", ""),
        ("医院医院联盟为乡亲们看病。", "doubled-word", "医院"),
    ],
)
def test_damage_is_told_with_its_kind_and_a_number_is_never_suggested(tmp_path, capsys, text, kind, suggestion):
    code, rows = told(capsys, written(tmp_path, "a.txt", f"茶乡新事\n报送单位:安吉县委组织部\n{CLEAN}\n{text}\n{CLEAN[:60]}。"))

    assert code == 1
    assert [row["suggestion"] for row in rows if row["kind"] == kind] == [suggestion]


def test_masked_characters_of_a_title_are_told(tmp_path, capsys):
    _, rows = told(capsys, written(tmp_path, "a.txt", f"加强*治引领的探索\n报送单位:安吉县委组织部\n{CLEAN}"))

    assert [(row["kind"], row["paragraph"], row["suggestion"]) for row in rows if row["kind"] == "masked-character"] == [("masked-character", 0, "政治引领")]


def test_a_file_that_cannot_be_read_is_a_row_and_the_rest_goes_on(tmp_path, capsys):
    code, rows = told(capsys, written(tmp_path, "empty.docx", ""), written(tmp_path, "b.txt", f"茶乡新事\n报送单位:安吉县委组织部\n{CLEAN}*治"))

    assert code == 1
    assert [row["file"] for row in rows if row["kind"] == "unreadable"] == ["empty.docx"]
    assert {row["file"] for row in rows} == {"empty.docx", "b.txt"}


def test_a_register_is_proofread_and_written_for_people_and_programs(sample, tmp_path):
    code = main(["proofread", str(sample / "out"), "--out", str(tmp_path / "out"), "--quiet"])

    lines = (tmp_path / "out/findings.jsonl").read_text("utf-8").splitlines()
    sheet = load_workbook(tmp_path / "out/findings.xlsx").active
    assert code == 1
    assert sheet.max_row == len(lines) + 1 > 1


def test_a_path_that_is_not_there_is_told(tmp_path, capsys):
    assert main(["proofread", str(tmp_path / "no.docx")]) == 3
    assert "无法打开" in capsys.readouterr().err


def test_the_sheet_names_the_file_and_holds_what_could_not_be_read(tmp_path):
    text = written(tmp_path, "b.txt", f"茶乡新事\n报送单位:安吉县委组织部\n{CLEAN}\n县里设立了个编制,专门用于引进教师。")

    main(["proofread", text, written(tmp_path, "empty.docx", ""), "--out", str(tmp_path / "out"), "--quiet"])

    findings, unreadable = load_workbook(tmp_path / "out/findings.xlsx").worksheets
    assert "b.txt" in str([cell.value for cell in findings[2]])
    assert "empty.docx" in str([cell.value for cell in unreadable[2]])


def test_wording_is_told_in_a_case_a_notice_and_a_roundup(tmp_path, capsys):
    names = ["case.txt", "notice.txt", "roundup.txt"]
    heads = [f"茶乡新事\n报送单位:安吉县委组织部\n{CLEAN}", "关于征集人才工作案例的通知\n各市委组织部:", f"第八届案例征集综述\n{CLEAN}"]
    paths = [written(tmp_path, name, f"{head}\n报送工作截止2024年12月,各省、市、自治区踊跃参加。") for name, head in zip(names, heads, strict=True)]

    _, rows = told(capsys, *paths)

    found = {(row["file"], row["values"]["word"], row["suggestion"]) for row in rows if row["kind"] == "wording"}
    assert found == {(name, word, proper) for name in names for word, proper in (("截止", "截至"), ("省、市、自治区", "省、自治区、直辖市"))}


def test_an_own_table_of_wording_is_used(tmp_path, capsys):
    text = written(tmp_path, "a.txt", f"茶乡新事\n报送单位:安吉县委组织部\n{CLEAN}\n人才办牵头,完成任务。")
    table = written(tmp_path, "own.toml", '[[terms]]\nreason = "用全称"\nwords = { "人才办" = "人才工作领导小组办公室" }\n')

    _, rows = told(capsys, text, "--wording", table)

    assert [(row["suggestion"], "用全称" in row["sentence"]) for row in rows if row["kind"] == "wording"] == [("人才工作领导小组办公室", True)]


def test_a_table_of_wording_that_is_not_there_is_told(tmp_path, capsys):
    assert main(["proofread", written(tmp_path, "a.txt", CLEAN), "--wording", str(tmp_path / "no.toml")]) == 3
    assert "用语表" in capsys.readouterr().err
