"""A register with what persons said of it -> figures and round-up written beside it, without reading any document again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from zhengping.engine import chains
from zhengping.engine import figures as counting
from zhengping.engine import roundup as writing
from zhengping.engine.folder import edition, people, register
from zhengping.engine.folder.state import replace_bytes
from zhengping.engine.record import Edition, Entry
from zhengping.engine.rendering import workbook


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


def roundup(of: Register, out: Path, *, length: int, must: tuple[int, ...] = (), never: tuple[int, ...] = ()) -> list[Path]:
    """Write roundup.docx, .html and .pdf; -> their paths."""
    call, entries = of.call(), of.entries()
    article = chains.overview(entries, call, of.before(), length=length, must=must, never=never).round_up
    kinds = ("docx", "html", "pdf")
    return _write(out, {f"roundup.{kind}": writing.render(article, kind, entries, counting.invited(call)) for kind in kinds})


def _write(out: Path, files: dict[str, bytes]) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        replace_bytes(out / name, data)
    return [out / name for name in files]
