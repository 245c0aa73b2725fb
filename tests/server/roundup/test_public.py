"""The published article leads to the published cases that it names, and to no other."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from tests.server.filled import publish

from zhengping.server.library.operations import refresh
from zhengping.server.roundup import operations, queries
from zhengping.server.roundup.tasks import sweep_drafts


@pytest.fixture
def page(visitor, edition, organiser, numbered):
    """The article of six cases of which five are published."""
    cache.clear()
    publish(edition, organiser, numbered[:5])
    refresh(edition)
    article = operations.want_draft(edition=edition, actor=organiser, length=3000)
    sweep_drafts()
    operations.publish(article=queries.article(edition), actor=organiser, version=1)
    assert article.edition == edition
    return visitor.get(f"/c/{edition.slug}/roundup/").content.decode()


def test_the_article_links_the_cases_that_are_public(visitor, page):
    linked = set(map(int, re.findall(r'href="/c/e4/cases/(\d+)/"', page)))

    assert linked and linked <= {1, 2, 3, 4, 5}
    assert [visitor.get(f"/c/e4/cases/{number}/").status_code for number in sorted(linked)] == [200] * len(linked)


def test_awards_of_published_results_are_in_the_register(edition, page):
    assert {entry.award for entry in queries.entries(edition)} == {"特别案例", "优秀案例", ""}
