"""Places that fall free by an upheld ruling: who moves up, who is passed over, what is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.server.decision.test_decision import AWARDS, judged
from tests.server.publication.conftest import end

from zhengping.server.decision import operations as decision
from zhengping.server.decision import tasks
from zhengping.server.decision.models import Proposal, Row
from zhengping.server.mail.models import Message
from zhengping.server.publication import operations, queries
from zhengping.server.publication.models import RESERVE, Notice, Objection
from zhengping.server.publication.operations import Refused
from zhengping.server.submission.models import Submission


def listed(notice):
    return [(row.submission.number, row.award, row.moved_from) for row in notice.rows.select_related("submission")]


def at(client, address, language):
    """A page in a language."""
    client.cookies["django_language"] = language
    return client.get(address).content.decode()


def ruled(edition, actor, *cases, effect="remove", award=""):
    """Objections to cases, all upheld."""
    for case in cases:
        made = operations.object_(edition=edition, at=timezone.now(), reasons="数据不实。", case=case, name="样例异议人", email="objector@example.org")
        operations.ask_unit(objection=made, actor=actor, question="请说明。")
        operations.rule(objection=made, actor=actor, is_upheld=True, effect=effect, award=award, reasons="查实", has_no_part=True)
    return queries.notice(edition)


def test_the_reserve_fills_the_place_of_the_lowest_award_and_stands_a_whole_period(edition, organiser, notice):
    Notice.objects.filter(pk=notice.pk).update(opened_at=timezone.now() - timedelta(days=4))
    old = listed(notice)
    new = operations.renew_notice(notice=ruled(edition, organiser, 4), actor=organiser, why="一项异议成立")

    assert old == [(6, "一等奖", ""), (5, "二等奖", ""), (4, "二等奖", "")] and listed(notice) == old
    assert listed(new) == [(6, "一等奖", ""), (5, "二等奖", ""), (3, "二等奖", RESERVE)]
    assert new.closes_at >= timezone.now() + timedelta(days=new.days)
    assert {m.subject.split("》")[1] for m in Message.objects.filter(kind="renewed")} == {"取消获奖资格", "由备选递补为二等奖"}


def test_the_reserve_does_not_pass_those_who_have_an_award_unless_each_moves_up_by_one(edition, organiser, notice):
    held = ruled(edition, organiser, 6)
    plans = {plan.way: [(row.submission.number, row.award) for row in plan.rows] for plan in queries.plans(held)}
    new = operations.renew_notice(notice=held, actor=organiser, why="一项异议成立", way="cascade")

    assert plans == {"reserve": [(5, "二等奖"), (4, "二等奖")], "cascade": [(5, "一等奖"), (4, "二等奖"), (3, "二等奖")], "empty": [(5, "二等奖"), (4, "二等奖")]}
    assert listed(new) == [(5, "一等奖", "二等奖"), (4, "二等奖", ""), (3, "二等奖", RESERVE)]


def test_a_case_that_was_lowered_leaves_its_place_to_the_next_and_the_sums_are_right(edition, organiser, notice):
    held = ruled(edition, organiser, 6, effect="award", award="二等奖")
    over = {plan.way: plan.over for plan in queries.plans(held)}
    new = operations.renew_notice(notice=held, actor=organiser, why="一项异议成立", way="cascade")

    assert over == {"reserve": [("二等奖", 2, 3)], "cascade": [], "empty": [("二等奖", 2, 3)]}
    assert listed(new) == [(5, "一等奖", "二等奖"), (6, "二等奖", ""), (4, "二等奖", "")]


def test_a_place_stays_empty_only_with_a_reason_and_later_lists_leave_it_so(edition, organiser, notice):
    held = ruled(edition, organiser, 4)
    with pytest.raises(Refused, match="空缺的理由"):
        operations.renew_notice(notice=held, actor=organiser, why="一项异议成立", way="empty")
    second = operations.renew_notice(notice=held, actor=organiser, why="一项异议成立", way="empty", empty_why="宁缺毋滥")
    third = operations.renew_notice(notice=ruled(edition, organiser, 6), actor=organiser, why="又一项异议成立", way="cascade")

    assert second.filling["empty"] == [["二等奖", 1, "chosen"]] and second.filling["why"] == "宁缺毋滥"
    assert listed(third) == [(5, "一等奖", "二等奖"), (3, "二等奖", RESERVE)]


def test_two_rulings_at_once_and_a_reserve_that_is_exhausted(edition, organiser, notice, at_desk):
    held = ruled(edition, organiser, 4, 5)
    page = at_desk.get(reverse("publication:overview", args=[edition.slug])).content.decode()
    new = operations.renew_notice(notice=held, actor=organiser, why="两项异议成立")

    assert "二等奖空缺 1 个。没有可以递补的案例。" in page
    assert listed(new) == [(6, "一等奖", ""), (3, "二等奖", RESERVE)] and new.filling["empty"] == [["二等奖", 1, "exhausted"]]


def test_who_moved_up_and_is_ruled_out_does_not_come_back(edition, organiser, notice):
    operations.renew_notice(notice=ruled(edition, organiser, 4), actor=organiser, why="一项异议成立")
    new = operations.renew_notice(notice=ruled(edition, organiser, 3), actor=organiser, why="又一项异议成立")

    assert [number for number, _award, _from in listed(new)] == [6, 5]


@pytest.fixture
def crowded(edition, organiser, chair, numbered):
    """One award a province at most; the reserve is of the same province as who stays, but for its last."""
    for number, division in zip(range(1, 7), ("330000", "320000", "320000", "110000", "320000", "510000"), strict=True):
        Submission.objects.filter(edition=edition, number=number).update(division=division, contact_email="")
    quotas = [{"kind": "most", "by": "province", "number": 1, "award": ""}]
    decision.keep_rules(edition=edition, actor=organiser, changed=1, basis="calibrated", awards=AWARDS, quotas=quotas, reserve=3)
    judged(edition, numbered)
    made = decision.propose(edition=edition, actor=organiser)
    tasks.sweep()
    for who, role in ((chair, "chair"), (organiser, "organiser")):
        decision.confirm(proposal=Proposal.objects.get(pk=made.pk), actor=who, role=role)
    for place, number in enumerate((3, 1), 1):  # a case of the province that is full stands in the reserve before
        Row.objects.filter(proposal=made, submission__number=number).update(is_reserve=True, place=place)
    return operations.open_notice(edition=edition, actor=organiser)


def test_who_would_break_a_quota_is_passed_over_with_the_reason_in_both_languages(edition, organiser, crowded, at_desk):
    held = ruled(edition, organiser, 4)
    address = reverse("publication:overview", args=[edition.slug])
    chinese, english = (at(at_desk, address, language) for language in ("zh-hans", "en"))
    new = operations.renew_notice(notice=held, actor=organiser, why="一项异议成立")

    assert "省份名额已满（全部奖项中省份“江苏”至多1个），顺延。" in chinese
    assert "The quota by province is full" in english and "顺延" not in english
    assert listed(new) == [(6, "一等奖", ""), (5, "二等奖", ""), (1, "二等奖", RESERVE)]
    assert new.filling["skips"][0][:2] == [3, "二等奖"] and set(new.filling["skips"][0][2]) == {"zh", "en"}


def test_who_withdrew_does_not_move_up(edition, organiser, crowded):
    Submission.objects.filter(edition=edition, number=1).update(withdrawn_at=timezone.now())
    new = operations.renew_notice(notice=ruled(edition, organiser, 4), actor=organiser, why="一项异议成立")

    assert [number for number, _award, _from in listed(new)] == [6, 5]
    assert [skip[2]["zh"] for skip in new.filling["skips"]][1] == "已撤稿或被排除，顺延。"


def test_of_two_who_renew_at_once_the_second_is_told(edition, organiser, chair, notice):
    held = ruled(edition, organiser, 4)
    seen = queries.digest(queries.plans(held))
    operations.renew_notice(notice=held, actor=organiser, why="一项异议成立", seen=seen)

    with pytest.raises(Refused, match="不是最新的名单"):
        operations.renew_notice(notice=held, actor=organiser, why="一项异议成立", way="empty", empty_why="理由", seen=seen)


def test_a_preview_that_is_no_longer_true_is_shown_again(edition, organiser, notice):
    seen = queries.digest(queries.plans(ruled(edition, organiser, 4)))
    held = ruled(edition, organiser, 5)

    with pytest.raises(Refused, match="再看一遍"):
        operations.renew_notice(notice=held, actor=organiser, why="异议成立", seen=seen)
    assert Notice.objects.count() == 1


def test_nobody_with_a_part_in_it_makes_room(edition, organiser, notice):
    made = operations.object_(edition=edition, at=timezone.now(), reasons="数据不实。", case=4, name="样例异议人", email="objector@example.org")
    operations.ask_unit(objection=made, actor=organiser, question="请说明。")
    Submission.objects.filter(edition=edition, number=4).update(owner=organiser)

    with pytest.raises(Refused, match="报送人"):
        operations.rule(objection=made, actor=organiser, is_upheld=True, effect="remove", reasons="查实", has_no_part=True)
    with pytest.raises(Refused, match="没有成立的异议"):
        operations.renew_notice(notice=notice, actor=organiser, why="异议成立")


def test_the_whole_way_on_the_pages(edition, organiser, notice, at_desk, visitor):
    ruled(edition, organiser, 6)
    overview = reverse("publication:overview", args=[edition.slug])
    page = at_desk.get(overview).content.decode()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    followed = reverse("publication:objection", args=[Objection.objects.get().token])
    due = visitor.get(followed).content.decode()
    at_desk.post(overview, {"do": "renew", "way": "cascade", "why": "一项异议成立", "seen": seen})
    public = visitor.get(reverse("publication:notice", args=[edition.slug])).content.decode()
    english = at(visitor, reverse("publication:notice", args=[edition.slug]), "en")
    file = visitor.get(reverse("publication:notice_file", args=[edition.slug])).content
    told = at(visitor, followed, "zh-hans")

    assert "由二等奖递补为一等奖" in page and "由备选递补为二等奖" in page and "重新公示 5 个工作日" in page
    assert "名单将作改动" in due and "新名单（第 2 次公示）" in told and "由备选递补为二等奖" in told
    assert "由二等奖递补为一等奖" in public and "重新公示完整的 5 个工作日" in public
    assert "moves up from the reserve to 二等奖" in english and "递补" not in english
    assert file.startswith(b"%PDF")
    end(queries.notice(edition))
    operations.publish(edition=edition, actor=organiser)
    assert [(row.award, row.submission.number) for row in queries.results(edition)] == [("一等奖", 5), ("二等奖", 4), ("二等奖", 3)]


def test_a_new_list_that_misses_an_at_least_quota_says_so_before_and_afterwards(edition, organiser, notice, at_desk):
    decided = Proposal.objects.get(confirmed_at__isnull=False)
    province = Submission.objects.get(edition=edition, number=6).division[:2]
    inside = [row.submission for row in notice.rows.select_related("submission") if row.submission.division[:2] == province]
    quota = {"kind": "least", "by": "province", "number": len(inside), "award": "", "of": [province + "0000"]}
    Proposal.objects.filter(pk=decided.pk).update(rules={**decided.rules, "quotas": [quota]})
    page = reverse("publication:overview", args=[edition.slug])
    quiet = at_desk.get(page).content.decode()
    held = ruled(edition, organiser, 6)
    asked = at_desk.get(page).content.decode()
    operations.renew_notice(notice=held, actor=organiser, why="一项异议成立", way="empty", empty_why="宁缺毋滥")

    assert "差 1 个" not in quiet
    assert f"至少{len(inside)}个：名单中有 {len(inside) - 1} 个，差 1 个" in asked
    assert "差 1 个" in at_desk.get(page).content.decode()
