"""A case -> its blind text: spans of unit, place, person and addresses found, merged, and replaced by typed masks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from zhengping.engine.blinding import persons, places, units
from zhengping.engine.record import Blind, Case, Coding
from zhengping.engine.text import personal

MASKS = {
    "unit": "〔单位〕", "place": "〔地名〕", "person": "〔人名〕", "telephone": "〔电话〕", "e-mail": "〔邮箱〕", "id-number": "〔身份证号〕",
    "bank-account": "〔银行账号〕", "address": "〔网址〕", "account": "〔账号〕", "other": "〔名称〕",
}  # fmt: skip
_ADDRESS = re.compile(r"https?://[^\s，。；、）)”》]+|www\.[^\s，。；、）)”》]+|(?<![\w@.])(?:[A-Za-z0-9-]{1,63}\.){1,4}(?:com|cn|net|org|gov|edu)\b(?:/[^\s，。；、）)”》]*)?", re.I)
_ACCOUNT = re.compile(r"(?:公众号|视频号|抖音号|微信号|微博|头条号|小程序)\s?[“\"「『：:]\s?([^”\"」』，。；\s]{2,20})|(?:QQ|微信)(?:群|号)?\s?[:：]\s?([\w-]{5,20})", re.I)
_BLANKS = r"[\s\u3000]{0,2}"
Span = tuple[int, int, str]


def blind(case: Case, coding: Coding | None = None, words: Iterable[str] = ()) -> Blind:
    """The text of a case as a judge may read it: title, headings and paragraphs with typed masks; pictures, files and their properties are no part of it.

    Masked are the unit with its short forms, the division it lies in with the parents, parts and short names of that, persons named beside a title or
    among the personal data, telephone numbers, addresses of mail and web, names of public accounts, and the `words` given. All else keeps its
    characters. A word that only an insider connects with the place (a local dish, a river) is not known here: give it as one of `words`.
    """
    names = _Names(case, coding, words)
    masked = [names.masked(text) for text in (case.title, *(part.heading for part in case.parts), *case.paragraphs)]
    count: Counter[str] = Counter()
    for _text, kinds in masked:
        count.update(kinds)
    texts = [text for text, _kinds in masked]
    parts = tuple(replace(part, heading=heading) for part, heading in zip(case.parts, texts[1:], strict=False))
    return Blind(case.number, texts[0], tuple(texts[1 + len(parts) :]), parts, tuple(sorted(count.items())))


class _Names:
    """What is to be masked in one case, as one pattern made once."""

    def __init__(self, case: Case, coding: Coding | None, words: Iterable[str]):
        said = [case.unit, coding.unit if coding else "", *(hint.text for hint in case.hints if hint.kind in ("list", "form", "cover", "signature"))]
        division = coding.place.division if coding else ""
        region = places.region(division, [*said, case.place, coding.place.name if coding else ""], case.province)
        kinds: dict[str, str] = dict.fromkeys(region.names, "place")
        if coding and coding.place.zone:
            kinds[coding.place.zone] = "place"
        whole = (case.title, *case.paragraphs)
        names = units.names([name for name in said if name], region.names, whole)
        kinds |= dict.fromkeys(names, "unit")
        kinds |= {datum.value: datum.kind for datum in case.personal if len(datum.value) >= 2 and datum.kind in MASKS}
        kinds |= {text[start:end]: "person" for text in whole for start, end in persons.find(text) if end - start >= 3}  # also where no title stands
        kinds |= {word.strip(): "other" for word in words if len(word.strip()) >= 2}
        self.kinds = {_bare(name): kind for name, kind in kinds.items() if len(_bare(name)) >= 2}
        ordered = sorted(self.kinds, key=lambda name: (-len(name), name))
        self.pattern = re.compile("|".join(map(_spaced, ordered))) if ordered else None
        self.region = region

    def masked(self, text: str) -> tuple[str, list[str]]:
        """A text with its masks, and the kinds of these."""
        spans = sorted(self._spans(text), key=lambda span: (span[0], -span[1]))
        merged: list[Span] = []
        for start, end, kind in spans:
            if merged and (start < merged[-1][1] or (start == merged[-1][1] and _joins(merged[-1][2], kind))):
                first, last, other = merged[-1]
                merged[-1] = (first, max(last, end), _stronger(other, kind))
            else:
                merged.append((start, end, kind))
        pieces, done = [], 0
        for start, end, kind in merged:
            pieces += [text[done:start], MASKS[kind]]
            done = end
        return "".join((*pieces, text[done:])), [kind for _start, _end, kind in merged]

    def _spans(self, text: str) -> Iterable[Span]:
        found = [(m.start(), m.end(), self.kinds[_bare(m[0])]) for m in self.pattern.finditer(text)] if self.pattern else []
        found = [span for span in found if span[2] != "place" or not places.is_other_word(text, span[0], span[1])]
        found += [(start, end, "place") for start, end in places.below(text, [span[:2] for span in found if span[2] in ("place", "unit")], self.region)]
        found += [(d.start, d.end, d.kind) for d in personal.find(text)]
        found += [(m.start(), m.end(), "address") for m in _ADDRESS.finditer(text)]
        found += [(m.start(g), m.end(g), "account") for m in _ACCOUNT.finditer(text) for g in (1, 2) if m[g]]
        found += [(start, end, "person") for start, end in persons.find(text)]
        return found


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _spaced(name: str) -> str:
    """A name as a pattern that finds it with blanks between its characters as well."""
    return _BLANKS.join(map(re.escape, name)) if len(name) > 2 else re.escape(name)


def _joins(first: str, second: str) -> bool:
    """Whether masks side by side are one: a place before a place or a unit."""
    return first == "place" and second in ("place", "unit")


_RANKS: Sequence[str] = ("unit", "person", "id-number", "bank-account", "e-mail", "telephone", "address", "account", "place", "other")


def _stronger(one: str, other: str) -> str:
    return min(one, other, key=_RANKS.index)
