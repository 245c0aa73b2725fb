"""The public vote in the decision: its weight or added points, what it would change, what is frozen."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.server.decision.test_decision import AWARDS, judged, listed

from zhengping.engine.record import Estimate
from zhengping.server.decision import operations, queries, records, tasks
from zhengping.server.decision.models import Proposal
from zhengping.server.judging import operations as judging
from zhengping.server.judging.models import Ballot, Poll, Vote
from zhengping.server.submission.models import Submission

VOTES = {1: 40, 2: 3, 3: 9, 4: 0, 5: 1, 6: 2}


@pytest.fixture
def poll(edition, organiser, numbered):
    """A public vote that is over: the worst case has by far the most votes."""
    now = timezone.now()
    rules = {"is_on": True, "opens": now - timedelta(days=2), "closes": now - timedelta(hours=1), "points": Decimal(3), "ceiling": Decimal(100)}
    held = judging.keep_poll(edition=edition, actor=organiser, changed=1, **rules)
    for at in range(max(VOTES.values())):
        row = Ballot.objects.create(poll=held, voter=f"{at}", domain="example.org", address="a", network=f"203.0.113.{at}", via="mail", asked_at=now, confirmed_at=now)
        Vote.objects.bulk_create(Vote(ballot=row, submission=case) for case in numbered if VOTES[case.number] > at)
    return held


def proposed(edition, organiser, **values):
    """A proposal under rules that count the vote as told."""
    rules = {"basis": "calibrated", "awards": AWARDS, "quotas": [], "reserve": 1, "public": "off", **values}
    operations.keep_rules(edition=edition, actor=organiser, changed=queries.setting(edition).changed, **rules)
    made = operations.propose(edition=edition, actor=organiser)
    while tasks.sweep():
        pass
    return Proposal.objects.get(pk=made.pk)


def rows_of(proposal):
    return {row.submission.number: row for row in proposal.rows.select_related("submission")}


def test_by_default_it_does_not_count_but_its_votes_stand_beside(edition, organiser, poll, numbered):
    judged(edition, numbered)
    made = proposed(edition, organiser)

    assert listed(made)[0] == ("一等奖", 6) and made.votes_hash == ""
    assert {number: row.votes for number, row in rows_of(made).items()} == VOTES


def test_a_share_mixes_estimate_and_votes_and_narrows_the_interval(edition, organiser, poll, numbered):
    judged(edition, numbered)
    plain, mixed = rows_of(proposed(edition, organiser)), rows_of(proposed(edition, organiser, public="share", public_weight=Decimal("0.40")))
    logs = {number: math.log1p(count) for number, count in VOTES.items()}
    means = {number: row.mean for number, row in plain.items()}

    def centre(values):
        return sum(values) / len(values)

    def spread(values):
        return math.sqrt(sum((value - centre(values)) ** 2 for value in values) / len(values))

    for number, row in mixed.items():
        scaled = centre(means.values()) + (logs[number] - centre(logs.values())) / spread(logs.values()) * spread(means.values())
        assert row.estimate == pytest.approx(0.6 * plain[number].estimate + 0.4 * scaled, abs=1e-3)
        assert row.high - row.low == pytest.approx(0.6 * (plain[number].high - plain[number].low), abs=1e-6)
        assert row.sd == pytest.approx(0.6 * plain[number].sd)


def test_points_are_added_up_to_the_ceiling_and_the_interval_only_moves(edition, organiser, poll, numbered):
    judged(edition, numbered)
    plain, made = rows_of(proposed(edition, organiser)), proposed(edition, organiser, public="points")
    added = {number: row.estimate - plain[number].estimate for number, row in rows_of(made).items()}

    assert {number: round(more, 6) for number, more in added.items()} == {1: 100, 2: 9, 3: 27, 4: 0, 5: 3, 6: 6}
    assert all(row.high - row.low == pytest.approx(plain[number].high - plain[number].low) for number, row in rows_of(made).items())
    assert made.rules["public"] == "points" and len(made.votes_hash) == 64 and listed(made)[0] != ("一等奖", 6)


def test_a_case_that_did_not_stand_keeps_its_estimate():
    rules = {"public": "share", "public_weight": 0.5}
    found = records.with_votes(rules, [Estimate("1", 80.0, 78.0, 82.0, 1, sd=1.0), Estimate("2", 70.0, 68.0, 72.0, 2, sd=1.0)], {"2": 9}, {"2": 95.0})

    assert [(row.case, row.estimate, row.low, row.rank) for row in found] == [("2", 82.5, 81.5, 1), ("1", 80.0, 78.0, 2)]


def test_what_if_shows_the_list_with_and_without_the_vote(edition, organiser, poll, numbered, at_desk):
    judged(edition, numbered)
    made = proposed(edition, organiser, public="points")
    without = queries.what_if(made, {**made.rules, "public": "off"})
    plain = proposed(edition, organiser)
    page = at_desk.get(reverse("decision:what_if", args=[edition.slug, made.number])).content.decode()
    other = at_desk.get(reverse("decision:what_if", args=[edition.slug, plain.number])).content.decode()

    assert {one.case.number: (one.before, one.after) for one in without} == _moved(made, plain)
    assert "如果按“公众投票不计入”" in page and "如果按“公众投票占 20%”" in page
    assert "如果按“每票加 3 分，最多 100 分”" in other and queries.what_if(plain, plain.rules) == []


def _moved(first, second):
    """Cases with another award in a second proposal."""
    before, after = ({number: "" if row.is_reserve else row.award for number, row in rows_of(one).items()} for one in (first, second))
    return {number: (before[number], after[number]) for number in before if before[number] != after[number]}


def test_nothing_is_proposed_while_the_vote_that_counts_is_open_or_was_not_held(edition, organiser, numbered, poll):
    judged(edition, numbered)
    Poll.objects.update(closes=timezone.now() + timedelta(hours=1))
    with pytest.raises(operations.Refused, match="才截止"):
        proposed(edition, organiser, public="share")
    Poll.objects.update(is_on=False)
    assert proposed(edition, organiser, public="share").state == "ready"  # it was stopped


def test_without_a_vote_the_rule_is_refused_with_what_to_do(edition, organiser, numbered):
    judged(edition, numbered)
    with pytest.raises(operations.Refused, match="没有举行"):
        proposed(edition, organiser, public="share")


def test_votes_set_aside_since_ask_for_a_new_proposal(edition, organiser, poll, numbered):
    judged(edition, numbered)
    made = proposed(edition, organiser, public="points")
    judging.set_aside(poll=poll, actor=organiser, kind="network", value="203.0.113.39", reason="样例")

    with pytest.raises(operations.Refused, match="公众投票的计票有变化"):
        operations.confirm(proposal=made, actor=organiser, role="organiser")


def test_a_case_withdrawn_after_the_vote_breaks_nothing(edition, organiser, poll, numbered):
    judged(edition, numbered)
    Submission.objects.filter(pk=numbered[0].pk).update(withdrawn_at=timezone.now())

    assert 1 not in rows_of(proposed(edition, organiser, public="share"))


@pytest.mark.parametrize(("weight", "is_kept"), [("0.5", True), ("0.51", False), ("-0.1", False)])
def test_the_weight_is_at_most_half(edition, organiser, at_desk, weight, is_kept):
    words = {"basis": "mean", "reserve": 1, "public": "share", "public_weight": weight, "changed": 1, "awards-TOTAL_FORMS": 1, "awards-INITIAL_FORMS": 0, "awards-0-name": "优秀案例", "awards-0-number": 2, "quotas-TOTAL_FORMS": 0, "quotas-INITIAL_FORMS": 0}
    text = at_desk.post(reverse("decision:rules", args=[edition.slug]), words, follow=True).content.decode()

    assert (queries.setting(edition).public == "share") is is_kept and ("0 到 0.5 之间" in text) is not is_kept


def test_another_rule_is_tried_without_the_interval_that_the_vote_moved(edition, organiser, numbered, poll):
    judged(edition, numbered)
    made = proposed(edition, organiser, public="share")
    tried, _candidates = queries.field(made, {**made.rules, "public": "off"})
    own, _candidates = queries.field(plain := proposed(edition, organiser), plain.rules)

    assert {row.case: row.estimate for row in tried} == {row.case: row.estimate for row in own}
    assert [(row.low, row.high, row.sd) for row in tried] == [(None, None, None)] * len(tried)
