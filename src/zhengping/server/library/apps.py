"""The app: What the public finds, reads and counts of the published cases."""

from django.apps import AppConfig


class Library(AppConfig):
    """What the public finds, reads and counts of the published cases."""

    name = "zhengping.server.library"
    label = "library"
