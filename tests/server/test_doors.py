"""Every address × every role × own and foreign: who may open what is said once, here again in plain words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from tests.server.conftest import client_of, edition_of, person, take

from zhengping.server.call import operations as call
from zhengping.server.call.models import Edition, Membership
from zhengping.server.decision.models import Proposal, Row
from zhengping.server.judging import operations as judging
from zhengping.server.judging.models import Assignment, JudgeSeat, Round, Sheet
from zhengping.server.library import operations as library
from zhengping.server.mail.models import Message
from zhengping.server.publication.models import Certificate, Hearing, Listed, Notice, Objection, Result
from zhengping.server.roundup import operations as roundup
from zhengping.server.roundup.models import Collection
from zhengping.server.roundup.tasks import sweep_drafts
from zhengping.server.screening import operations as screening
from zhengping.server.submission.models import Match, Submission
from zhengping.server.submission.records import store

# permission: the roles in the edition that pass its door ("everyone" and "person" without any role)
WHO = {
    "accounts.everyone": {"everyone"},
    "accounts.own": {"person"},
    "call.read_notice": {"everyone"},
    "call.begin": {"organiser", "other organiser"},
    "call.manage": {"organiser"},
    "call.look": {"organiser", "auditor"},
    "call.screen": {"screener"},
    "roundup.read": {"everyone"},
    "call.look_at_body": {"screener", "organiser", "auditor"},
    "judging.judge": {"judge"},
    "judging.read": {"judge"},
    "judging.lead": {"organiser", "chair"},
    "judging.look": {"organiser", "chair", "auditor"},
    "decision.look": {"organiser", "chair", "auditor"},
    "publication.look": {"organiser", "chair", "auditor"},
    "judging.discuss": {"organiser", "chair", "auditor", "judge"},  # of the judges who have signed a sheet of the case
}
ROLES = ("anonymous", "unit", "judge", "chair", "auditor", "organiser", "screener", "other screener", "other organiser")


def doors(patterns=None, before=""):
    """All addresses of our apps: name, view, the words the address takes."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            name = f"{before}{pattern.namespace}:" if pattern.namespace else before
            yield from doors(pattern.url_patterns, name)
        elif isinstance(pattern, URLPattern):
            yield before + (pattern.name or ""), pattern.callback, tuple(pattern.pattern.regex.groupindex) if hasattr(pattern.pattern, "regex") else ()


NAMES = [door for door in doors() if door[1].__module__.startswith("zhengping.")]


def test_every_page_of_ours_has_a_permission_on_its_door():
    assert [name for name, view, _ in NAMES if getattr(view, "permission", None) not in WHO] == []


def test_no_page_comes_from_elsewhere_unseen():
    modules = {view.__module__.split(".")[0] for _, view, _ in doors()}

    assert modules <= {"zhengping", "allauth", "django", "ninja", "functools"}  # the interface has its own matrix: tests/server/api


@pytest.fixture
def world(edition, organiser, word, numbered, screener):
    """People in every role, and an object of each kind in the edition and in another one."""
    people = {"anonymous": None, "organiser": organiser, "screener": screener, "unit": person("unit@example.org")}
    for role in ("judge", "chair", "auditor"):
        people[role] = person(f"{role}@example.org")
        Membership.objects.create(edition=edition, user=people[role], role=role)
    people["other screener"] = person("zhejiang@example.org")
    Membership.objects.create(edition=edition, user=people["other screener"], role="screener", body=edition.bodies.get(division="330000"))
    people["other organiser"] = person("other@example.org")
    edition_of(people["other organiser"], "other")
    first = numbered[0]
    pair = Match.objects.create(edition=edition, submission=numbered[0], other=numbered[1], kind="near", share=0.5)
    held = take(edition, ("案例.docx", word(9)))
    invitation = call.invite(actor=organiser, edition=edition, email="x@example.org", role="judge")
    body = edition.bodies.get(division="320000")
    for case in screening.queries.sent_up(body):
        screening.mark(body=body, submission=case, actor=screener, mark="general")
    screening.seal(body=body, actor=screener)
    given = judged(edition, people["judge"], first)
    proposed = Proposal.objects.create(edition=edition, number=1, state="ready", rules={"basis": "mean", "awards": [{"name": "一等奖", "number": 1}], "quotas": [], "reserve": 0}, round=1, seed=1, by=organiser, value=0, bound=0)
    Row.objects.create(proposal=proposed, submission=first, order=1, rank=1, estimate=1, mean=1, trimmed=1, calibrated=1)
    member = Membership.objects.get(user=organiser, edition=edition)
    article = roundup.want_draft(edition=edition, actor=organiser, length=3000)
    sweep_drafts()
    roundup.publish(article=article, actor=organiser, version=1)
    Collection.objects.create(edition=edition, number=1, title="样例", state="ready", files={"docx": {"sha256": store(b"book")[0], "size": 4}}, wanted_by=organiser, wanted_at=timezone.now())
    words = {
        "slug": edition.slug, "division": "320000", "number": first.number, "ending": "docx", "kind": "themes", "sign": "x", "word": "x", "pk": 0, "round": 1, "assignment": given.pk, "seat": given.seat_id, "proposal": 1,
        "objection": 1, "key": first.theme, "page": 1, "about": "total",
    }  # fmt: skip
    heard, number = published(edition, organiser, first)
    Submission.objects.filter(pk=first.pk).update(consents=True)
    library.refresh(edition)
    special = {
        "publication:objection": {"token": heard.objection.token},
        "publication:hearing": {"token": heard.token},
        "publication:checked": {"word": number},
        "call:forwarding": {"token": body.token},
        "judging:vote_confirm": {"token": ballot(edition, organiser)},
        "language": {"code": "en"},
        "roundup:collection_file": {"number": 1, "ending": "docx"},
        "call:accept": {"token": invitation.token},
        "call:letter": {"kind": "notice"},
        "call:delegate": {"pk": member.pk},
        "desk:export": {"ending": "csv"},
        "desk:figure": {"about": "total"},
        "desk:figures_file": {"ending": "xlsx"},
        "desk:match": {"pk": pair.pk},
        "desk:message": {"pk": _message(edition)},
        "submission:intake": {"token": held.token},
        "submission:progress": {"pk": held.pk},
        "submission:original": {"pk": held.files.first().pk},
        "submission:own_file": {"token": first.token, "pk": first.files.first().pk},
        "submission:verify": {"pk": first.pk},
        "submission:withdraw": {"token": numbered[3].token},
    }
    return {"clients": {role: client_of(user) for role, user in people.items()}, "words": words, "special": special, "token": first.token}


def published(edition: Edition, user, case) -> tuple[Hearing, str]:
    """A list with a case, an objection to it that the unit is heard on, the results, and the number of the case's certificate."""
    now = timezone.now()
    notice = Notice.objects.create(edition=edition, number=1, days=1, counting="working", opened_at=now, closes_at=now, decided="0", hash="0", by=user)
    Listed.objects.create(notice=notice, submission=case, place=1, award="一等奖", title=case.title, unit=case.unit)
    evidence, _size = store(b"evidence")
    objection = Objection.objects.create(edition=edition, number=1, notice=notice, submission=case, name="样例", reasons="样例", evidence=evidence, evidence_name="证据.txt", arrived_at=now)
    Result.objects.create(edition=edition, notice=notice, hash="0", published_at=now, by=user)
    made = Certificate.objects.create(edition=edition, submission=case, number="2026-001-00001", heading="荣誉证书", words="样例", issuer="样例", day=now.date())
    return Hearing.objects.create(objection=objection, question="样例", asked_by=user, asked_at=now), made.number


def judged(edition: Edition, user, case) -> Assignment:
    """A case that a judge has read and signed in a round that is open."""
    held = Round.objects.create(edition=edition, number=1)
    seat = JudgeSeat.objects.create(edition=edition, user=user, name="样例评委", email=user.email)
    given = Assignment.objects.create(round=held, seat=seat, submission=case, proposed_at=timezone.now(), confirmed_at=timezone.now())
    Sheet.objects.create(assignment=given, state="signed", began_at=timezone.now(), signed_at=timezone.now())
    return given


def ballot(edition: Edition, user) -> str:
    """The word in the link of a ballot that waits for its mail."""
    now = timezone.now()
    rules = {"is_on": True, "opens": now - timedelta(days=1), "closes": now + timedelta(days=1)}
    poll = judging.keep_poll(edition=edition, actor=user, changed=1, **rules)
    return judging.ask_vote(poll=poll, at=now, numbers=[1], email="voter@example.org", ip="203.0.113.5").token


def _message(edition: Edition) -> int:
    return Message.objects.filter(edition=edition.slug).first().pk


def passes(permission: str, role: str) -> bool:
    """Whether a role is meant to pass a door."""
    who = WHO[permission]
    return "everyone" in who or ("person" in who and role != "anonymous") or role in who


def test_every_address_opens_to_whom_it_should_and_to_nobody_else(world):
    wrong = []
    for name, view, taken in NAMES:
        own = world["special"].get(name, {})
        words = {word: own.get(word, world["words"].get(word, world["token"] if word == "token" else None)) for word in taken}
        address = reverse(name, kwargs=words)
        for role, client in world["clients"].items():
            for method in ("get", "post"):
                status = getattr(client, method)(address).status_code
                if name == "call:delegate" and role not in ("organiser", "anonymous"):
                    expected = status in (404, 405)  # one's own membership alone
                elif passes(view.permission, role):
                    # a page that is not for writing says 405, one that writes more than a looker may says 403
                    expected = status in (200, 302, 404, 405, 422) or (method == "post" and role in ("auditor", "organiser") and status == 403)
                    expected &= status != 404 or name == "submission:verify" or method == "post"
                else:
                    location = status == 302 and role == "anonymous"
                    expected = status in (403, 405) or location
                if not expected:
                    wrong.append((name, role, method, status))

    assert wrong == [], wrong


def test_a_foreign_edition_is_closed_to_an_organiser(world, edition):
    client = world["clients"]["other organiser"]

    found = [client.get(reverse(name, args=[edition.slug])).status_code for name in ("desk:overview", "desk:cases", "desk:queue", "desk:audit", "call:settings")]

    assert found == [403] * 5
