"""A list before the public, objections to it, rulings, the new list, the results."""

from __future__ import annotations

import io
from datetime import date, timedelta

import docx
import openpyxl
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.server.conftest import client_of, person
from tests.server.publication.conftest import end

from zhengping.server.call.models import Edition
from zhengping.server.judging.models import JudgeSeat
from zhengping.server.mail.models import Message
from zhengping.server.publication import operations, queries, records
from zhengping.server.publication.models import Notice, Objection, Result, Ruling
from zhengping.server.publication.operations import Refused

PERSON = {"name": "样例异议人", "email": "objector@example.org", "telephone": "010-0", "unit": ""}


def first(notice):
    return notice.rows.select_related("submission").first()


def objected(edition, **words):
    return operations.object_(edition=edition, at=timezone.now(), reasons="数据不实。", **{**PERSON, **words})


# --- days ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first_day", "days", "counting", "last"),
    [
        (date(2026, 9, 28), 3, "calendar", date(2026, 10, 1)),
        (date(2026, 9, 28), 3, "working", date(2026, 10, 8)),  # 29 and 30 September, then the national holidays up to the 7th
        (date(2026, 2, 13), 1, "working", date(2026, 2, 14)),  # a Saturday worked in exchange for the spring festival
        (date(2026, 4, 3), 1, "working", date(2026, 4, 7)),  # 清明
        (date(2030, 6, 7), 2, "working", date(2030, 6, 11)),  # a year that is not known: Monday to Friday
    ],
)
def test_days_are_counted_from_the_next(first_day, days, counting, last):
    assert records.last_day(first_day, days, counting) == last


def test_the_editions_own_days_go_before_the_calendar():
    assert records.last_day(date(2030, 6, 7), 2, "working", off=["2030-06-10"]) == date(2030, 6, 12)
    assert records.last_day(date(2030, 6, 7), 2, "working", on=["2030-06-08"]) == date(2030, 6, 10)


# --- the list --------------------------------------------------------------------------------------------------------


def test_no_list_without_two_who_confirmed_it(edition, organiser, numbered):
    with pytest.raises(Refused, match="两人确认"):
        operations.open_notice(edition=edition, actor=organiser)


def test_the_list_is_frozen_with_its_hash(edition, notice, visitor):
    row = first(notice)
    type(row.submission).objects.filter(pk=row.submission_id).update(title="后来改的标题")
    page = visitor.get(reverse("publication:notice", args=[edition.slug])).content.decode()

    assert notice.hash in page and row.title in page and "后来改的标题" not in page
    assert records.hashed(notice.rows.select_related("submission")) == notice.hash
    assert notice.rows.count() == 3


def test_the_list_comes_as_a_signed_file(edition, notice, visitor):
    answer = visitor.get(reverse("publication:notice_file", args=[edition.slug]))

    assert records.verify(answer.content, records.public_certificate()).is_good


def test_a_second_list_is_refused(edition, organiser, notice):
    with pytest.raises(Refused, match="已经公示"):
        operations.open_notice(edition=edition, actor=organiser)


# --- objections ------------------------------------------------------------------------------------------------------


def test_an_objection_gets_a_number_and_can_be_followed(edition, notice, visitor):
    words = {**PERSON, "case": first(notice).submission.number, "reasons": "数据不实。", "evidence": SimpleUploadedFile("证据.zip", b"PK evidence")}
    answer = visitor.post(reverse("publication:object", args=[edition.slug]), words)
    made = Objection.objects.get()

    assert answer.status_code == 302 and made.number == 1
    assert "第 1 号" in visitor.get(answer.url).content.decode()
    assert PERSON["name"] not in visitor.get(answer.url).content.decode()
    assert Message.objects.get(kind="objection").to == PERSON["email"]


def test_an_anonymous_objection_is_registered_and_not_processed(edition, organiser, notice):
    made = objected(edition, is_anonymous=True)

    assert (made.number, made.name, made.email) == (1, "", "")
    with pytest.raises(Refused, match="匿名"):
        operations.rule(objection=made, actor=organiser, is_upheld=True, reasons="理由", has_no_part=True)


def test_without_a_name_it_is_refused_with_what_to_do(edition, notice, visitor):
    answer = visitor.post(reverse("publication:object", args=[edition.slug]), {"reasons": "不实"})

    assert "请填写真实姓名" in answer.content.decode() and not Objection.objects.exists()


def test_after_the_period_nothing_is_taken(edition, notice):
    end(notice)
    with pytest.raises(Refused, match="没有正在公示"):
        objected(edition)


def test_evidence_and_names_reach_only_those_who_rule(edition, notice, organiser, chair, visitor):
    objected(edition, evidence=b"secret evidence", evidence_name="证据.txt")
    address = reverse("publication:evidence", args=[edition.slug, 1])
    page = reverse("publication:ruling", args=[edition.slug, 1])

    assert client_of(organiser).get(address).content == b"secret evidence"
    assert "attachment" in client_of(organiser).get(address)["Content-Disposition"]
    assert PERSON["name"] in client_of(chair).get(page).content.decode()
    assert [visitor.get(address).status_code, client_of(person("x@example.org")).get(address).status_code] == [302, 403]


def test_the_unit_is_heard(edition, notice, organiser, visitor):
    made = objected(edition, case=first(notice).submission.number)
    asked = operations.ask_unit(objection=made, actor=organiser, question="请说明数据来源。")
    page = reverse("publication:hearing", args=[asked.token])

    text = visitor.get(page).content.decode()
    visitor.post(page, {"words": "数据来自统计年报。"})
    asked.refresh_from_db()

    assert "请说明数据来源" in text and PERSON["name"] not in text
    assert asked.answer == "数据来自统计年报。" and Message.objects.filter(kind="hearing").count() == 1


def test_nobody_rules_who_has_a_part_in_it(edition, notice, organiser, chair):
    made = objected(edition, case=first(notice).submission.number)
    JudgeSeat.objects.filter(edition=edition, assignments__submission=first(notice).submission).update(user=None)
    seat = first(notice).submission
    row = JudgeSeat.objects.filter(edition=edition).first()
    JudgeSeat.objects.filter(pk=row.pk).update(user=chair)

    with pytest.raises(Refused, match="您评审过"):
        operations.rule(objection=made, actor=chair, is_upheld=False, reasons="理由", has_no_part=True)
    with pytest.raises(Refused, match="请声明"):
        operations.rule(objection=made, actor=organiser, is_upheld=False, reasons="理由", has_no_part=False)
    type(seat).objects.filter(pk=seat.pk).update(owner=organiser)
    with pytest.raises(Refused, match="您是该案例的报送人"):
        operations.rule(objection=Objection.objects.get(), actor=organiser, is_upheld=False, reasons="理由", has_no_part=True)
    assert not Ruling.objects.exists()


def test_the_list_changes_only_after_the_unit_was_heard(edition, notice, organiser):
    made = objected(edition, case=first(notice).submission.number)

    with pytest.raises(Refused, match="先听取"):
        operations.rule(objection=made, actor=organiser, is_upheld=True, effect="remove", reasons="理由", has_no_part=True)


def test_an_upheld_ruling_leads_to_a_new_list_beside_the_old(edition, notice, organiser, visitor):
    gone = first(notice)
    made = objected(edition, case=gone.submission.number)
    operations.ask_unit(objection=made, actor=organiser, question="请说明。")
    operations.rule(objection=made, actor=organiser, is_upheld=True, effect="remove", reasons="查实", has_no_part=True)
    end(notice)
    with pytest.raises(Refused, match="先发布新名单"):
        operations.publish(edition=edition, actor=organiser)

    new = operations.renew_notice(notice=notice, actor=organiser, why="一项异议成立")

    assert new.number == 2 and new.follows == notice and new.hash != notice.hash
    assert [row.place for row in new.rows.all()] == [1, 2] and not new.rows.filter(submission=gone.submission_id).exists()
    assert notice.rows.count() == 3
    old = visitor.get(reverse("publication:notice", args=[edition.slug]) + "?n=1").content.decode()
    assert "之后已有新名单" in old and gone.title in old
    end(new)
    operations.publish(edition=edition, actor=organiser)
    assert [row.place for row in queries.results(edition)] == [1, 2]


def test_the_whole_way_on_the_pages(edition, organiser, decided, at_desk, visitor):
    overview = reverse("publication:overview", args=[edition.slug])
    at_desk.post(overview, {"do": "open", "words": "公示。"})
    notice = Notice.objects.get()
    number = first(notice).submission.number
    visitor.post(reverse("publication:object", args=[edition.slug]), {**PERSON, "case": number, "reasons": "不实。"})
    ruling = reverse("publication:ruling", args=[edition.slug, 1])
    at_desk.post(ruling, {"do": "ask", "question": "请说明。"})
    at_desk.post(ruling, {"do": "rule", "outcome": "rejected", "effect": "none", "reasons": "查无实据", "has_no_part": "on"})
    at_desk.post(overview, {"do": "publish", "words": ""})
    early = Result.objects.exists()
    end(notice)
    at_desk.post(overview, {"do": "publish", "words": ""})

    assert not early and Result.objects.exists()
    assert "异议不成立" in visitor.get(reverse("publication:objection", args=[Objection.objects.get().token])).content.decode()
    assert Message.objects.filter(kind="ruling").count() == 1 and Message.objects.filter(kind="result").count() == 3


# --- results ---------------------------------------------------------------------------------------------------------


def test_not_before_the_period_is_over(edition, organiser, notice):
    with pytest.raises(Refused, match="才结束"):
        operations.publish(edition=edition, actor=organiser)


def test_results_in_the_usual_shapes(edition, result, visitor):
    rows = queries.results(edition)

    def got(ending):
        return visitor.get(reverse("publication:results_file", args=[edition.slug, ending])).content

    sheet = openpyxl.load_workbook(io.BytesIO(got("xlsx"))).active
    words = "\n".join(cell.text for table in docx.Document(io.BytesIO(got("docx"))).tables for row in table.rows for cell in row.cells)
    page = visitor.get(reverse("publication:results", args=[edition.slug])).content.decode()

    assert [row[3] for row in sheet.iter_rows(min_row=2, values_only=True)] == [row.title for row in rows]
    assert all(row.title in words and row.title in page for row in rows)
    assert records.verify(got("pdf"), records.public_certificate()).is_good


def test_revocation_and_correction_are_told_beside_the_list(edition, organiser, result, visitor, at_desk):
    gone, changed = [row.submission for row in queries.results(edition)][:2]
    changes = reverse("publication:changes", args=[edition.slug])
    at_desk.post(changes, {"do": "revoke", "number": gone.number, "reasons": "材料不实"})
    at_desk.post(changes, {"do": "correct", "number": changed.number, "field": "unit", "words": "更正后的单位", "reasons": "单位更名"})

    page = visitor.get(reverse("publication:results", args=[edition.slug])).content.decode()
    assert "材料不实" in page and "更正为" in page
    assert queries.results(edition)[0].submission == changed and queries.results(edition)[0].unit == "更正后的单位"
    assert gone not in queries.published_cases(edition)


def test_setting_takes_days_as_they_are_typed(edition, at_desk):
    page = reverse("publication:rules", args=[edition.slug])
    words = {"days": 7, "counting": "calendar", "holidays": "2027-02-05，2027-02-06", "workdays": "", "heading": "荣誉证书", "words": "{unit}", "issuer": "样例", "changed": 1}
    at_desk.post(page, words)
    wrong = at_desk.post(page, {**words, "changed": 2, "holidays": "明天"}).content.decode()

    assert queries.setting(edition).holidays == ["2027-02-05", "2027-02-06"]
    assert "“明天”不是日期" in wrong


def test_somebody_elses_change_is_not_overwritten(edition, organiser):
    operations.keep_setting(edition=edition, actor=organiser, changed=1, days=7)
    with pytest.raises(Refused, match="同事刚刚"):
        operations.keep_setting(edition=edition, actor=organiser, changed=1, days=9)


def test_the_overview_asks_for_what_is_due(edition, notice, at_desk):
    page = reverse("publication:overview", args=[edition.slug])
    assert "公示期到" in at_desk.get(page).content.decode()
    Notice.objects.update(closes_at=timezone.now() - timedelta(days=1))
    assert 'value="publish"' in at_desk.get(page).content.decode()


def test_a_closed_edition_leads_to_list_and_results_only_once_they_are_there(edition, organiser, decided, visitor):
    Edition.objects.filter(pk=edition.pk).update(closes=timezone.now() - timedelta(days=1))
    links = {name: reverse(f"publication:{name}", args=[edition.slug]) for name in ("notice", "results")}

    def led():
        cache.clear()
        texts = [visitor.get(address).content.decode() for address in ("/", reverse("call:notice", args=[edition.slug]))]
        return [([name for name, link in links.items() if f'href="{link}"' in text], "名单尚未公示" in text) for text in texts]

    before = led()
    notice = operations.open_notice(edition=edition, actor=organiser, words="公示如下。")
    during = led()
    end(notice)
    operations.publish(edition=edition, actor=organiser)

    assert [before, during, led()] == [[([], True)] * 2, [(["notice"], False)] * 2, [(["notice", "results"], False)] * 2]
