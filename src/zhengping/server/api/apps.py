"""The app: The programming interface, its tokens, and where events are sent."""

from django.apps import AppConfig


class Api(AppConfig):
    """The programming interface, its tokens, and where events are sent."""

    name = "zhengping.server.api"
    label = "api"
