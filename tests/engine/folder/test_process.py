from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from zhengping import samples
from zhengping.engine.folder import process as module
from zhengping.engine.folder.process import ProcessError, Request, Stopped, process
from zhengping.samples import writers
from zhengping.samples.writers import Paper


def rows(path: Path) -> list[dict]:
    """The rows of a .jsonl."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def inbox(tmp_path, word):
    folder = tmp_path / "in" / "江苏省"
    folder.mkdir(parents=True)
    (folder / "a.docx").write_bytes(word)
    return tmp_path / "in"


def test_all_outputs_are_written(sample):
    found = {path.name for path in (sample / "out").iterdir()}

    assert found == {".state", "unreadable", "register.xlsx", "register.jsonl", "findings.jsonl", "matches.jsonl", "unreadable.jsonl", "personal.jsonl",
                     "figures.json", "figures.html", "roundup.docx", "roundup.html", "roundup.pdf", "log.jsonl"}  # fmt: skip


def test_every_case_of_the_sample_is_in_the_register_once(sample):
    truth, register = rows(sample / "truth.jsonl"), rows(sample / "out" / "register.jsonl")

    titles = [sorted("".join(row["title"].split()) for row in found) for found in (truth, register)]  # a PDF breaks lines at spaces
    assert titles[0] == titles[1]


def test_every_file_has_a_row_somewhere(sample):
    logged = {row.get("file") for row in rows(sample / "out" / "log.jsonl")}
    sent = {file for case in rows(sample / "truth.jsonl") for file in case["files"]} | {row["path"] for row in rows(sample / "truth_files.jsonl")}

    assert {file for file in sent if not any((name or "").startswith(file) for name in logged)} == set()


def test_each_figure_equals_the_number_of_its_cases(sample):
    figures = json.loads((sample / "out" / "figures.json").read_text("utf-8"))

    assert [f for f in figures if f["cases"] and f["about"] not in ("provinces",) and f["value"] != len(f["cases"])] == []


def test_personal_data_stand_in_their_own_file_alone(sample):
    secret = {row["value"] for row in rows(sample / "out" / "personal.jsonl") if row["kind"] == "telephone"}
    others = b"".join((sample / "out" / name).read_bytes() for name in ("register.jsonl", "findings.jsonl", "log.jsonl", "roundup.html", "figures.html"))

    assert secret and [value for value in secret if value.encode() in others] == []
    assert (sample / "out" / "personal.jsonl").stat().st_mode & 0o077 == 0


def test_the_same_input_gives_the_same_bytes(sample, tmp_path):
    process(Request(sample / "incoming", tmp_path / "out", sample / "edition.toml", (sample / "earlier" / "register.jsonl",), jobs=1))

    names = [path.name for path in (tmp_path / "out").iterdir() if path.is_file() and path.name != "log.jsonl"]
    assert [name for name in names if (tmp_path / "out" / name).read_bytes() != (sample / "out" / name).read_bytes()] == []
    logs = [rows(base / "out" / "log.jsonl")[1:] for base in (sample, tmp_path)]
    assert logs[0] == logs[1]


def test_a_second_run_reads_only_what_is_new_and_keeps_numbers(inbox, tmp_path, paper):
    out = tmp_path / "out"
    first = process(Request(inbox, out))
    again = process(Request(inbox, out))
    more = Paper("“百川行动”引进人才的实践", "安徽省合肥市委组织部", paper.parts)
    (inbox / "安徽省").mkdir()
    (inbox / "安徽省" / "b.docx").write_bytes(writers.docx(more, False))

    third = process(Request(inbox, out, resume=True))

    assert [(s.read, s.cases, s.is_new) for s in (first, again, third)] == [(1, 1, True), (0, 1, False), (1, 2, True)]
    assert {row["title"]: row["number"] for row in rows(out / "register.jsonl")} == {paper.title: 1, more.title: 2}


def test_a_killed_run_goes_on_where_it_stopped(tmp_path):
    samples.make(tmp_path / "s", 200, 5)
    command = [sys.executable, "-m", "zhengping.cli", "process", str(tmp_path / "s" / "incoming"), "--out", str(tmp_path / "out"), "--quiet"]
    running = subprocess.Popen(command)
    journal = tmp_path / "out" / ".state" / "read.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (journal.exists() and journal.stat().st_size > 200_000):
        time.sleep(0.01)
    running.kill()
    running.wait()
    with journal.open("ab") as file:
        file.write(b'{"sha256":"half a li')

    summary = process(Request(tmp_path / "s" / "incoming", tmp_path / "out", resume=True))
    fresh = process(Request(tmp_path / "s" / "incoming", tmp_path / "fresh"))

    assert 0 < summary.read < fresh.read
    assert (tmp_path / "out" / "register.jsonl").read_bytes() == (tmp_path / "fresh" / "register.jsonl").read_bytes()


def test_what_a_person_corrected_in_the_sheet_wins_in_all_later_runs(inbox, tmp_path):
    import openpyxl

    out = tmp_path / "out"
    process(Request(inbox, out))
    book = openpyxl.load_workbook(out / "register.xlsx")
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("推荐等次") + 1).value = "重点推荐"
    sheet.cell(2, heads.index("所在地") + 1).value = "江苏省苏州市"
    book.save(out / "register.xlsx")

    for _ in range(2):
        process(Request(inbox, out))
        row = rows(out / "register.jsonl")[0]
        assert (row["mark"], row["division"], row["sources"]) == ("重点推荐", "320500", ["division", "mark"])


def test_marks_estimates_and_awards_of_persons_are_laid_over(inbox, tmp_path):
    for name, text in (("m", "编号,推荐等次\n1,一般\n"), ("e", "编号,评分\n1,88.5\n"), ("a", "编号,奖项\n1,二等奖\n")):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")

    process(Request(inbox, tmp_path / "out", marks=tmp_path / "m.csv", estimates=tmp_path / "e.csv", awards=tmp_path / "a.csv"))

    row = rows(tmp_path / "out" / "register.jsonl")[0]
    assert (row["mark"], row["estimate"], row["award"]) == ("一般", 88.5, "二等奖")


def test_bytes_that_arrive_twice_are_one_document(inbox, tmp_path, word):
    (inbox / "江苏省" / "b.docx").write_bytes(word)

    summary = process(Request(inbox, tmp_path / "out"))

    assert (summary.files, summary.documents, summary.cases) == (2, 1, 1)
    assert [row["kind"] for row in rows(tmp_path / "out" / "findings.jsonl")] == ["same-file"]


def test_a_mail_that_arrives_twice_is_opened_twice(inbox, tmp_path, word):
    mail = writers.eml("报送案例", "南京市委组织部", "请查收。", [("附件.docx", word)])
    for name in ("一.eml", "二.eml"):
        (inbox / name).write_bytes(mail)

    process(Request(inbox, tmp_path / "out", jobs=1))

    log = [row["file"] for row in rows(tmp_path / "out" / "log.jsonl")[1:]]
    assert [name for name in log if name.endswith("附件.docx")] == ["一.eml/附件.docx", "二.eml/附件.docx"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter any folder")
def test_a_folder_without_right_to_read_is_a_row(inbox, tmp_path):
    (inbox / "封闭").mkdir(mode=0)

    process(Request(inbox, tmp_path / "out"))

    assert [row["reason"] for row in rows(tmp_path / "out" / "unreadable.jsonl")] == ["not-readable"]


def test_a_link_and_a_name_that_is_no_text_are_rows(inbox, tmp_path):
    (inbox / "链接.docx").symlink_to("/etc/passwd")
    with open(os.fsencode(inbox) + b"/\xff\xfe.docx", "wb"):
        pass

    process(Request(inbox, tmp_path / "out"))

    assert sorted(row["reason"] for row in rows(tmp_path / "out" / "unreadable.jsonl")) == ["empty", "link"]


def test_nothing_is_kept_of_a_file_marked_secret(inbox, tmp_path, paper):
    (inbox / "布防要点.docx").write_bytes(writers.docx(Paper("绝密★启用前", "某单位", (("背景", ("不得外传的内容甲。" * 40,)),)), False))

    process(Request(inbox, tmp_path / "out"))

    kept = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file() and path.suffix in (".jsonl", ".json", ".html"))
    assert [word for word in ("不得外传的内容甲", "布防要点") if word.encode() in kept] == []
    assert [row["reason"] for row in rows(tmp_path / "out" / "unreadable.jsonl")] == ["classified"]


def test_a_full_disk_stops_clearly_and_can_be_resumed(inbox, tmp_path, monkeypatch):
    def full(path, data, *, private=False):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "replace_bytes", full)
        with pytest.raises(Stopped):
            process(Request(inbox, tmp_path / "out"))

    assert process(Request(inbox, tmp_path / "out", resume=True)).read == 0


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"folder": "nowhere"}, "folder-not-found"),
        ({"out": "in"}, "out-is-folder"),
        ({"resume": True}, "nothing-to-resume"),
        ({"out": "in/江苏省/a.docx"}, "out-is-file"),
        ({"out": "in/江苏省"}, "out-not-empty"),
    ],
)
def test_a_job_that_cannot_start_says_why(inbox, tmp_path, change, key):
    asked = {"folder": "in", "out": "out", "resume": False} | change

    with pytest.raises(ProcessError) as error:
        process(Request(tmp_path / asked["folder"], tmp_path / asked["out"], resume=asked["resume"]))

    assert (error.value.key, error.value.said("en") != error.value.said("zh")) == (key, True)


def test_a_real_cluster_of_two_workers_gives_the_same_register(sample, tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        request = Request(sample / "incoming", tmp_path / "out", sample / "edition.toml", (sample / "earlier" / "register.jsonl",), scheduler=cluster.scheduler_address)
        process(request)

    assert (tmp_path / "out" / "register.jsonl").read_bytes() == (sample / "out" / "register.jsonl").read_bytes()
