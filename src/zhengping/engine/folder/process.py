"""A folder of submissions -> OUT: register, findings, matches, figures and round-up, resumable at any moment."""

from __future__ import annotations

import errno
import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

import zhengping
from zhengping.engine import chains, reading, tables
from zhengping.engine.folder import checks, edition, outputs, people, register
from zhengping.engine.folder.inbox import Collector, Found, Inbox, Submit, walk
from zhengping.engine.folder.state import Numbered, State, digest, replace_bytes
from zhengping.engine.record import Arrival, Case, Edition, Entry, Fate, Finding, IncomingFile, Unreadable
from zhengping.engine.workers import Read, Readers, has_ocr, read_in_worker

PRIVATE = ("personal.jsonl",)
Progress = Callable[[str, int, int], None]


class ProcessError(tables.Trouble):
    """The job cannot start; the message says why and what to do."""


class Stopped(tables.Trouble):
    """The job had to stop in the middle (disk full, no right to write); running it again goes on from there."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to process and how: paths, `jobs` processes, and tables of persons that win over the machine."""

    folder: Path
    out: Path
    edition: Path | None = None
    earlier: tuple[Path, ...] = ()
    confirmed: tuple[Path, ...] = ()
    marks: Path | None = None
    estimates: Path | None = None
    awards: Path | None = None
    corrected: Path | None = None
    jobs: int = 2
    resume: bool = False
    scheduler: str = ""
    language: str = "zh"
    length: int = 3000


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did, in counts; `is_new` is False where nothing had changed since the last run."""

    files: int = 0
    documents: int = 0
    read: int = 0
    cases: int = 0
    coded: int = 0
    provinces: int = 0
    findings: int = 0
    matches: int = 0
    unreadable: int = 0
    corrections: int = 0
    is_new: bool = True
    outputs: tuple[str, ...] = field(default=())


def process(request: Request, progress: Progress = lambda stage, done, total: None) -> Summary:
    """Run the main job. `progress(stage, done, total)` is called with the stages walk, read, draft, check, compare, write.

    Raises ProcessError, edition.EditionError, register.RegisterError or sheets.SheetError for input that cannot be used, and Stopped where the
    disk is full or OUT cannot be written.
    """
    _check(request)
    with _stops():
        request.out.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            state = State(request.out, _engine())
            stack.callback(state.close)
            return _run(request, state, progress, stack)


@contextmanager
def _stops() -> Iterator[None]:
    """Trouble with the disk as a clear stop."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise Stopped("disk-full") from error
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise Stopped("not-writable", path=error.filename, why=error.strerror) from error
        raise


def _check(request: Request) -> None:
    if not request.folder.is_dir():
        raise ProcessError("folder-not-found", path=request.folder)
    if request.out.exists() and not request.out.is_dir():
        raise ProcessError("out-is-file", path=request.out)
    if request.folder.resolve() == request.out.resolve():
        raise ProcessError("out-is-folder")
    has_state = (request.out / ".state").is_dir()
    if request.resume and not has_state:
        raise ProcessError("nothing-to-resume", path=request.out)
    if not has_state and request.out.is_dir() and any(request.out.iterdir()):
        raise ProcessError("out-not-empty", path=request.out)


def _run(request: Request, state: State, progress: Progress, stack: ExitStack) -> Summary:
    files, refused = walk(request.folder, request.out)
    progress("walk", len(files), len(files))
    corrections = _corrections(request, state)
    made_of = _made_of(request, files, refused, corrections)
    last = state.last()
    if last.get("made_of") == made_of and _are_there(request.out, last.get("outputs", {})):
        return replace(msgspec.convert(last["summary"], Summary), read=0, is_new=False)
    call = edition.load(request.edition) if request.edition else Edition()
    earlier = tuple(entry for path in request.earlier for entry in register.read(path))
    confirmed = tuple(entry for path in request.confirmed for entry in register.read(path))
    said = people.read(request.marks, request.estimates, request.awards)
    cluster = _cluster(request, stack)
    inbox, read = _collected(request, state, files, refused, progress, cluster)
    progress("draft", 0, 1)
    draft = reading.draft(inbox.documents)
    cases, findings, fates = _numbered(draft, state)
    inbox.documents = [replace(document, paragraphs=(), tables=()) for document in inbox.documents]  # their words are in the cases now
    progress("draft", 1, 1)
    checked = checks.check_all(
        cases, call, confirmed, state, jobs=request.jobs, cluster=cluster, progress=lambda done, total: progress("check", done, total)
    )
    entries = tuple(people.laid_over(Entry(one.case, one.coding, paths=inbox.paths(one.case)), said) for one in checked)
    entries = register.changed(entries, corrections)
    findings += [finding for one in checked for finding in one.findings]
    findings.sort(key=lambda f: (f.case == 0, f.case))
    progress("compare", 0, 1)
    matches = chains.compare(entries, earlier)
    progress("compare", 1, 1)
    overview = chains.overview(entries, call, earlier, length=request.length)
    job = outputs.Job(entries, tuple(findings), matches, tuple(inbox.unreadable), tuple(inbox.documents), tuple(fates), call, overview, earlier)
    written = _write(request, job, progress)
    summary = _summary(job, inbox, read, len(corrections), tuple(written))
    state.finish({"made_of": made_of, "outputs": written, "summary": msgspec.to_builtins(replace(summary, outputs=tuple(written)))})
    return summary


# --- what the job is made of -----------------------------------------------------------------------------------------


@cache
def _engine() -> str:
    """A hash of the engine's code and tables and of what is installed beside it: readings of another engine are not used again."""
    root = Path(zhengping.__file__).parent / "engine"
    found = hashlib.blake2b(digest_size=12)
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{zhengping.__version__} {found.hexdigest()} {'ocr' if has_ocr() else 'plain'}"


def _made_of(request: Request, files: Sequence[Found], refused: Sequence[object], corrections: Sequence[register.Change]) -> str:
    """A hash of everything the outputs depend on."""
    given = (request.edition, *request.earlier, *request.confirmed, request.marks, request.estimates, request.awards)
    given_tables = [_sum(path / "register.jsonl" if path.is_dir() else path) if path else "" for path in given]
    listed = [(found.key, found.size, found.changed) for found in files]
    return digest(_engine(), listed, refused, given_tables, [(c.number, c.values) for c in corrections], request.language, request.length)


def _sum(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""  # the reader of that table says what is wrong


def _are_there(out: Path, written: dict[str, str]) -> bool:
    return bool(written) and all(_sum(out / name) == sha256 for name, sha256 in written.items())


def _corrections(request: Request, state: State) -> tuple[register.Change, ...]:
    """All that persons changed so far: in the sheet of the last run, in the one given now, and before."""
    path = state.folder / "corrections.jsonl"
    decoder = msgspec.json.Decoder(register.Change)
    before = [decoder.decode(line) for line in path.read_bytes().splitlines()] if path.exists() else []
    last, own = state.last().get("outputs", {}), request.out / "register.xlsx"
    given: list[Path] = []
    if last and own.exists() and _sum(own) != last.get("register.xlsx"):
        given.append(own)
    if request.corrected and request.corrected.resolve() != own.resolve():
        given.append(request.corrected)
    found = list(before)
    if given and (request.out / "register.jsonl").exists():
        shown = register.read(request.out / "register.jsonl")
        for sheet in given:
            made = register.changes(shown, sheet)
            register.changed(shown, made)  # a cell that cannot be used stops here, before anything is written
            found += [change for change in made if change not in found]
    elif given:
        raise ProcessError("corrected-without-register")
    if len(found) > len(before):
        replace_bytes(path, b"".join(msgspec.json.encode(change) + b"\n" for change in found))
    return tuple(found)


# --- the stages ------------------------------------------------------------------------------------------------------


def _cluster(request: Request, stack: ExitStack) -> Executor | None:
    if not request.scheduler:
        return None
    try:
        from distributed import Client
    except ImportError:
        raise ProcessError("no-cluster") from None
    try:
        client: Any = stack.enter_context(Client(request.scheduler, timeout=20))  # type: ignore[no-untyped-call]
    except OSError as error:
        raise ProcessError("no-scheduler", address=request.scheduler, why=type(error).__name__) from None
    executor: Executor = client.get_executor(pure=False)
    return executor


def _collected(
    request: Request, state: State, files: list[Found], refused: list[Unreadable], progress: Progress, cluster: Executor | None
) -> tuple[Inbox, int]:
    with ExitStack() as stack:
        submit: Submit
        if cluster is not None:
            elsewhere = cluster

            def submit(file: IncomingFile) -> Future[Read]:
                return elsewhere.submit(read_in_worker, file)
        else:
            submit = stack.enter_context(Readers(request.jobs)).submit
        keep = _Originals(request.out / "unreadable").keep
        collector = Collector(state, submit, keep, lambda done, total: progress("read", done, total))
        inbox = collector.collect(files, refused)
        return inbox, collector.read_now


class _Originals:
    """Copies of files that gave no text, so that nobody has to look for them in archives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, arrival: Arrival, data: bytes) -> None:
        """Keep the bytes under the first twelve digits of their hash and their name."""
        self._folder.mkdir(exist_ok=True)
        name = re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", arrival.name)[-60:]
        path = self._folder / f"{arrival.sha256[:12]}-{name.encode('utf-8', 'replace').decode()}"
        if not path.exists():
            replace_bytes(path, data)


def _numbered(draft: reading.Draft, state: State) -> tuple[list[Case], list[Finding], list[Fate]]:
    """Cases with lasting numbers: those of earlier runs keep theirs, new ones get the next."""
    known = {row.key: row.number for row in state.numbers.rows()}
    following = max(known.values(), default=0) + 1
    seen: dict[str, int] = {}
    numbers: dict[int, int] = {}
    for case in draft.cases:
        own = _keys(case, seen)
        number = next((known[key] for key in own if key in known and known[key] not in numbers.values()), 0)
        if not number:
            number, following = following, following + 1
        if own[0] not in known:
            known[own[0]] = number
            state.numbers.add(Numbered(own[0], number))
        numbers[case.number] = number
    cases = sorted((replace(case, number=numbers[case.number]) for case in draft.cases), key=lambda case: case.number)
    findings = [replace(finding, case=numbers.get(finding.case, 0)) for finding in draft.findings]
    fates = [replace(fate, case=numbers.get(fate.case, 0)) for fate in draft.fates]
    return cases, findings, fates


def _keys(case: Case, seen: dict[str, int]) -> list[str]:
    """Names under which a case may have been numbered: its text's document, then the versions it replaces, then its other files."""
    first = case.documents[0] if case.documents else ""
    seen[first] = seen.get(first, 0) + 1
    return [f"{first}:{seen[first]}", *(f"{sha256}:1" for sha256 in (*case.earlier, *case.documents[1:]))]


def _write(request: Request, job: outputs.Job, progress: Progress) -> dict[str, str]:
    """Write all outputs; -> the sha256 of each."""
    written: dict[str, str] = {}
    day = time.strftime("%Y-%m-%d")
    for name, data in outputs.files(job, day, zhengping.__version__, request.language):
        replace_bytes(request.out / name, data, private=name in PRIVATE)
        written[name] = hashlib.sha256(data).hexdigest()
        progress("write", len(written), 12)
    return written


def _summary(job: outputs.Job, inbox: Inbox, read: int, corrections: int, written: tuple[str, ...]) -> Summary:
    values = {figure.about: figure.value for figure in job.overview.figures if not figure.key}
    coded = sum(1 for entry in job.entries if entry.coding.place.division)
    return Summary(
        inbox.arrived + len(inbox.unreadable),
        len(job.documents),
        read,
        len(job.entries),
        coded,
        values.get("provinces", 0),
        len(job.findings),
        len(job.matches),
        len(job.unreadable),
        corrections,
        True,
        written,
    )
