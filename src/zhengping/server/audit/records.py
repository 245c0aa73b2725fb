"""Values of a change -> the text that the chain keeps, and back; a person's values only under that person's key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.serializers.json import DjangoJSONEncoder

from zhengping.server.audit.models import Entry

PREFIX = "enc:"


def as_text(values: Mapping[str, Any] | None) -> str:
    """Values as JSON with sorted keys; "" for none."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, cls=DjangoJSONEncoder) if values else ""


def chained(entry: Entry) -> str:
    """SHA-256 over all of an entry and the hash before it."""
    parts = (entry.previous, entry.at.isoformat(), entry.actor, entry.edition, entry.action, entry.object, entry.before, entry.after)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def sealed(value: str, key: bytes, nonce: bytes) -> str:
    """A value encrypted with AES-GCM (NIST SP 800-38D); `nonce` are 12 bytes never used twice with a key."""
    return PREFIX + (nonce + AESGCM(key).encrypt(nonce, value.encode(), None)).hex()


def opened(value: str, key: bytes | None) -> str | None:
    """What `sealed` hid; None where the key was destroyed."""
    if key is None:
        return None
    data = bytes.fromhex(value.removeprefix(PREFIX))
    try:
        return AESGCM(bytes(key)).decrypt(data[:12], data[12:], None).decode()
    except InvalidTag:
        return None
