"""What came in, what was read, and what machine and persons say of it.

    Intake (one upload, letter, zip or folder) -> Incoming (a file) -> Document (its words)
        `-> Submission (a case) -> Version -> Coding, Finding, Match
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from django.db import models
from django.db.models import PROTECT, Q

from zhengping.server.accounts.models import User
from zhengping.server.call.models import Body, Edition, token

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def query_code() -> str:
    """Eight letters and digits that cannot be mistaken for each other."""
    return "".join(secrets.choice(LETTERS) for _ in range(8))


class Intake(models.Model):
    """Files that arrived together. `arrived_at` is when their first byte did: that moment counts against the deadline.

    `state`: receiving, reading, drafted. `received` are the rows of its files where they were just written, so that who goes on need not ask for them.
    """

    received: Sequence[Incoming] = ()

    edition = models.ForeignKey(Edition, PROTECT, related_name="+")
    token = models.CharField(max_length=40, unique=True, default=token)
    source = models.CharField(max_length=10, help_text="upload, zip, folder, mail, screener")
    body = models.ForeignKey(Body, PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, PROTECT, null=True, related_name="+")
    replaces = models.ForeignKey("Submission", PROTECT, null=True, related_name="+")
    letter = models.BigIntegerField(null=True, unique=True, help_text="number of the letter that carried it")
    sender = models.CharField(max_length=254, blank=True)
    path = models.CharField(max_length=500, blank=True, help_text="the folder it is read from")
    arrived_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    drafted_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True, help_text="when the sender of a letter was told what became of it")
    state = models.CharField(max_length=10, default="reading", db_index=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]


class Document(models.Model):
    """The words of a file, each file once. `value` is the engine's Document as packed text."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=10)
    value = models.BinaryField()
    by_engine = models.CharField(max_length=20)


class Incoming(models.Model):
    """A file as it arrived. `state`: waiting, read, opened (a container), unreadable, refused (never kept), dismissed."""

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="files")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    name = models.CharField(max_length=300)
    within = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, default="waiting", db_index=True)
    reason = models.CharField(max_length=40, blank=True)
    values = models.JSONField(default=list)
    attempts = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=16, blank=True)
    submission = models.ForeignKey("Submission", models.SET_NULL, null=True, related_name="files")
    handled = models.CharField(max_length=300, blank=True)
    handled_by = models.ForeignKey(User, PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]

    @property
    def path(self) -> str:
        """The name with its containers, as shown to people."""
        return "/".join([*self.within, self.name])


class Counter(models.Model):
    """The last number given in an edition, locked by whoever takes the next."""

    edition = models.OneToOneField(Edition, PROTECT, related_name="+")
    last = models.PositiveIntegerField(default=0)


class Submission(models.Model):
    """A case that a unit sends. Without a number it is a draft; the number is given when it is confirmed, without gaps.

    The columns about place, type, theme repeat its current coding, so that lists need one table alone.
    """

    edition = models.ForeignKey(Edition, PROTECT, related_name="+")
    intake = models.ForeignKey(Intake, PROTECT, related_name="submissions")
    ordinal = models.PositiveIntegerField(help_text="its place among the cases of its intake")
    number = models.PositiveIntegerField(null=True)
    token = models.CharField(max_length=40, unique=True, default=token)
    query_code = models.CharField(max_length=8, default=query_code)
    body = models.ForeignKey(Body, PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=300)
    unit = models.CharField(max_length=200, blank=True)
    contact_name = models.CharField(max_length=60, blank=True)
    contact_telephone = models.CharField(max_length=60, blank=True)
    contact_email = models.EmailField(blank=True)
    owner = models.ForeignKey(User, PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=10)
    arrived_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=300, blank=True)
    is_late = models.BooleanField(default=False)
    consents = models.BooleanField(default=False)
    changed = models.PositiveIntegerField(default=1, help_text="counts changes, so that two persons do not undo each other's")
    current = models.PositiveSmallIntegerField(default=1)
    characters = models.PositiveIntegerField(default=0)
    division = models.CharField(max_length=6, blank=True)
    place = models.CharField(max_length=80, blank=True)
    unit_type = models.CharField(max_length=20, blank=True)
    unit_level = models.CharField(max_length=10, blank=True)
    theme = models.CharField(max_length=40, blank=True)
    confidence = models.FloatField(default=0, help_text="that division, type and theme are all right, between 0 and 1")
    is_coded_by_person = models.BooleanField(default=False)
    open_findings = models.PositiveSmallIntegerField(default=0)
    open_matches = models.PositiveSmallIntegerField(default=0)
    compared_at = models.DateTimeField(null=True, db_index=True)
    excluded_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="one_case_a_number"),
            models.UniqueConstraint(fields=["intake", "ordinal"], name="one_case_an_ordinal"),
            models.CheckConstraint(condition=Q(number__isnull=True, confirmed_at__isnull=True) | Q(number__isnull=False, confirmed_at__isnull=False), name="numbered_when_confirmed"),
        ]
        indexes = [
            models.Index(fields=["edition", "confidence"]),
            models.Index(fields=["edition", "theme"]),
            models.Index(fields=["edition", "body", "number"]),
            models.Index(fields=["edition", "title"]),
            models.Index(fields=["edition", "unit"]),
            models.Index(fields=["edition", "arrived_at"]),
        ]

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """A text of a case; all versions are kept. `value` is the engine's Case as packed text, without personal data."""

    submission = models.ForeignKey(Submission, PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    intake = models.ForeignKey(Intake, PROTECT, related_name="+")
    value = models.BinaryField()
    personal = models.BinaryField(default=b"")
    documents = models.JSONField(default=list)
    why = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="one_version_a_number")]


class Text(models.Model):
    """The words of a case's current version for searching; `also` are others that a later stage shows the public."""

    submission = models.OneToOneField(Submission, models.CASCADE, primary_key=True, related_name="words")
    words = models.TextField()
    also = models.TextField(blank=True)


class Coding(models.Model):
    """A coding by machine or person. The newest row of a case counts; an undone row stays, marked."""

    submission = models.ForeignKey(Submission, PROTECT, related_name="codings")
    version = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=8, help_text="machine, person")
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    value = models.BinaryField()
    batch = models.CharField(max_length=40, blank=True, db_index=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["submission", "-id"])]


class Finding(models.Model):
    """Something to look at in a version. `state`: open, dismissed, mended."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="findings")
    version = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=40)
    severity = models.CharField(max_length=8)
    quote = models.TextField(blank=True)
    paragraph = models.IntegerField(default=-1)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    suggestion = models.TextField(blank=True)
    values = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="open")
    decided_by = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["paragraph", "start", "id"]


class Match(models.Model):
    """Two cases that share text; `decision`: "", same, series, copied, chance."""

    edition = models.ForeignKey(Edition, PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="matches")
    other = models.ForeignKey(Submission, models.CASCADE, null=True, related_name="+")
    earlier = models.ForeignKey("EarlierCase", models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=12)
    share = models.FloatField()
    passages = models.JSONField(default=list)
    decision = models.CharField(max_length=8, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(User, PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    changed = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-share", "id"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "other"], condition=Q(other__isnull=False), name="one_match_a_pair"),
            models.UniqueConstraint(fields=["submission", "earlier"], condition=Q(earlier__isnull=False), name="one_match_an_earlier_case"),
        ]


class EarlierCase(models.Model):
    """A case of an edition that was not run here, read from its register for comparing."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+", help_text="the edition that compares with it")
    name = models.CharField(max_length=60, help_text="the earlier edition")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    unit = models.CharField(max_length=200, blank=True)
    text = models.TextField()

    class Meta:
        ordering = ["name", "number"]
        constraints = [models.UniqueConstraint(fields=["edition", "name", "number"], name="one_earlier_case_a_number")]
