"""From the decided awards to what everybody may read.

Notice (公示) -> Listed (a case in it) <- Objection -> Hearing, Ruling        an upheld ruling leads to a new Notice beside the old
  '-> Result (published) <- Revocation, Correction     Result -> Certificate     EditedText: what the public reads in place of a case's own words
"""

from __future__ import annotations

from django.db import models
from django.db.models import PROTECT, Q
from django.utils.translation import gettext_lazy as _

from zhengping.server.accounts.models import User
from zhengping.server.call.models import Edition, token
from zhengping.server.submission.models import Submission

COUNTINGS = (("working", _("工作日")), ("calendar", _("自然日")))
EFFECTS = (("none", _("维持名单")), ("remove", _("取消获奖资格")), ("award", _("改为其他奖项")))
WAYS = (("reserve", _("由备选案例递补")), ("cascade", _("由下一级案例依次递补")), ("empty", _("空缺，不递补")))
FIELDS = (("title", _("案例名称")), ("unit", _("报送单位")))
RESERVE = "-"
HEADING, WORDS = "荣誉证书", "{unit}：\n\n你单位报送的案例《{title}》，在{edition}中荣获{award}。\n\n特发此证，以资鼓励。"


class Setting(models.Model):
    """How an edition publishes: the length of the publicity period, days off and on beside the known calendar, the words of its certificates."""

    edition = models.OneToOneField(Edition, PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField(_("公示天数"), default=5)
    counting = models.CharField(_("计算方法"), max_length=8, choices=COUNTINGS, default="working")
    holidays = models.JSONField(_("另外的休息日"), default=list, blank=True)
    workdays = models.JSONField(_("另外的工作日"), default=list, blank=True)
    heading = models.CharField(_("证书标题"), max_length=40, default=HEADING)
    words = models.TextField(_("证书正文"), default=WORDS)
    issuer = models.CharField(_("落款单位"), max_length=200, blank=True)
    changed = models.PositiveIntegerField(default=1)


class Notice(models.Model):
    """A list as it is put before the public, frozen with its hash. `follows` is the list that it stands beside."""

    edition = models.ForeignKey(Edition, PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    follows = models.ForeignKey("self", PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=400, blank=True)
    words = models.TextField(blank=True)
    days = models.PositiveSmallIntegerField()
    counting = models.CharField(max_length=8, choices=COUNTINGS)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    decided = models.CharField(max_length=64, help_text="hash of the list that two persons confirmed")
    filling = models.JSONField(default=dict, help_text="how free places were filled: way, why they stay empty, skips as (case, award, sentences), empty as (award, number, key of why)")
    hash = models.CharField(max_length=64)
    by = models.ForeignKey(User, PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="one_notice_a_number")]


class Listed(models.Model):
    """A case in a list, with its words as they stood on that day."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="rows")
    submission = models.ForeignKey(Submission, PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    award = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    unit = models.CharField(max_length=200)
    region = models.CharField(max_length=80, blank=True)
    theme = models.CharField(max_length=60, blank=True)
    moved_from = models.CharField(max_length=60, blank=True, help_text="the award it moved up from in this list, RESERVE for one of the reserve")

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["notice", "submission"], name="one_listed_a_case")]


class Objection(models.Model):
    """An objection to a list. An anonymous one is registered and not processed."""

    edition = models.ForeignKey(Edition, PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    token = models.CharField(max_length=40, unique=True, default=token)
    notice = models.ForeignKey(Notice, PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, PROTECT, null=True, related_name="+")
    is_anonymous = models.BooleanField(default=False)
    name = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    reasons = models.TextField()
    evidence = models.CharField(max_length=64, blank=True, help_text="sha256")
    evidence_name = models.CharField(max_length=200, blank=True)
    arrived_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="one_objection_a_number")]


class Hearing(models.Model):
    """The unit concerned is asked, and answers by its own link."""

    objection = models.OneToOneField(Objection, PROTECT, related_name="hearing")
    token = models.CharField(max_length=40, unique=True, default=token)
    question = models.TextField()
    asked_by = models.ForeignKey(User, PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)


class Ruling(models.Model):
    """What was decided on an objection, by somebody who declared to have no part in it."""

    objection = models.OneToOneField(Objection, PROTECT, related_name="ruling")
    is_upheld = models.BooleanField()
    effect = models.CharField(max_length=6, choices=EFFECTS, default="none")
    award = models.CharField(max_length=60, blank=True)
    reasons = models.TextField()
    by = models.ForeignKey(User, PROTECT, related_name="+")
    at = models.DateTimeField()


class Result(models.Model):
    """The results of an edition: the list that stood when the publicity period was over."""

    edition = models.OneToOneField(Edition, PROTECT, related_name="+")
    notice = models.ForeignKey(Notice, PROTECT, related_name="+")
    hash = models.CharField(max_length=64)
    words = models.TextField(blank=True)
    published_at = models.DateTimeField()
    by = models.ForeignKey(User, PROTECT, related_name="+")


class Revocation(models.Model):
    """An award taken back after it was published."""

    result = models.ForeignKey(Result, PROTECT, related_name="revocations")
    submission = models.OneToOneField(Submission, PROTECT, related_name="+")
    reasons = models.TextField()
    by = models.ForeignKey(User, PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]


class Correction(models.Model):
    """A word of the results that was wrong (更正); the list stays as it was, the correction stands beside it."""

    result = models.ForeignKey(Result, PROTECT, related_name="corrections")
    submission = models.ForeignKey(Submission, PROTECT, related_name="+")
    field = models.CharField(max_length=10, choices=FIELDS)
    before = models.CharField(max_length=300)
    after = models.CharField(max_length=300)
    reasons = models.CharField(max_length=400)
    by = models.ForeignKey(User, PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class EditedText(models.Model):
    """A case's title and text as the organiser edited them for publication; the original stays beside it. The row that has not ended is read; all are kept.

    `version` is that of the original it was made from; `parts` are [headings, paragraphs] in order; an empty `title` is that of the results.
    """

    submission = models.ForeignKey(Submission, PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300, blank=True)
    parts = models.JSONField(default=list)
    why = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="one_edited_text_a_number"),
            models.UniqueConstraint(fields=["submission"], condition=Q(ended_at=None), name="one_edited_text_that_is_read"),
        ]


class Certificate(models.Model):
    """A certificate with its words; `sha256` names the signed file once it is made. One that was replaced or revoked is withdrawn."""

    edition = models.ForeignKey(Edition, PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, PROTECT, related_name="+")
    number = models.CharField(max_length=24, unique=True)
    token = models.CharField(max_length=40, unique=True, default=token)
    heading = models.CharField(max_length=40)
    words = models.TextField()
    issuer = models.CharField(max_length=200)
    day = models.DateField()
    sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["submission"], condition=Q(withdrawn_at=None), name="one_certificate_that_holds")]
        indexes = [models.Index(fields=["sha256", "withdrawn_at"])]
