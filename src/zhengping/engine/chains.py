"""Steps composed, still without disk: a case coded and proofread, a register counted, compared and rounded up, reads calibrated and scrutinised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zhengping.engine import calibration, coding, figures, originality, proofreading, roundup, scrutiny
from zhengping.engine.record import Case, Coding, Edition, Entry, Figure, Finding, Match, RoundUp


@dataclass(frozen=True, slots=True)
class Checked:
    """A coded case and what is to be looked at in it."""

    case: Case
    coding: Coding
    findings: tuple[Finding, ...]


def check(case: Case, coder: coding.Coder, edition: Edition) -> Checked:
    """Code and proofread one case."""
    coded = coder.code(case)
    return Checked(case, coded, (*coding.conflicts(case, coded), *proofreading.proofread(case, edition)))


def compare(entries: Sequence[Entry], earlier: Sequence[Entry] = ()) -> tuple[Match, ...]:
    """Matches within a register and against earlier ones."""
    return originality.match([e.case for e in entries], [(e.edition or "?", e.case) for e in earlier])


@dataclass(frozen=True, slots=True)
class Overview:
    """What is counted over a whole register, and the article about it."""

    figures: tuple[Figure, ...]
    round_up: RoundUp


def overview(
    entries: Sequence[Entry],
    edition: Edition,
    earlier: Sequence[Entry] = (),
    *,
    length: int = 3000,
    must: Sequence[int] = (),
    never: Sequence[int] = (),
) -> Overview:
    """Figures and round-up of a register; see `roundup.write` for `length`, `must` and `never`."""
    counted = figures.count(entries, edition, earlier)
    article = roundup.write(entries, counted, edition, length=length, must=must, never=never)
    return Overview(counted, article)


def coder(edition: Edition, confirmed: Sequence[Entry] = ()) -> coding.Coder:
    """The coder of an edition, taught by entries whose main theme a person confirmed."""
    from zhengping.engine import tables

    themes = edition.themes or tables.themes()
    rows = [
        (e.case.title, [p.heading for p in e.case.parts], e.case.text, e.coding.themes[0]) for e in confirmed if e.coding.themes
    ]
    return coding.Coder(themes, edition.year, coding.learn(themes, rows) if rows else None)


def numbered(cases: Sequence[Case], first: int = 1) -> tuple[Case, ...]:
    """Cases with numbers without gaps, in their order."""
    return tuple(replace(case, number=number) for number, case in enumerate(cases, first))


def scrutinise(
    reads: scrutiny.Reads, groupings: Sequence[scrutiny.Grouping] = (), level: float = 0.05, options: calibration.Options | None = None
) -> tuple[calibration.Calibration, scrutiny.Scrutiny]:
    """Calibrate the totals of reads and look at what is unlike the rest; raises as `calibration.calibrate` does."""
    calibrated = calibration.calibrate(reads.cases, reads.judges, reads.values, options=options)
    return calibrated, scrutiny.scrutinise(reads, calibrated.judges, groupings, level)


def count(entries: Sequence[Entry], edition: Edition, earlier: Sequence[Entry] = ()) -> tuple[Figure, ...]:
    """The figures of a register; see `figures.count`."""
    return figures.count(entries, edition, earlier)
