"""A register with what persons said of it -> figures and round-up written beside it, without reading any document again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from zhengping.engine import figures as counting
from zhengping.engine import roundup as writing
from zhengping.engine import tables
from zhengping.engine.folder import edition, people, register
from zhengping.engine.folder.state import replace_bytes
from zhengping.engine.record import Claim, Document, Edition, Entry, Figure, IncomingFile, Theme
from zhengping.engine.rendering import workbook
from zhengping.engine.workers import Readers

_NOTE = re.compile(r"案例\d+(?:《|（|第\d)|统计·|届次文件")  # a line that names a source in the page


@dataclass(frozen=True, slots=True)
class Register:
    """Where a register lies and which tables of persons are to be laid over it."""

    path: Path
    edition: Path | None = None
    earlier: tuple[Path, ...] = ()
    marks: Path | None = None
    estimates: Path | None = None
    awards: Path | None = None
    corrected: Path | None = None

    def entries(self) -> tuple[Entry, ...]:
        """All rows, a person's cells winning."""
        found = register.read(self.path)
        if self.corrected:
            found = register.corrected(found, self.corrected)
        said = people.read(self.marks, self.estimates, self.awards)
        return tuple(people.laid_over(replace(entry, edition=""), said) for entry in found)

    def call(self) -> Edition:
        """The edition."""
        return edition.load(self.edition) if self.edition else Edition()

    def before(self) -> tuple[Entry, ...]:
        """Rows of earlier editions."""
        return tuple(entry for path in self.earlier for entry in register.read(path))


def figures(of: Register, out: Path, language: str = "zh") -> list[Path]:
    """Write figures.json, .html and .xlsx; -> their paths."""
    call = of.call()
    counted = counting.count(of.entries(), call, of.before())
    title = f"{call.name}统计" if language == "zh" else f"{call.name} figures".strip()
    return _write(
        out,
        {
            "figures.json": msgspec.json.format(msgspec.json.encode(counted, order="deterministic"), indent=1) + b"\n",
            "figures.html": counting.shown(counted, title, counting.invited(call), language),
            "figures.xlsx": workbook([counting.sheet(counted, language)]),
        },
    )


def roundup(of: Register, out: Path, *, length: int, must: tuple[int, ...] = (), never: tuple[int, ...] = (), style: str = "article") -> list[Path]:
    """Write roundup.docx, .html and .pdf; -> their paths."""
    call, entries = of.call(), of.entries()
    counted = counting.count(entries, call, of.before())
    article = writing.write(entries, counted, call, length=length, must=must, never=never, style=style)
    kinds = ("docx", "html", "pdf")
    return _write(out, {f"roundup.{kind}": writing.render(article, kind, entries, counting.invited(call)) for kind in kinds})


def document(path: Path) -> Document:
    """What a person wrote in a file (.docx, .html, .pdf, .txt …). Raises tables.Trouble where it cannot be read or holds no text."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise tables.Trouble("verify-not-read", path=path, why=error.strerror) from None
    with Readers(1) as readers:
        found = readers.read(IncomingFile(path.name, data))
    if found.document is None or not found.document.text.strip():
        raise tables.Trouble("verify-not-read", path=path, why=tables.sentence(found.reason, found.values) if found.reason else "-")
    return found.document


def verify(of: Register, path: Path) -> tuple[Claim, ...]:
    """All claims of a round-up (.docx, .html, .pdf, .txt …), borne out by the register or not.

    Raises tables.Trouble where the file cannot be read or holds no text.
    """
    written = document(path)
    entries = of.entries()
    counted, call = _known(of, entries)
    told = (paragraph.text for paragraph in written.paragraphs if paragraph.kind not in ("header", "footer", "note", "cell"))
    text = "\n".join("" if _NOTE.match(line) else line for line in told)
    return writing.verify(text, entries, counted, call)


def _known(of: Register, entries: tuple[Entry, ...]) -> tuple[tuple[Figure, ...], Edition]:
    """The figures counted anew, and the edition.

    What the edition file or the registers of earlier editions would tell (its name, its themes, how many were received before) comes from the
    figures.json beside the register where they are not given.
    """
    call = of.call()
    counted = counting.count(entries, call, of.before())
    beside = (of.path if of.path.is_dir() else of.path.parent) / "figures.json"
    if of.edition or of.earlier or not beside.exists():
        return counted, call
    try:
        kept = msgspec.json.decode(beside.read_bytes(), type=tuple[Figure, ...])
    except (msgspec.DecodeError, OSError):
        return counted, call
    now, *before = counting.all_of(kept, "edition") or (Figure("edition", "", "", 0),)
    themes = tuple(Theme(figure.key, figure.label) for figure in counting.all_of(kept, "theme"))
    call = replace(call, name=now.label, year=int(now.key) if now.key.isdigit() else 0, themes=themes)
    counted = tuple(figure for figure in counting.count(entries, call) if figure.about != "edition")
    return (*counted, replace(now, value=len(entries), cases=()), *before), call


def _write(out: Path, files: dict[str, bytes]) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        replace_bytes(out / name, data)
    return [out / name for name in files]
