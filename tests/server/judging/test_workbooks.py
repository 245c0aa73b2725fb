"""A judge's sheets as a workbook: what goes out, what comes back from Excel and LibreOffice, and what is refused."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl.utils import get_column_letter
from tests.server.conftest import client_of, edition_of, person
from tests.server.judging.test_judging import confirmed, first, held, seats, signed, written  # noqa: F401 (fixtures)
from tests.server.judging.test_paper import CASES, found, sheets  # noqa: F401 (fixture)

from zhengping.server.audit.models import Entry
from zhengping.server.call.models import Membership
from zhengping.server.judging import operations, queries, records
from zhengping.server.judging.models import JudgeSeat, Mark, Round, Sheet
from zhengping.server.submission.models import Submission


@pytest.fixture
def seat(held):  # noqa: F811
    """The judge with most cases."""
    return max(JudgeSeat.objects.filter(edition=held.edition), key=lambda seat: (queries.holding(held).filter(seat=seat).count(), -seat.pk))


@pytest.fixture
def desk(seat):
    """The judge's browser."""
    return client_of(seat.user)


def page(held, name="workbook", **words):  # noqa: F811
    """An address of the round."""
    return reverse(f"judging:{name}", kwargs={"slug": held.edition.slug, "round": held.number, **words})


def downloaded(client, held, name="workbook_file", **words):  # noqa: F811
    """The workbook that a browser gets."""
    return openpyxl.load_workbook(io.BytesIO(client.get(page(held, name, **words)).content))


def bytes_of(book):
    """A workbook as a file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def column(book, name):
    """The letter of a column by its heading."""
    return next(get_column_letter(cell.column) for cell in book.worksheets[0][1] if str(cell.value).split("\n")[0] == name)


def put(book, line, values):
    """Write values by heading into a row."""
    for name, value in values.items():
        book.worksheets[0][f"{column(book, name)}{line}"] = value
    return book


def names(held):  # noqa: F811
    """The names of the criteria."""
    return [one.name for one in records.criteria(held)]


def sent(client, held, data, name="sheets.xlsx", page_name="workbook", **words):  # noqa: F811
    """What the page shows of an upload: its context."""
    return client.post(page(held, page_name), {"sheet": SimpleUploadedFile(name, data), **words}).context


def states(context):
    """The state of each row of a preview."""
    return [row["one"].state for row in context["rows"]]


def confirmed_by(client, held, context, page_name="workbook", **words):  # noqa: F811
    """The confirmation of a preview."""
    return client.post(page(held, page_name), {"held": context["held_words"], **words})


def marks_of(row):
    """What is kept of a sheet: marks, notes, state."""
    sheet = Sheet.objects.get(assignment=row)
    return {mark.criterion: mark.value for mark in Mark.objects.filter(sheet=sheet)}, sheet.notes, sheet.state


def given(held, seat):  # noqa: F811
    """The judge's assignments in the order of the workbook."""
    return list(queries.holding(held).filter(seat=seat).select_related("round__edition", "seat__user", "submission"))


# --- out -------------------------------------------------------------------------------------------------------------


def test_the_workbook_has_a_row_for_each_case_with_what_was_typed(held, seat, desk):  # noqa: F811
    rows = given(held, seat)
    written(rows[0], 75, notes="第一行\r\n第二行")
    signed(rows[1], 90)

    book = downloaded(desk, held)
    sheet = book.worksheets[0]

    told = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)]
    count = len(names(held))
    assert [line[0] for line in told] == [row.submission.number for row in rows]
    assert [line[1] for line in told] == [records.blind(row.submission).title for row in rows]
    assert told[0][3 : 3 + count] == [75] * count and told[0][3 + count] == "第一行\n第二行"
    assert [sheet.cell(2, 4).protection.locked, sheet.cell(3, 4).protection.locked, sheet.cell(2, 1).protection.locked] == [False, True, True]
    assert sheet.protection.sheet
    rules = sheet.data_validations.dataValidation
    assert [(rule.type, float(rule.formula1), float(rule.formula2)) for rule in rules] == [("decimal", 0, one.high) for one in records.criteria(held)]
    assert all(one.name in rule.prompt and str(one.high) in rule.prompt for one, rule in zip(records.criteria(held), rules, strict=True))


def test_nothing_of_the_truth_stands_in_any_part_of_any_workbook(sheets, organiser):  # noqa: F811
    _pages, hidden = sheets
    held = Round.objects.get()  # noqa: F811
    answer = client_of(organiser).get(page(held, "workbooks_zip"))
    seen, wrong = set(), []
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        books = {name: archive.read(name) for name in archive.namelist() if name != "judges.xlsx"}
    for name, data in books.items():
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            text = " ".join(f"{part} {parts.read(part).decode()}" for part in parts.namelist())
        book = openpyxl.load_workbook(io.BytesIO(data))
        numbers = [line[0] for line in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
        seen |= set(numbers)
        around = f"{name} {answer.headers} {book.properties} {book.sheetnames}"
        wrong += [(name, number, told) for number in numbers if (told := found(around, hidden[number]))]
        rows = {line[0]: " ".join(map(str, line)) for line in book.worksheets[0].iter_rows(min_row=2, values_only=True)}
        wrong += [(name, number, told) for number in numbers if (told := found(rows[number], hidden[number]))]
        alone = {kind: {word for word in words if len(word) > 3} for kind, words in {kind: set().union(*(own.get(kind, ()) for own in hidden.values())) for kind in ("unit", "email", "telephone")}.items()}
        wrong += [(name, told)] if (told := found(text, alone)) else []

    assert len(seen) == len(hidden) == CASES
    assert wrong == []


def test_all_judges_come_in_a_zip_with_a_list_of_whose_they_are(held, at_desk):  # noqa: F811
    with zipfile.ZipFile(io.BytesIO(at_desk.get(page(held, "workbooks_zip")).content)) as archive:
        kept = set(archive.namelist())
        whose = list(openpyxl.load_workbook(io.BytesIO(archive.read("judges.xlsx"))).active.iter_rows(min_row=2, values_only=True))
    count = queries.holding(held).values("seat").distinct().count()

    assert len(whose) == count and {line[0] for line in whose} | {"judges.xlsx"} == kept
    assert Entry.objects.filter(action="judging.give_workbooks").count() == 1


# --- in --------------------------------------------------------------------------------------------------------------


def test_what_was_filled_in_is_written_after_a_word_and_is_not_signed(held, seat, desk):  # noqa: F811
    rows, (name, *others) = given(held, seat), names(held)
    book = put(downloaded(desk, held), 2, {name: 81.5, others[0]: "８０", "笔记": "很好"})

    shown = sent(desk, held, bytes_of(book))
    before = Sheet.objects.count()
    answer = confirmed_by(desk, held, shown)

    assert (states(shown), before, answer.status_code) == (["taken", *["empty"] * (len(rows) - 1)], 0, 302)
    assert "８０" in " ".join(shown["rows"][0]["why"])
    assert marks_of(rows[0]) == ({name: Decimal("81.5"), others[0]: Decimal(80)}, "很好", "draft")
    entry = Entry.objects.filter(action="judging.save_sheet").get()
    assert '"via": "workbook"' in entry.after and str(seat.user.pk) in entry.actor


@pytest.mark.skipif(shutil.which("soffice") is None, reason="saves again through LibreOffice")
def test_a_workbook_saved_by_libreoffice_is_read_alike(held, seat, desk, tmp_path):  # noqa: F811
    rows, wanted = given(held, seat), names(held)
    written(rows[1], 60, notes="保留\n两行")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "s.xlsx").write_bytes(bytes_of(put(downloaded(desk, held), 2, {wanted[0]: 7.25, wanted[1]: "8", "笔记": "一\n二"})))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path), str(tmp_path / "in" / "s.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)

    shown = sent(desk, held, (tmp_path / "s.xlsx").read_bytes())
    confirmed_by(desk, held, shown)

    assert states(shown) == ["taken", "same", *["empty"] * (len(rows) - 2)]
    assert marks_of(rows[0]) == ({wanted[0]: Decimal("7.25"), wanted[1]: Decimal(8)}, "一\n二", "draft")


def test_what_was_typed_online_meanwhile_is_asked_about_and_never_overwritten(held, seat, desk):  # noqa: F811
    rows, wanted = given(held, seat), names(held)
    kept = written(rows[0], 50)
    book = put(downloaded(desk, held), 2, {wanted[0]: 60})
    put(book, 3, {wanted[0]: 70})
    written(rows[0], 55, version=kept.version)

    shown = sent(desk, held, bytes_of(book))
    change = shown["rows"][0]["one"].changes
    unanswered = confirmed_by(desk, held, shown)
    nothing = marks_of(rows[0])[0][wanted[0]], Sheet.objects.filter(assignment=rows[1]).exists()
    confirmed_by(desk, held, shown, **{f"choice{rows[0].pk}": "site"})
    site = marks_of(rows[0])[0][wanted[0]], marks_of(rows[1])[0]
    confirmed_by(desk, held, sent(desk, held, bytes_of(book)), **{f"choice{rows[0].pk}": "file"})

    assert states(shown)[:2] == ["clash", "taken"]
    assert [(one.name, one.kept, one.told, one.is_clash) for one in change] == [(wanted[0], "55", "60", True)]
    assert unanswered.status_code == 200 and nothing == (Decimal(55), False)
    assert site == (Decimal(55), {wanted[0]: Decimal(70)})
    assert marks_of(rows[0])[0] == {wanted[0]: Decimal(60), **dict.fromkeys(wanted[1:], Decimal(55))}


def test_a_change_between_preview_and_confirmation_writes_nothing_and_shows_it_again(held, seat, desk):  # noqa: F811
    rows, wanted = given(held, seat), names(held)
    book = put(downloaded(desk, held), 2, {wanted[0]: 60})
    shown = sent(desk, held, bytes_of(put(book, 3, {wanted[0]: 61})))
    written(rows[0], 50)

    answer = confirmed_by(desk, held, shown)

    assert states(answer.context)[:2] == ["clash", "taken"]
    assert not Sheet.objects.filter(assignment=rows[1]).exists() and marks_of(rows[0])[0][wanted[0]] == 50


def test_a_preview_of_another_person_or_judge_cannot_be_confirmed(held, seat, desk, at_desk):  # noqa: F811
    shown = sent(desk, held, bytes_of(put(downloaded(desk, held), 2, {names(held)[0]: 60})))

    confirmed_by(at_desk, held, shown, "workbooks", judge=seat.pk)

    assert not Sheet.objects.exists()


def test_the_organiser_types_in_for_a_judge_and_that_is_recorded(held, seat, at_desk, organiser):  # noqa: F811
    book = put(downloaded(at_desk, held, "workbook_of", seat=seat.pk), 2, {names(held)[0]: 64})

    shown = sent(at_desk, held, bytes_of(book), page_name="workbooks", judge=seat.pk)
    confirmed_by(at_desk, held, shown, "workbooks", judge=seat.pk)

    assert marks_of(given(held, seat)[0]) == ({names(held)[0]: Decimal(64)}, "", "draft")
    entries = {entry.action: entry for entry in Entry.objects.filter(action__in=("judging.save_sheet", "judging.take_workbook"))}
    assert all("workbook-for-judge" in entry.after and str(organiser.pk) in entry.actor for entry in entries.values())
    assert seat.name in entries["judging.take_workbook"].after


@pytest.mark.parametrize(
    ("value", "near"),
    [("85分", "85"), (-3, "0"), (1000, "100"), ("7,5", "7.5"), (7.333, "7.33"), ("很好", ""), (True, ""), ("80%", "80"), ("1e2", "1")],
    ids=str,
)  # fmt: skip
def test_a_wrong_mark_is_named_with_row_column_value_and_the_nearest(value, near, held, seat, desk):  # noqa: F811
    wanted = records.criteria(held)[0]
    shown = sent(desk, held, bytes_of(put(downloaded(desk, held), 2, {wanted.name: value})))
    told = shown["rows"][0]["why"][0]

    assert states(shown)[0] == "wrong" and shown["writable"] == 0
    assert all(word in told for word in ("第 2 行", wanted.name, str(value), f"0 到 {wanted.high}", f"。是否为 {near}？" if near else "。")), told


def test_a_row_with_one_wrong_mark_is_left_and_the_others_are_written(held, seat, desk):  # noqa: F811
    rows, wanted = given(held, seat), names(held)
    book = put(put(downloaded(desk, held), 2, {wanted[0]: 60, wanted[1]: "?"}), 3, {wanted[0]: 61})

    confirmed_by(desk, held, sent(desk, held, bytes_of(book)))

    assert not Sheet.objects.filter(assignment=rows[0]).exists() and marks_of(rows[1])[0] == {wanted[0]: Decimal(61)}


def test_rows_that_cannot_be_written_say_why(held, seat, desk):  # noqa: F811
    rows, wanted = given(held, seat), names(held)
    book = downloaded(desk, held)
    for line in range(2, len(rows) + 2):
        put(book, line, {wanted[0]: 60})
    signed(rows[0])
    Submission.objects.filter(pk=rows[1].submission_id).update(withdrawn_at=timezone.now())
    data = bytes_of(book)

    before = states(sent(desk, held, data))[:2]
    Round.objects.filter(pk=held.pk).update(closes=timezone.now() - timedelta(hours=1))
    closed = sent(desk, held, data)

    assert before == ["signed", "moved"]
    assert set(states(closed)) <= {"signed", "moved", "closed"} and closed["writable"] == 0


def test_a_case_given_to_another_judge_is_neither_taken_nor_hidden(held, seat, desk):  # noqa: F811
    row = given(held, seat)[0]
    data = bytes_of(put(downloaded(desk, held), 2, {names(held)[0]: 60}))
    operations.declare(seat=seat, actor=seat.user, submission=row.submission, reason="曾共事")

    assert states(sent(desk, held, data))[0] == "moved"


def test_the_workbook_of_another_judge_round_or_edition_is_told_apart(held, seat, desk, organiser):  # noqa: F811
    other = first(held, JudgeSeat.objects.filter(edition=held.edition, assignments__isnull=False).exclude(pk=seat.pk).first())
    theirs = sent(desk, held, bytes_of(put(downloaded(client_of(other.seat.user), held), 2, {names(held)[0]: 60})))
    second = confirmed(held.edition, organiser)
    data = bytes_of(put(downloaded(desk, held), 2, {names(held)[0]: 60}))
    later = sent(desk, second, data)
    abroad = edition_of(organiser, "another")
    Membership.objects.create(edition=abroad, user=seat.user, role="judge")
    JudgeSeat.objects.create(edition=abroad, user=seat.user, name=seat.name, email=seat.email)
    elsewhere = sent(desk, Round.objects.create(edition=abroad, number=1, rubric=held.rubric), data)

    assert set(states(theirs)) | set(states(later)) | set(states(elsewhere)) == {"foreign"}
    assert "第 1 轮" in later["rows"][0]["why"][0] and held.edition.name in elsewhere["rows"][0]["why"][0]


# --- files that are none ---------------------------------------------------------------------------------------------


def changed(book, how):
    """A workbook spoiled in some way."""
    sheet = book.worksheets[0]
    head = sheet["D1"].value.split("\n")[0]
    if how == "renamed":
        sheet["D1"] = head + "分"
    elif how == "twice":
        sheet["E1"] = sheet["D1"].value
    elif how == "no key":
        sheet[f"{column(book, '任务编号（请勿改动）')}1"] = None
    elif how == "copied":
        book.copy_worksheet(sheet)
    elif how == "none":
        for _line in range(1, sheet.max_row + 1):
            sheet.delete_rows(1)
        sheet["A1"] = "别的表"
    return bytes_of(book), head


@pytest.mark.parametrize(("how", "told"), [("renamed", "没有找到“{head}”一列。最接近的是“{head}分”"), ("twice", "“{head}”一列有 2 处"), ("no key", "没有找到“任务编号"), ("copied", "2 张评分表"), ("none", "不是从本站下载")])
def test_a_workbook_without_its_columns_is_refused_in_a_sentence(how, told, held, seat, desk):  # noqa: F811
    data, head = changed(downloaded(desk, held), how)

    assert told.format(head=head) in str(sent(desk, held, data)["form"].errors)


def with_part(data, name, content):
    """A package with one part more."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
        new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "told"),
    [
        ("a.xls", lambda book: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "Workbook".encode("utf-16-le"), ".xlsx"),
        ("a.csv", lambda book: "案例编号,创新性\n1,80\n".encode(), "csv"),
        ("a.xlsx", lambda book: b"no workbook at all", ".xlsx"),
        ("a.xlsx", lambda book: b"", ""),
        ("a.xlsm", lambda book: with_part(book, "xl/vbaProject.bin", b"x"), "宏"),
        ("a.xlsx", lambda book: with_part(book, "xl/worksheets/bomb.xml", b" " * (200 << 20)), "庞大"),
        ("a.xlsx", lambda book: book[: len(book) // 2], ""),
        ("a.zip", lambda book: with_part(b"PK\x05\x06" + b"\0" * 18, "a.xlsx", book), "zip"),
    ],
    ids=["xls", "csv", "text", "empty", "macros", "bomb", "half", "zip"],
)
def test_a_file_that_is_no_workbook_is_refused_in_a_sentence(name, make, told, held, seat, desk):  # noqa: F811
    errors = str(sent(desk, held, make(bytes_of(downloaded(desk, held))), name)["form"].errors)

    assert told in errors and "。" in errors and not Sheet.objects.exists()


def test_formulas_merged_cells_and_two_rows_of_a_case_are_told_row_by_row(held, seat, desk):  # noqa: F811
    wanted = names(held)
    book = put(put(downloaded(desk, held), 2, {wanted[0]: "=40+40"}), 3, {wanted[0]: 70})
    sheet, last = book.worksheets[0], book.worksheets[0].max_row
    sheet.append([cell.value for cell in sheet[last]])
    other = downloaded(desk, held)
    other.worksheets[0].merge_cells("D2:D3")

    lines = {row["one"].row.line: (row["one"].state, " ".join(row["why"])) for row in sent(desk, held, bytes_of(book))["rows"]}
    merged = [row["why"] for row in sent(desk, held, bytes_of(put(other, 2, {wanted[0]: 50})))["rows"][:2]]

    assert lines[2][0] == "wrong" and "公式" in lines[2][1]
    assert lines[last][0] == lines[last + 1][0] == "wrong" and f"第 {last + 1} 行" in lines[last][1] and f"第 {last} 行" in lines[last + 1][1]
    assert ["合并" in " ".join(why) for why in merged] == [True, True]


def test_columns_in_another_order_are_read_by_their_headings(held, seat, desk):  # noqa: F811
    wanted = names(held)
    book = put(downloaded(desk, held), 2, {wanted[0]: 31, wanted[1]: 32})
    sheet = book.worksheets[0]
    for line in sheet.iter_rows(min_col=4, max_col=5):
        line[0].value, line[1].value = line[1].value, line[0].value
    sheet.cell(1, sheet.max_column + 1, "我的列")

    shown = sent(desk, held, bytes_of(book))
    confirmed_by(desk, held, shown)

    assert any("次序" in told for told in shown["remarks"]) and any("我的列" in told for told in shown["remarks"])
    assert marks_of(given(held, seat)[0])[0] == {wanted[0]: Decimal(31), wanted[1]: Decimal(32)}


def test_a_key_that_was_changed_lost_or_exchanged_is_told(held, seat, desk):  # noqa: F811
    wanted, count = names(held), len(given(held, seat))
    book = downloaded(desk, held)
    for line in range(2, count + 2):
        put(book, line, {wanted[0]: 50})
    key = column(book, "任务编号（请勿改动）")
    sheet = book.worksheets[0]
    sheet[f"{key}2"] = sheet[f"{key}2"].value.replace("_", "_1", 1)
    sheet["A3"] = 99999
    told = [" ".join(row["why"]) for row in sent(desk, held, bytes_of(book))["rows"]]

    assert "任务编号改动过" in told[0] and "99999" in told[1]


def test_an_absent_row_is_named_and_an_emptied_cell_deletes_nothing(held, seat, desk):  # noqa: F811
    rows, wanted = given(held, seat), names(held)
    written(rows[0], 50, notes="留着")
    book = put(downloaded(desk, held), 2, {wanted[0]: None, "笔记": None, wanted[1]: 51})
    book.worksheets[0].delete_rows(3)

    shown = sent(desk, held, bytes_of(book))
    confirmed_by(desk, held, shown)

    assert shown["absent"] == [rows[1].submission.number]
    assert marks_of(rows[0]) == (dict.fromkeys(wanted, Decimal(50)) | {wanted[1]: Decimal(51)}, "留着", "draft")


def test_a_judge_learns_nothing_of_other_judges_workbooks(held, seat, desk, organiser):  # noqa: F811
    auditor = person("looks@example.org")
    Membership.objects.create(edition=held.edition, user=auditor, role="auditor")

    assert [desk.get(page(held, name, **words)).status_code for name, words in (("workbooks", {}), ("workbooks_zip", {}), ("workbook_of", {"seat": seat.pk}))] == [403] * 3
    assert client_of(auditor).post(page(held, "workbooks"), {"judge": seat.pk}).status_code == 403
