"""One theme's entries -> its part of the round-up: 一是 + what is done in general, then named places with what they did."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zhengping.engine.record import Entry, Section, Sentence, Source, Theme
from zhengping.engine.roundup.clauses import shorten
from zhengping.engine.roundup.groups import Group, Step, group

_ORDINALS = "一二三四五六七八九十"
_NAMED = 3
_CLAUSE = 64
_JOINTS = ("", "", "")


def part(
    theme: Theme, entries: Sequence[Entry], room: float, must: Sequence[int], never: Sequence[int], used: set[str]
) -> Section:
    """Write a theme's part in about `room` characters; provinces already named (`used`) are named again last."""
    usable = [entry for entry in entries if entry.case.number not in never]
    groups = group(usable)
    provinces = {entry.coding.place.division[:2] for entry in entries if entry.coding.place.division}
    opening = Sentence(
        f"这方面的案例有{len(entries)}篇，来自{len(provinces)}个省级单位。",
        (Source("theme", theme.key),),
    )
    paragraphs: list[Sentence] = [opening]
    size = len(opening.text)
    told: set[int] = set()
    written: list[list[Sentence]] = []
    wanted = {number for number in must if any(e.case.number == number for e in usable)}
    for found in groups:
        if size >= room or len(written) >= len(_ORDINALS):
            break
        sentences = _told(found, told, used, wanted, room - size)
        if sentences:
            written.append(sentences)
            size += sum(len(sentence.text) for sentence in sentences) + 3
    rest = [s for number in sorted(wanted - told) for s in _alone(number, usable, told, used)]
    for place, sentences in enumerate(written):
        first = sentences[0]
        mark = f"{_ORDINALS[place]}是" if len(written) > 1 else ""
        paragraphs.append(Sentence(mark + first.text, first.sources))
        paragraphs += sentences[1:]
    return Section(theme.name, ((*paragraphs, *rest),), theme.key)


def _merit(step: Step, used: set[str]) -> tuple[float, ...]:
    """Better first: marked, awarded, scored, with a number, from a province not yet named; the case number decides ties."""
    entry = step.entry
    return (
        0.0 if entry.coding.place.division[:2] not in used else 1.0,
        0.0 if entry.award else 1.0,
        0.0 if entry.case.mark == "重点推荐" else 1.0,
        -(entry.estimate or 0.0),
        0.0 if step.measure.numbers else 1.0,
        float(entry.case.number),
    )


def _told(found: Group, told: set[int], used: set[str], wanted: set[int], room: float) -> list[Sentence]:
    """The sentences of one group: its heading, then one to three cases."""
    steps = sorted(found.steps, key=lambda step: (step.entry.case.number not in wanted, *_merit(step, used)))
    sentences: list[Sentence] = []
    size, starts = len(found.heading), {found.heading}
    for step in steps:
        if len(sentences) >= _NAMED or (sentences and size > room):
            break
        said = _said(step, told)
        if said and said.text not in starts and not any(_alike(said.text, other.text) for other in sentences):
            sentences.append(said)
            told.add(step.entry.case.number)
            used.add(step.entry.coding.place.division[:2])
            size += len(said.text)
    if not sentences:
        return []
    source = tuple(Source("", "", s.entry.case.number, s.measure.paragraph, s.measure.heading) for s in found.steps[:1])
    return [Sentence(found.heading + "。", source), *sentences]


def _alike(first: str, second: str) -> bool:
    grams = [{text[i : i + 4] for i in range(len(text) - 3)} for text in (first, second)]
    return len(grams[0] & grams[1]) > 0.4 * min(map(len, grams))


def _said(step: Step, told: set[int]) -> Sentence | None:
    """The case's own sentence behind its name; None where it was told already, has no name or no clean clause."""
    entry = step.entry
    name = subject(entry)
    if entry.case.number in told or not name:
        return None
    paragraph = entry.case.paragraphs[step.measure.paragraph] if step.measure.paragraph < len(entry.case.paragraphs) else ""
    for candidate in _candidates(step, paragraph):
        text = shorten(candidate, _CLAUSE)
        if (text and text.split("，")[0] != step.measure.heading) or (text and "，" in text):
            source = Source("", "", entry.case.number, step.measure.paragraph, candidate)
            return Sentence(f"{name}{text}。", (source,))
    return None


def _candidates(step: Step, paragraph: str) -> list[str]:
    """Sentences of the step, those with a number first, its heading's sentence last."""
    at = paragraph.find(step.measure.sentence)
    body = paragraph[at:] if at >= 0 else step.measure.sentence
    body = re.split(r"[；。][一二三四五六七八九十]是", body)[0]
    sentences = [s for s in re.findall(r"[^。！？；]+[。！？；]?", body) if len(s) > 12]
    first = sentences[:1]
    return sorted(sentences[1:5], key=lambda s: (not re.search(r"\d", s), len(s))) + first


def subject(entry: Entry) -> str:
    """Place and unit in full form: 江苏省南京市委组织部, 浙江省安吉县; "" where neither is known."""
    unit, place = entry.coding.unit, entry.coding.place
    if not unit or (not place.division and len(unit) < 6):
        return ""
    if not place.division or unit.startswith(place.name[:2]):
        return unit
    province = place.name.split("省")[0] + "省" if "省" in place.name else ""
    if place.quote and unit.startswith(place.quote) and province and province[:-1] not in unit:
        return province + unit
    return unit if place.quote and place.quote in unit else place.name + unit


def _alone(number: int, entries: Sequence[Entry], told: set[int], used: set[str]) -> list[Sentence]:
    """A case that must stand in the article though no group took it."""
    entry = next(entry for entry in entries if entry.case.number == number)
    for measure in entry.coding.measures:
        said = _said(Step(entry, measure), told) if measure.role == "measure" else None
        if said:
            told.add(number)
            used.add(entry.coding.place.division[:2])
            return [said]
    name = subject(entry) or "有关单位"
    return [Sentence(f"{name}提供了《{entry.case.title}》。", (Source("", "", number, -1, entry.case.title),))]
