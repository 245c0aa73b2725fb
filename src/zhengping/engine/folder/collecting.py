"""A register, the folder its documents came from -> a case collection written beside it, with a list of what could not be printed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from zhengping.engine import collection, reading, tables
from zhengping.engine.folder import again, grids, inbox
from zhengping.engine.folder.state import replace_bytes
from zhengping.engine.record import Block, Case, Entry, IncomingFile, Omission, Unreadable
from zhengping.engine.workers import Readers

Progress = Callable[[str, int, int], None]
NAME = "collection"


@dataclass(frozen=True, slots=True)
class Request:
    """What the book shall hold: all cases, or those of some awards or numbers; `originals` is the folder of the submissions (None: text alone)."""

    register: again.Register
    out: Path
    originals: Path | None = None
    title: str = ""
    subtitle: str = ""
    hosts: tuple[str, ...] = ()
    foreword: Path | None = None
    notes: Path | None = None
    licence: str = ""
    day: str = ""
    awards: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    order: str = "award"
    kinds: tuple[str, ...] = collection.EDITIONS
    jobs: int = 2


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: the files, how many cases, pictures and tables they hold, and what is not in them."""

    paths: tuple[Path, ...]
    cases: int
    pictures: int
    tables: int
    omissions: tuple[Omission, ...]


def collect(request: Request, tell: Progress = lambda stage, done, total: None, language: str = "zh") -> Made:
    """Make and write the book: collection.a4.pdf, .16k.pdf, .docx, .epub and collection-left.csv. Raises tables.Trouble for a choice that leaves no case."""
    entries = _chosen(request)
    blocks, omissions = _blocks(entries, request, tell)
    call = request.register.call()
    chapters = collection.bound(entries, call.themes or tables.themes(), blocks, order=request.order)
    book = collection.Book(
        request.title or (f"{call.name}案例选编" if call.name else "案例选编"),
        request.subtitle,
        request.hosts,
        _text(request.foreword),
        "来稿综述",
        _text(request.notes),
        request.licence,
        request.day,
        chapters,
    )
    done: list[str] = []

    def step(name: str) -> None:
        tell("write", len(done), len(request.kinds))
        done.append(name)

    files = collection.editions(book, request.kinds, step)
    tell("write", len(request.kinds), len(request.kinds))
    request.out.mkdir(parents=True, exist_ok=True)
    paths = [request.out / f"{NAME}.{name}" for name in files]
    for path, data in zip(paths, files.values(), strict=True):
        replace_bytes(path, data)
    left = request.out / f"{NAME}-left.csv"
    if omissions:
        titles = {entry.case.number: entry.case.title for entry in entries}
        head = ("编号", "案例标题", "没有编入的内容") if language == "zh" else ("Number", "Title", "What is not in the book")
        grids.save(left, head, [(one.case, titles[one.case], tables.sentence(one.reason, one.values, language)) for one in omissions])
        paths.append(left)
    else:
        left.unlink(missing_ok=True)
    kinds = [block.kind for chapter in chapters for block in chapter.blocks]
    return Made(tuple(paths), len(chapters), kinds.count("picture"), kinds.count("table"), omissions)


def _chosen(request: Request) -> list[Entry]:
    entries = request.register.entries()
    unknown = sorted(set(request.numbers) - {entry.case.number for entry in entries})
    if unknown:
        raise tables.Trouble("collection-unknown", numbers="、".join(map(str, unknown)))
    found = [e for e in entries if (not request.numbers or e.case.number in request.numbers) and (not request.awards or e.award in request.awards)]
    if not found:
        known = "、".join(sorted({entry.award for entry in entries if entry.award})) or "-"
        raise tables.Trouble("collection-empty", awards="、".join(request.awards) or "-", known=known)
    return found


def _text(path: Path | None) -> tuple[str, ...]:
    """The paragraphs of a text, Word or PDF file. Raises tables.Trouble where it cannot be read or is empty."""
    if path is None:
        return ()
    return tuple(paragraph.text for paragraph in again.document(path).paragraphs if paragraph.kind not in ("header", "footer", "note"))


# --- originals -------------------------------------------------------------------------------------------------------


def _blocks(entries: list[Entry], request: Request, tell: Progress) -> tuple[dict[int, tuple[Block, ...]], tuple[Omission, ...]]:
    """What is printed of each case, and what is not."""
    made: dict[int, tuple[Block, ...]] = {}
    left: dict[int, tuple[Omission, ...]] = {}
    wanted: dict[str, list[Case]] = {}
    for entry in entries:
        made[entry.case.number], left[entry.case.number] = collection.placed(entry.case)
        if entry.case.documents:
            wanted.setdefault(entry.case.documents[0], []).append(entry.case)
    if request.originals is None:
        return made, ()
    missing = {entry.case.number for entry in entries}
    with Readers(request.jobs) as readers:
        done = 0
        for sha256, answer in _answers(request.originals, request.out, set(wanted), readers):
            for case in wanted[sha256]:
                missing.discard(case.number)
                if answer.reason:
                    why = tables.sentence(answer.reason, answer.values).rstrip("。")
                    left[case.number] = (Omission(case.number, "left-unreadable", (("why", why),)),)
                else:
                    made[case.number], left[case.number] = collection.placed(case, answer.blocks)
                done += 1
                tell("read", done, len(entries))
    for number in missing:
        left[number] = (Omission(number, "left-original"),)
    return made, tuple(one for number in sorted(left) for one in left[number])


def _answers(folder: Path, out: Path, wanted: set[str], readers: Readers):  # type: ignore[no-untyped-def]
    """(sha256, blocks) of the wanted files below a folder, also within archives and mails; each once, a few at a time."""
    waiting: deque = deque()  # type: ignore[type-arg]
    for file in _files(folder, out, wanted, readers):
        wanted.discard(file.sha256)
        waiting.append((file.sha256, readers.submit(file, "blocks")))
        if len(waiting) > 8:
            sha256, answer = waiting.popleft()
            yield sha256, answer.result()
        if not wanted:
            break
    for sha256, answer in waiting:
        yield sha256, answer.result()


def _files(folder: Path, out: Path, wanted: set[str], readers: Readers) -> Iterable[IncomingFile]:
    for found in inbox.walk(folder, out)[0]:
        try:
            file = IncomingFile(inbox.shown(found.path.name), found.path.read_bytes(), found.within)
        except OSError:  # told as an original that was not found
            continue
        yield from _inside(file, wanted, readers)


def _inside(file: IncomingFile, wanted: set[str], readers: Readers) -> Iterable[IncomingFile]:
    """The file itself where it is wanted, else what a container holds."""
    if file.sha256 in wanted:
        yield file
    elif reading.is_container(file):
        if file.data[:4] == b"PK\x03\x04":
            try:
                children = [item for item in reading.unpack(file) if not isinstance(item, Unreadable)]
            except reading.UnreadableFile:
                return
        else:
            children = list(readers.read(file).children)
        for child in children:
            yield from _inside(child, wanted, readers)
