"""The app: Marks of the provinces within quota, sent up under seal."""

from django.apps import AppConfig


class Screening(AppConfig):
    """Marks of the provinces within quota, sent up under seal."""

    name = "zhengping.server.screening"
    label = "screening"
