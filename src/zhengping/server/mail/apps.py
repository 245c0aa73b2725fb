"""The app: Outbox and inbox."""

from django.apps import AppConfig


class Mail(AppConfig):
    """Outbox and inbox."""

    name = "zhengping.server.mail"
    label = "mail"
