"""A paragraph and a rephrasing of it by another hand -> what of the rephrasing may not stand, and which facts it left out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from zhengping.engine.record import Claim, Theme
from zhengping.engine.roundup.counts import FALL, RISE
from zhengping.engine.roundup.verify import NUMBER, QUOTE, Checker, plain
from zhengping.engine.text import sentences

_MEASURE = re.compile(r"[\u4e00-\u9fff]")
_AROUND = 6  # characters on either side that say what a number counts
_RISE, _FALL = re.compile(f"{RISE.pattern}|增收|增至|升至"), re.compile(f"{FALL.pattern}|减收|减至|降至|降幅")
_TURNS = (_RISE, _FALL, re.compile("超过|多于|以上|突破"), re.compile("不足|不到|少于|以下|未达"), re.compile("没有|未能|并未|尚未|无法|不再"))


@dataclass(frozen=True, slots=True)
class Rephrased:
    """`wrong` is not borne out by the register, `changed` is (or may be) but the paragraph did not say it; `nearest` is what is true, or what it said.

    `lost` are the facts of the paragraph, in its own words, that the rephrasing tells no more.
    """

    wrong: tuple[Claim, ...] = ()
    changed: tuple[Claim, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def may_stand(self) -> bool:
        """Whether every fact is borne out and none is another than before."""
        return not self.wrong and not self.changed


def rephrased(old: str, new: str, checker: Checker, theme: Theme | None = None) -> Rephrased:
    """What is to be said of `new`, which shall tell what `old` tells, under the heading of `theme`.

    A fact may stand where the register bears it out and the paragraph stated it too, of the same case: a number of the same case that counts
    something else is told as changed, though it is true somewhere.
    """
    new = new if re.search("[。！？]$", new) else f"{new}。"  # only sentences are checked
    before, after = checker.claims(old, theme), checker.claims(new, theme)
    wrong = tuple(claim for claim in after if not claim.is_borne_out)
    objected = {(claim.sentence, claim.quote) for claim in wrong}
    changed = [claim for claim in (*_cases(before, after), *_numbers(old, new, before, after), *_quotations(old, new), *_turned(old, new)) if (claim.sentence, claim.quote) not in objected]
    return Rephrased(wrong, tuple(dict.fromkeys(changed)), tuple(dict.fromkeys(_lost(old, new, before, after))))


def _named(claims: Sequence[Claim]) -> dict[int, str]:
    """The cases that a text names, each with its first name there."""
    found: dict[int, str] = {}
    for claim in claims:
        if claim.case and claim.kind in ("unit", "place"):
            found.setdefault(claim.case, claim.quote)
    return found


def _cases(before: Sequence[Claim], after: Sequence[Claim]) -> list[Claim]:
    known = _named(before)
    strange = {case: name for case, name in _named(after).items() if case not in known}
    return [Claim(c.kind, c.quote, c.sentence, c.line, False, _like(c.quote, list(known.values())), c.case) for c in after if c.case in strange and c.quote == strange[c.case]]


def _like(word: str, known: Sequence[str]) -> str:
    return next(iter(difflib.get_close_matches(word, known, 1, 0.3)), "")


def _numbers(old: str, new: str, before: Sequence[Claim], after: Sequence[Claim]) -> list[Claim]:
    """Numbers that the paragraph does not hold, or of another case there, or that count something else there."""
    found = []
    for sentence in sentences(new):
        case = _case_of(sentence.text, after)
        own = _text_of(case, old, before) or old
        for match in NUMBER.finditer(sentence.text):
            nearest = _counted_there(match, sentence.text, own)
            if nearest is not None:
                found.append(Claim("number", match[0] + _measure(sentence.text, match.end()), sentence.text, 1, False, nearest, case))
    return found


def _case_of(sentence: str, claims: Sequence[Claim]) -> int:
    return next((claim.case for claim in claims if claim.sentence == sentence and claim.case), 0)


def _text_of(case: int, old: str, claims: Sequence[Claim]) -> str:
    """The sentences of a paragraph that speak of a case."""
    return "".join(s.text for s in sentences(old) if case and any(c.case == case and c.sentence == s.text for c in claims))


def _measure(text: str, at: int) -> str:
    found = _MEASURE.match(text, at)
    return found[0] if found else ""


def _counted_there(match: re.Match[str], text: str, own: str) -> str | None:
    """None where `own` holds the number and counts the same with it; else the number that stands there in its place ("" for none)."""
    said, after = plain(match[0]), _measure(text, match.end())
    words = _around(text, match)
    rows = [(2 * len(words & _around(own, m)) + (1 if _measure(own, m.end()) == after else 0), -m.start(), plain(m[0]), m[0] + _measure(own, m.end())) for m in NUMBER.finditer(own)]
    if not rows:
        return ""
    best = max(rows)
    mine = max((row[0] for row in rows if row[2] == said), default=-1)
    return None if mine >= 0 and mine >= best[0] - 1 else best[3] if best[0] else ""


def _around(text: str, match: re.Match[str]) -> set[str]:
    """The pairs of characters beside a number, up to the next number or full stop."""
    left, right = re.split(r"[\d。；]", text[max(0, match.start() - _AROUND) : match.start()])[-1], re.split(r"[\d。；]", text[match.end() : match.end() + _AROUND])[0]
    return {piece[at : at + 2] for piece in (left, right) for at in range(len(piece) - 1) if "，" not in piece[at : at + 2] and "、" not in piece[at : at + 2]}


def _quotations(old: str, new: str) -> list[Claim]:
    known = [m[1] or m[2] for m in QUOTE.finditer(old)]
    return [
        Claim("quotation", quote, sentence.text, 1, False, _like(quote, known))
        for sentence in sentences(new)
        for m in QUOTE.finditer(sentence.text)
        if (quote := m[1] or m[2]) not in old
    ]


def _turned(old: str, new: str) -> list[Claim]:
    """A rise, a fall, a more, a less or a not of which the paragraph knows nothing."""
    said = [(turn, sentence.text, m[0]) for turn in _TURNS if not turn.search(old) for sentence in sentences(new) for m in turn.finditer(sentence.text)]
    opposite = {_RISE: _FALL, _FALL: _RISE, _TURNS[2]: _TURNS[3], _TURNS[3]: _TURNS[2]}
    return [Claim("trend", word, sentence, 1, False, found[0] if turn in opposite and (found := opposite[turn].search(old)) else "") for turn, sentence, word in said]


def _lost(old: str, new: str, before: Sequence[Claim], after: Sequence[Claim]) -> list[str]:
    cases = _named(after)
    numbers = {plain(m[0]) for m in NUMBER.finditer(new)}
    return [
        *(name for case, name in _named(before).items() if case not in cases),
        *(m[0] + _measure(old, m.end()) for m in NUMBER.finditer(old) if plain(m[0]) not in numbers),
        *(quote for m in QUOTE.finditer(old) if (quote := m[1] or m[2]) not in new),
    ]
