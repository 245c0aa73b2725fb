"""What can be wrong with a file: one exception, its reason a key of tables/messages/reading.toml.

    UnreadableFile
    ├─ empty, encrypted, truncated, unknown-kind        the bytes themselves
    ├─ too-big, too-many, too-deep, bomb, bad-name      what it holds
    ├─ no-text, scan-without-ocr                        nothing to read
    └─ classified                                       must not be kept
"""

from __future__ import annotations


class UnreadableFile(Exception):
    """A file that gives no document; `reason` and `values` make the sentence for people (`tables.sentence`)."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = tuple((key, str(value)) for key, value in sorted(values.items()))
