"""Many keys as one parameter of a question: databases take 65,535 parameters (PostgreSQL), or 32,766 (SQLite), and a library may hold more cases."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models.expressions import RawSQL


def among(keys: Iterable[int]) -> RawSQL:
    """The keys, to be used as `pk__in`."""
    return _among(list(keys), "bigint")


def among_words(keys: Iterable[str]) -> RawSQL:
    """The same of keys that are words."""
    return _among(list(keys), "text")


def _among(keys: list[int] | list[str], kind: str) -> RawSQL:
    """PostgreSQL is told what they are: of no keys it cannot see it."""
    if connection.vendor == "postgresql":
        return RawSQL(f"SELECT unnest(%s::{kind}[])", [keys])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(keys)])
