"""Doors of the app: pages of tokens and hooks, and the interface itself."""

from django.urls import include, path

from zhengping.server.api import views
from zhengping.server.api.api import api

pages = [
    path("account/tokens/", views.tokens, name="tokens"),
    path("o/<slug:slug>/settings/hooks/", views.hooks, name="hooks"),
]
urlpatterns = [path("", include((pages, "api"))), path("api/v1/", api.urls)]
