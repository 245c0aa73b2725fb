"""What lies in outbox and inbox."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

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


def kept_files() -> Iterator[tuple[str, str, str]]:
    """The letters of mailboxes and what went along with messages: (sha256, its name, what it belongs to)."""
    for sha256, subject, edition, number in Letter.objects.exclude(sha256="").order_by("pk").values_list("sha256", "subject", "edition", "pk").iterator(2000):
        yield sha256, f"{subject[:60]}.eml", _("{edition} 来信 {number}").format(edition=edition, number=number)
    for row in Message.objects.exclude(attachments=[]).order_by("pk").iterator(500):
        for part in row.attachments:
            yield part["sha256"], part["name"], _("{edition} 邮件 {number} 的附件").format(edition=row.edition, number=row.pk)
