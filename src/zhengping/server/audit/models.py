"""Who did what, when, before and after: rows that are only ever added, each holding the hash of the one before."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One change. `actor` and `object` are text keys ("user:3", "submission:88"), so that this app knows no other."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    edition = models.CharField(max_length=60, blank=True)
    action = models.CharField(max_length=60)
    object = models.CharField(max_length=80)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["object", "id"]), models.Index(fields=["edition", "id"])]


class Head(models.Model):
    """The chain's end, locked by whoever adds to it."""

    count = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")


class PersonKey(models.Model):
    """The key under which a person's values stand in the chain; without it they are erased and the chain still verifies."""

    subject = models.CharField(max_length=80, unique=True)
    key = models.BinaryField(null=True)


class Anchor(models.Model):
    """The head of a day, signed: who rebuilds the whole chain cannot rebuild these, of which copies lie elsewhere."""

    day = models.DateField(unique=True)
    count = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    signature = models.TextField()
