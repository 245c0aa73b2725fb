"""A sentence -> the cases it names, by any usual form of their place and unit."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from zhengping.engine import tables
from zhengping.engine.record import Entry
from zhengping.engine.roundup.subjects import short, subject

_STEP = re.compile(r"[\u4e00-\u9fff]{2,12}?(?:自治[区州县旗]|特别行政区|[省市区县州盟旗])(?![省市州]|自治)")
_BEFORE = re.compile(r"^(?:[一二三四五六七八九十]{1,2}是|如|例如|比如|还有|此外|另外|同时|其中|又如|再如|而|，|、|：|在|像|以及|和|与|对于|据)+")
_AND = re.compile(r"^(?:、|和|与|及|以及|，)")


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a sentence: its place in it and the cases it may mean."""

    start: int
    end: int
    entries: tuple[Entry, ...]


class Names:
    """All names of a register's cases."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._of: dict[str, list[Entry]] = defaultdict(list)
        for entry in sorted(entries, key=lambda e: e.case.number):
            for name in sorted(_forms(entry)):
                self._of[name].append(entry)
        self._sizes: dict[str, list[int]] = defaultdict(list)
        for name in self._of:
            if len(name) not in self._sizes[name[:2]]:
                self._sizes[name[:2]].append(len(name))
        for sizes in self._sizes.values():
            sizes.sort(reverse=True)
        self.places = frozenset(division.name for division in tables.divisions())
        self._bodies: dict[int, str] = {}

    def body(self, entry: Entry) -> str:
        """The ideographs and digits of a case's title and text."""
        number = entry.case.number
        if number not in self._bodies:
            self._bodies[number] = re.sub(r"[^\u4e00-\u9fff\d]", "", entry.case.title + entry.case.text)
        return self._bodies[number]

    def find(self, text: str) -> tuple[Named, ...]:
        """The names in a text from left to right, the longest at each place."""
        found, at = [], 0
        while at < len(text) - 1:
            size = next((n for n in self._sizes.get(text[at : at + 2], ()) if text[at : at + n] in self._of), 0)
            if size:
                found.append(Named(at, at + size, tuple(self._of[text[at : at + size]])))
            at += size or 1
        return tuple(found)

    def leading(self, sentence: str) -> tuple[Named, ...]:
        """The names that are the subject of a sentence: at its beginning, and those joined to them by 、 and 和."""
        begins = _BEFORE.match(sentence)
        at = begins.end() if begins else 0
        found: list[Named] = []
        for name in self.find(sentence):
            between = sentence[at : name.start]
            if name.start >= at and (between in ("", "的") or (found and _AND.fullmatch(between)) or (not found and re.fullmatch(r"[^，。]{0,8}(?:如|有|是)", between))):
                found.append(name)
                at = name.end
            elif name.start > at:
                break
        return tuple(found)

    def nearest(self, name: str) -> str:
        """The name of a case most like a name that none has; "" where none is near."""
        return next(iter(difflib.get_close_matches(name, list(self._of), 1, 0.5)), "")


def _forms(entry: Entry) -> set[str]:
    """A case's names: full, without the province, without the city, the place alone and its last step, the unit alone."""
    place, unit = entry.coding.place.name, re.sub(r"^中共", "", entry.coding.unit)
    full = subject(entry)
    steps = _STEP.findall(place)
    tails = ["".join(steps[at:]) for at in range(len(steps))]
    found = {full, short(entry), unit, place, *tails}
    if full.startswith(place):
        found |= {tail + full[len(place) :] for tail in tails}
    if len(steps) == 3:
        found |= {steps[0] + steps[2], steps[0] + steps[2] + (full[len(place) :] if full.startswith(place) else "")}
    found |= {f"{tail}{joint}{unit}" for tail in tails for joint in ("", "的") if not unit.startswith(tail)}
    own = {steps[0]} if steps and entry.coding.place.division[2:] != "0000" else set()
    return {name for name in found - own if len(name) >= 3 or name in (place, unit)} - {""}
