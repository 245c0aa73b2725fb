"""What lies in outbox and inbox."""

from __future__ import annotations

from django.utils import timezone

from zhengping.server.mail.models import Letter, Message


def messages(edition: str):
    """Messages of an edition, newest first."""
    return Message.objects.filter(edition=edition)


def due():
    """Numbers of messages to be sent now."""
    return Message.objects.filter(state="waiting", next_at__lte=timezone.now()).order_by("id").values_list("id", flat=True)


def letters(edition: str):
    """Letters of an edition, newest first."""
    return Letter.objects.filter(edition=edition)
