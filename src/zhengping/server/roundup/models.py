"""The article about an edition: the register it is checked against, its versions, what is said about it, what was published; and books of its cases."""

from __future__ import annotations

from django.db import models
from django.db.models import PROTECT
from django.utils.translation import gettext_lazy as _

from zhengping.server.accounts.models import User
from zhengping.server.call.models import Edition

ORDERS = (("award", _("按奖项")), ("place", _("按地区")), ("number", _("按案例编号")))


class Article(models.Model):
    """The round-up of an edition. `state` is that of the engine's draft: waiting, writing, ready, failed.

    One person at a time edits: `holder` since `held_at`. `published` is the number of the version that the public reads.
    """

    edition = models.OneToOneField(Edition, PROTECT, related_name="+")
    length = models.PositiveIntegerField(default=3000)
    must = models.JSONField(default=list)
    never = models.JSONField(default=list)
    state = models.CharField(max_length=8, default="waiting", db_index=True)
    stage = models.CharField(max_length=12, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    wanted_by = models.ForeignKey(User, PROTECT, related_name="+")
    wanted_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    current = models.PositiveIntegerField(default=0)
    holder = models.ForeignKey(User, PROTECT, null=True, related_name="+")
    held_at = models.DateTimeField(null=True)
    published = models.PositiveIntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, PROTECT, null=True, related_name="+")


class Register(models.Model):
    """The register as it was when a draft was made; texts are checked against the newest. `value` is packed entries and figures, `draft` the engine's RoundUp."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="registers")
    value = models.BinaryField()
    draft = models.BinaryField()
    cases = models.PositiveIntegerField()
    state_of = models.CharField(max_length=64, help_text="what changes when the cases do")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class Version(models.Model):
    """A text of the article; all are kept. `source`: machine, person, word (a Word file), restored."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    source = models.CharField(max_length=8)
    note = models.CharField(max_length=200, blank=True)
    claims = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="one_text_a_number")]


class Comment(models.Model):
    """What a person says of a sentence."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="comments")
    version = models.PositiveIntegerField()
    quote = models.CharField(max_length=500, blank=True)
    words = models.TextField()
    by = models.ForeignKey(User, PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]


class Decision(models.Model):
    """A hit of the wording table, or a statement that the register does not bear out, that a person let stand with a reason."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=10, help_text="wording, claim")
    key = models.CharField(max_length=64)
    quote = models.CharField(max_length=300)
    sentence = models.TextField(blank=True)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["article", "key"], name="one_decision_a_hit")]


class Rephrasing(models.Model):
    """What the writing aid was asked for a paragraph, and its answer. `state`: waiting, asking, ready, failed, taken, left; one of an article at a time waits.

    `at` is the line of the paragraph, `before` its text, `heading` the one above it; `taken` is the text that was taken over, `version` the first one saved with it.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="rephrasings")
    at = models.PositiveIntegerField()
    before = models.TextField()
    heading = models.CharField(max_length=200, blank=True)
    wish = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, default="waiting", db_index=True)
    answer = models.TextField(blank=True)
    error = models.CharField(max_length=20, blank=True)
    taken = models.TextField(blank=True)
    version = models.PositiveIntegerField(null=True)
    wanted_by = models.ForeignKey(User, PROTECT, related_name="+")
    wanted_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(User, PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["article"], condition=models.Q(state__in=["waiting", "asking"]), name="one_rephrasing_at_a_time")]


class Collection(models.Model):
    """A book of published cases (案例选编). `state`: waiting, making, ready, failed. All that were made are kept.

    `cases` are the numbers that were chosen, `files` name -> sha256 and size of each edition, `left` what is not in it: [case, reason, values].
    """

    edition = models.ForeignKey(Edition, PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=80)
    subtitle = models.CharField(max_length=80, blank=True)
    foreword = models.TextField(blank=True)
    licence = models.CharField(max_length=200, blank=True)
    roundup = models.PositiveIntegerField(null=True, help_text="number of the version of the round-up that stands in front")
    order = models.CharField(max_length=8, choices=ORDERS, default="award")
    cases = models.JSONField(default=list)
    state = models.CharField(max_length=8, default="waiting", db_index=True)
    stage = models.CharField(max_length=12, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    pictures = models.PositiveIntegerField(default=0)
    tables = models.PositiveIntegerField(default=0)
    files = models.JSONField(default=dict)
    left = models.JSONField(default=list)
    wanted_by = models.ForeignKey(User, PROTECT, related_name="+")
    wanted_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="one_collection_a_number")]
