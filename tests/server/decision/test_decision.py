"""Rules, proposal, what-if, the jury's word, confirmation by two."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from tests.server.conftest import PASSWORD, client_of, person

from zhengping.server.call.models import Membership
from zhengping.server.decision import operations, queries, tasks
from zhengping.server.decision.models import Award, Change, Confirmation, Proposal
from zhengping.server.judging.models import Assignment, JudgeSeat, Mark, Round, Sheet

AWARDS = [{"name": "一等奖", "number": 1, "level": None}, {"name": "二等奖", "number": 2, "level": None}]


def judged(edition, cases, equal=()):
    """Three judges have read every case; later cases are better, those of `equal` numbers the same."""
    held = Round.objects.create(edition=edition, number=1)
    seats = [JudgeSeat.objects.create(edition=edition, name=f"评委样例{at}", email=f"j{at}@example.org") for at in range(3)]
    names = list(edition.criteria.values_list("name", flat=True))
    for case in cases:
        number = min(equal) if case.number in equal else case.number
        for at, seat in enumerate(seats):
            row = Assignment.objects.create(round=held, seat=seat, submission=case, proposed_at=timezone.now(), confirmed_at=timezone.now())
            sheet = Sheet.objects.create(assignment=row, state="signed", began_at=timezone.now(), saved_at=timezone.now(), signed_at=timezone.now())
            Mark.objects.bulk_create(Mark(sheet=sheet, criterion=name, value=Decimal(50 + number * 6 + (at * 2 if not equal else 0))) for name in names)
    return held


@pytest.fixture
def chair(edition):
    """The chair."""
    user = person("chair@example.org", name="样例组长")
    Membership.objects.create(edition=edition, user=user, role="chair")
    return user


@pytest.fixture
def rules(edition, organiser):
    """One first and two second awards, one a unit."""
    return operations.keep_rules(edition=edition, actor=organiser, changed=1, basis="calibrated", awards=AWARDS, quotas=[], reserve=1)


@pytest.fixture
def proposal(edition, organiser, numbered, rules):
    """A proposal that is made."""
    judged(edition, numbered)
    made = operations.propose(edition=edition, actor=organiser)
    while tasks.sweep():
        pass
    return Proposal.objects.get(pk=made.pk)


def listed(proposal):
    return [(one.award, one.row.submission.number) for one in queries.final(proposal) if one.award]


def test_without_sheets_nothing_is_proposed(edition, organiser):
    with pytest.raises(operations.Refused):
        operations.propose(edition=edition, actor=organiser)


def test_the_best_get_the_awards_with_reason_and_chance_and_all_is_frozen(proposal):
    rows = list(proposal.rows.all())

    assert proposal.state == "ready"
    assert listed(proposal) == [("一等奖", 6), ("二等奖", 5), ("二等奖", 4)]
    assert all(set(row.reasons) == {"zh", "en"} and 0 <= row.chance <= 1 for row in rows) and len(rows) == 6
    assert len(proposal.sheets_hash) == 64 and proposal.rules["awards"] == AWARDS
    assert [row.submission.number for row in rows if row.is_reserve] == [3]


def test_a_sheet_that_changed_gives_another_hash_and_the_old_proposal_stays(proposal, edition, organiser):
    Mark.objects.filter(sheet__assignment__submission__number=1).update(value=99)
    Sheet.objects.update(saved_at=timezone.now())
    again = operations.propose(edition=edition, actor=organiser)
    while tasks.sweep():
        pass
    again.refresh_from_db()

    assert (again.number, again.sheets_hash != proposal.sheets_hash) == (2, True)
    assert listed(Proposal.objects.get(pk=again.pk))[0] == ("一等奖", 1)
    assert listed(proposal)[0] == ("一等奖", 6)


def test_rules_that_cannot_hold_are_told_in_words(edition, organiser, numbered, rules):
    judged(edition, numbered)
    operations.keep_rules(edition=edition, actor=organiser, changed=2, basis="mean", awards=AWARDS, quotas=[{"kind": "least", "by": "theme", "number": 3, "award": ""}], reserve=0)
    made = operations.propose(edition=edition, actor=organiser)
    while tasks.sweep():
        pass

    made.refresh_from_db()
    assert made.state == "failed" and "至少" in made.trouble["zh"] and "at least" in made.trouble["en"]


def test_what_if_tells_who_moves_and_keeps_nothing(proposal, at_desk, edition):
    fewer = [AWARDS[0], {**AWARDS[1], "number": 1}]
    found = queries.what_if(proposal, {**proposal.rules, "awards": fewer})
    page = at_desk.get(reverse("decision:what_if", args=[edition.slug, 1]))
    words = {"basis": "mean", "reserve": 1, "awards-TOTAL_FORMS": 1, "awards-INITIAL_FORMS": 0, "awards-0-name": "优秀案例", "awards-0-number": 2, "quotas-TOTAL_FORMS": 0, "quotas-INITIAL_FORMS": 0}
    other = at_desk.post(reverse("decision:what_if", args=[edition.slug, 1]), words)

    assert [(one.case.number, one.before, one.after) for one in found] == [(4, "二等奖", "")] and found[0].why
    assert page.status_code == other.status_code == 200
    assert "个案例会变动" in other.content.decode()
    assert (Proposal.objects.count(), Change.objects.count()) == (1, 0)


def test_the_jury_changes_with_a_reason_and_can_undo(proposal, at_desk, edition, numbered):
    page = reverse("decision:case", args=[edition.slug, 1, 1])
    at_desk.post(page, {"award": "二等奖", "reason": ""})
    nothing = Change.objects.count()
    at_desk.post(page, {"award": "二等奖", "reason": "示范意义突出", "votes_for": 7, "votes_against": 2})
    changed = listed(proposal)
    sums = [(one.award, one.wanted, one.given) for one in queries.sums(proposal, queries.final(proposal))]
    at_desk.post(page, {"do": "undo"})

    assert nothing == 0
    assert changed == [("一等奖", 6), ("二等奖", 5), ("二等奖", 4), ("二等奖", 1)]
    assert sums == [("一等奖", 1, 1), ("二等奖", 2, 3)]
    assert listed(proposal) == [("一等奖", 6), ("二等奖", 5), ("二等奖", 4)]
    assert Change.objects.get().votes_for == 7
    assert proposal.rows.get(submission=numbered[0]).award == ""  # the proposal stays beside it


def test_a_tie_waits_for_a_vote(edition, organiser, chair, numbered, rules):
    judged(edition, numbered, equal=(3, 4))
    made = operations.propose(edition=edition, actor=organiser)
    while tasks.sweep():
        pass
    made.refresh_from_db()
    open_ = [row.submission for row in queries.ties(made)]
    with pytest.raises(operations.Refused, match="表决"):
        operations.confirm(proposal=made, actor=organiser, role="organiser")
    for case in open_:
        award = "二等奖" if case.number == 3 else ""
        operations.change(proposal=made, actor=organiser, submission=case, award=award, reason="表决", votes_for=5, votes_against=2)

    assert sorted(case.number for case in open_) == [3, 4]
    assert queries.ties(made) == []
    assert listed(made) == [("一等奖", 6), ("二等奖", 5), ("二等奖", 3)]


def test_two_persons_confirm_and_then_nothing_changes(proposal, edition, organiser, chair, at_desk, numbered):
    page = reverse("decision:proposal", args=[edition.slug, 1])
    wrong = at_desk.post(page, {"role": "organiser", "password": "wrong", "is_checked": "on"})
    one = at_desk.post(page, {"role": "organiser", "password": PASSWORD, "is_checked": "on", "seen": queries.digest(queries.final(proposal))})
    half = Award.objects.count()
    client_of(chair).post(page, {"role": "chair", "password": PASSWORD, "is_checked": "on", "seen": queries.digest(queries.final(proposal))})
    proposal.refresh_from_db()

    assert (wrong.status_code, one.status_code, half) == (200, 302, 0)
    assert proposal.confirmed_at and len(proposal.hash) == 64
    assert [(row.award, row.place, row.submission.number) for row in queries.awards(edition)] == [("一等奖", 1, 6), ("二等奖", 2, 5), ("二等奖", 3, 4)]
    with pytest.raises(operations.Refused):
        operations.change(proposal=proposal, actor=organiser, submission=numbered[0], award="二等奖", reason="x")


def test_one_person_in_both_roles_cannot_confirm_twice(proposal, edition, organiser):
    Membership.objects.create(edition=edition, user=organiser, role="chair")
    operations.confirm(proposal=proposal, actor=organiser, role="organiser")

    with pytest.raises(operations.Refused, match="两个人"):
        operations.confirm(proposal=proposal, actor=organiser, role="chair")


def test_a_change_asks_for_a_new_confirmation(proposal, organiser, numbered):
    operations.confirm(proposal=proposal, actor=organiser, role="organiser")
    operations.change(proposal=proposal, actor=organiser, submission=numbered[0], award="二等奖", reason="x")

    assert Confirmation.objects.count() == 0


def test_the_rules_page_keeps_awards_and_limits_and_tells_a_second_person(at_desk, edition, rules):
    page = reverse("decision:rules", args=[edition.slug])
    words = {
        "basis": "trimmed", "reserve": 3, "changed": 2, "awards-TOTAL_FORMS": 3, "awards-INITIAL_FORMS": 2, "awards-0-name": "特等奖", "awards-0-number": 1, "awards-0-level": "85",
        "awards-1-name": "优秀奖", "awards-1-number": 9, "awards-2-name": "", "awards-2-number": "", "quotas-TOTAL_FORMS": 1, "quotas-INITIAL_FORMS": 0, "quotas-0-by": "unit",
        "quotas-0-kind": "most", "quotas-0-number": 1, "quotas-0-award": "特等",
    }  # fmt: skip
    unknown = at_desk.post(page, words).content.decode()
    at_desk.post(page, {**words, "quotas-0-award": "特等奖"})
    late = at_desk.post(page, {**words, "quotas-0-award": ""}).content.decode()
    held = queries.setting(edition)

    assert "不在奖项中" in unknown and "您的修改没有保存" in late
    assert [(row["name"], row["number"], row["level"]) for row in held.awards] == [("特等奖", 1, 85.0), ("优秀奖", 9, None)]
    assert held.quotas == [{"kind": "most", "by": "unit", "number": 1, "award": "特等奖"}]


def test_the_list_goes_out_as_a_workbook_safe_from_formulas(proposal, at_desk, edition, numbered):
    case = numbered[5]
    type(case).objects.filter(pk=case.pk).update(title="=1+1")
    data = at_desk.get(reverse("decision:sheet", args=[edition.slug, 1])).content
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active

    assert [cell.value for cell in sheet[2]][:5] == [1, 6, "=1+1", case.unit, "一等奖"]
    assert sheet["C2"].data_type == "s"


def test_a_removal_that_breaks_an_at_least_quota_is_asked_about_and_told_afterwards(proposal, at_desk, edition, numbered):
    case = numbered[5]
    case.refresh_from_db()
    quota = {"kind": "least", "by": "province", "number": 1, "award": ""}
    Proposal.objects.filter(pk=proposal.pk).update(rules={**proposal.rules, "quotas": [quota]})
    proposal.refresh_from_db()
    held = [one.row.submission for one in queries.final(proposal) if one.award and one.row.submission.division[:2] == case.division[:2]]
    for other in held[1:]:
        Change.objects.create(proposal=proposal, submission=other, award="", reason="先前", by=proposal.by)
    page, whole = (reverse(f"decision:{name}", args=words) for name, words in (("case", [edition.slug, 1, held[0].number]), ("proposal", [edition.slug, 1])))
    words = {"award": "", "reason": "重复申报"}

    asked = at_desk.post(page, words).content.decode()
    kept = Change.objects.filter(submission=held[0]).exists()
    answer = at_desk.post(page, {**words, "known": "1"})
    after = [at_desk.get(address).content.decode() for address in (page, whole)]

    assert not kept and "至少1个" in asked and "差 1 个" in asked and 'name="known"' in asked
    assert answer.status_code == 302 and Change.objects.filter(submission=held[0], undone_at=None).exists()
    assert ["差 1 个" in text for text in after] == [True, True]
