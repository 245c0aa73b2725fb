"""An edition with sixty cases and the engine's draft of its round-up."""

from __future__ import annotations

import pytest
from tests.server.filled import fill

from zhengping.engine.folder import register
from zhengping.server.roundup import operations, queries, tasks


@pytest.fixture
def article(edition, organiser, sample):
    """The draft of sixty cases."""
    fill(edition, register.read(sample / "out" / "register.jsonl"))
    operations.want_draft(edition=edition, actor=organiser, length=3000)
    assert tasks.sweep_drafts() == 1
    return queries.article(edition)


@pytest.fixture
def text(article):
    """Its words."""
    return queries.current(article).text
