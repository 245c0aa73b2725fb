"""The app: Intake, documents, coding, findings, matches."""

from django.apps import AppConfig


class Submission(AppConfig):
    """Intake, documents, coding, findings, matches."""

    name = "zhengping.server.submission"
    label = "submission"
