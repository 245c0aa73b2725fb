"""Texts of all editions on disk: what comparing a new one with all earlier ones needs, in files that are mapped and never read whole.

    manifest.json      which segments and editions there are; replaced in one step, so a stop leaves the index as it was
    segment-000001/    postings.npy  forty bits of a gram's hash and the text's place, sorted
                       wholes.npy    the same of a hash of the whole text
                       offsets.npy   where each text's record begins in texts.bin
                       editions.npy  the number of each text's edition
                       texts.bin     records: compressed JSON with the text, checked when read

A text takes about 2 kB of postings and 3 kB of text for 2,000 characters; memory holds the pages that a comparison touches. Small segments are joined as they
become many (log-structured merge: O'Neil et al. 1996).
"""

from __future__ import annotations

import hashlib
import mmap
import os
import re
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from zhengping.engine import tables
from zhengping.engine.folder.state import replace_bytes
from zhengping.engine.folder.texts import Text
from zhengping.engine.originality import DOCUMENT, GRAM, KEPT, Prints

_FORMAT = f"zhengping-index 1 {GRAM}/{KEPT}"
_ARRAYS = {"postings": np.uint64, "wholes": np.uint64, "offsets": np.int64, "editions": np.uint32}
_FEW, _SMALL = 8, 10_000  # so many segments of fewer texts than this are joined
_HEAD = re.compile(rb"\x93NUMPY\x01\x00..\{'descr': '(<[ui][48])', 'fortran_order': False, 'shape': \((\d+),\), \} *\n$", re.DOTALL)
_HEADER = 128  # bytes before the values of an array of one dimension
_MASK = np.uint64((1 << DOCUMENT) - 1)
_MOST = 1 << DOCUMENT


class IndexTrouble(tables.Trouble):
    """The index cannot be used; the message says why and what to do."""


class Segment(msgspec.Struct, frozen=True):
    """A segment: its folder, how many texts it holds, and the size of each of its files in bytes."""

    name: str
    documents: int
    sizes: dict[str, int]


class Indexed(msgspec.Struct, frozen=True):
    """An edition in the index: its name, its number there, a digest of its rows, how many texts it has."""

    name: str
    number: int
    digest: str
    documents: int


class Manifest(msgspec.Struct, frozen=True):
    """What the index holds. `gone` are numbers of editions that were replaced."""

    format: str = _FORMAT
    segments: tuple[Segment, ...] = ()
    editions: tuple[Indexed, ...] = ()
    gone: tuple[int, ...] = ()
    following: int = 1


class Opened:
    """The mapped arrays of a segment; each is opened when it is first asked for."""

    def __init__(self, folder: Path, segment: Segment) -> None:
        self._folder = folder
        self._documents = segment.documents
        self._held: list[mmap.mmap] = []
        try:
            for name, size in segment.sizes.items():
                if os.stat(f"{folder}/{name}").st_size != size:
                    raise IndexTrouble("index-broken", path=folder / name)
        except OSError:
            raise IndexTrouble("index-broken", path=folder) from None
        if not {f"{name}.npy" for name in _ARRAYS} <= segment.sizes.keys():
            raise IndexTrouble("index-broken", path=folder)

    @cached_property
    def postings(self) -> NDArray[np.uint64]:
        """Forty bits of a gram's hash and the text's place, sorted."""
        return self._mapped("postings")

    @cached_property
    def wholes(self) -> NDArray[np.uint64]:
        """The same of a hash of the whole text."""
        return self._mapped("wholes")

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """Where each text's record begins."""
        return self._mapped("offsets", self._documents + 1)

    @cached_property
    def editions(self) -> NDArray[np.uint32]:
        """The number of each text's edition."""
        return self._mapped("editions", self._documents)

    def _mapped(self, name: str, count: int | None = None) -> NDArray[Any]:
        """An array that lies in its file. numpy's own way of opening it takes ten times as long."""
        path, kind = self._folder / f"{name}.npy", np.dtype(_ARRAYS[name])
        try:
            with path.open("rb") as file:
                head = _HEAD.match(file.read(_HEADER))
                if not head or np.dtype(head[1].decode()) != kind or (count is not None and int(head[2]) != count):
                    raise IndexTrouble("index-broken", path=path)
                if not int(head[2]):
                    return np.zeros(0, kind)
                held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                self._held.append(held)
                return np.frombuffer(held, kind, int(head[2]), _HEADER)
        except (OSError, ValueError, TypeError):
            raise IndexTrouble("index-broken", path=path) from None

    def release(self) -> None:
        """Let go of the pages that were read, so that memory does not grow with the index; they are read again when they are needed."""
        for held in self._held if hasattr(mmap, "MADV_DONTNEED") else ():
            held.madvise(mmap.MADV_DONTNEED)

    def raw(self, place: int) -> bytes:
        """The record of a text as it is kept."""
        start, end = (int(at) for at in self.offsets[place : place + 2])
        with (self._folder / "texts.bin").open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    def text(self, place: int) -> Text:
        """The text at a place. Raises IndexTrouble where its record is damaged."""
        try:
            return msgspec.json.decode(zlib.decompress(self.raw(place)), type=Text)
        except (zlib.error, msgspec.DecodeError):
            raise IndexTrouble("index-broken", path=self._folder / "texts.bin") from None


class Index:
    """An index in a folder of its own; a missing or empty folder is an empty index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = _manifest(folder)
        self.segments = [Opened(folder / segment.name, segment) for segment in self.manifest.segments]

    @property
    def documents(self) -> int:
        """How many texts the editions have."""
        return sum(edition.documents for edition in self.manifest.editions)

    def is_gone(self, edition: int) -> bool:
        """Whether an edition was replaced by a later copy of it."""
        return edition in self.manifest.gone

    def same(self, name: str, texts: Sequence[Text]) -> Indexed | None:
        """The edition that holds these texts already, or an earlier state of them (the same name, half of its texts still the same).

        Raises IndexTrouble where an edition of that name has other texts.
        """
        digest = _digest(texts)
        for edition in self.manifest.editions:
            if edition.digest == digest:
                return edition
        for edition in self.manifest.editions:
            if edition.name == name:
                if self._still(edition, texts) * 2 < edition.documents:
                    raise IndexTrouble("index-edition", name=name, count=edition.documents)
                return edition
        return None

    def _still(self, edition: Indexed, texts: Sequence[Text]) -> int:
        """How many texts of an edition are among `texts`."""
        having = {text.text for text in texts}
        return sum(
            segment.text(int(place)).text in having for segment in self.segments for place in np.flatnonzero(segment.editions == edition.number)
        )

    def add(self, name: str, texts: Sequence[Text], prints: Prints) -> bool:
        """Add an edition; -> False where it was there already. An earlier state of it is replaced.

        Everything is written beside what is there, then the manifest is replaced: a stop at any moment leaves the index as it was.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with _alone(self.folder):
            if _manifest(self.folder) != self.manifest:
                raise IndexTrouble("index-changed", path=self.folder)
            before = self.same(name, texts)
            digest = _digest(texts)
            if before and before.digest == digest:
                return False
            held = self.manifest
            kept = [edition for edition in held.editions if edition is not before]
            gone = (*held.gone, before.number) if before else held.gone
            edition = Indexed(name, held.following, digest, len(texts))
            records = [zlib.compress(msgspec.json.encode(text), 1) for text in texts]
            arrays: dict[str, NDArray[Any]] = {
                "postings": prints.postings,
                "wholes": _packed(prints.wholes),
                "editions": np.full(len(texts), edition.number, np.uint32),
            }
            joined, rest = self._small()
            segment = self._write(f"segment-{held.following:06}", [*(self._live(at, gone) for at in joined), (arrays, records)])
            segments = (*(held.segments[at] for at in rest), segment)
            self._replace(Manifest(_FORMAT, segments, (*kept, edition), gone, held.following + 1))
            for at in joined:
                shutil.rmtree(self.folder / held.segments[at].name, ignore_errors=True)
        self.__init__(self.folder)  # type: ignore[misc]
        return True

    def _small(self) -> tuple[list[int], list[int]]:
        """Segments to be joined with the next one, and the rest."""
        small = [at for at, segment in enumerate(self.manifest.segments) if segment.documents < _SMALL]
        small = small if len(small) >= _FEW else []
        return small, [at for at in range(len(self.manifest.segments)) if at not in small]

    def _live(self, at: int, gone: Sequence[int]) -> tuple[dict[str, NDArray[Any]], list[bytes]]:
        """The arrays and records of a segment without editions that were replaced."""
        segment = self.segments[at]
        live = ~np.isin(segment.editions, gone)
        places = np.cumsum(live) - 1

        def renumbered(packed: NDArray[np.uint64]) -> NDArray[np.uint64]:
            documents = (packed & _MASK).astype(np.int64)
            used = live[documents]
            return (packed[used] & ~_MASK) | places[documents[used]].astype(np.uint64)

        arrays: dict[str, NDArray[Any]] = {
            "postings": renumbered(segment.postings),
            "wholes": renumbered(segment.wholes),
            "editions": segment.editions[live],
        }
        return arrays, [segment.raw(int(place)) for place in np.flatnonzero(live)]

    def _write(self, name: str, pieces: Sequence[tuple[dict[str, NDArray[Any]], list[bytes]]]) -> Segment:
        """Write a segment made of several pieces, safe on the disk when this returns."""
        partial, folder = self.folder / f".{name}.partial", self.folder / name
        for path in (partial, folder):
            shutil.rmtree(path, ignore_errors=True)  # of a run that was stopped
        partial.mkdir()
        counts = [len(records) for _, records in pieces]
        if sum(counts) >= _MOST:
            raise IndexTrouble("index-full", path=self.folder)
        before = np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.uint64)
        arrays: dict[str, NDArray[Any]] = {"editions": np.concatenate([piece["editions"] for piece, _ in pieces])}
        for key in ("postings", "wholes"):
            joined = np.concatenate([piece[key] + shift for (piece, _), shift in zip(pieces, before, strict=True)]).astype(np.uint64)
            joined.sort()
            arrays[key] = joined
        lengths = [len(record) for _, records in pieces for record in records]
        arrays["offsets"] = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
        with (partial / "texts.bin").open("wb") as file:
            for _, records in pieces:
                file.writelines(records)
            os.fsync(file.fileno())
        for key, kind in _ARRAYS.items():
            with (partial / f"{key}.npy").open("wb") as file:
                np.save(file, arrays[key].astype(kind, copy=False), allow_pickle=False)
                os.fsync(file.fileno())
        os.replace(partial, folder)
        return Segment(name, sum(counts), {path.name: path.stat().st_size for path in sorted(folder.iterdir())})

    def _replace(self, manifest: Manifest) -> None:
        replace_bytes(self.folder / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        if os.name == "posix":  # elsewhere a folder cannot be opened
            descriptor = os.open(self.folder, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)


def _manifest(folder: Path) -> Manifest:
    path = folder / "manifest.json"
    if not path.exists():
        if folder.exists() and not (folder.is_dir() and all(entry.name.startswith((".", "lock", "segment-")) for entry in folder.iterdir())):
            raise IndexTrouble("index-foreign", path=folder)
        return Manifest()
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        raise IndexTrouble("index-foreign", path=folder) from None
    if found.format != _FORMAT:
        raise IndexTrouble("index-version", path=folder, format=found.format)
    return found


def _packed(wholes: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Hashes of whole texts as sorted postings; short texts have none."""
    places = np.flatnonzero(wholes)
    found = (whole_keys(wholes[places]) << np.uint64(DOCUMENT)) | places.astype(np.uint64)
    found.sort()
    return found


def whole_keys(wholes: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The forty bits by which the index knows a whole text."""
    return wholes.astype(np.uint64) >> np.uint64(DOCUMENT - 1)


def _digest(texts: Sequence[Text]) -> str:
    found = hashlib.blake2b(digest_size=16)
    for text in texts:
        found.update(msgspec.json.encode((text.name, text.text)))
    return found.hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one process adds at a time; the lock ends with the process that holds it."""
    with (folder / "lock").open("ab") as file:
        try:
            import fcntl
        except ImportError:  # a system without such locks
            yield
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise IndexTrouble("index-busy", path=folder) from None
        yield
