"""The public vote: window, one ballot a person, confirmation, limits, counts, surges, what is set aside."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.urls import reverse
from django.utils import timezone
from tests.server.conftest import client_of, edition_of, paper, person, take
from tests.server.judging.test_judging import confirmed, judge, signed

from zhengping.samples.writers import docx
from zhengping.server.audit.models import Entry
from zhengping.server.call.models import Edition
from zhengping.server.judging import operations, queries, records
from zhengping.server.judging.models import Ballot, Poll, SetAside, Standing
from zhengping.server.mail.models import Message
from zhengping.server.submission.models import Submission

RULES = {"is_on": True, "scope": "all", "round": 1, "shortlist": 50, "is_blind": False, "most": 2, "points": Decimal("0.5"), "ceiling": Decimal(1), "an_address": 60, "a_network": 300}


def begun(edition, organiser, changed=1, **values):
    """A public vote that has been open for a day and ends in five."""
    now = timezone.now()
    return operations.keep_poll(edition=edition, actor=organiser, changed=changed, **{**RULES, "opens": now - timedelta(days=1), "closes": now + timedelta(days=5), **values})


@pytest.fixture
def poll(edition, organiser, numbered):
    """A public vote among six cases, two a person."""
    return begun(edition, organiser)


def asked(poll, email, *numbers, ip="203.0.113.5", at=None):
    """A ballot that waits for its mail."""
    return operations.ask_vote(poll=poll, at=at or timezone.now(), numbers=numbers or (1,), email=email, ip=ip)


def voted(poll, email, *numbers, ip="203.0.113.5", at=None):
    """A ballot that counts."""
    now = at or timezone.now()
    return operations.confirm_vote(ballot=asked(poll, email, *numbers, ip=ip, at=now), at=now)


def held(poll):
    return {number: count for number, count in queries.votes(poll).items() if count}


# --- one person ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("Anna@Example.ORG", "anna@example.org"),
        (" anna@example.org ", "anna@example.org"),
        ("anna+vote@example.org", "anna@example.org"),
        ("ａｎｎａ＠ｅｘａｍｐｌｅ.org", "anna@example.org"),
        ("an.na@gmail.com", "anna@gmail.com"),
        ("an.na@googlemail.com", "anna@gmail.com"),
        ("an.na@example.org", "an.na@example.org"),
        ("+x@example.org", ""),
        ("anna", ""),
    ],
)
def test_ways_to_write_an_address_are_one_person(written, one):
    assert records.one_address(written) == one


def test_the_same_address_written_otherwise_replaces_its_own_ballot_and_both_are_kept(poll):
    voted(poll, "anna@example.org", 1, 2)
    voted(poll, "Anna+again@example.org", 3)

    assert held(poll) == {3: 1}
    assert [(row.replaced_at is None) for row in Ballot.objects.filter(confirmed_at__isnull=False)] == [False, True]


def test_an_older_link_does_not_undo_a_later_ballot(poll):
    first = asked(poll, "anna@example.org", 1)
    voted(poll, "anna@example.org", 2)

    with pytest.raises(operations.Refused, match="以后一次为准"):
        operations.confirm_vote(ballot=first, at=timezone.now())
    assert held(poll) == {2: 1}


def test_an_account_and_a_mail_of_one_address_are_one_person(poll, edition, visitor):
    user = person("anna@example.org")
    voted(poll, "anna@example.org", 1)
    answer = client_of(user).post(reverse("judging:vote", args=[edition.slug]), {"pick": [2, 3], "by": "account"})

    assert answer.status_code == 302 and held(poll) == {2: 1, 3: 1}


def test_an_account_without_a_confirmed_address_votes_by_mail(poll, edition):
    user = person("anna@example.org")
    user.emailaddress_set.update(verified=False)
    client_of(user).post(reverse("judging:vote", args=[edition.slug]), {"pick": 2, "by": "account", "email": "anna@example.org"})

    assert held(poll) == {} and Ballot.objects.get().via == "mail"


def test_the_tables_refuse_a_second_ballot_of_a_person(poll):
    first = voted(poll, "anna@example.org", 1)
    second = asked(poll, "anna@example.org", 2)

    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.filter(pk=second.pk).update(confirmed_at=timezone.now())
    assert queries.ballots(poll).get() == first


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a database in memory has no two connections")
@pytest.mark.django_db(transaction=True)
def test_links_of_one_address_opened_at_once_count_once():
    organiser = person("organiser@example.org")
    edition = edition_of(organiser)
    take(edition, *((f"案例{at}.docx", docx(paper(at), False)) for at in range(3)), source="zip", by=organiser)
    poll = begun(edition, organiser)
    rows = [asked(poll, f"anna+{at}@example.org", 1 + at) for at in range(3)]

    def opened(row):
        try:
            operations.confirm_vote(ballot=row, at=timezone.now())
        except operations.Refused:
            return "later"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(6) as threads:
        said = list(threads.map(opened, rows * 2))

    assert set(said) <= {"done", "later"} and "done" in said
    assert queries.ballots(poll).get() == rows[2] and held(poll) == {3: 1}


# --- the way of a vote -----------------------------------------------------------------------------------------------


def test_a_stranger_chooses_over_pages_and_votes_by_the_link_of_a_mail(poll, edition, visitor):
    page = reverse("judging:vote", args=[edition.slug])
    listed = visitor.get(page, {"q": "评价改革", "pick": [2]}).content.decode()
    next_page = visitor.get(page, {"pick": [1, 2], "do": "next"}).content.decode()
    sent = visitor.post(page, {"pick": [1, 2], "by": "mail", "email": "Ａnna@example.org"}, follow=True).content.decode()
    letter = Message.objects.get(kind="vote")
    link = re.search(r"http\S+/vote/\S+", letter.body)[0]
    path = link[link.index("/c/") :]
    opened = visitor.get(path)
    before = held(poll)
    visitor.post(path)
    visitor.post(path)

    assert 'id="other_2"' in listed and 'id="pick_1"' in listed and 'id="pick_3"' not in listed
    assert next_page.count('name="pick"') == 2 and "请查收确认邮件" in sent
    assert (letter.to, letter.edition) == ("Anna@example.org", "")
    assert (opened.status_code, before, held(poll)) == (200, {}, {1: 1, 2: 1})


def test_nobody_learns_from_the_page_whether_an_address_has_voted(poll, edition, visitor):
    voted(poll, "anna@example.org", 1)
    page = reverse("judging:vote", args=[edition.slug])
    answers = [re.sub(r"<[^>]*csrf[^>]*>", "", visitor.post(page, {"pick": 2, "email": email}, follow=True).content.decode()) for email in ("anna@example.org", "new@example.org")]

    assert answers[0] == answers[1] and "这个邮箱如果已经投过票" in answers[0]


def test_one_mailbox_gets_three_mails_an_hour_and_the_page_says_the_same(poll, edition, visitor):
    page = reverse("judging:vote", args=[edition.slug])
    answers = [visitor.post(page, {"pick": 2, "email": f"anna+{at}@example.org"}).status_code for at in range(5)]

    assert answers == [302] * 5 and Message.objects.filter(kind="vote").count() == 3


def test_a_wrong_link_is_told_in_plain_words(poll, edition, visitor):
    answer = visitor.get(reverse("judging:vote_confirm", args=[edition.slug, "x"]))

    assert answer.status_code == 404 and "确认链接不完整" in answer.content.decode()


def test_the_window_closes_to_the_second_for_votes_and_links(edition, organiser, numbered):
    end = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
    poll = begun(edition, organiser, opens=end - timedelta(days=2), closes=end)
    row, late = asked(poll, "anna@example.org", 1, at=end - timedelta(seconds=2)), asked(poll, "berta@example.org", 1, at=end - timedelta(seconds=2))

    operations.confirm_vote(ballot=row, at=end - timedelta(microseconds=1))
    for do in (lambda: operations.confirm_vote(ballot=late, at=end), lambda: asked(poll, "c@example.org", 1, at=end)):
        with pytest.raises(operations.Refused, match="截止"):
            do()
    with pytest.raises(operations.Refused, match="才开始"):
        asked(poll, "d@example.org", 1, at=end - timedelta(days=2, seconds=1))
    assert held(poll) == {1: 1}


def test_an_expired_link_says_so_and_counts_nothing(poll, edition, visitor):
    row = asked(poll, "anna@example.org", 1)
    Poll.objects.update(closes=timezone.now() - timedelta(seconds=1))
    path = reverse("judging:vote_confirm", args=[edition.slug, row.token])
    pages = [visitor.get(path).content.decode(), visitor.post(path).content.decode()]

    assert all("没有计入" in page for page in pages[:1]) and "截止" in pages[1] and held(poll) == {}


@pytest.mark.parametrize(("numbers", "why"), [((), "还没有选择"), ((1, 2, 3), "取消其中 1 个"), ((1, 99), "编号 99")])
def test_a_choice_that_cannot_be_is_told_with_what_to_do(poll, numbers, why):
    with pytest.raises(operations.Refused, match=why):
        operations.ask_vote(poll=poll, at=timezone.now(), numbers=numbers, email="anna@example.org", ip="203.0.113.5")


@pytest.mark.parametrize(("limits", "ips"), [({"an_address": 2}, ["203.0.113.5"] * 3), ({"a_network": 2}, ["203.0.113.5", "203.0.113.6", "203.0.113.7"])])
def test_too_many_from_one_place_get_a_page_that_says_when_to_come_again(edition, organiser, numbered, visitor, limits, ips):
    begun(edition, organiser, **limits)
    page = reverse("judging:vote", args=[edition.slug])
    answers = [visitor.post(page, {"pick": 1, "email": f"v{at}@example.org"}, REMOTE_ADDR=ip) for at, ip in enumerate(ips)]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "过一小时再试" in answers[2].content.decode() and answers[2]["Retry-After"] == "3600"
    assert visitor.post(page, {"pick": 1, "email": "z@example.org"}, REMOTE_ADDR="198.51.100.1").status_code == 302


@pytest.mark.parametrize(("is_proxied", "ip"), [(False, "203.0.113.9"), (True, "198.51.100.7")])
def test_behind_a_trusted_proxy_its_last_word_is_the_address(settings, is_proxied, ip):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if is_proxied else None

    assert records.origin({"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "1.2.3.4, 198.51.100.7"}) == ip


# --- the organiser ---------------------------------------------------------------------------------------------------


def test_it_is_off_until_somebody_switches_it_on(edition, numbered, visitor, at_desk, organiser):
    page = visitor.get(reverse("judging:vote", args=[edition.slug]))

    assert page.status_code == 200 and "没有公众投票" in page.content.decode()
    assert visitor.post(reverse("judging:vote", args=[edition.slug]), {"pick": 1, "email": "a@example.org"}).status_code == 422
    assert not Ballot.objects.exists()


def test_the_organiser_sets_the_window_in_the_editions_zone(edition, numbered, at_desk):
    Edition.objects.filter(pk=edition.pk).update(zone="Asia/Urumqi")
    page = reverse("judging:poll", args=[edition.slug])
    words = {**RULES, "do": "rules", "is_on": "on", "is_blind": "", "opens": "2026-05-01T09:00", "closes": "2026-05-03T18:00", "changed": 1}
    at_desk.post(page, words)

    assert Poll.objects.get().opens == datetime(2026, 5, 1, 3, 0, tzinfo=UTC)
    assert 'value="2026-05-01T09:00"' in at_desk.get(page).content.decode()


def test_a_window_that_cannot_be_is_refused(edition, numbered, at_desk):
    words = {**RULES, "do": "rules", "is_on": "on", "opens": "2026-05-03T09:00", "closes": "2026-05-01T18:00", "changed": 1}
    answer = at_desk.post(reverse("judging:poll", args=[edition.slug]), words).content.decode()

    assert "投票截止须晚于投票开始" in answer and not Poll.objects.exists()


def test_rules_hold_once_somebody_has_voted(poll, edition, organiser):
    voted(poll, "anna@example.org", 1)
    with pytest.raises(operations.Refused, match="已经有人投票"):
        begun(edition, organiser, changed=poll.changed, opens=poll.opens, most=3)
    again = begun(edition, organiser, changed=poll.changed, opens=poll.opens, closes=poll.closes + timedelta(days=1))

    assert again.closes == poll.closes + timedelta(days=1) and held(poll) == {1: 1}


def test_a_short_list_stands_and_no_other(edition, organiser, numbered):
    for at in range(6):
        judge(edition, at, ("440100", "440300", "110105", "310104", "510100", "370100")[at])
    of = confirmed(edition, organiser)
    for row in queries.holding(of).select_related("round__edition", "seat__user", "submission"):
        signed(row, 50 + row.submission.number * 5)
    poll = begun(edition, organiser, scope="shortlist", shortlist=2)

    assert sorted(queries.votes(poll)) == [5, 6]


def test_a_round_without_sheets_is_refused_with_what_to_do(edition, organiser, numbered):
    with pytest.raises(operations.Refused, match="换一种范围"):
        begun(edition, organiser, scope="shortlist")
    assert not Poll.objects.exists()


def test_a_blind_list_hides_places_and_is_not_found_by_them(edition, organiser, numbered, visitor):
    Submission.objects.filter(pk=numbered[1].pk).update(title="苏州市产业引才“强磁场”的做法")
    begun(edition, organiser, is_blind=True)
    page = reverse("judging:vote", args=[edition.slug])
    text = visitor.get(page).content.decode()

    assert "强磁场" in text and "苏州" not in text and numbered[0].place not in text
    assert "没有符合条件" in visitor.get(page, {"q": "苏州"}).content.decode()


def test_a_withdrawn_case_stands_no_longer(poll, numbered):
    voted(poll, "anna@example.org", 1, 2)
    Submission.objects.filter(pk=numbered[0].pk).update(withdrawn_at=timezone.now())

    assert held(poll) == {2: 1}


def test_points_grow_to_the_ceiling():
    poll = Poll(points=Decimal("0.01"), ceiling=Decimal(10))

    assert [records.points(poll, votes) for votes in (0, 1, 999, 1000, 5000)] == [0, Decimal("0.01"), Decimal("9.99"), 10, 10]


def spread(poll, count=60):
    """Votes over ten hours from many networks and domains; -> the moment of the first."""
    start = timezone.now().replace(minute=0) - timedelta(hours=20)
    for at in range(count):
        voted(poll, f"a@d{at}.example.org", 1 + at % 6, ip=f"198.51.{at}.1", at=start + timedelta(hours=at % 10))
    return start


def test_a_surge_of_one_address_is_shown_and_an_even_flow_is_not(poll, edition, at_desk):
    start = spread(poll)
    even = [one for one in queries.origins(poll) if one.is_surge]
    for at in range(12):
        voted(poll, f"b@e{at}.example.org", 1, ip="203.0.113.5", at=start + timedelta(hours=12, minutes=at))
    found = [(one.kind, one.count, one.peak) for one in queries.origins(poll) if one.is_surge]
    page = at_desk.get(reverse("judging:poll", args=[edition.slug])).content.decode()

    assert even == [] and found == [("address", 12, 12)]
    assert "短时集中" in page and "有 12 票" in page and "203.0.113.5" not in page


def test_a_surge_of_a_network_and_of_a_mail_domain(poll):
    start = spread(poll)
    for at in range(30):
        voted(poll, f"b{at}@bulk.example.org", 1, ip=f"203.0.113.{at}", at=start + timedelta(hours=3, minutes=at))

    assert [(one.kind, one.value, one.count) for one in queries.origins(poll) if one.is_surge] == [("network", "203.0.113.0/24", 30), ("domain", "bulk.example.org", 30)]


def test_a_mail_domain_that_most_people_use_is_no_surge(poll):
    start = timezone.now().replace(minute=0) - timedelta(hours=20)
    for at in range(80):
        voted(poll, f"a{at}@mail.example.org", 1, ip=f"198.51.{at}.1", at=start + timedelta(hours=at // 40))

    assert [one for one in queries.origins(poll) if one.is_surge] == []


def test_votes_are_set_aside_with_a_reason_and_taken_back_and_all_is_kept(poll, edition, at_desk, organiser):
    voted(poll, "anna@example.org", 1, ip="203.0.113.5")
    voted(poll, "berta@example.org", 2, ip="198.51.100.1")
    page = reverse("judging:poll", args=[edition.slug])
    words = {"do": "aside", "kind": "network", "value": "203.0.113.0/24"}
    at_desk.post(page, words)
    nothing = SetAside.objects.count()
    at_desk.post(page, {**words, "reason": "经核实为程序刷票"})
    aside = held(poll)
    at_desk.post(page, {"do": "undo", "pk": SetAside.objects.get().pk})

    assert (nothing, aside, held(poll)) == (0, {2: 1}, {1: 1, 2: 1})
    assert list(Entry.objects.filter(action__contains="set_aside").values_list("action", flat=True)) == ["judging.set_aside", "judging.undo_set_aside"]
    assert Ballot.objects.count() == 2 and SetAside.objects.get().undone_by == organiser


def test_an_auditor_looks_and_changes_nothing(poll, edition):
    from zhengping.server.call.models import Membership

    user = person("auditor@example.org")
    Membership.objects.create(edition=edition, user=user, role="auditor")
    client = client_of(user)
    page = reverse("judging:poll", args=[edition.slug])

    assert (client.get(page).status_code, client.post(page, {"do": "aside"}).status_code) == (200, 403)


def test_no_address_of_a_voter_is_in_a_table_or_the_chain_and_none_in_the_workbook(poll, edition, at_desk):
    voted(poll, "anna@example.org", 1)
    rows = str(list(Ballot.objects.values())) + str(list(Entry.objects.values_list("before", "after", "actor", "object")))
    data = at_desk.get(reverse("judging:poll_sheet", args=[edition.slug])).content
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]

    assert "anna" not in rows and "203.0.113.5" not in rows
    assert [page.title for page in book] == ["得票", "按小时", "来源", "不计入"]
    assert cells[1][0] == 1 and cells[1][3:] == [1, 0.5] and len(cells) == 1 + Standing.objects.count()


def test_ten_thousand_cases_are_paged_in_few_queries(edition, organiser, numbered, visitor, django_assert_max_num_queries):
    poll = begun(edition, organiser)
    first = numbered[0]
    Submission.objects.bulk_create([Submission(edition=edition, intake=first.intake, ordinal=at, number=at, title=f"案例标题{at}", unit="样例", source="zip", arrived_at=timezone.now(), confirmed_at=timezone.now()) for at in range(100, 10_100)], batch_size=500)
    Standing.objects.bulk_create([Standing(poll=poll, submission=case, title=case.title) for case in Submission.objects.filter(number__gte=100)], batch_size=500)
    page = reverse("judging:vote", args=[edition.slug])
    with django_assert_max_num_queries(6):
        answer = visitor.get(page, {"page": 150, "pick": [1, 7000]})

    assert answer.content.decode().count('name="pick"') == 52 and "共 10006 条" in answer.content.decode()
