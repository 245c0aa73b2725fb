"""Work in the background: proposals that wait."""

from __future__ import annotations

import logging

from zhengping.engine import tables
from zhengping.server.decision import operations
from zhengping.server.decision.models import Proposal

log = logging.getLogger(__name__)


def sweep() -> int:
    """Make the proposals that wait, or whose probabilities were cut short; -> how many."""
    rows = list(Proposal.objects.filter(state="waiting").select_related("edition")[:4])
    for proposal in rows:
        try:
            operations.choose(proposal=proposal)
        except Exception as error:
            log.exception("proposal %s was not made", proposal.pk)
            Proposal.objects.filter(pk=proposal.pk).update(state="failed", trouble=dict.fromkeys(tables.LANGUAGES, type(error).__name__))
    drawing = Proposal.objects.filter(state="chosen").select_related("edition").order_by("pk").first()
    if drawing:
        operations.draw(proposal=drawing)
    return len(rows) + bool(drawing)
