"""A group's steps -> the sentences a round-up could tell of each case, short and long, with what each is worth."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from zhengping.engine.record import Case, Entry, Sentence, Source
from zhengping.engine.roundup.clauses import form, shorten, unlabelled
from zhengping.engine.roundup.groups import Group, Step
from zhengping.engine.roundup.subjects import short, subject
from zhengping.engine.text import sentences

_SHORT, _MIDDLE, _LONG = 44, 70, 96  # characters of what is told, without the name
_NUMBER = re.compile(r"\d|[一二两三四五六七八九十百千万]{1,}(?:余|多)?(?:个|名|人|家|项|万|亿|倍|成|次|户|所|年|元|亩)")
_RESULT = re.compile(r"增|升|提高|达到|达|降|减|缩短|从.{1,14}到|由.{1,14}[到为]|新增|累计|实现|带动|受益|招了|引来|建成|培养|办结|突破|留下|有\d|超过|已有|已经|其中|培训|获得|评出|吸引|服务")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could be told of a case under a group's heading; `value` says how much an editor would want it."""

    entry: Entry
    theme: str
    heading: str
    sentence: Sentence
    value: float
    is_predicate: bool
    told: str = ""  # the sentence without the name

    @property
    def size(self) -> int:
        """Its characters."""
        return len(self.sentence.text)


def candidates(theme: str, found: Group, most: int, must: Sequence[int]) -> list[Candidate]:
    """The sentences of at most `most` cases of a group, those that must stand in the article and the best first."""
    ranked = sorted(found.steps, key=lambda s: (s.entry.case.number not in must, -_worth(s.entry) - 0.1 * min(s.strength, 8.0), s.entry.case.number))
    kept: list[Candidate] = []
    cases = 0
    for step in ranked:
        told = _told(theme, found, step)
        kept += told
        cases += bool(told)
        if cases >= most:
            break
    return kept


def _worth(entry: Entry) -> float:
    """What the jury and the province thought of a case: award, estimate (any scale up to 100) and mark."""
    award = 1.5 if re.search("一等|最佳|特等|金", entry.award) else 1.2 if re.search("二等|优秀|银", entry.award) else 0.9 if entry.award else 0.0
    estimate = min(1.0, (entry.estimate or 0.0) / 100.0)
    return award + estimate + (0.8 if entry.case.mark == "重点推荐" else 0.0)


def _told(theme: str, found: Group, step: Step) -> list[Candidate]:
    """Up to three sentences of one step: what was done, with its detail, with its result."""
    case = step.entry.case
    span = _span(case, step)
    first = next((text for text in (shorten(unlabelled(s), most) for most in (_SHORT, _MIDDLE) for s in span[:1]) if text), "")
    rest = [(s, text) for s in span[1:5] if (text := shorten(s, _SHORT)) and _belongs(s, found, step)]
    rest.sort(key=lambda pair: not _NUMBER.search(pair[1]))
    texts: list[tuple[str, tuple[str, ...]]] = []
    if first:
        texts.append((first, (span[0],)))
        detail = next(((s, t) for s, t in _elaborated(span, rest) if not _repeats(first, t)), None)
        if detail and form(first) == "predicate":
            texts.append((f"{first}，{detail[1]}", (span[0], detail[0])))
    elif rest:
        texts.append((rest[0][1], (rest[0][0],)))
    result = _result(case, step)
    if len(texts) == 1 and result and not _repeats(texts[0][0], result[1]) and texts[0][0] != found.heading:
        texts.append((f"{texts[0][0]}，{result[1]}", (*texts[0][1], result[0])))
    return [c for text, whence in texts if len(text) <= _LONG and (c := _candidate(theme, found, step, text, whence))]


def _repeats(first: str, second: str) -> bool:
    """Whether four characters in a row stand in both."""
    return any(second[at : at + 4] in first for at in range(max(1, len(second) - 3)))


def _elaborated(span: Sequence[str], rest: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The sentences that go on with what the first one says: the one right behind a short first one, else those that share its words."""
    behind = [(s, text) for s in span[1:2] if len(span[0]) <= 32 and (text := shorten(s, _SHORT)) and _NUMBER.search(text)]
    return [*behind, *((s, text) for s, text in rest if form(text) == "predicate")]


def _span(case: Case, step: Step) -> list[str]:
    """The sentences of a step: from its own first sentence to the next step in the paragraph."""
    if step.measure.paragraph >= len(case.paragraphs):
        return [step.measure.sentence]
    paragraph = case.paragraphs[step.measure.paragraph]
    at = paragraph.find(step.measure.sentence)
    if at < 0:
        return [step.measure.sentence]
    ends = [p for m in step.entry.coding.measures if m.paragraph == step.measure.paragraph and m is not step.measure and (p := paragraph.find(m.sentence, at + 1)) > at]
    span = paragraph[at : min(ends, default=len(paragraph))]
    if ends:  # what stands behind the last mark is the marker of the next step
        span = span[: max(span.rfind(mark) for mark in "。！？；!?;") + 1]
    return [s.text for s in sentences(span, clauses=False)] if len(span) > len(step.measure.sentence) else [step.measure.sentence]


def _belongs(sentence: str, found: Group, step: Step) -> bool:
    """Whether a sentence speaks of what its group does: it has a word of the group's, or shares words with the step's heading."""
    if any(len(word) > 1 and word in sentence for word in found.words):
        return True
    heading = step.measure.heading
    return sum(heading[at : at + 2] in sentence for at in range(len(heading) - 1)) >= 2


def _result(case: Case, step: Step) -> tuple[str, str] | None:
    """A sentence with a number about what came of it, and its first clauses; from the part on effects, else from the end of the text."""
    parts = [case.paragraphs[part.first : part.last] for part in case.parts if part.kind == "effect"]
    texts = [text for part in parts for text in part] or list(case.paragraphs[max(step.measure.paragraph + 1, len(case.paragraphs) - 2) :])
    items = [m.sentence for m in step.entry.coding.measures if m.role == "result"]
    ranked = []
    for place, sentence in enumerate(s.text for text in texts for s in sentences(text)):
        told = shorten(next((item for item in items if sentence.endswith(item)), sentence), 36)  # without the marker of its list
        if told and re.search(r"\d", told) and _RESULT.search(told) and not told.startswith("在"):
            heading = step.measure.heading
            near = sum(heading[at : at + 2] in sentence for at in range(len(heading) - 1))
            ranked.append((-near, place, sentence, told))
    best = min(ranked) if ranked else None
    return best[2:] if best and (best[0] <= -2 or not _NUMBER.search(step.measure.sentence)) else None


def _candidate(theme: str, found: Group, step: Step, text: str, whence: tuple[str, ...]) -> Candidate | None:
    entry = step.entry
    if text.startswith(found.heading):  # said by the heading already
        text = text[len(found.heading) :].lstrip("，；")
    shape = form(text) if len(text) >= 8 else None
    name = subject(entry) if shape == "predicate" else short(entry)
    if not name or shape is None or (text == step.measure.heading and not _NUMBER.search(text) and len(text) < 12):
        return None
    said = f"{name}{text}。" if shape == "predicate" else f"在{name}，{text}。"
    sources = tuple(Source("", "", entry.case.number, _where(entry.case, quote), quote) for quote in whence)
    value = 1.0 + _worth(entry) + 0.04 * min(step.strength, 10.0) + (0.35 if shape == "predicate" else 0.0)
    value += 0.6 if re.search(r"\d", text) else 0.3 if _NUMBER.search(text) else 0.0
    value -= 0.5 if re.match("每人|人人|学完|学成|学满|谈成|攻下|回来|干满|连干|做成|试成|得分|分数", text) else 0.0  # who does it is not said
    value -= 0.6 if _repeats(found.heading, text.split("，")[0]) else 0.0
    value += 0.4 * min(1.0, len(text) / 50) + (0.25 if len(whence) > 1 else 0.0) - 0.15 * text.count("“")
    return Candidate(entry, theme, found.heading, Sentence(said, sources), round(value, 4), shape == "predicate", text)


def _where(case: Case, quote: str) -> int:
    return next((place for place, text in enumerate(case.paragraphs) if quote in text), -1)


def opened(found: Candidate, word: str) -> Candidate:
    """The same candidate with a connecting word before it."""
    return replace(found, sentence=Sentence(word + found.sentence.text, found.sentence.sources))
