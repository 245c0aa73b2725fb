"""Who may call: the bearer of a token that holds, for its scopes, in its edition, with the rights of its person and not more; and how often."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security import HttpBearer

from zhengping.server.accounts.rules import lacks_second_factor
from zhengping.server.api.models import Token
from zhengping.server.api.records import hashed
from zhengping.server.call.models import Edition


class Bearer(HttpBearer):
    """`Authorization: Bearer zp_…`."""

    openapi_description = "A token made on the page 编程接口 of a person's account."

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """The row of a token that holds."""
        row = Token.objects.select_related("user", "edition").filter(hash=hashed(token), revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True).first()
        if row is None:
            return None
        if row.used_at is None or row.used_at < timezone.now() - timedelta(minutes=1):
            Token.objects.filter(pk=row.pk).update(used_at=timezone.now())
        request.user = row.user
        _count(row)
        return row


class TooMany(Exception):
    """The token was used too often in this minute."""


def _count(row: Token) -> None:
    minute = int(timezone.now().timestamp()) // 60
    key = f"api:{row.pk}:{minute}"
    cache.add(key, 0, 70)
    most = max(1, settings.API_A_MINUTE // settings.WORKERS)  # each process counts its own share
    if cache.incr(key) > most:
        raise TooMany


def edition_for(request: Any, slug: str, scope: str, permission: str, known: Collection[str] = ()) -> Edition:
    """The edition, where token and person may. Raises HttpError 404 for another edition than the token's, 403 for what it may not, 422 for words of the
    address that are not `known`."""
    token: Token = request.auth
    _known(request, known)
    if token.edition.slug != slug:
        raise HttpError(404, _("没有这一届，或令牌不属于这一届。"))
    _scoped(token, scope)
    if not token.user.has_perm(permission, token.edition):
        raise HttpError(403, _("令牌的主人没有这项权限。"))
    if lacks_second_factor(token.user, permission):
        raise HttpError(403, _("令牌的主人须先启用两步验证。"))
    return token.edition


def reader(request: Any, scope: str, known: Collection[str] = ()) -> None:
    """For what everybody may read, of every edition: the scope is enough. Raises HttpError 403 without it, 422 for words of the address that are not `known`."""
    _known(request, known)
    _scoped(request.auth, scope)


def _known(request: Any, known: Collection[str]) -> None:
    if unknown := sorted(set(request.GET) - set(known)):
        raise HttpError(422, _("不认识的参数：{name}。").format(name=unknown[0][:60]))


def _scoped(token: Token, scope: str) -> None:
    if scope and scope not in token.scopes:
        raise HttpError(403, _("令牌没有“{scope}”这项权限。").format(scope=scope))
