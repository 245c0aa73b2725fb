"""What stands before the public, for pages of earlier apps that lead there."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from zhengping.server.call.models import Edition
from zhengping.server.publication import queries

register = template.Library()


@register.simple_tag
def standing_publicly(editions: Iterable[Edition] | Edition) -> dict[str, set[int]]:
    """The keys of editions, or of one, that have a list before the public ("lists") and results ("results")."""
    return queries.standing_publicly([editions] if isinstance(editions, Edition) else editions)
