"""`zhengping duplicates` and `proofread` as their users run them."""

from __future__ import annotations

import json
import random

import pytest

from zhengping.cli import main


def text(seed):
    """A text of random characters that shares nothing with another seed's."""
    chance = random.Random(seed)
    return "".join("".join(chr(chance.randrange(0x4E00, 0x9000)) for _ in range(30)) + "。" for _ in range(20))


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"id": n, "title": f"题{n}", "text": text(n % 3)}) + "\n" for n in range(4)), "utf-8")
    return path


def test_pairs_are_listed_and_the_code_says_so(rows, capsys):
    assert main(["duplicates", str(rows)]) == 1

    assert "0 题0  ←→  3 题3" in capsys.readouterr().out


def test_all_files_are_written(rows, tmp_path, capsys):
    assert main(["--lang", "en", "duplicates", str(rows), "--out", str(tmp_path / "out"), "--json"]) == 1

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["matches.html", "matches.jsonl", "matches.xlsx"]
    assert [pair["kind"] for pair in json.loads(capsys.readouterr().out)["pairs"]] == ["same-text"]


def test_nothing_in_common_is_code_0(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"text": text(n)}) + "\n" for n in range(4)), "utf-8")

    assert main(["duplicates", str(path), "--quiet"]) == 0


@pytest.mark.parametrize(("word", "said"), [("none.jsonl", "找不到"), ("bad.jsonl", "第 2（")])
def test_a_file_that_cannot_be_used_is_code_3(tmp_path, capsys, word, said):
    (tmp_path / "bad.jsonl").write_text('{"text": "好"}\n{"text": 3}\n', "utf-8")

    assert main(["--lang", "zh", "duplicates", str(tmp_path / word)]) == 3
    assert said in capsys.readouterr().err
