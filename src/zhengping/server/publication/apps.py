"""The app: Publicity, objections, rulings, results, certificates."""

from django.apps import AppConfig


class Publication(AppConfig):
    """Publicity, objections, rulings, results, certificates."""

    name = "zhengping.server.publication"
    label = "publication"
