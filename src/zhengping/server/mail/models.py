"""Messages to persons and letters from them: each a row before anything else happens."""

from __future__ import annotations

from django.db import models


class Message(models.Model):
    """A message to one person. `key` says what it is about, so that the same thing is never told twice.

        waiting -> sending -> sent
                      |-----> waiting   (refused for now: tried again, later each time)
                      |-----> failed    (refused for good, or too often)
                      '-----> uncertain (the process died while it spoke with the server)
    """

    key = models.CharField(max_length=120, unique=True)
    message_id = models.CharField(max_length=120, unique=True)
    edition = models.CharField(max_length=60, blank=True, db_index=True)
    kind = models.CharField(max_length=40)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    attachments = models.JSONField(default=list, help_text="[{name, type, sha256}]")
    in_reply_to = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, default="waiting", db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]


class Letter(models.Model):
    """A letter found in a mailbox, known by what the mailbox calls it and by its bytes: read once, whatever happens."""

    mailbox = models.CharField(max_length=200)
    uid = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64, db_index=True)
    message_id = models.CharField(max_length=300, blank=True, db_index=True)
    edition = models.CharField(max_length=60, db_index=True)
    sender = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=12, default="letter", help_text="letter, bounce, automatic, repeated")
    state = models.CharField(max_length=10, default="waiting", db_index=True, help_text="waiting, done, failed")
    error = models.CharField(max_length=300, blank=True)
    arrived_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "uid"], name="one_letter_a_uid")]
        ordering = ["-id"]


class Hook(models.Model):
    """An address of an office that is told what happens in an edition. `secret` signs what is sent; `last_entry` is the last audit entry looked at."""

    edition = models.CharField(max_length=60, db_index=True)
    address = models.URLField(max_length=300)
    events = models.JSONField(default=list, help_text="actions of the audit")
    secret = models.CharField(max_length=60)
    last_entry = models.PositiveBigIntegerField(default=0)
    made_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]


class Delivery(models.Model):
    """An event for a hook: `state` waiting, sent, failed. The same body goes out until it is taken or was tried too often."""

    hook = models.ForeignKey(Hook, models.CASCADE, related_name="deliveries")
    entry = models.PositiveBigIntegerField()
    event = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(max_length=8, default="waiting", db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    answer = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["hook", "entry"], name="one_delivery_an_entry")]
