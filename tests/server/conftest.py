"""A small site: two editions, people in every role, cases that were really read from Word files."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from zhengping.samples.writers import Paper, docx
from zhengping.server.accounts.models import User
from zhengping.server.call import operations as call
from zhengping.server.call import queries as call_queries
from zhengping.server.call import records as call_records
from zhengping.server.call.models import Edition, Membership
from zhengping.server.desk import queries as desk
from zhengping.server.submission import operations as submission
from zhengping.server.submission import tasks

PASSWORD = "a long password"
TOPICS = ("“青蓝计划”促进人才评价改革", "打造引才“强磁场”助力产业发展", "技能大师带徒传艺", "科技特派员下乡服务促进增收", "校企共建实验室破解技术难题", "建设人才驿站助力乡村振兴")
UNITS = ("江苏省南京市鼓楼区委组织部", "江苏省苏州市人力资源和社会保障局", "浙江省杭州市科学技术局", "四川省成都市农业农村局", "江苏大学", "浙江省宁波市海曙区人才发展集团有限公司")
DEEDS = (
    "一是建立引才机制，出台{n}项政策，引进博士{m}人。二是健全评价体系，开展职称评审改革，覆盖{n}个乡镇。三是优化服务，建成人才公寓{m}套。",
    "一是设立产业基金，投入{m}万元。二是组建专家团队，服务企业{n}家。三是举办技能大赛{n}场，评出能手{m}名。",
    "一是选派科技特派员{m}名，推广新品种{n}个。二是建设实训基地{n}处，培训农民{m}人次。三是完善考核，兑现奖励{n}万元。",
)


def paper(at: int) -> Paper:
    """A paper of its own for each number."""
    deed = DEEDS[at % len(DEEDS)].format(n=at + 3, m=at * 7 + 12)
    background = f"近年来，本地人才总量不足，第{at + 2}产业园区尤为突出，企业普遍反映招人难、留人难。" * 5
    effect = f"经过{at + 1}年实践，人才总量增长{at + 5}%，企业满意度达到{80 + at % 20}%。"
    parts = (("案例背景", (background,)), ("主要做法", (deed,)), ("工作成效", (effect,)))
    return Paper(f"{TOPICS[at % len(TOPICS)]}（{at}）", UNITS[at % len(UNITS)], parts)


@pytest.fixture(autouse=True)
def nothing_kept():
    """No page that another test was shown, no figure that it counted, no themes and parts of an edition that had the same key."""
    cache.clear()
    call_queries._themes.cache_clear()
    call_records._parts.cache_clear()
    desk._figures.cache_clear()
    tasks._rests_until.clear()


@pytest.fixture
def word():
    """A Word file by its number."""
    return lambda at=0: docx(paper(at), False)


def person(email: str, **values) -> User:
    """A person who can log in."""
    user = User.objects.create_user(email, PASSWORD, **values)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def edition_of(organiser: User, slug: str = "e4", **changes) -> Edition:
    """A published edition that is open."""
    with transaction.atomic():
        made = call.begin_edition(actor=organiser, slug=slug, number=4, year=2026, name=f"第四届案例征集 {slug}")
    now = timezone.now()
    values = {
        "hosts": ["样例主办单位"], "notice": "样例启事", "contact": "样例 010-0", "opens": now - timedelta(days=9), "closes": now + timedelta(days=9),
        "screening_closes": now + timedelta(days=19), "published_at": now - timedelta(days=9), **changes,
    }  # fmt: skip
    Edition.objects.filter(pk=made.pk).update(**values)
    return Edition.objects.get(pk=made.pk)


@pytest.fixture
def organiser(db):
    """The organiser."""
    return person("organiser@example.org", name="样例组织方")


@pytest.fixture
def edition(organiser):
    """A published edition that is open."""
    return edition_of(organiser)


def client_of(user: User | None) -> Client:
    """A browser in which a person is logged in."""
    client = Client()
    if user:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def at_desk(organiser):
    """The organiser's browser."""
    return client_of(organiser)


@pytest.fixture
def visitor():
    """A browser of nobody in particular."""
    return Client()


def take(edition, *files, source="upload", **words):
    """Files taken in and read at once."""
    made = submission.receive(edition=edition, source=source, files=files, arrived_at=words.pop("arrived_at", timezone.now()), **words)
    tasks.read_now(made)
    made.refresh_from_db()
    return made


@pytest.fixture
def case(edition, word):
    """A draft that came by the upload page."""
    return take(edition, ("案例.docx", word())).submissions.get()


@pytest.fixture
def numbered(edition, word, organiser):
    """Six numbered cases of three provinces."""
    made = take(edition, *((f"案例{at}.docx", word(at)) for at in range(6)), source="zip", by=organiser)
    submission.index_left()
    return list(made.submissions.order_by("number"))


@pytest.fixture
def screener(edition):
    """A screener of 江苏."""
    user = person("screener@example.org", name="样例初筛")
    Membership.objects.create(edition=edition, user=user, role="screener", body=edition.bodies.get(division="320000"))
    return user
