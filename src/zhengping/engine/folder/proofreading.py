"""Files of any readable kind, folders and registers -> findings of the cases that they hold; a file that cannot be read is a row with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from zhengping.engine import proofreading, reading, tables
from zhengping.engine.folder import edition, outputs, register
from zhengping.engine.record import Arrival, Case, Coding, Document, Edition, Entry, Finding, IncomingFile, Place, Unreadable
from zhengping.engine.rendering import workbook
from zhengping.engine.workers import Readers

_DEPTH = 6  # containers within containers that are opened


@dataclass(frozen=True, slots=True)
class Result:
    """What was proofread: the cases, the names of the files they came from (by case number), the findings, and what could not be read."""

    cases: tuple[Case, ...]
    files: dict[int, str]
    findings: tuple[Finding, ...]
    unreadable: tuple[Unreadable, ...]


def proofread(paths: Sequence[Path], call: Path | None = None, wording: Path | None = None) -> Result:
    """Proofread files, all files of folders, and the cases of registers (register.jsonl), in the order given.

    Forms, texts and lists (汇总表) that are given together are drafted together, so that a title or unit in conflict between them is
    found. Wording is looked at by the built-in table and, where it is given, the table `wording`. Raises tables.Trouble where a path is
    not there or an edition, register or table cannot be used.
    """
    rules = edition.load(call) if call else Edition()
    table = _table(wording) if wording else proofreading.built_in()
    cases: list[Case] = []
    names: dict[int, str] = {}
    documents: dict[str, Document] = {}
    bad: list[Unreadable] = []
    with Readers(1) as readers:
        for path in paths:
            if path.suffix == ".jsonl" or (path / "register.jsonl").is_file():
                for entry in register.read(path):
                    names[len(cases) + 1] = entry.paths[0] if entry.paths else path.name
                    cases.append(replace(entry.case, number=len(cases) + 1))
                continue
            for file in _files(path):
                _read(file, readers, documents, bad, 0)
    draft = reading.draft(list(documents.values()))
    first = len(cases)
    for case in draft.cases:
        number = first + case.number
        whence = documents.get(case.documents[0]) if case.documents else None
        names[number] = whence.arrivals[0].path if whence and whence.arrivals else ""
        cases.append(replace(case, number=number))
    found = [replace(finding, case=finding.case + first if finding.case else 0) for finding in draft.findings]
    found += [finding for case in cases for finding in proofreading.proofread(case, rules, table)]
    for case in _loose(draft, documents, len(cases)):  # a text that is no case is proofread all the same
        names[case.number] = documents[case.documents[0]].arrivals[0].path
        cases.append(case)
        found += [finding for finding in proofreading.proofread(case, None, table) if not finding.kind.endswith("-missing")]
    found.sort(key=lambda f: (f.case == 0, f.case, f.paragraph, f.start))
    return Result(tuple(cases), names, tuple(found), tuple(bad))


def _table(path: Path) -> proofreading.Wording:
    try:
        return proofreading.wording(path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8"), str(path))
    except FileNotFoundError:
        raise tables.Trouble("wording-not-found", path=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise tables.Trouble("wording-not-read", path=path, why=error) from None


def _loose(draft: reading.Draft, documents: dict[str, Document], first: int) -> Iterator[Case]:
    """Texts that make no case (letters, notes, short texts), as cases without title and unit."""
    alone = [documents[fate.sha256] for fate in draft.fates if not fate.case and fate.role in ("letter", "proof", "text") and fate.sha256 in documents]
    for number, document in enumerate(alone, first + 1):
        paragraphs = tuple(p.text for p in document.paragraphs if p.text.strip() and p.kind not in ("header", "footer"))
        yield Case(number, "", "", paragraphs, documents=(document.sha256,))


def _files(path: Path) -> Iterator[IncomingFile]:
    if path.is_dir():
        for below in sorted(path.rglob("*")):
            if below.is_file() and not below.name.startswith((".", "~$")):
                yield IncomingFile(below.name, below.read_bytes(), below.relative_to(path).parts[:-1])
        return
    try:
        yield IncomingFile(path.name, path.read_bytes())
    except OSError as error:
        raise tables.Trouble("proofread-not-read", path=path, why=error.strerror) from None


def _read(file: IncomingFile, readers: Readers, documents: dict[str, Document], bad: list[Unreadable], depth: int) -> None:
    """Read a file or what it holds; the same bytes once."""
    arrival = Arrival(file.name, file.sha256, len(file.data), file.within, file.sender, file.subject, file.sent)
    found = readers.read(file)
    bad += found.refused
    if found.document is not None:
        documents.setdefault(found.document.sha256, replace(found.document, arrivals=(arrival,)))
    elif not found.children and not found.refused:
        bad.append(Unreadable(arrival, found.reason or "reader-died", found.values))
    for child in found.children if depth < _DEPTH else ():
        _read(child, readers, documents, bad, depth + 1)


def rows(result: Result, language: str) -> list[dict[str, object]]:
    """One object for each finding, with the file's name and the paragraph's number (from 1; 0: the case as a whole), then each unreadable file."""
    titles = {case.number: case.title for case in result.cases}
    found: list[dict[str, object]] = []
    for finding in result.findings:
        row = outputs.finding_row(finding, language)
        found.append({"file": result.files.get(finding.case, ""), "title": titles.get(finding.case, ""), **row, "paragraph": finding.paragraph + 1})
    for one in result.unreadable:
        row = outputs.unreadable_row(one, language)
        found.append({"file": row["file"], "title": "", "case": 0, "kind": "unreadable", "severity": "error", "sentence": row["sentence"]})
    return found


def files(result: Result, language: str) -> Iterator[tuple[str, bytes]]:
    """findings.jsonl for programs; findings.xlsx for people, with the file before the title and what could not be read on a sheet of its own."""
    yield "findings.jsonl", b"".join(msgspec.json.encode(row, order="deterministic") + b"\n" for row in rows(result, language))
    named = [replace(case, title=" · ".join(word for word in (result.files.get(case.number, ""), case.title) if word)) for case in result.cases]
    entries = [Entry(case, Coding(case.number, Place(""), case.unit, "", "")) for case in named]
    yield "findings.xlsx", workbook([outputs.findings_sheet(result.findings, entries, language), outputs.unreadable_sheet(result.unreadable, language)])
