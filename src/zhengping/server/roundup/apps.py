"""The app: The round-up, drafted by the engine, rewritten by editors, checked against the register, published."""

from django.apps import AppConfig


class Roundup(AppConfig):
    """The round-up, drafted by the engine, rewritten by editors, checked against the register, published."""

    name = "zhengping.server.roundup"
    label = "roundup"
