"""Many keys as one parameter of a question: databases take 65,535 parameters (PostgreSQL), or 32,766 (SQLite), and a library may hold more cases."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models.expressions import RawSQL


def among(keys: Iterable[int] | Iterable[str]) -> RawSQL:
    """The keys, all numbers or all words, to be used as `pk__in`."""
    held = list(keys)
    if connection.vendor == "postgresql":
        return RawSQL(f"SELECT unnest(%s::{'text' if held and isinstance(held[0], str) else 'bigint'}[])", [held])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(held)])
