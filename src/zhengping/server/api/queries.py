"""Questions of the programming interface."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from zhengping.server.call.models import Edition
from zhengping.server.submission import queries as submission
from zhengping.server.submission.models import Coding, Submission


def cases(edition: Edition, words: dict[str, Any]) -> QuerySet[Submission]:
    """Numbered cases that a query asks for, by number."""
    found = submission.cases(edition).filter(number__gt=words["changed_after"])
    if words["theme"]:
        found = found.filter(theme=words["theme"])
    if words["division"]:
        found = found.filter(division__startswith=words["division"])
    if words["unit_type"]:
        found = found.filter(unit_type=words["unit_type"])
    for word in words["q"].replace("\x00", "").split():
        found = found.filter(Q(title__icontains=word) | Q(unit__icontains=word) | Q(words__words__contains=word))
    return found.order_by("number")


def codings(held: list[Submission]) -> dict[int, Coding]:
    """The coding that counts of each."""
    versions = {row.pk: row.current for row in held}
    rows = Coding.objects.filter(submission__in=versions, undone_at=None).order_by("id")
    return {row.submission_id: row for row in rows if row.version == versions[row.submission_id]}
