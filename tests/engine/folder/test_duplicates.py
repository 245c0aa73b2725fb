"""`duplicates` on files: rows, the index on disk, what is written."""

from __future__ import annotations

import json
import random

import pytest

from zhengping.engine.folder import duplicates, texts
from zhengping.engine.folder.index import Index, IndexTrouble
from zhengping.engine.folder.register import RegisterError
from zhengping.engine.rendering.sides import Pages, Side, Sides


def text(seed: int) -> str:
    """A text of random characters that shares nothing with another seed's."""
    chance = random.Random(seed)
    return "".join("".join(chr(chance.randrange(0x4E00, 0x9000)) for _ in range(30)) + "。" for _ in range(20))


def rows(path, *found):
    """A file of rows."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), "utf-8")
    return path


def compared(path, **more):
    """What comparing a file finds: (own, other, edition)."""
    return [(p.first.name, p.second.name, p.edition) for p in duplicates.compare(duplicates.Request(path, **more)).pairs]


@pytest.fixture
def editions(tmp_path):
    """Three editions; the third has a copy of a text of each of the others."""
    one = rows(tmp_path / "2023.jsonl", *({"id": f"a{n}", "text": text(n)} for n in range(5)))
    two = rows(tmp_path / "2024.jsonl", *({"number": n, "paragraphs": [text(n + 10)]} for n in range(5)))
    three = rows(tmp_path / "2025.jsonl", {"id": "x", "text": "前言" + text(3)}, {"id": "y", "text": text(14)[:300] + text(30)[:200]}, {"id": "z", "text": text(40)})
    return one, two, three


def test_earlier_editions_are_compared_from_files_and_from_the_index_alike(editions, tmp_path):
    one, two, three = editions
    for path in (one, two):
        compared(path, index=tmp_path / "ix")

    found = [compared(three, against=(one, two)), compared(three, index=tmp_path / "ix")]

    assert [sorted(pairs) for pairs in found] == [[("x", "a3", "2023"), ("y", "4", "2024")]] * 2


def test_an_edition_is_not_doubled_and_grows(editions, tmp_path):
    one, _, three = editions
    counts = []
    for _ in range(2):
        compared(one, index=tmp_path / "ix")
        counts.append(Index(tmp_path / "ix").documents)
    with one.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "new", "text": text(40)}) + "\n")

    found = compared(one, index=tmp_path / "ix")

    assert (counts, Index(tmp_path / "ix").documents, found) == ([5, 5], 6, [])
    assert sorted(compared(three, index=tmp_path / "ix", is_readonly=True)) == [("x", "a3", "2023"), ("z", "new", "2023")]


def test_other_texts_under_a_known_name_are_refused(editions, tmp_path):
    one, two, _ = editions
    compared(one, index=tmp_path / "ix", name="同名")

    with pytest.raises(IndexTrouble, match="--name"):
        compared(two, index=tmp_path / "ix", name="同名")


def test_small_segments_are_joined_and_still_found(tmp_path):
    for n in range(20):
        compared(rows(tmp_path / f"e{n}.jsonl", {"id": n, "text": text(n)}), index=tmp_path / "ix")

    assert len(Index(tmp_path / "ix").segments) < 10
    found = compared(rows(tmp_path / "new.jsonl", {"id": "q", "text": text(0)}, {"id": "r", "text": text(19)}), index=tmp_path / "ix")
    assert sorted(found) == [("q", "0", "e0"), ("r", "19", "e19")]


@pytest.mark.parametrize("name", ["postings.npy", "texts.bin", "offsets.npy"])
def test_a_damaged_segment_is_told(editions, tmp_path, name):
    compared(editions[0], index=tmp_path / "ix")
    file = next((tmp_path / "ix").glob(f"segment-*/{name}"))
    file.write_bytes(file.read_bytes()[:-9])

    with pytest.raises(IndexTrouble, match=name):
        compared(editions[2], index=tmp_path / "ix")


def test_a_record_that_changed_in_place_is_told(editions, tmp_path):
    compared(editions[0], index=tmp_path / "ix")
    file = next((tmp_path / "ix").glob("segment-*/texts.bin"))
    file.write_bytes(bytes(byte ^ 0x55 for byte in file.read_bytes()))

    with pytest.raises(IndexTrouble, match="已损坏"):
        compared(editions[2], index=tmp_path / "ix")


def test_a_foreign_folder_is_left_alone(editions, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.docx").write_bytes(b"x")

    with pytest.raises(IndexTrouble, match="不是查重索引"):
        compared(editions[0], index=tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.docx"]


@pytest.mark.parametrize("step", range(1, 8))
def test_a_stop_at_any_moment_leaves_the_index_as_it_was(editions, tmp_path, monkeypatch, step):
    from zhengping.engine.folder import index

    one, two, three = editions
    compared(one, index=tmp_path / "ix")
    left = [step]

    def failing(descriptor):
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    monkeypatch.setattr(index.os, "fsync", failing)
    stopped = False
    try:
        compared(two, index=tmp_path / "ix")
    except KeyboardInterrupt:
        stopped = True
    monkeypatch.undo()

    held = Index(tmp_path / "ix")
    assert held.documents == (5 if stopped and step < 6 else 10)
    compared(two, index=tmp_path / "ix")
    assert sorted(compared(three, index=tmp_path / "ix")) == [("x", "a3", "2023"), ("y", "4", "2024")]


def test_bad_rows_are_told_by_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"id": 1, "text": "好"}\n{"id": 2}\r\nnot json\n\n{"id": 1, "text": "又"}\n[1]\n{"id": 3, "text": 4}\n'.encode())

    with pytest.raises(RegisterError) as caught:
        texts.read(path)

    said = dict(caught.value.values)
    assert (said["count"], [line for line in "123456789" if f"{line}（" in said["rows"]]) == ("5", ["2", "3", "5", "6", "7"])


def test_offsets_count_in_the_text_as_given(tmp_path):
    path = rows(tmp_path / "a.jsonl", {"id": 1, "text": "\r\n\r\n  " + text(1)}, {"id": 2, "text": text(2) + "\n\n" + text(1)[60:400]})

    (pair,) = duplicates.compare(duplicates.Request(path)).pairs

    assert [pair.first.text[p.start : p.end] for p in pair.passages] == [pair.second.text[p.other_start : p.other_end] for p in pair.passages]


def test_all_three_files_are_written_and_the_page_escapes(editions):
    one, two, three = editions
    result = duplicates.compare(duplicates.Request(three, (one, two)))

    made = dict(duplicates.files(result, "查重结果"))

    assert [json.loads(line)["case"] for line in made["matches.jsonl"].splitlines()] == ["x", "y"]
    assert made["matches.xlsx"][:2] == b"PK"
    assert made["matches.html"].decode().count("<section") == 2


def test_the_page_shows_every_character_once_and_no_markup_of_a_case():
    side = Side("编号 1", "<b>题</b>", "单位", "甲<script>乙&丙", ((0, 1), (5, 10)))

    page = Pages("查重结果").page([Sides(side, side, "部分相同", 0.5)]).decode()

    assert "<script" not in page and "&lt;b&gt;题" in page
    assert page.count("<mark") == 4


def test_a_long_list_stays_short():
    side = Side("编号 1", "", "", "甲" * 5000, ((100, 200),))

    assert len(Pages("查重结果").page([Sides(side, side, "部分相同", 0.5)] * 1000)) < 8_500_000


def test_a_row_of_a_workbook_is_high_enough_for_its_longest_cell(tmp_path):
    from openpyxl import load_workbook

    from zhengping.engine.rendering import Sheet, workbook

    (tmp_path / "a.xlsx").write_bytes(workbook([Sheet("a", (("x", 20), ("y", 10)), [("短", "短"), ("长" * 95, "短"), ("长" * 9000, "")])]))

    page = load_workbook(tmp_path / "a.xlsx").active
    assert [page.row_dimensions[at].height for at in (2, 3, 4)] == [None, 10 * 16.5, 405]
