"""Tables of persons (marks, estimates, awards by case number) laid over entries: what a person says wins and keeps its source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from zhengping.engine.folder import sheets
from zhengping.engine.record import Entry


@dataclass(frozen=True, slots=True)
class Said:
    """What persons said, by case number."""

    marks: dict[int, str]
    estimates: dict[int, float]
    awards: dict[int, str]


def read(marks: Path | None, estimates: Path | None, awards: Path | None) -> Said:
    """Read the tables that are given. Raises sheets.SheetError where one cannot be used."""

    def of(path: Path | None, *names: str) -> dict[int, str]:
        return sheets.by_case(path, names) if path else {}

    scores = {}
    for number, word in of(estimates, "评分", "得分", "estimate", "score").items():
        try:
            scores[number] = float(word)
        except ValueError:
            raise sheets.SheetError("score-number", number=number, word=word) from None
    return Said(of(marks, "推荐等次", "等次", "mark"), scores, of(awards, "奖项", "award"))


def laid_over(entry: Entry, said: Said) -> Entry:
    """The entry with what persons said of it."""
    number = entry.case.number
    touched = {"mark": number in said.marks, "estimate": number in said.estimates, "award": number in said.awards}
    sources = {*entry.coding.sources, *(name for name, is_set in touched.items() if is_set)}
    return replace(
        entry,
        case=replace(entry.case, mark=said.marks.get(number, entry.case.mark)),
        coding=replace(entry.coding, sources=tuple(sorted(sources))),
        award=said.awards.get(number, entry.award),
        estimate=said.estimates.get(number, entry.estimate),
    )
