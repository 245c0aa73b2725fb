"""What every page shows: the person's own places, the edition of the page."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from zhengping.server.call.rules import memberships


def site(request: HttpRequest) -> dict[str, object]:
    """Memberships for the head of the page, and whether this is a demonstration."""
    user = getattr(request, "user", None)
    return {"memberships": memberships(user) if user else [], "has_demo": settings.HAS_DEMO}
