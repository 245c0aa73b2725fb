"""Who may open a page: every view has a permission on its door, and without one it does not open."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

import rules
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponse]


@rules.predicate
def everyone(user):
    """Anybody, logged in or not."""
    return True


@rules.predicate
def person(user):
    """Anybody who is logged in."""
    return bool(user and user.is_authenticated and user.is_active)


rules.add_perm("accounts.everyone", everyone)
rules.add_perm("accounts.own", person)


STRONG: set[str] = set()  # permissions of those who decide for others: they need a second factor where the settings ask for it


def strong(name: str, predicate: Any) -> None:
    """Name a permission that only a person with a second factor may use, where the settings ask for one."""
    rules.add_perm(name, predicate)
    STRONG.add(name)


def lacks_second_factor(user: Any, permission: str) -> bool:
    """Whether a person must set up a second factor before a page opens. With one set up, logging in asks for it."""
    return settings.NEEDS_SECOND_FACTOR and permission in STRONG and not is_mfa_enabled(user)


KEPT = 5  # seconds for which a public page is the same for every stranger


def _kept_under(request: HttpRequest) -> str:
    """The name under which a public page is kept for strangers; "" where it may be of the person's own."""
    is_stranger = request.method == "GET" and not request.COOKIES.get(settings.SESSION_COOKIE_NAME) and not request.COOKIES.get("messages")
    return f"page:{get_language()}:{hashlib.sha256(request.get_full_path().encode()).hexdigest()}" if is_stranger else ""


def door(permission: str, *methods: str, scope: Callable[[dict[str, Any]], Any] = lambda words: None, public: bool = False) -> Callable[[View], View]:
    """Open a view only to whom `permission` allows its scope; strangers are asked to log in, others told that they may not.

    `scope` takes the words of the address and gives the object that the permission is about (the view finds it as `request.about`), or raises Http404. A `public` page may be kept by
    browsers for a minute.
    """

    def around(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, **words: Any) -> HttpResponse:
            key = _kept_under(request) if public else ""
            if key and (kept := cache.get(key)):
                return kept
            response = answered(request, **words)
            if key and response.status_code == 200:
                cache.set(key, response, KEPT)
            return response

        def answered(request: HttpRequest, **words: Any) -> HttpResponse:
            about = request.about = scope(words)
            if not request.user.has_perm(permission, about):
                if not request.user.is_authenticated:
                    return redirect_to_login(request.get_full_path())
                raise PermissionDenied
            if lacks_second_factor(request.user, permission):
                messages.warning(request, _("这项工作需要两步验证。请先在这里启用，再回到刚才的页面。"))
                return redirect("mfa_index")
            response = view(request, **words)
            response.is_public = public and request.method == "GET" and not request.GET
            return response

        opened.permission = permission
        return require_http_methods(methods or ("GET", "HEAD"))(opened)

    return around
