"""Texts of an edition, of earlier ones and of an index -> pairs with text in common, and the files that show them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from zhengping.engine.folder import texts
from zhengping.engine.folder.index import Index, whole_keys
from zhengping.engine.folder.register import RegisterError
from zhengping.engine.folder.texts import Text
from zhengping.engine.originality import DOCUMENT, Across, Common, Judge, Prints, against, is_same, near, prints
from zhengping.engine.record import Passage
from zhengping.engine.rendering import Sheet, workbook
from zhengping.engine.rendering.sides import Pages, Side, Sides

Progress = Callable[[str, int, int], None]
_json = msgspec.json.Encoder(order="deterministic")
_KINDS = {"same-bytes": ("同一文件", "Same file"), "same-text": ("全文相同", "Same text"), "near": ("部分相同", "Text in common")}
_EDITION = 500  # texts from which on a comparison reads whole segments
_MOST = 50_000  # rows of one sheet


@dataclass(frozen=True, slots=True)
class Request:
    """What to compare: the texts of an edition, earlier ones, an index; `is_readonly` leaves the index as it is. `name` is the edition's name in the index."""

    path: Path
    against: tuple[Path, ...] = ()
    index: Path | None = None
    name: str = ""
    is_readonly: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts with much in common; `edition` is "" where both are of the edition looked at."""

    first: Text
    second: Text
    kind: str
    share: float
    edition: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The pairs, how many texts were compared on both sides, how many had no text, and whether the index grew."""

    pairs: tuple[Pair, ...]
    own: int
    others: int
    empty: int
    has_grown: bool = False


def compare(request: Request, progress: Progress = lambda stage, done, total: None, *, opened: Index | None = None) -> Result:
    """Find the pairs, largest share first, and add the edition to the index; `opened` is the request's index where the caller holds it open.

    Raises RegisterError for a file that cannot be used, IndexTrouble for such an index.
    """
    if request.path.resolve() in {path.resolve() for path in request.against}:
        raise RegisterError("against-itself", path=request.path)
    own = texts.read(request.path, request.name)
    others = [text for path in request.against for text in texts.read(path)]
    pool = [*own, *others]
    made = prints(text.text for text in pool)
    index = opened or (Index(request.index) if request.index else None)
    pairs: list[Pair] = []
    known: Common | None = None
    if index:
        pairs, known = _in_index(index, own, _first(made, len(own)), request, len(pool))
    for found in near([text.text for text in pool], len(own), lambda done, total: progress("compare", done, total), made=made, known=known):
        first, second = pool[found.first], pool[found.second]
        edition = second.edition if found.second >= len(own) else ""
        pairs.append(_pair(first, second, edition, found.is_same, found.verdict.share, found.verdict.passages))
    earlier = len(others) + (index.documents if index else 0)
    has_grown = False
    if index and own and not request.is_readonly:
        has_grown = index.add(_name(request, own), own, _first(made, len(own)))
    pairs.sort(key=lambda pair: (-pair.share, pair.first.number, pair.edition, pair.second.number))
    return Result(tuple(pairs), len(own), earlier, sum(not text.text.strip() for text in own), has_grown)


def _name(request: Request, own: Sequence[Text]) -> str:
    return request.name or own[0].edition


def _first(made: Prints, count: int) -> Prints:
    """The prints of the first so many texts."""
    documents = made.postings & np.uint64((1 << DOCUMENT) - 1)
    return Prints(made.postings[documents < count], made.sizes[:count], made.wholes[:count])


def _pair(first: Text, second: Text, edition: str, is_same: bool, share: float, passages: tuple[Passage, ...]) -> Pair:
    if not is_same:
        return Pair(first, second, "near", share, edition, passages)
    kind = "same-bytes" if first.document and first.document == second.document else "same-text"
    return Pair(first, second, kind, 1.0, edition, (Passage(0, len(first.text), 0, len(second.text)),))


def _in_index(index: Index, own: Sequence[Text], made: Prints, request: Request, pool: int) -> tuple[list[Pair], Common]:
    """Pairs of own texts with those of the index, an earlier state of the own edition left out."""
    before = index.same(_name(request, own), own) if own else None
    postings = [segment.postings for segment in index.segments]
    across = against(made.postings, postings, pool + index.documents, made.sizes, lambda place: _let_go(index, place, len(own)))
    judge = Judge(lambda key: _text(index, own, key), across.common, pool + index.documents)
    found = []
    for at, place, other in sorted(_wanted(index, across, made)):
        edition = int(index.segments[place].editions[other])
        if index.is_gone(edition) or (before and before.number == edition):
            continue
        verdict = judge.judge((-1, at), (place, other), twins=bool(across.mostly[at]))
        if verdict:
            second = index.segments[place].text(other)
            equal = verdict.share == 1.0 and is_same(own[at].text, second.text)
            found.append(_pair(own[at], second, second.edition, equal, verdict.share, verdict.passages))
    return found, across.common


def _let_go(index: Index, place: int, own: int) -> None:
    """An edition touches every page of a segment, one case few of them."""
    if own >= _EDITION:
        index.segments[place].release()


def _text(index: Index, own: Sequence[Text], key: Any) -> str:
    place, at = key
    kept: Text = own[at] if place < 0 else index.segments[place].text(at)
    return kept.text


def _wanted(index: Index, across: Across, made: Prints) -> set[tuple[int, int, int]]:
    """(own text, segment, place) of the pairs to look at: those that share grams, and those that are equal."""
    wanted: set[tuple[int, int, int]] = set()
    wholes = np.flatnonzero(made.wholes)
    low = whole_keys(made.wholes[wholes]) << np.uint64(DOCUMENT)
    for place, ((first, second), segment) in enumerate(zip(across.pairs, index.segments, strict=True)):
        wanted.update((at, place, other) for at, other in zip(first.tolist(), second.tolist(), strict=True))
        starts = np.searchsorted(segment.wholes, low)
        ends = np.searchsorted(segment.wholes, low + np.uint64((1 << DOCUMENT) - 1), "right")
        for at in np.flatnonzero(ends > starts).tolist():
            packed = segment.wholes[starts[at] : ends[at]] & np.uint64((1 << DOCUMENT) - 1)
            wanted.update((int(wholes[at]), place, int(other)) for other in packed)
    return wanted


# --- what is shown ---------------------------------------------------------------------------------------------------


def files(result: Result, title: str, language: str = "zh") -> Iterator[tuple[str, bytes]]:
    """matches.jsonl for programs, matches.xlsx for people, matches.html with the texts side by side."""
    yield "matches.jsonl", b"".join(_json.encode(row(pair)) + b"\n" for pair in result.pairs)
    yield "matches.xlsx", workbook([_pairs_sheet(result.pairs, language), _passages_sheet(result.pairs, language)])
    yield "matches.html", Pages(title, language).page([_sides(pair, language) for pair in result.pairs])


def row(pair: Pair) -> dict[str, object]:
    """A pair as a row of matches.jsonl."""
    first, second = pair.first, pair.second
    return {
        "case": first.name,
        "title": first.title,
        "unit": first.unit,
        "edition": pair.edition,
        "other": second.name,
        "other_title": second.title,
        "other_unit": second.unit,
        "kind": pair.kind,
        "share": pair.share,
        "passages": pair.passages,
        "words": [first.text[p.start : p.end] for p in pair.passages] if pair.kind == "near" else [],
    }


def _heads(language: str, *columns: tuple[str, str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((zh if language == "zh" else en, width) for zh, en, width in columns)


def _pairs_sheet(pairs: Sequence[Pair], language: str) -> Sheet:
    """One row a pair."""
    rows: list[tuple[str | int | float, ...]] = []
    for at, pair in enumerate(pairs[:_MOST], 1):
        longest = max(pair.passages, key=lambda p: p.end - p.start)
        rows.append((at, pair.first.name, pair.first.title, pair.first.unit, pair.edition, pair.second.name, pair.second.title, pair.second.unit,
                     _KINDS[pair.kind][language != "zh"], pair.share, sum(p.end - p.start for p in pair.passages), len(pair.passages),
                     _shortened(pair.first.text[longest.start : longest.end], 200)))  # fmt: skip
    heads = _heads(language, ("序号", "Pair", 6), ("编号", "Number", 8), ("案例标题", "Title", 28), ("报送单位", "Unit", 18), ("对照届次", "Edition", 10),
                   ("对照编号", "Other", 9), ("对照标题", "Other title", 28), ("对照单位", "Other unit", 18), ("种类", "Kind", 10), ("相同比例", "Share", 9),
                   ("相同字数", "Characters", 10), ("处数", "Passages", 8), ("最长相同文字", "Longest passage", 44))  # fmt: skip
    return Sheet("查重" if language == "zh" else "Matches", heads, rows)


def _shortened(words: str, most: int) -> str:
    """Words for a cell, so short that its row can be printed; matches.jsonl and the page have all."""
    return words if len(words) <= most else words[:most] + "…"


def _passages_sheet(pairs: Sequence[Pair], language: str) -> Sheet:
    """One row a passage, with its place in both texts counted from 1."""
    rows = [
        (at, pair.first.name, pair.second.name, p.start + 1, p.end, p.other_start + 1, p.other_end, _shortened(pair.first.text[p.start : p.end], 1000))
        for at, pair in enumerate(pairs, 1)
        for p in pair.passages
    ]
    heads = _heads(language, ("序号", "Pair", 6), ("编号", "Number", 8), ("对照编号", "Other", 9), ("起", "From", 8), ("止", "To", 8), ("对照起", "Other from", 8),
                   ("对照止", "Other to", 8), ("相同文字", "Words in common", 90))  # fmt: skip
    return Sheet("相同文字" if language == "zh" else "Passages", heads, rows[:_MOST])


def _sides(pair: Pair, language: str) -> Sides:
    numbers = {"zh": "编号 {}", "en": "Number {}"}["zh" if language == "zh" else "en"]
    first = Side(numbers.format(pair.first.name), pair.first.title, pair.first.unit, pair.first.text, tuple((p.start, p.end) for p in pair.passages))
    about = numbers.format(pair.second.name) + (f"（{pair.edition}）" if pair.edition else "")
    second = Side(about, pair.second.title, pair.second.unit, pair.second.text, tuple((p.other_start, p.other_end) for p in pair.passages))
    return Sides(first, second, _KINDS[pair.kind][language != "zh"], pair.share)
