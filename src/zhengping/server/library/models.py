"""The shelves of the public library. Nothing here is a truth of its own: all of it is made again from the published results.

Shelf (an edition, as it was when its cases were last put up) -> Entry (a case that the public may read)
"""

from __future__ import annotations

from django.db import models

from zhengping.server.call.models import Edition
from zhengping.server.submission.models import Submission


class Shelf(models.Model):
    """An edition with published results; `state` is what changes when its public cases do, `figures` what was counted of them then (packed)."""

    edition = models.OneToOneField(Edition, models.CASCADE, related_name="+")
    state = models.CharField(max_length=64)
    cases = models.PositiveIntegerField(default=0)
    figures = models.BinaryField(default=b"")
    at = models.DateTimeField()


class Entry(models.Model):
    """A public case as lists show it, corrections applied. `rank` orders all editions: the greatest first. `similar` holds the keys of like cases."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="+")
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    rank = models.BigIntegerField(db_index=True)
    title = models.CharField(max_length=300)
    unit = models.CharField(max_length=200)
    division = models.CharField(max_length=6, blank=True)
    province = models.CharField(max_length=6, blank=True)
    place = models.CharField(max_length=80, blank=True)
    theme = models.CharField(max_length=40, blank=True)
    unit_type = models.CharField(max_length=20, blank=True)
    award = models.CharField(max_length=60)
    summary = models.CharField(max_length=160, blank=True)
    published_at = models.DateTimeField()
    similar = models.JSONField(default=list)

    class Meta:
        ordering = ["-rank"]
        indexes = [
            models.Index(fields=["theme", "-rank"]),
            models.Index(fields=["province", "-rank"]),
            models.Index(fields=["unit_type", "-rank"]),
            models.Index(fields=["edition", "award", "-rank"]),
        ]
