"""Judges, conflicts, assignments, sheets, discussion."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.server.conftest import client_of, person, take

from zhengping.samples.writers import Paper, docx
from zhengping.server.audit.models import Entry
from zhengping.server.call.models import Membership
from zhengping.server.judging import operations, queries, records
from zhengping.server.judging.models import Assignment, Conflict, JudgeSeat, Mark, Opinion, Round, Sheet
from zhengping.server.mail.models import Message as Letter

HOMES = ("440100", "440300", "110105", "310104", "510100", "320100")  # the last two share a province with cases


def judge(edition, at, division, **values):
    """A judge with a seat, a membership and a log-in."""
    user = person(f"judge{at}@example.org", name=f"评委样例{at}")
    Membership.objects.create(edition=edition, user=user, role="judge")
    return JudgeSeat.objects.create(edition=edition, user=user, name=user.name, email=user.email, division=division, unit=f"评委单位{at}", confirmed_at=timezone.now(), **values)


@pytest.fixture
def seats(edition):
    """Six judges of five provinces."""
    return [judge(edition, at, division) for at, division in enumerate(HOMES)]


@pytest.fixture
def held(edition, organiser, numbered, seats):
    """A confirmed round of two reads."""
    return confirmed(edition, organiser)


def confirmed(edition, organiser, **values):
    """A round whose first proposal is confirmed."""
    made = operations.begin_round(edition=edition, actor=organiser, **{"reads": 2, "opens": timezone.now() - timedelta(days=1), "closes": timezone.now() + timedelta(days=5), **values})
    operations.propose(held=made, actor=organiser)
    operations.confirm(held=made, actor=organiser)
    return Round.objects.get(pk=made.pk)


def first(held, seat=None):
    """An assignment of the round, of a seat if given."""
    rows = queries.holding(held).select_related("round__edition", "seat__user", "submission")
    return (rows.filter(seat=seat) if seat else rows).first()


def written(row, value=80, notes="", version=0):
    """A sheet with the same mark for each criterion."""
    marks = {one.name: Decimal(value) for one in records.criteria(row.round)}
    return operations.save_sheet(assignment=row, actor=row.seat.user, version=version, marks=marks, notes=notes)


def signed(row, value=80):
    """A signed sheet."""
    kept = written(row, value)
    return operations.sign_sheet(assignment=row, actor=row.seat.user, version=kept.version)


def typed(row, version=0, notes="", value="80"):
    """What the judge's page sends."""
    return {**{one.field: value for one in records.criteria(row.round)}, "notes": notes, "version": version}


# --- judges ----------------------------------------------------------------------------------------------------------


def workbook(*rows):
    """A list of judges as .xlsx."""
    book = openpyxl.Workbook()
    for row in (("姓名", "邮箱", "单位", "所在地", "擅长主题", "最少", "最多", "回避单位"), *rows):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_each_bad_row_of_a_list_is_named(edition):
    theme = edition.themes.first()
    data = workbook(
        ("甲", "a@example.org", "甲单位", "江苏省南京市", theme.name, 1, 9, "乙大学"), ("乙", "not an address"), ("", "c@example.org"), ("丁", "d@example.org", "", "没有的地方"),
        ("戊", "e@example.org", "", "", "没有的主题"), ("己", "f@example.org", "", "", "", 9, 1), ("庚", "a@example.org"), ("辛", "g@example.org", "", "", "", "x"),
    )  # fmt: skip

    rows = operations.read_judges(data=data, edition=edition)

    assert [(row.line, bool(row.wrong)) for row in rows] == [(2, False), *((line, True) for line in range(3, 10))]
    assert (rows[0].division, rows[0].fields, rows[0].most, rows[0].avoided) == ("320100", (theme.key,), 9, ("乙大学",))
    assert all(word in row.wrong for word, row in zip(("not an address", "姓名", "没有的地方", "没有的主题", "最少", "第 2 行", "整数"), rows[1:], strict=True))


def test_a_list_that_is_none_is_refused(edition):
    with pytest.raises(operations.Refused):
        operations.read_judges(data=b"no sheet", edition=edition)


def test_a_list_is_taken_by_the_page_and_judges_are_invited_once(at_desk, edition):
    page = reverse("judging:judges", args=[edition.slug])
    file = SimpleUploadedFile("j.xlsx", workbook(("甲", "a@example.org", "甲单位", "江苏省南京市", "", "", "", "乙大学"), ("乙", "bad")))
    text = at_desk.post(page, {"sheet": file}).content.decode()
    at_desk.post(page, {"do": "invite"})
    at_desk.post(page, {"do": "invite"})

    assert "第 3 行" in text
    assert Letter.objects.filter(kind="invitation", to="a@example.org").count() == 1
    assert list(Conflict.objects.values_list("unit", flat=True)) == ["乙大学"]


# --- assignment ------------------------------------------------------------------------------------------------------


def test_nobody_reads_a_case_of_the_own_province_or_unit(held, numbered):
    rows = queries.holding(held).select_related("seat", "submission")

    assert rows.count() == 12
    assert [row for row in rows if row.seat.division[:2] == row.submission.division[:2]] == []


def test_a_declared_unit_is_never_assigned(edition, organiser, numbered, seats):
    for seat in seats[:3]:
        operations.declare(seat=seat, actor=seat.user, unit=numbered[4].unit)

    held = confirmed(edition, organiser)

    assert set(queries.holding(held).filter(submission=numbered[4]).values_list("seat", flat=True)) & {seat.pk for seat in seats[:3]} == set()


def test_a_conflict_that_appears_later_moves_the_case_at_once(held):
    row = first(held)
    signed(row)

    operations.declare(seat=row.seat, actor=row.seat.user, submission=row.submission, reason="曾共事")

    now = queries.holding(held).filter(submission=row.submission)
    assert now.count() == 2 and row.seat_id not in now.values_list("seat", flat=True)
    assert not queries.signed(held).exists()
    assert Sheet.objects.get(assignment=row).state == "signed"  # on record, counting no more
    assert [queries.bars(held, one.seat, one.submission) for one in now.select_related("seat", "submission")] == ["", ""]


def test_a_new_proposal_keeps_what_is_begun(held, organiser):
    row = first(held)
    written(row)
    operations.set_pair(held=held, actor=organiser, seat=queries.holding(held).exclude(seat=row.seat).first().seat, submission=queries.holding(held).last().submission, side="forbidden")

    operations.propose(held=held, actor=organiser)
    operations.confirm(held=held, actor=organiser)

    assert queries.holding(held).filter(pk=row.pk).exists()
    counts = [queries.holding(held).filter(submission=case).count() for case in queries.cases(held)]
    assert counts == [2] * 6


def test_a_fixed_pair_is_kept_and_a_barred_one_refused(edition, organiser, numbered, seats):
    held = operations.begin_round(edition=edition, actor=organiser, reads=1)
    operations.set_pair(held=held, actor=organiser, seat=seats[0], submission=numbered[0], side="fixed")
    operations.propose(held=held, actor=organiser)

    with pytest.raises(operations.Refused, match="回避"):
        operations.set_pair(held=held, actor=organiser, seat=seats[5], submission=numbered[0], side="fixed")
    assert queries.proposed(held).filter(seat=seats[0], submission=numbered[0], source="fixed").exists()


def test_too_few_judges_are_told_in_words(edition, organiser, numbered):
    judge(edition, 1, "320100")
    held = operations.begin_round(edition=edition, actor=organiser, reads=2)

    with pytest.raises(operations.Refused):
        operations.propose(held=held, actor=organiser)


def test_who_cannot_come_is_replaced(held):
    row = first(held)

    operations.confirm_seat(seat=row.seat, actor=row.seat.user, is_away=True)

    assert not queries.holding(held).filter(seat=row.seat).exists()
    assert queries.holding(held).filter(submission=row.submission).count() == 2


def test_the_organiser_goes_the_whole_way_by_pages(at_desk, edition, numbered, seats):
    at_desk.post(reverse("judging:rounds", args=[edition.slug]), {"reads": 2, "own": "province", "scope": "all", "shortlist": 10, "is_blind": "on"})
    page = reverse("judging:round", args=[edition.slug, 1])
    at_desk.post(page, {"do": "propose"})
    before = at_desk.get(page).content.decode()
    at_desk.post(page, {"do": "confirm"})
    text = at_desk.get(reverse("judging:pairs", args=[edition.slug, 1])).content.decode()

    assert "待确认的分配方案" in before
    assert queries.holding(Round.objects.get()).count() == 12 and seats[0].name in text


# --- sheets ----------------------------------------------------------------------------------------------------------


def test_a_sheet_is_written_signed_and_taken_back(held):
    row = first(held)
    browser, page = client_of(row.seat.user), reverse("judging:sheet", args=[row.pk])

    browser.post(page, {**typed(row, notes="有新意"), "do": "sign"})
    state = Sheet.objects.get(assignment=row).state
    browser.post(page, {"do": "undo"})

    assert (state, Sheet.objects.get(assignment=row).state) == ("signed", "draft")
    assert [Entry.objects.filter(action=f"judging.{name}").count() for name in ("save_sheet", "sign_sheet", "undo_sign")] == [1, 1, 1]


def test_without_all_marks_nothing_is_signed_and_nothing_lost(held):
    row = first(held)
    browser = client_of(row.seat.user)
    values = {**typed(row, notes="写了一半"), "do": "sign"} | {records.criteria(held)[0].field: ""}

    text = browser.post(reverse("judging:sheet", args=[row.pk]), values).content.decode()

    assert Sheet.objects.get(assignment=row).state == "draft" and "写了一半" in text and "不能签字" in text


def test_after_the_window_nothing_changes(held):
    row = first(held)
    signed(row)
    Round.objects.filter(pk=held.pk).update(closes=timezone.now() - timedelta(seconds=1))

    with pytest.raises(operations.Refused):
        operations.undo_sign(assignment=row, actor=row.seat.user)
    answer = client_of(row.seat.user).post(reverse("judging:save", args=[row.pk]), typed(row, 1))
    assert answer.status_code == 422


def test_two_windows_do_not_undo_each_other(held):
    row = first(held)
    browser, save = client_of(row.seat.user), reverse("judging:save", args=[row.pk])

    one = browser.post(save, typed(row, 0, "第一个窗口"))
    other = browser.post(save, typed(row, 0, "第二个窗口"))
    again = browser.post(save, typed(row, other.json()["version"], "第二个窗口"))

    assert (one.status_code, other.status_code, again.status_code) == (200, 409, 200)
    assert other.json()["values"]["notes"] == "第一个窗口"
    assert Sheet.objects.get(assignment=row).notes == "第二个窗口"


def test_the_same_words_sent_twice_are_no_clash(held):
    row = first(held)
    browser, save = client_of(row.seat.user), reverse("judging:save", args=[row.pk])

    versions = [browser.post(save, typed(row, 0, "一样")).json()["version"] for _ in range(2)]

    assert versions == [1, 1]


def test_without_script_the_second_window_keeps_what_was_typed(held):
    row = first(held)
    written(row, notes="先保存的")

    text = client_of(row.seat.user).post(reverse("judging:sheet", args=[row.pk]), {**typed(row, 0, "后输入的", "70"), "do": "save"}).content.decode()

    assert "先保存的" in text and "后输入的" in text and 'name="version" value="1"' in text


@pytest.mark.parametrize("value", ["101", "-1", "x", "1e9"])
def test_a_mark_outside_of_the_scale_is_refused(held, value):
    row = first(held)

    answer = client_of(row.seat.user).post(reverse("judging:save", args=[row.pk]), typed(row, 0, "", value))

    assert answer.status_code == 422 and not Mark.objects.exists()


def test_a_sheet_opened_is_written_nowhere_until_something_is_typed(held):
    row = first(held)

    answer = client_of(row.seat.user).get(reverse("judging:sheet", args=[row.pk]))

    assert answer.status_code == 200 and not Sheet.objects.exists()


def test_a_foreign_sheet_is_closed(held, seats):
    row = first(held)
    other = next(seat for seat in seats if seat.pk != row.seat_id)

    found = [client_of(user).get(reverse("judging:sheet", args=[row.pk])).status_code for user in (other.user, person("x@example.org"))]

    assert found == [403, 403]


def test_others_scores_are_not_shown_before_ones_own_is_signed(held):
    row = first(held)
    other = queries.holding(held).filter(submission=row.submission).exclude(pk=row.pk).select_related("round__edition", "seat__user", "submission").get()
    signed(other, 37)
    page = reverse("judging:discussion", args=[held.edition.slug, 1, row.submission.number])
    browser = client_of(row.seat.user)

    before = browser.get(page).status_code
    sheet = browser.get(reverse("judging:sheet", args=[row.pk])).content.decode()
    signed(row, 91)
    after = client_of(row.seat.user).get(page).content.decode()

    assert before == 403 and "111" not in sheet  # three criteria of 37
    assert "111" in after and other.seat.name not in after and "评委乙" in after


def test_a_second_opinion_stands_beside_the_first_sheet(held, edition):
    row = first(held)
    signed(row, 60)
    browser = client_of(row.seat.user)
    page = reverse("judging:discussion", args=[edition.slug, 1, row.submission.number])

    browser.post(page, {"do": "say", "words": "成效数据可信"})
    browser.post(page, {"do": "opinion", "value": "200", "reason": "讨论后认为可推广"})

    assert set(Mark.objects.filter(sheet__assignment=row).values_list("value", flat=True)) == {Decimal(60)}
    assert Opinion.objects.get().value == 200
    with pytest.raises(operations.Refused, match="讨论"):
        operations.undo_sign(assignment=row, actor=row.seat.user)


# --- the blind text --------------------------------------------------------------------------------------------------


def test_what_a_judge_receives_tells_neither_unit_place_nor_person(edition, organiser, seats):
    parts = (("主要做法", ("江苏省南京市鼓楼区委组织部出台政策。鼓楼区委书记张建国介绍，南京经验已推广。联系人：李晓燕，电话13912345678，邮箱abc@example.org。" * 3,)),)
    take(edition, ("案例.docx", docx(Paper("南京鼓楼人才改革", "江苏省南京市鼓楼区委组织部", parts), False)), source="zip", by=organiser)
    held = confirmed(edition, organiser)
    row = first(held)
    signed(row)
    browser = client_of(row.seat.user)
    pages = [reverse("judging:sheet", args=[row.pk]), reverse("judging:own", args=["e4"]), reverse("judging:paper", args=["e4", 1]), reverse("judging:discussion", args=["e4", 1, row.submission.number])]

    data = "".join(browser.get(page).content.decode() + str(browser.get(page).headers) for page in pages)

    assert "人才改革" in data and "〔地名〕" in data
    assert [word for word in ("南京", "鼓楼", "江苏", "组织部", "张建国", "李晓燕", "13912345678", "abc@example.org", "320106", ".docx") if word in data.replace("评委样例", "")] == []


# --- chair, further reads --------------------------------------------------------------------------------------------


def all_signed(held, step=6):
    """All sheets of a round signed, with marks that differ by `step` from case to case, and by the judge."""
    for at, row in enumerate(queries.holding(held).select_related("round__edition", "seat__user", "submission")):
        signed(row, 50 + (row.submission.number or 0) * step + at % 5 + row.seat_id % 3)


def test_the_chair_sees_progress_agreement_and_severity(held, edition):
    user = person("chair@example.org")
    Membership.objects.create(edition=edition, user=user, role="chair")
    page = reverse("judging:chair", args=[edition.slug, 1])
    before = client_of(user).get(page).content.decode()
    all_signed(held)
    text = client_of(user).get(page).content.decode()

    assert "暂不计算" in before and "Krippendorff" in text and "90% 区间" in text and "12 / 12" in text
    assert "作弊" not in text


def test_reminders_go_to_those_who_have_not_finished_once_a_day(held, organiser):
    counts = [operations.remind(held=held, actor=organiser) for _ in range(2)]

    assert counts[0] == counts[1] == len(set(queries.holding(held).values_list("seat", flat=True)))
    assert Letter.objects.filter(kind="reminder").count() == counts[0]


def test_further_reads_are_proposed_after_two_and_wait_for_the_organiser(held, organiser):
    with pytest.raises(operations.Refused):
        operations.propose_further(held=held, actor=organiser, awards=2, budget=4)
    all_signed(held, step=1)  # so near that a further read may turn them

    count = operations.propose_further(held=held, actor=organiser, awards=2, budget=4)
    waiting = list(queries.proposed(held).select_related("seat", "submission"))
    barred = [queries.bars(held, row.seat, row.submission) for row in waiting]
    operations.confirm(held=held, actor=organiser)

    assert count == len(waiting) > 0 and set(barred) == {""}
    assert Assignment.objects.filter(round=held, source="further", confirmed_at__isnull=False).count() == count
    assert queries.signed(held).count() == 12


def test_a_shortlist_is_made_of_the_best_of_the_round_before(held, organiser, edition):
    all_signed(held)

    made = operations.begin_round(edition=edition, actor=organiser, reads=1, scope="shortlist", shortlist=2)

    best = {int(row.case) for row in queries.verdict(held).calibration.estimates[:2]}
    assert set(queries.cases(made).values_list("number", flat=True)) == best


