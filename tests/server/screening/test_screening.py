"""Marks within quota, sheets, seals."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.server.conftest import PASSWORD, client_of

from zhengping.server.call import operations as call
from zhengping.server.call.models import Body
from zhengping.server.screening import operations, queries
from zhengping.server.screening.models import Mark, Seal


@pytest.fixture
def body(edition, numbered):
    """江苏 with three cases."""
    return edition.bodies.get(division="320000")


@pytest.fixture
def browser(screener):
    """The screener's browser."""
    return client_of(screener)


def mark_all(body, user, mark="general"):
    """All cases of a body marked alike."""
    for case in queries.sent_up(body):
        operations.mark(body=body, submission=case, actor=user, mark=mark)


def test_a_body_sees_its_own_cases_only(browser, body, numbered):
    text = browser.get(reverse("screening:cases", args=["e4", "320000"])).content.decode()

    assert [case.title in text for case in numbered] == [case.division.startswith("32") for case in numbered]


def test_more_than_the_quota_cannot_be_sent_up(body, screener):
    Body.objects.filter(pk=body.pk).update(recommended=1)
    mark_all(body, screener, "recommended")

    with pytest.raises(operations.Refused, match="名额 1 个"):
        operations.seal(body=body, actor=screener)


def test_an_unmarked_case_cannot_be_sent_up(body, screener):
    with pytest.raises(operations.Refused, match="没有标注"):
        operations.seal(body=body, actor=screener)


def test_after_the_seal_nothing_changes_until_the_organiser_returns_it(body, screener, organiser, numbered):
    mark_all(body, screener)
    seal = operations.seal(body=body, actor=screener)
    case = queries.sent_up(body).first()
    with pytest.raises(operations.Refused):
        operations.mark(body=body, submission=case, actor=screener, mark="declined")
    operations.give_back(seal=seal, actor=organiser, why="请补充")
    operations.mark(body=body, submission=case, actor=screener, mark="recommended")
    again = operations.seal(body=body, actor=screener)

    assert again.hash != seal.hash
    assert Seal.objects.filter(body=body).count() == 2


def test_a_seal_needs_the_password(browser, body, screener):
    mark_all(body, screener)
    address = reverse("screening:seal", args=["e4", "320000"])
    browser.post(address, {"password": "wrong", "is_checked": "on"})
    before = queries.seal_of(body)
    browser.post(address, {"password": PASSWORD, "is_checked": "on"})

    assert before is None
    assert queries.seal_of(body) is not None
    assert browser.get(reverse("screening:summary", args=["e4", "320000"])).content.startswith(b"%PDF")


def test_two_who_mark_the_same_case_are_told(browser, body, screener):
    case = queries.sent_up(body).first()
    address = reverse("screening:case", args=["e4", "320000", case.number])
    browser.post(address, {"mark": "recommended", "changed": 0})
    late = browser.post(address, {"mark": "declined", "reason": "x", "changed": 0}, follow=True)

    assert Mark.objects.get(submission=case).mark == "recommended"
    assert "没有保存" in late.content.decode()


def test_a_sheet_is_taken_row_by_row_and_each_wrong_row_is_named(browser, body):
    address = reverse("screening:sheet", args=["e4", "320000"])
    book = openpyxl.load_workbook(io.BytesIO(browser.get(address).content))
    page = book.active
    page["D2"], page["D3"], page["D4"] = "重点推荐", "很好", "一般"
    page.append([999, "x", "x", "一般"])
    held = io.BytesIO()
    book.save(held)
    answer = browser.post(reverse("screening:paper", args=["e4", "320000"]), {"sheet": SimpleUploadedFile("汇总表.xlsx", held.getvalue())})

    text = answer.content.decode()
    assert sorted(Mark.objects.values_list("mark", flat=True)) == ["general", "recommended"]
    assert "第 3 行的推荐等次“很好”" in text
    assert "案例编号 999 不在本地区来稿中" in text


def test_a_file_that_is_no_sheet_is_said(browser, body):
    answer = browser.post(reverse("screening:paper", args=["e4", "320000"]), {"sheet": SimpleUploadedFile("x.xlsx", b"no sheet")})

    assert "不是可读取的 Excel 表格" in answer.content.decode()


def test_recommended_cases_are_put_in_order(body, screener):
    mark_all(body, screener, "recommended")
    numbers = [case.number for case in queries.sent_up(body).order_by("-number")]
    operations.put_in_order(body=body, actor=screener, numbers=numbers)

    assert list(Mark.objects.order_by("order").values_list("submission__number", flat=True)) == numbers


def test_a_case_of_a_city_waits_for_the_citys_seal(edition, body, organiser, screener, numbered):
    city = call.add_body(actor=organiser, edition=edition, division="320100", name="南京市", parent=body)
    case = next(case for case in numbered if case.division.startswith("3201"))
    type(case).objects.filter(pk=case.pk).update(body=city)
    before = queries.sent_up(body).filter(pk=case.pk).exists()
    operations.mark(body=city, submission=case, actor=organiser, mark="recommended")
    operations.seal(body=city, actor=organiser)

    assert (before, queries.sent_up(body).filter(pk=case.pk).exists()) == (False, True)


def test_the_organiser_seals_for_a_body_that_does_not_answer(at_desk, body):
    at_desk.post(reverse("screening:take_over", args=["e4", "320000"]), {"do": "seal", "why": "逾期未报"})

    seal = queries.seal_of(body)
    assert (seal.for_body, seal.reason) == (True, "逾期未报")
