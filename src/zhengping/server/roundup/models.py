"""The article about an edition: the register it is checked against, its versions, what is said about it, what was published."""

from __future__ import annotations

from django.db import models
from django.db.models import PROTECT

from zhengping.server.accounts.models import User
from zhengping.server.call.models import Edition


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
