"""A caller of the programming interface."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from zhengping.server.api import operations
from zhengping.server.api.models import SCOPES


@pytest.fixture(autouse=True)
def _fresh():
    """No count of calls from another test."""
    cache.clear()


def caller(user, edition, scopes=tuple(SCOPES), days=9):
    """A client with a token in its head, and the token's row."""
    row, word = operations.make_token(user=user, edition=edition, name="测试", scopes=scopes, days=days)
    return Client(headers={"authorization": f"Bearer {word}"}), row


@pytest.fixture
def call(organiser, edition):
    """The organiser's client with all scopes."""
    return caller(organiser, edition)[0]
