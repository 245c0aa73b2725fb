"""A folder of submissions -> documents and reasons: every file walked, every container opened, every file read in a worker."""

from __future__ import annotations

import os
import re
import stat
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

from zhengping.engine import reading
from zhengping.engine.folder.state import Kept, Opened, State, digest
from zhengping.engine.record import Arrival, Case, Document, IncomingFile, Unreadable
from zhengping.engine.workers import Read

Submit = Callable[[IncomingFile], "Future[Read]"]
Progress = Callable[[int, int], None]

_JUNK = re.compile(r"^(?:~\$.*|\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|\.~lock\..*#)$", re.I)
_WINDOW = 128  # files under way at once
_BYTES = 256 << 20  # and their bytes
_MOST = 1 << 30  # bytes of one file of the folder


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the folder: its path, where it stands, and its size and time of change (nanoseconds)."""

    path: Path
    within: tuple[str, ...]
    size: int
    changed: int

    @property
    def key(self) -> str:
        """Its path within the folder, "/" between the parts."""
        return "/".join((*self.within, shown(self.path.name)))

    @property
    def mark(self) -> str:
        """A hash of its path: the name itself may be what must not be kept."""
        return digest(self.key)


def shown(name: str) -> str:
    """A name as text: bytes that are no UTF-8 are read as GB18030, as names from Windows are."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")


def walk(folder: Path, out: Path) -> tuple[list[Found], list[Unreadable]]:
    """All files below `folder` in the order of their names, and what may not be entered, read or followed. `out` is left out."""
    found: list[Found] = []
    refused: list[Unreadable] = []
    outside = out.resolve()

    def note(path: Path, within: tuple[str, ...], reason: str, detail: str) -> None:
        refused.append(Unreadable(Arrival(shown(path.name), "", 0, within), reason, (("detail", detail), ("name", shown(path.name)))))

    def enter(path: Path, within: tuple[str, ...]) -> None:
        try:
            items = sorted(os.scandir(path), key=lambda item: os.fsencode(item.name))
        except OSError as error:
            note(path, within[:-1], "not-readable", error.strerror or "")
            return
        for item in items:
            _take(Path(item.path), item, within)

    def _take(path: Path, item: os.DirEntry[str], within: tuple[str, ...]) -> None:
        if item.is_symlink():
            note(path, within, "link", "")
        elif item.is_dir(follow_symlinks=False):
            if path.resolve() != outside and item.name != ".state":
                enter(path, (*within, shown(item.name)))
        elif not _JUNK.match(item.name):
            about = item.stat(follow_symlinks=False)
            if not stat.S_ISREG(about.st_mode):
                note(path, within, "unknown-kind", "")
            elif about.st_size > _MOST:
                refused.append(Unreadable(Arrival(shown(item.name), "", about.st_size, within), "too-big", (("size", str(about.st_size >> 20)),)))
            else:
                found.append(Found(path, within, about.st_size, about.st_mtime_ns))

    enter(folder, ())
    return found, refused


@dataclass
class Inbox:
    """All that a folder holds: documents in order of arrival, and a reason for each file that gave none."""

    documents: list[Document] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    arrived: int = 0
    _paths: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def paths(self, case: Case) -> tuple[str, ...]:
        """The names under which the files of a case arrived."""
        if not self._paths:
            self._paths = {d.sha256: tuple(arrival.path for arrival in d.arrivals) for d in self.documents}
        return tuple(path for sha256 in (*case.documents, *case.earlier) for path in self._paths.get(sha256, ()))


@dataclass
class _Under:
    """A file of the folder whose contents are being read."""

    found: Found
    arrivals: list[Arrival] = field(default_factory=list)
    refused: list[Unreadable] = field(default_factory=list)
    waiting: int = 0
    whole: bool = False


class Collector:
    """Reads a folder through `submit`, keeping what came of each file in the state as soon as it is known."""

    def __init__(self, state: State, submit: Submit, keep: Callable[[Arrival, bytes], None], progress: Progress) -> None:
        self._state, self._submit, self._keep, self._progress = state, submit, keep, progress
        self._kept: dict[str, Kept] = {row.sha256: row for row in state.read.rows()}
        self._opened: dict[str, Opened] = {row.mark: row for row in state.opened.rows()}
        self._busy: dict[Future[Read], tuple[IncomingFile, _Under]] = {}
        self._bytes = 0
        self._asked: set[str] = set()
        self._again: dict[str, list[tuple[IncomingFile, _Under]]] = {}
        self._more: deque[tuple[IncomingFile, _Under]] = deque()
        self.read_now = 0

    def collect(self, files: list[Found], refused: list[Unreadable]) -> Inbox:
        """Read all files; what was read before is not read again."""
        for at, found in enumerate(files):
            self._progress(at, len(files))
            before = self._opened.get(found.mark)
            if before is None or (before.size, before.changed) != (found.size, found.changed) or not self._has(before):
                self._open(found)
        while self._busy or self._more:
            self._drain(0)
        self._progress(len(files), len(files))
        return self._inbox(files, refused)

    def _has(self, before: Opened) -> bool:
        return all(arrival.sha256 in self._kept for arrival in before.arrivals)

    def _open(self, found: Found) -> None:
        under = _Under(found)
        try:
            data = found.path.read_bytes()
        except OSError as error:
            under.refused.append(_unreadable(found, "not-readable", error.strerror or ""))
            self._finished(under, keep=False)
            return
        self._take(IncomingFile(shown(found.path.name), data, found.within), under)
        self._take_more()
        under.whole = True
        if not under.waiting:
            self._finished(under)

    def _take(self, file: IncomingFile, under: _Under) -> None:
        """A container of files is opened here if it is a zip (its members one by one), any other file goes to a worker."""
        if file.data[:4] == b"PK\x03\x04" and reading.is_container(file):
            empty = True
            try:
                for item in reading.unpack(file):
                    empty = False
                    if isinstance(item, Unreadable):
                        under.refused.append(item)
                    else:
                        self._take(item, under)
            except reading.UnreadableFile as error:
                under.refused.append(Unreadable(_arrival(file), error.reason, error.values))
                self._keep(_arrival(file), file.data)
            else:
                under.refused += [Unreadable(_arrival(file), "no-document")] if empty else []
            return
        arrival = _arrival(file)
        if arrival.sha256 in self._kept:
            under.arrivals.append(arrival)
            self._keep_again(arrival, file.data)
            return
        if arrival.sha256 in self._asked:  # the same bytes are being read now
            under.waiting += 1
            self._again.setdefault(arrival.sha256, []).append((file, under))
            return
        self._asked.add(arrival.sha256)
        under.waiting += 1
        self._bytes += len(file.data)
        self._busy[self._submit(file)] = (file, under)
        self.read_now += 1
        if len(self._busy) >= _WINDOW or self._bytes > _BYTES:
            self._drain(_WINDOW * 3 // 4)

    def _keep_again(self, arrival: Arrival, data: bytes) -> None:
        kept = self._kept.get(arrival.sha256)
        if kept is not None and kept.reason and kept.reason != "classified":
            self._keep(arrival, data)

    def _drain(self, most: int) -> None:
        """Take up what the workers finished until at most `most` files and half of the bytes are under way."""
        while self._busy and (len(self._busy) > most or self._bytes > _BYTES // 2):
            done, _ = wait(self._busy, return_when=FIRST_COMPLETED)
            for future in done:
                file, under = self._busy.pop(future)
                self._bytes -= len(file.data)
                under.waiting -= 1
                self._answered(file, future.result(), under)
        self._take_more()

    def _take_more(self) -> None:
        """Take what came out of containers, and what waited for the same bytes."""
        while self._more:
            file, under = self._more.popleft()
            self._take(file, under)
            if self._is_done(under):
                self._finished(under)

    def _answered(self, file: IncomingFile, answer: Read, under: _Under) -> None:
        arrival = _arrival(file)
        if answer.children or answer.refused:
            under.refused += answer.refused
            self._more.extend((child, under) for child in answer.children)
        else:
            self._keep_answer(arrival, answer, file.data)
            under.arrivals.append(arrival)
        self._asked.discard(arrival.sha256)
        for other, waiting in self._again.pop(arrival.sha256, ()):
            waiting.waiting -= 1
            self._more.append((other, waiting))
        if self._is_done(under):
            self._finished(under)

    def _is_done(self, under: _Under) -> bool:
        """Whether nothing of a file is still to be read: a row written sooner would lose the rest if the run were killed then."""
        return under.whole and not under.waiting and all(other is not under for _, other in self._more)

    def _keep_answer(self, arrival: Arrival, answer: Read, data: bytes) -> None:
        reason = answer.reason or ("" if answer.document else "no-document")
        kept = Kept(arrival.sha256, answer.document, reason, answer.values)
        self._kept[arrival.sha256] = kept
        self._state.read.add(kept)
        if reason and reason != "classified":
            self._keep(arrival, data)

    def _finished(self, under: _Under, *, keep: bool = True) -> None:
        found = under.found
        arrivals = [_hidden(a) if self._kept[a.sha256].reason == "classified" else a for a in sorted(under.arrivals, key=lambda a: a.path)]
        row = Opened(found.mark, found.size, found.changed, tuple(arrivals), tuple(under.refused))
        self._opened[found.mark] = row
        if keep:
            self._state.opened.add(row)

    def _inbox(self, files: list[Found], refused: list[Unreadable]) -> Inbox:
        inbox = Inbox(unreadable=list(refused))
        arrivals: dict[str, list[Arrival]] = {}
        for found in files:
            row = self._opened[found.mark]
            inbox.unreadable += row.refused
            for arrival in row.arrivals:
                arrivals.setdefault(arrival.sha256, []).append(arrival)
        for sha256, having in arrivals.items():
            kept = self._kept[sha256]
            if kept.document is not None:
                inbox.arrived += len(having)
                inbox.documents.append(replace(kept.document, arrivals=tuple(having)))
            else:
                inbox.unreadable += [Unreadable(arrival, kept.reason, kept.values) for arrival in having]
        return inbox


def _arrival(file: IncomingFile) -> Arrival:
    return Arrival(file.name, file.sha256, len(file.data), file.within, file.sender, file.subject, file.sent)


def _hidden(arrival: Arrival) -> Arrival:
    """Of a file marked 秘密, 机密 or 绝密 only hash, sender, time and container remain, not its name."""
    return Arrival("（文件名未保存）", arrival.sha256, 0, arrival.within, arrival.sender, "", arrival.sent)


def _unreadable(found: Found, reason: str, detail: str) -> Unreadable:
    return Unreadable(Arrival(shown(found.path.name), "", found.size, found.within), reason, (("detail", detail),))


