"""The app: Panels, conflicts, assignments, score sheets."""

from django.apps import AppConfig


class Judging(AppConfig):
    """Panels, conflicts, assignments, score sheets."""

    name = "zhengping.server.judging"
    label = "judging"
