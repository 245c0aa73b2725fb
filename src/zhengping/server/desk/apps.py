"""The app: The organiser's pages that show several stages at once; no tables."""

from django.apps import AppConfig


class Desk(AppConfig):
    """The organiser's pages that show several stages at once; no tables."""

    name = "zhengping.server.desk"
    label = "desk"
