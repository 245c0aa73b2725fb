"""Rows of any table <-> lines of JSON; the zip that holds them."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any

from django.db import models

_WRITTEN = (2000, 1, 1, 0, 0, 0)


def line(row: models.Model, without: frozenset[str] = frozenset()) -> str:
    """A row as one line of JSON: moments in UTC, bytes as base64, the columns in the order of their names."""
    values = {f.attname: _plain(f.value_from_object(row)) for f in row._meta.concrete_fields if f.attname not in without}
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    return value


def row(model: type[models.Model], values: dict[str, Any]) -> models.Model:
    """The row of a line. Raises KeyError for a column that the table does not have."""
    fields = {f.attname: f for f in model._meta.concrete_fields}
    told = {}
    for name, value in values.items():
        field = fields[name]
        if value is not None and isinstance(field, models.BinaryField):
            value = base64.b64decode(value)
        elif not isinstance(field, models.JSONField):
            value = field.target_field.to_python(value) if field.is_relation else field.to_python(value)
        told[name] = value
    return model(**told)


class Packer:
    """Writes members of a zip, always with the same bytes, and remembers their sums."""

    def __init__(self, out: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self.sums: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """A member made of pieces."""
        summed = hashlib.sha256()
        info = zipfile.ZipInfo(name, _WRITTEN)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        with self.zip.open(info, "w", force_zip64=True) as member:
            for piece in pieces:
                summed.update(piece)
                member.write(piece)
        self.sums[name] = summed.hexdigest()

    def close(self, told: dict[str, Any]) -> None:
        """Write the manifest with all sums, last."""
        told = {**told, "sums": self.sums}
        self.add("manifest.json", [json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()])
        self.zip.close()
