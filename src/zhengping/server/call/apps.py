"""The app: Editions, notices, forwarding, windows, members."""

from django.apps import AppConfig


class Call(AppConfig):
    """Editions, notices, forwarding, windows, members."""

    name = "zhengping.server.call"
    label = "call"
