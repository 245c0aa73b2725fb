"""The app: Everything an edition holds, in one file, to another machine and back."""

from django.apps import AppConfig


class Transfer(AppConfig):
    """Everything an edition holds, in one file, to another machine and back."""

    name = "zhengping.server.transfer"
    label = "transfer"
