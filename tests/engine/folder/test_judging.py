import csv
import io

import numpy as np
import pytest
import xlsxwriter

from zhengping.engine.folder import judging
from zhengping.engine.folder.grids import grid, save
from zhengping.engine.folder.judging import Column, Troubles, Wrong
from zhengping.engine.folder.sheets import SheetError


def read(path, **options):
    wrong = Wrong()
    found = judging.scores(path, wrong, **options)
    wrong.stop()
    return found


def troubles(path, **options):
    with pytest.raises((Troubles, SheetError)) as caught:
        read(path, **options)
    return [(trouble.key, dict(trouble.values).get("row"), dict(trouble.values).get("near")) for trouble in getattr(caught.value, "found", [caught.value])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_scores_are_read_in_the_encodings_of_spreadsheets(tmp_path, encoding):
    path = tmp_path / "得分.csv"
    path.write_text("案例编号,评委,得分\n1,张三,８５\n1,李四,86.5\n", encoding=encoding)

    found = read(path)

    assert (found.cases, found.judges, found.values.tolist()) == (["1", "1"], ["张三", "李四"], [85.0, 86.5])


def test_a_workbook_with_a_title_above_its_headings_is_read(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    page = book.add_worksheet()
    for at, row in enumerate([["专家评分汇总表"], ["编号", "评委", "评分"], [1, "张三", 85], [], [2, "张三", 90.5]]):
        page.write_row(at, 0, row)
    book.close()

    found = read(tmp_path / "a.xlsx")

    assert (found.cases, found.values.tolist()) == (["1", "2"], [85.0, 90.5])


BAD = {
    "a score outside the scale": ("case,judge,score\n1,a,120\n", [("cell-range", "2", "100")]),
    "the same pair twice": ("case,judge,score\n1,a,12\n1,a,13\n", [("row-repeated", "3", None)]),
    "a text where a number belongs": ("case,judge,score\n1,a,缺席\n", [("cell-number", "2", "")]),
    "a number with its unit": ("case,judge,score\n1,a,86分\n", [("cell-number-near", "2", "86")]),
    "an infinite number": ("case,judge,score\n1,a,inf\n", [("cell-number", "2", "")]),
    "an empty score": ("case,judge,score\n1,a,\n", [("cell-empty", "2", None)]),
    "an unknown judge": ("case,judge,score\n1,ab,1\n", [("cell-unknown", "2", "abc")]),
    "an unknown case": ("case,judge,score\n11,a,1\n", [("cell-unknown", "2", "1")]),
    "an empty file": ("", [("table-empty", None, None)]),
    "headings alone": ("case,judge,score\n", [("table-no-rows", None, None)]),
    "a missing column": ("case,judge,scores\n1,a,1\n", [("column-missing", None, "scores")]),
    "a column that stands twice": ("case,judge,score,score\n1,a,1,2\n", [("column-twice", None, None)]),
    "a cell beyond the headings": ("case,judge,score\n1,a,1,7\n", [("row-ragged", "2", None)]),
    "several at once": ("case,judge,score\n1,a,x\n1,zzz,101\n,a,5\n", None),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_rows_are_named(tmp_path, name):
    text, expected = BAD[name]
    path = tmp_path / "scores.csv"
    path.write_text(text, "utf-8")

    found = troubles(path, low=0, high=100, cases=["1", "2"], judges=["a", "abc"])

    assert found == expected if expected else len(found) == 4


def test_names_that_differ_in_blanks_or_width_are_asked_about(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("case,judge,score\n1,张三,5\n2,张 三,6\nＡ1,李四,5\nA1,李四,5\n", "utf-8")

    assert [(key, row) for key, row, _near in troubles(path)] == [("names-alike", "5"), ("names-alike", "3"), ("row-repeated", "5")]


def test_a_known_name_is_found_behind_blanks_and_wide_letters(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("case,judge,score\nＡ 1,张 三,5\n", "utf-8")

    found = read(path, cases=["A 1"], judges=["张三"])

    assert (found.cases, found.judges) == (["A 1"], ["张三"])


def test_only_twenty_sentences_are_told_and_the_rest_counted(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("case,judge,score\n" + "".join(f"{at},a,x\n" for at in range(50)), "utf-8")

    with pytest.raises(Troubles) as caught:
        read(path)

    assert (len(caught.value.said("zh").splitlines()), caught.value.count) == (21, 50)
    assert caught.value.said("en").endswith("30 more are not listed. Correct these and run again.")


def test_a_single_far_cell_does_not_stop_the_process(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "far.xlsx")
    page = book.add_worksheet()
    page.write(0, 0, "case")
    page.write(1048575, 16383, "x")
    book.close()

    assert troubles(tmp_path / "far.xlsx") == [("sheet-not-read", None, None)]


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("a.csv", b"PK\x03\x04", "table-not-csv"),
        ("a.xlsx", b"no workbook", "sheet-not-read"),
        ("a.jsonl", b"{", "table-json"),
        ("a.jsonl", b"[1]", "table-object"),
        ("a.txt", b"x", "table-kind"),
        ("a.csv", b"\xff\xff\xff", "sheet-not-read"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, name, data, key):
    (tmp_path / name).write_bytes(data)

    with pytest.raises(SheetError) as caught:
        grid(tmp_path / name)

    assert caught.value.key == key


def test_a_misspelt_optional_column_is_asked_about(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("case,divison\n1,浙江\n", "utf-8")
    wrong = Wrong()

    judging.sheet(path, [Column("case", True), Column("division")], wrong)

    assert [trouble.key for trouble in wrong.found] == ["column-misspelt"]


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
def test_a_written_table_is_read_again(tmp_path, ending):
    path = tmp_path / f"out{ending}"

    save(path, ("case", "judge", "score"), [("1", "=张三", 85.5), ("2", "b", 7)])

    found = read(path)
    assert (found.cases, found.judges, found.values.tolist()) == (["1", "2"], ["=张三", "b"], [85.5, 7.0])


def test_many_rows_keep_their_values(tmp_path):
    text = io.StringIO()
    csv.writer(text).writerows([("case", "judge", "score"), *((at // 10, at % 10, at % 101) for at in range(100_000))])
    (tmp_path / "many.csv").write_text(text.getvalue(), "utf-8")

    found = read(tmp_path / "many.csv", low=0, high=100)

    assert np.array_equal(found.values, np.arange(100_000) % 101)
