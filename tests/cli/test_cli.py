from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo

import zhengping
from zhengping.cli import main


def run(*words: str, given: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
    """The command as its user runs it."""
    import os

    return subprocess.run([sys.executable, "-m", "zhengping.cli", *words], input=given, capture_output=True, env={**os.environ, **env})


def test_rows_are_coded_and_ids_given_back():
    rows = b'{"id": "x", "unit": "\xe5\x8d\x97\xe4\xba\xac\xe5\xb8\x82\xe5\xa7\x94\xe7\xbb\x84\xe7\xbb\x87\xe9\x83\xa8"}\n{"id": 2, "title": "a"}\n'

    found = [json.loads(line) for line in run("code", "-", given=rows).stdout.splitlines()]

    assert [(row["id"], row["division"], row["unit_type"]) for row in found] == [("x", "320100", "组织部门"), (2, None, None)]


def test_names_are_placed_one_a_line():
    found = run("places", "-", given="厦门市思明区\n市委组织部\n".encode()).stdout.decode().splitlines()

    assert [line.split("\t")[:2] for line in found] == [["厦门市思明区", "350203"], ["市委组织部", ""]]


def test_a_wrong_row_is_told_with_its_number():
    done = run("code", "-", given=b'{"id": 1}\n{"id":\n')

    assert (done.returncode, "第2行" in done.stderr.decode()) == (3, True)


@pytest.mark.parametrize(("lang", "word"), [("zh_CN.UTF-8", "找不到"), ("en_US.UTF-8", "There is no folder"), ("", "找不到")])
def test_the_language_follows_lang(tmp_path, lang, word):
    done = run("process", str(tmp_path / "no"), "--out", str(tmp_path / "out"), LANG=lang, LC_ALL="", LC_MESSAGES="")

    assert (done.returncode, word in done.stderr.decode()) == (3, True)


def test_a_summary_in_json_is_one_line(sample, tmp_path, capsys):
    assert main(["process", str(sample / "incoming"), "--out", str(tmp_path / "out"), "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["cases"] == 60


def test_figures_and_roundup_are_made_again_from_files_alone(sample, tmp_path):
    register = str(sample / "out" / "register.jsonl")
    awards = tmp_path / "awards.csv"
    awards.write_text("编号,奖项\n1,一等奖\n2,二等奖\n", "utf-8")

    codes = [main([command, register, "--out", str(tmp_path), "--awards", str(awards), "--edition", str(sample / "edition.toml"), "--quiet"])
             for command in ("figures", "roundup")]  # fmt: skip

    counted = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert codes == [0, 0]
    assert {f["key"]: f["cases"] for f in counted if f["about"] == "award" and f["key"]} == {"一等奖": [1], "二等奖": [2]}
    assert sorted(path.suffix for path in tmp_path.glob("roundup.*")) == [".docx", ".html", ".pdf"]


def test_every_message_has_its_english():
    root = Path(zhengping.__file__).parent
    with (root / "locale" / "en" / "LC_MESSAGES" / "zhengping.mo").open("rb") as file:
        known = {message.id for message in read_mo(file)}

    asked = {message for _, _, message, _, _ in extract_from_dir(str(root / "cli"), [("**.py", "python")])}
    assert asked - known == set()
