"""Who may read a round-up: everybody once it is published, before it organiser and auditor."""

from __future__ import annotations

import rules

from zhengping.server.call.models import Edition
from zhengping.server.call.rules import auditor, organiser
from zhengping.server.roundup.models import Article


@rules.predicate
def is_out(user, about):
    """The round-up of the edition is published."""
    return isinstance(about, Edition) and Article.objects.filter(edition=about, published__isnull=False).exists()


rules.add_perm("roundup.read", is_out | organiser | auditor)
