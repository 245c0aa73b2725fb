"""What is due by the day: the audit chain's head signed, bodies reminded by plan."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from zhengping.server.audit.models import Anchor
from zhengping.server.audit.operations import anchor
from zhengping.server.call import operations
from zhengping.server.call.models import Edition

PLAN = (14, 7, 3, 1)  # days before the deadline on which a silent body is reminded


def sweep_daily() -> int:
    """Once a day sign the chain's head and remind bodies that have not forwarded the notice; -> 0, as nothing more is due at once."""
    today = timezone.localdate()
    if Anchor.objects.filter(day=today).exists():
        return 0
    for edition in Edition.objects.exclude(published_at=None).filter(closes__gt=timezone.now(), closes__lt=timezone.now() + timedelta(days=max(PLAN) + 1)):
        left = (timezone.localdate(edition.closes) - today).days
        if left in PLAN:
            operations.remind(actor="machine", edition=edition, bodies=edition.bodies.filter(parent=None, forwarded_at=None))
    anchor()
    return 0
