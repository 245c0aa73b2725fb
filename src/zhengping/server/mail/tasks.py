"""Sending in the background: the worker's sweep takes up whatever is due or was left behind."""

from __future__ import annotations

import logging

from django.conf import settings
from django.utils import timezone

from zhengping.server.mail import operations, queries
from zhengping.server.mail.models import Delivery, Hook

log = logging.getLogger(__name__)


def sweep() -> int:
    """Settle what a dead process left and send everything that is due; -> how many were taken up."""
    operations.settle()
    if settings.KEEPS_MAIL:
        return 0
    due = list(queries.due()[:200])
    for number in due:
        try:
            operations.send(message=number, opened=lambda sha256: (settings.FILES / sha256[:2] / sha256).read_bytes())
        except Exception:  # the row stays "sending" and is settled later
            log.exception("message %s was not sent", number)
    return len(due)


def sweep_hooks() -> int:
    """Tell the hooks what happened since the last look; -> how much was sent or tried."""
    done = 0
    for hook in Hook.objects.filter(ended_at=None):
        operations.collect(hook=hook)
    for delivery in Delivery.objects.filter(state="waiting", next_at__lte=timezone.now()).select_related("hook").order_by("id")[:50]:
        operations.deliver(delivery=delivery)
        done += 1
    return done
