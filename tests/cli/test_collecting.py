from __future__ import annotations

import csv
import json
import zipfile

import pypdfium2
import pytest
from tests.conftest import DONE, TEXT
from tests.engine.collection.originals import TITLE, paper, picture, shown

from zhengping.cli import main
from zhengping.engine.folder.process import Request, process
from zhengping.samples.writers import Paper, pdf

OTHER = "搭建技能人才培养新平台"


@pytest.fixture
def folder(tmp_path):
    incoming = tmp_path / "incoming" / "江苏省"
    incoming.mkdir(parents=True)
    with zipfile.ZipFile(incoming / "一.zip", "w") as archive:
        archive.writestr("案例.docx", paper(lambda document: shown(document, picture(), 10, "图1 服务大厅")))
    (incoming / "二.pdf").write_bytes(pdf(Paper(OTHER, "江苏省苏州市总工会", (("一、案例背景", (TEXT,)), ("二、主要做法", (DONE,))))))
    process(Request(tmp_path / "incoming", tmp_path / "out"))
    return tmp_path


def run(folder, *words):
    return main(["collection", str(folder / "out"), "--out", str(folder / "book"), *map(str, words)])


def text(folder):
    return "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(folder / "book" / "collection.a4.pdf"))


def test_a_folder_becomes_a_book_with_its_pictures(folder, capsys):
    assert run(folder, "--originals", folder / "incoming", "--title", "样例选编", "--json") == 1

    told = json.loads(capsys.readouterr().out)
    assert (told["cases"], told["pictures"], len(told["left"])) == (2, 1, 1)
    assert sorted(path.name for path in (folder / "book").iterdir()) == ["collection-left.csv", *sorted(f"collection.{kind}" for kind in ("a4.pdf", "16k.pdf", "docx", "epub"))]
    assert "样例选编" in text(folder) and TITLE in "".join(text(folder).split())
    with (folder / "book" / "collection-left.csv").open(encoding="utf-8-sig") as file:
        assert [row[1] for row in csv.reader(file)][1:] == [OTHER]


def test_without_originals_the_words_are_printed(folder):
    assert run(folder, "--kinds", "a4.pdf", "--quiet") == 0

    assert DONE[:12] in "".join(text(folder).split())


def test_the_originals_that_are_gone_are_told(folder, capsys):
    (folder / "empty").mkdir()

    assert run(folder, "--originals", folder / "empty", "--kinds", "epub") == 1

    assert capsys.readouterr().out.count("没有找到原件") == 2


def test_awards_choose_the_cases(folder, capsys):
    (folder / "awards.csv").write_text("编号,奖项\n2,一等奖\n", "utf-8")

    assert run(folder, "--awards", folder / "awards.csv", "--only", "一等奖", "--kinds", "epub", "--json") == 0

    assert json.loads(capsys.readouterr().out)["cases"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--only", "特等奖"), "没有符合条件的案例"), (("--numbers", "99"), "99"), (("--foreword", "no-such.txt"), "no-such.txt")],
    ids=["award", "number", "foreword"],
)
def test_what_cannot_be_done_is_said(folder, capsys, words, said):
    assert run(folder, *words) == 3

    assert said in capsys.readouterr().err


def test_another_kind_is_refused(folder, capsys):
    with pytest.raises(SystemExit):
        run(folder, "--kinds", "odt")

    assert "16k.pdf" in capsys.readouterr().err
