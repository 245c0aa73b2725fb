"""The library follows the results."""

from __future__ import annotations

import time

from django.db.models import Q

from zhengping.server.call.models import Edition
from zhengping.server.library import operations
from zhengping.server.library.models import Shelf
from zhengping.server.publication.models import Result

EVERY = 3  # seconds
_last_look = [-float(EVERY)]


def sweep() -> int:
    """Every three seconds: put up what was published, take down what was revoked or withdrawn; -> in how many editions something had changed."""
    if time.monotonic() - _last_look[0] < EVERY:
        return 0
    _last_look[0] = time.monotonic()
    editions = Edition.objects.filter(Q(pk__in=Result.objects.values("edition")) | Q(pk__in=Shelf.objects.values("edition")))
    return sum(operations.refresh(edition) for edition in editions)
