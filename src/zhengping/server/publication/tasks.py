"""Certificates that are due, made and signed by the worker."""

from __future__ import annotations

from zhengping.server.publication import operations
from zhengping.server.publication.models import Certificate

BATCH = 100


def sweep_certificates() -> int:
    """Make certificates that have no file yet, a batch at a time; -> how many."""
    rows = list(Certificate.objects.filter(sha256="", withdrawn_at=None).select_related("edition")[:BATCH])
    for row in rows:
        operations.make_certificate(certificate=row)
    return len(rows)
