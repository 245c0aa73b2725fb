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
