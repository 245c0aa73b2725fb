"""No page that holds a person's data is kept by a browser or a proxy."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
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
