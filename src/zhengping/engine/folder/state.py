"""What earlier runs already did, kept under OUT/.state so that a stop costs nothing and a second run reads only what is new.

Append-only files of JSON lines; a line that a stop cut in two is dropped with everything behind it.

    read.jsonl        what came of each document, by sha256
    opened.jsonl      each file of the folder (hash of its path, size, time of change) with what was in it
    checked.jsonl     what coding and proofreading said of each case, by a hash of the case
    numbers.jsonl     the number each case was given, so that cases that come later do not shift it
    corrections.jsonl what persons changed in register.xlsx
    last.json         what the finished run was made from, and what it wrote
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from zhengping.engine.record import Arrival, Document, Unreadable

VERSION = "1"
T = TypeVar("T")


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of the bytes `sha256`: a document, or the reason why none."""

    sha256: str
    document: Document | None = None
    reason: str = ""
    values: tuple[tuple[str, str], ...] = ()


class Opened(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of the folder, read to its end: its arrivals (itself, or what it held) and what could not be had of it."""

    mark: str
    size: int
    changed: int
    arrivals: tuple[Arrival, ...] = ()
    refused: tuple[Unreadable, ...] = ()


class Numbered(msgspec.Struct, frozen=True):
    """The number of a case, by its text's document and its place among that document's cases."""

    key: str
    number: int


class Journal:
    """An append-only file of rows of one type."""

    def __init__(self, path: Path, kind: type[Any]) -> None:
        self._path = path
        self._decoder = msgspec.json.Decoder(kind)
        self._encoder = msgspec.json.Encoder()
        self._file: Any = None

    def rows(self) -> Iterator[Any]:
        """All whole rows; what follows a broken one is cut off the file."""
        if not self._path.exists():
            return
        good = 0
        with self._path.open("rb") as file:
            for line in file:
                try:
                    row = self._decoder.decode(line) if line.endswith(b"\n") else None
                except (msgspec.DecodeError, UnicodeDecodeError):
                    row = None
                if row is None:
                    break
                good += len(line)
                yield row
        if good < self._path.stat().st_size:
            os.truncate(self._path, good)

    def add(self, row: Any) -> None:
        """Append a row; it is on its way to the disk when this returns."""
        if self._file is None:
            self._file = self._path.open("ab", buffering=0)
        data = self._encoder.encode(row) + b"\n"
        written = self._file.write(data)
        if written < len(data):  # a disk that fills up takes part of a line
            raise OSError(28, "No space left on device")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


class State:
    """The state of one output folder. `sign` names everything besides the files that readings and checks depend on."""

    def __init__(self, out: Path, sign: str) -> None:
        self.folder = out / ".state"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds what documents say of persons
        self._mark(sign)
        self.read = Journal(self.folder / "read.jsonl", Kept)
        self.opened = Journal(self.folder / "opened.jsonl", Opened)
        self.numbers = Journal(self.folder / "numbers.jsonl", Numbered)

    def _mark(self, sign: str) -> None:
        """Readings of another version of the program are not used again."""
        mark = self.folder / "version"
        if mark.exists() and mark.read_text("utf-8") == f"{VERSION} {sign}":
            return
        for name in ("read.jsonl", "opened.jsonl", "checked.jsonl", "last.json"):
            (self.folder / name).unlink(missing_ok=True)
        mark.write_text(f"{VERSION} {sign}", "utf-8")

    def checked(self, kind: type[Any]) -> Journal:
        """The journal of checks, rows of `kind`."""
        return Journal(self.folder / "checked.jsonl", kind)

    def last(self) -> dict[str, Any]:
        """What the last finished run was made from and wrote; {} if none finished."""
        path = self.folder / "last.json"
        try:
            found = msgspec.json.decode(path.read_bytes())
        except (OSError, msgspec.DecodeError):
            return {}
        return found if isinstance(found, dict) else {}

    def finish(self, values: dict[str, Any]) -> None:
        """Note a finished run."""
        replace_bytes(self.folder / "last.json", msgspec.json.encode(values))

    def close(self) -> None:
        """Close all journals."""
        for journal in (self.read, self.opened, self.numbers):
            journal.close()


def replace_bytes(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all; `private` keeps others of the machine from reading it."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(partial, path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def digest(*values: object) -> str:
    """A short hash of values that JSON can hold."""
    return hashlib.blake2b(msgspec.json.encode(values), digest_size=16).hexdigest()
