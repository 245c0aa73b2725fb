"""The app: Proposed and final awards, with reasons."""

from django.apps import AppConfig


class Decision(AppConfig):
    """Proposed and final awards, with reasons."""

    name = "zhengping.server.decision"
    label = "decision"
