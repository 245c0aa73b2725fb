"""Case -> Coding: joins places, units, themes and measures, and weighs what different sources say."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from zhengping.engine import tables
from zhengping.engine.coding import themes, units
from zhengping.engine.coding.gazetteer import depth, full_name, names
from zhengping.engine.coding.measures import measures
from zhengping.engine.coding.places import resolve
from zhengping.engine.coding.themes import Learned
from zhengping.engine.record import Case, Coding, Evidence, Finding, Measure, Place, Theme

_CITED = re.compile(r"《[^《》\n]{3,60}?(?:意见|办法|通知|规定|方案|条例|规划|纲要|决定|措施|细则|若干|政策|指引|公告|批复|法|二十条|十条)[^《》\n]{0,12}》")
_FULL_PLACE = re.compile(r"[\u4e00-\u9fff]{2,11}?(?:省|市|县|区|州|盟|旗)")
_BARE = re.compile(r"^(?:中共)?(市|县|区|州|旗|盟|地)(?:委|人|政|科|教|文|农|卫|编|直|级)")
_DEPTHS = {"市": (2, 3), "县": (3,), "区": (3,), "州": (2,), "旗": (3,), "盟": (2,), "地": (2,)}


@dataclass(frozen=True, slots=True)
class Coder:
    """Codes cases of one edition: its `themes`, its `year` (0: the newest divisions), what confirmed codings `learned`."""

    themes: tuple[Theme, ...] = ()
    year: int = 0
    learned: Learned | None = None

    def code(self, case: Case) -> Coding:
        """Code a case. The place follows the unit's name first, then form and list, title and text; where nothing decides there is none."""
        place, seen = _place(case, self.year)
        unit = re.sub(r"\s+", "", case.unit)
        unit_type, word, type_sure = units.kind(unit, place)
        unit_level, level_sure = units.level(unit, unit_type, place)
        steps = measures(case)
        table = self.themes or tables.themes()
        headings = [part.heading for part in case.parts] + [step.heading for step in steps if step.role == "measure"]
        ranked = themes.rank(table, case.title, headings, _body(case, steps), self.learned)
        chosen = _chosen(ranked)
        evidence = list(seen)
        evidence += [Evidence("unit", word, -1, "unit_type")] if word else []
        evidence += _theme_evidence(case, ranked[0]) if ranked else []
        sure = {
            "division": place.confidence,
            "unit_type": type_sure,
            "unit_level": min(level_sure, type_sure, place.confidence) if level_sure and unit_level != "企事业" else level_sure,
            "theme": ranked[0].probability if ranked else 0.0,
        }
        rounded = tuple((name, round(value, 3)) for name, value in sure.items())
        return Coding(
            case.number, place, unit, unit_type, unit_level, chosen, steps, rounded, tuple(evidence), _cited(case)
        )


def _body(case: Case, steps: tuple[Measure, ...]) -> str:
    """The text that tells the theme: all of it, the steps that are measures once more."""
    return case.text + "\n" + "\n".join(step.sentence for step in steps if step.role == "measure")


def _chosen(ranked: tuple[themes.Ranked, ...]) -> tuple[str, ...]:
    """The main theme, and others that are nearly as likely."""
    if not ranked:
        return ()
    return (ranked[0].key, *(r.key for r in ranked[1:3] if r.probability >= 0.15))


def _theme_evidence(case: Case, best: themes.Ranked) -> list[Evidence]:
    found = []
    for word in best.words[:4]:
        if word in case.title:
            found.append(Evidence("title", word, -1, "theme"))
            continue
        where = next((index for index, text in enumerate(case.paragraphs) if word in text), -1)
        found.append(Evidence("text", word, where, "theme"))
    return found


def _cited(case: Case) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match[0] for match in _CITED.finditer(case.text)))


# --- place -----------------------------------------------------------------------------------------------------------


def _place(case: Case, year: int) -> tuple[Place, tuple[Evidence, ...]]:
    """The place of the unit with its evidence, sources in the order of their strength."""
    province, source = _sender(case)
    place = resolve(case.unit, province=province, year=year) if case.unit else Place("")
    if place.division and _deep_enough(case.unit, place):
        return _checked(place, province), _seen("unit", place, province, source)
    for kind, text in [("form", case.place), *((hint.kind, hint.text) for hint in case.hints)]:
        other = resolve(text, province=province, year=year) if text else Place("")
        if other.division and _deepens(other, place) and _fits(case.unit, other):
            sure = min(other.confidence, 0.93 if kind in ("form", "list") else 0.85)
            other = replace(other, confidence=sure, zone=place.zone or other.zone)
            return _checked(other, province), _seen(kind, other, province, source)
    if not place.division:
        for kind, found in (("title", _title_place(case, province, year)), ("text", _text_place(case, province, year))):
            if found.division and _fits(case.unit, found):
                return found, _seen(kind, found, province, source, case)
    if place.division or not province or _BARE.match(case.unit) or place.candidates:
        return _checked(place, province), _seen("unit", place, province, source)
    if not case.unit or re.match(r"^(?:中共)?(?:省|自治区)(?:委|人|政|科|教|文|农|卫|编|直)", case.unit):
        known = Place(province, full_name(province, year), "", 0.9 if case.unit else 0.6, "", (province,))
        return known, _seen(source, known, province, source)
    return replace(place, candidates=place.candidates or (province,)), ()


def _sender(case: Case) -> tuple[str, str]:
    """The province the case came through and the kind of evidence for it."""
    if case.province:
        return case.province, "sender"
    return "", ""


def _deep_enough(unit: str, place: Place) -> bool:
    """Whether the place found in a unit's name is as deep as the unit's own words say: 江苏省 … 市委组织部 is not."""
    bare = re.search(r"(?<![\u4e00-\u9fff]{2})(市|县|区|州)委", unit.replace(place.quote, "", 1)) if place.quote else None
    return not (bare and depth(place.division) < min(_DEPTHS[bare[1]]))


def _deepens(other: Place, place: Place) -> bool:
    if not place.division:
        return True
    return depth(other.division) > depth(place.division) and other.division.startswith(place.division.rstrip("0"))


def _fits(unit: str, place: Place) -> bool:
    """Whether a place from elsewhere has the level that a bare unit name (市委组织部) asks for."""
    bare = _BARE.match(unit)
    if not bare:
        return True
    if bare[1] == "市" and depth(place.division) == 3:
        return place.name.endswith("市")
    return depth(place.division) in _DEPTHS[bare[1]]


def _checked(place: Place, province: str) -> Place:
    """Lower the confidence and keep both candidates where the name and the sender name different provinces."""
    if province and place.division and place.division[:2] != province[:2]:
        return replace(place, confidence=min(place.confidence, 0.6), candidates=(place.division, province))
    return place


def _seen(kind: str, place: Place, province: str, source: str, case: Case | None = None) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    if place.quote:
        where = -1
        if case and kind == "text":
            where = next((index for index, text in enumerate(case.paragraphs) if place.quote in text), -1)
        found.append(Evidence(kind, place.quote, where, "division"))
    if province:
        found.append(Evidence(source, full_name(province), -1, "division"))
    return tuple(found)


def _title_place(case: Case, province: str, year: int) -> Place:
    """A place with its ending in the title, at its start or as the subject."""
    found = _FULL_PLACE.search(case.title)
    if not found:
        return Place("")
    place = resolve(case.title, province=province, year=year)
    return replace(place, confidence=min(place.confidence, 0.85)) if place.quote and place.quote in case.title else Place("")


def _text_place(case: Case, province: str, year: int) -> Place:
    """The division that the text names most, if it is named at least twice and more than all others of its level together."""
    counted: Counter[str] = Counter()
    for match in _FULL_PLACE.finditer(case.text):
        for start in range(len(match[0]) - 1):
            word = match[0][start:]
            meanings = [m for m in names().get(word, ()) if not province or m.number[:2] == province[:2]]
            if meanings and meanings[0].kind in ("full", "short") and len({m.number for m in meanings}) == 1:
                counted[word] += 1
                break
    fitting = {word: count for word, count in counted.items() if _fits(case.unit, resolve(word, province=province, year=year))}
    best = max(fitting, key=lambda word: (fitting[word], word), default="")
    if not best or fitting[best] < 2 or fitting[best] * 2 <= sum(fitting.values()):
        return Place("")
    return replace(resolve(best, province=province, year=year), confidence=0.75)


def conflicts(case: Case, coding: Coding) -> tuple[Finding, ...]:
    """Findings where sources name different places: unit and sender, or unit and another field."""
    found: list[Finding] = []
    place = coding.place
    if case.province and place.division and place.division[:2] != case.province[:2]:
        values = (("unit", case.unit), ("first", place.name), ("second", full_name(case.province)))
        found.append(Finding(case.number, "place-conflict", "warning", case.unit, values=values))
    if not place.division:
        kind = "place-ambiguous" if len(place.candidates) > 1 else "place-unknown"
        names_of = "、".join(full_name(number) for number in place.candidates[:4])
        found.append(Finding(case.number, kind, "warning", case.unit, values=(("unit", case.unit), ("candidates", names_of))))
    return tuple(found)
