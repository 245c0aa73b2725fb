"""The app: People and units."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """People and units."""

    name = "zhengping.server.accounts"
    label = "accounts"
