"""Audit entries that came with an edition from another machine: links of that machine's chain, not of this one's."""

from __future__ import annotations

from django.db import models


class KeptEntry(models.Model):
    """An entry as it stood in the other machine's chain, with its own hash and the one before it."""

    edition = models.CharField(max_length=60, db_index=True)
    number = models.PositiveBigIntegerField(help_text="its number there")
    value = models.JSONField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="one_kept_entry_a_number")]
