"""The app: who did what."""

from django.apps import AppConfig


class Audit(AppConfig):
    """Who did what, when, before and after, as a chain of hashes."""

    name = "zhengping.server.audit"
    label = "audit"
