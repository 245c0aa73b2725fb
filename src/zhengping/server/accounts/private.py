"""The product speaks Chinese unless a person chose otherwise; no page that holds a person's data is kept by a browser or a proxy; when a request came."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers


class PrivatePages:
    """Every answer but a public page says that it must not be stored."""

    def __init__(self, following):
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.following(request)
        if getattr(response, "is_public", False) and not request.user.is_authenticated:
            patch_cache_control(response, public=True, max_age=60)
            patch_vary_headers(response, ["Cookie", "Accept-Language"])
        elif not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class ChosenLanguage:
    """The language of the cookie, else Chinese: an office's browser may say English and its owner read none."""

    def __init__(self, following):
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.following(request)
        response.headers.setdefault("Content-Language", language)
        return response


class Arrival:
    """The moment at which a request's headers reached the server: against deadlines this one counts."""

    def __init__(self, following):
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.arrived_at = request.META.get("zhengping.arrived_at") or timezone.now()
        return self.following(request)
