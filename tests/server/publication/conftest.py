"""An edition whose awards two persons have confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.server.conftest import person
from tests.server.decision.test_decision import AWARDS, judged

from zhengping.server.call.models import Membership
from zhengping.server.decision import operations as decision
from zhengping.server.decision import tasks
from zhengping.server.decision.models import Proposal
from zhengping.server.publication import operations
from zhengping.server.publication.models import Notice
from zhengping.server.submission.models import Submission


@pytest.fixture
def chair(edition):
    """The chair."""
    user = person("chair@example.org", name="样例组长")
    Membership.objects.create(edition=edition, user=user, role="chair")
    return user


@pytest.fixture
def decided(edition, organiser, chair, numbered):
    """Three awards among six cases, confirmed; every unit has an address."""
    Submission.objects.filter(edition=edition).update(contact_email="unit@example.org", consents=True)
    decision.keep_rules(edition=edition, actor=organiser, changed=1, basis="calibrated", awards=AWARDS, quotas=[], reserve=1)
    judged(edition, numbered)
    made = decision.propose(edition=edition, actor=organiser)
    tasks.sweep()
    made = Proposal.objects.get(pk=made.pk)
    decision.confirm(proposal=made, actor=chair, role="chair")
    decision.confirm(proposal=made, actor=organiser, role="organiser")
    return made


@pytest.fixture
def notice(edition, organiser, decided):
    """The list is before the public."""
    return operations.open_notice(edition=edition, actor=organiser, words="公示如下。")


def end(notice):
    """The period is over."""
    Notice.objects.filter(pk=notice.pk).update(closes_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def result(edition, organiser, notice):
    """The results are published."""
    end(notice)
    return operations.publish(edition=edition, actor=organiser, words="现将结果公布。")
