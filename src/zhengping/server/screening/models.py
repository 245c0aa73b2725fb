"""What a body says of the cases that came through it, and the seal under which it sent its list up."""

from __future__ import annotations

from django.db import models
from django.db.models import PROTECT, Q
from django.utils.translation import gettext_lazy as _

from zhengping.server.accounts.models import User
from zhengping.server.call.models import Body, Edition
from zhengping.server.submission.models import Submission

MARKS = {"recommended": "重点推荐", "general": "一般", "declined": "不报送"}  # the words of the sheet
MARK_NAMES = {"recommended": _("重点推荐"), "general": _("一般"), "declined": _("不报送")}


class Mark(models.Model):
    """A body's mark of a case; `order` counts the recommended from 1 (0: not put in order)."""

    submission = models.ForeignKey(Submission, PROTECT, related_name="+")
    body = models.ForeignKey(Body, PROTECT, related_name="+")
    mark = models.CharField(max_length=12)
    reason = models.CharField(max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(User, PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now=True)
    changed = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "body"], name="one_mark_a_body")]
        indexes = [models.Index(fields=["body", "mark", "order"])]


class Seal(models.Model):
    """A body's list as it was sent up, with its hash; `returned_at` is set where the organiser gave it back for reworking."""

    edition = models.ForeignKey(Edition, PROTECT, related_name="+")
    body = models.ForeignKey(Body, PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, PROTECT, related_name="+")
    for_body = models.BooleanField(default=False, help_text="by the organiser in the body's place")
    reason = models.CharField(max_length=300, blank=True)
    rows = models.JSONField()
    hash = models.CharField(max_length=64)
    returned_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(User, PROTECT, null=True, related_name="+")
    returned_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["body"], condition=Q(returned_at=None), name="one_seal_at_a_time")]
