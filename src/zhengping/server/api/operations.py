"""Making and revoking tokens."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from zhengping.server.accounts.models import User
from zhengping.server.api.models import SCOPES, Token
from zhengping.server.api.records import hashed
from zhengping.server.audit.operations import note
from zhengping.server.call.models import Edition


@transaction.atomic
def make_token(*, user: User, edition: Edition, name: str, scopes: Sequence[str], days: int) -> tuple[Token, str]:
    """A new token and its word, which is shown this once."""
    word = f"zp_{secrets.token_urlsafe(32)}"
    kept = [scope for scope in SCOPES if scope in scopes]
    made = Token.objects.create(
        user=user, edition=edition, name=name[:60], begins=word[:8], hash=hashed(word), scopes=kept, expires_at=timezone.now() + timedelta(days=days)
    )
    note(actor=user, action="api.make_token", object=f"token:{made.pk}", edition=edition.slug, after={"name": made.name, "scopes": kept, "days": days})
    return made, word


@transaction.atomic
def revoke_token(*, token: Token, actor: User) -> None:
    """End a token."""
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        note(actor=actor, action="api.revoke_token", object=f"token:{token.pk}", edition=token.edition.slug, after={"name": token.name})
