"""What is looked at before a list is confirmed, how probabilities come about, and what survives the worker's end."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.server.conftest import PASSWORD, client_of
from tests.server.decision.test_decision import AWARDS, chair, judged, listed, proposal, rules  # noqa: F401 (fixtures)

from zhengping.server.decision import operations, queries, tasks
from zhengping.server.decision.models import Confirmation, Proposal
from zhengping.server.judging.models import Mark
from zhengping.server.submission.models import Submission


def made_by(edition, organiser, **changes):
    """A proposal by rules of its own, worked out whole."""
    values = {"basis": "calibrated", "awards": AWARDS, "quotas": [], "reserve": 1, **changes}
    operations.keep_rules(edition=edition, actor=organiser, changed=queries.setting(edition).changed, **values)
    made = operations.propose(edition=edition, actor=organiser)
    while tasks.sweep():
        pass
    return Proposal.objects.get(pk=made.pk)


def refused(held, actor, match):
    """That the list is not confirmed, and why."""
    with pytest.raises(operations.Refused, match=match):
        operations.confirm(proposal=held, actor=actor, role="organiser")
    assert not Confirmation.objects.exists()


def test_wrong_sums_are_not_confirmed(proposal, organiser, numbered):  # noqa: F811
    operations.change(proposal=proposal, actor=organiser, submission=numbered[0], award="二等奖", reason="示范意义突出")

    refused(proposal, organiser, "二等奖")


def test_an_exchange_keeps_the_sums_and_is_confirmed(proposal, organiser, numbered):  # noqa: F811
    operations.change(proposal=proposal, actor=organiser, submission=numbered[0], award="二等奖", reason="示范意义突出")
    operations.change(proposal=proposal, actor=organiser, submission=numbered[3], award="", reason="让出名额")

    assert operations.confirm(proposal=proposal, actor=organiser, role="organiser") is False


def test_an_award_that_may_stay_empty_is_no_wrong_sum(edition, organiser, numbered, rules):  # noqa: F811
    judged(edition, numbered)
    held = made_by(edition, organiser, awards=[{"name": "特等奖", "number": 1, "level": 10_000.0}, *AWARDS])

    assert next((one.award, one.wanted, one.given, one.is_right) for one in queries.sums(held, queries.final(held))) == ("特等奖", 1, 0, True)
    assert operations.confirm(proposal=held, actor=organiser, role="organiser") is False


def test_a_mark_that_changed_afterwards_stops_the_confirmation(proposal, organiser):  # noqa: F811
    Mark.objects.filter(sheet__assignment__submission__number=1).update(value=99)

    refused(proposal, organiser, "评分")


@pytest.mark.parametrize("gone", [{"withdrawn_at": timezone.now()}, {"excluded_why": "重复报送"}])
def test_a_case_that_has_left_stops_the_confirmation(proposal, organiser, numbered, gone):  # noqa: F811
    Submission.objects.filter(pk=numbered[5].pk).update(**gone)

    refused(proposal, organiser, "6")


def test_whoever_saw_another_list_does_not_confirm_this_one(proposal, organiser, edition, at_desk, numbered):  # noqa: F811
    page = reverse("decision:proposal", args=[edition.slug, 1])
    seen = at_desk.get(page).context["hash"]
    operations.change(proposal=proposal, actor=organiser, submission=numbered[0], award="二等奖", reason="示范意义突出")
    operations.change(proposal=proposal, actor=organiser, submission=numbered[3], award="", reason="让出名额")
    words = {"role": "organiser", "password": PASSWORD, "is_checked": "on"}
    late = at_desk.post(page, {**words, "seen": seen})
    without = at_desk.post(page, words)
    none = Confirmation.objects.count()
    at_desk.post(page, {**words, "seen": at_desk.get(page).context["hash"]})

    assert "名单刚刚有改动" in late.content.decode() and "名单刚刚有改动" in without.content.decode()
    assert (none, Confirmation.objects.count()) == (0, 1)


def test_more_awards_than_cases_are_told_with_both_numbers(edition, organiser, numbered, rules):  # noqa: F811
    judged(edition, numbered)
    held = made_by(edition, organiser, awards=[{"name": "一等奖", "number": 7, "level": None}])

    assert held.state == "failed" and all("7" in told and "6" in told for told in held.trouble.values()) and set(held.trouble) == {"zh", "en"}


@pytest.mark.parametrize("basis", ["mean", "trimmed"])
def test_means_have_intervals_and_probabilities_too(edition, organiser, numbered, rules, basis):  # noqa: F811
    judged(edition, numbered)
    held = made_by(edition, organiser, basis=basis)
    rows = list(held.rows.all())

    assert held.state == "ready" and listed(held)[0] == ("一等奖", 6)
    assert all(row.low < row.estimate < row.high and 0 <= row.chance <= 1 and 0 <= row.stability <= 1 for row in rows)
    assert sum(row.chance for row in rows) == pytest.approx(3)  # each repeated judging gives three awards


def test_probabilities_go_on_where_a_dead_worker_left_them(proposal, edition, organiser):  # noqa: F811
    whole = list(proposal.rows.values_list("stability", "chance"))
    again = operations.propose(edition=edition, actor=organiser)
    Proposal.objects.filter(pk=again.pk).update(seed=proposal.seed)
    again.refresh_from_db()
    operations.choose(proposal=again)  # the worker died after this
    again.refresh_from_db()
    half = again.state
    turns = 0
    while again.state == "chosen":
        operations.draw(proposal=again, longest=0.0)
        again.refresh_from_db()
        turns += 1

    assert half == "chosen" and turns > 3
    assert list(again.rows.values_list("stability", "chance")) == whole


def test_ties_are_asked_in_as_many_questions_for_more_rows(proposal, django_assert_num_queries):  # noqa: F811
    proposal.rows.update(is_open=True)
    with django_assert_num_queries(2):
        assert len(queries.ties(proposal)) == 6


def test_a_list_is_called_proved_only_when_it_is(proposal, at_desk, edition):  # noqa: F811
    page = reverse("decision:proposal", args=[edition.slug, 1])
    proved = at_desk.get(page).content.decode()
    Proposal.objects.update(bound=proposal.value + 0.5)
    open_ = at_desk.get(page).content.decode()

    assert "已证明没有更优的名单" in proved and "已证明没有更优的名单" not in open_


def test_the_chair_confirms_on_the_page(proposal, organiser, chair, edition):  # noqa: F811
    page = reverse("decision:proposal", args=[edition.slug, 1])
    operations.confirm(proposal=proposal, actor=organiser, role="organiser")
    browser = client_of(chair)
    browser.post(page, {"role": "chair", "password": PASSWORD, "is_checked": "on", "seen": browser.get(page).context["hash"]})

    proposal.refresh_from_db()
    assert proposal.confirmed_at


def test_asking_for_a_proposal_computes_nothing_in_the_request(edition, organiser, numbered, rules, at_desk, django_assert_max_num_queries):  # noqa: F811
    judged(edition, numbered)
    with django_assert_max_num_queries(30):
        at_desk.post(reverse("decision:overview", args=[edition.slug]))
    made = Proposal.objects.get()
    waiting = (made.state, made.sheets_hash)
    while tasks.sweep():
        pass
    made.refresh_from_db()

    assert waiting == ("waiting", "") and made.state == "ready" and len(made.sheets_hash) == 64
