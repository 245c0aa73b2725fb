"""Rows <-> the engine's values: the register of an article, its text with what is borne out, its files; what a book says before anybody wrote it."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from zhengping.engine import proofreading, roundup
from zhengping.engine.figures import ABOUT, find, invited
from zhengping.engine.record import Case, Claim, Edition, Entry, Figure, Finding, RoundUp, Sentence
from zhengping.engine.text import sentences
from zhengping.server.call.models import LICENCES
from zhengping.server.call.models import Edition as Row
from zhengping.server.call.records import call
from zhengping.server.roundup.models import Article, Register, Rephrasing, Version
from zhengping.server.submission import queries as submission
from zhengping.server.submission.records import opened, packed

_ORDER = ("number", "trend", "quotation", "place", "unit", "measure")


@dataclass(frozen=True, slots=True)
class Held:
    """A register opened: its cases, figures, the engine's draft, and the checker made of them."""

    entries: tuple[Entry, ...]
    figures: tuple[Figure, ...]
    draft: RoundUp
    call: Edition
    checker: roundup.Checker
    by_number: dict[int, Entry] = field(repr=False, default_factory=dict)


def kept(entries: Sequence[Entry], figures: Sequence[Figure]) -> bytes:
    """Entries and figures packed."""
    return packed((tuple(entries), tuple(figures)))


def held(register: Register) -> Held:
    """A register opened; each process keeps the last two."""
    return _held(register.pk, register.at)


@lru_cache(maxsize=2)
def _held(pk: int, at: datetime) -> Held:
    register = Register.objects.select_related("article__edition").get(pk=pk)
    entries, figures = opened(register.value, tuple[tuple[Entry, ...], tuple[Figure, ...]])
    edition = call(register.article.edition)
    draft: RoundUp = opened(register.draft, RoundUp)
    return Held(entries, figures, draft, edition, roundup.Checker(entries, figures, edition), {e.case.number: e for e in entries})


@lru_cache(maxsize=4000)
def _paragraph(pk: int, at: datetime, theme: str, text: str) -> tuple[Claim, ...]:
    checker = _held(pk, at).checker
    return checker.claims(text, checker.theme(theme) if theme else None)


def claims(register: Register, text: str) -> tuple[tuple[Claim, ...], ...]:
    """The claims of a text, line by line; what was checked before is not checked again."""
    checker, heading, found = held(register).checker, "", []
    for line in text.split("\n"):
        if checker.theme(line):
            heading = line.strip()
        found.append(_paragraph(register.pk, register.at, heading, line.strip()))
    return tuple(found)


# --- shown -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence to show: pieces (text, "wrong" or ""), what is not borne out in it, and its sources."""

    text: str
    pieces: tuple[tuple[str, str], ...]
    wrong: tuple[Claim, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A source: a case (`number`) with title, unit and words, or a figure with its value and what it counted."""

    number: int = 0
    title: str = ""
    unit: str = ""
    quote: str = ""
    about: str = ""
    key: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the article: `kind` is "title", "heading" or "paragraph"."""

    at: int
    kind: str
    text: str
    sentences: tuple[Told, ...]


def lines(register: Register, text: str, only: int | None = None) -> list[Line]:
    """The lines of a text with what is said of each sentence; `only` one of them where asked."""
    inside = held(register)
    found = claims(register, text)
    rows = text.split("\n")
    whole = roundup.edited(text, inside.draft, [c for line in found for c in line])
    sources = {s.text: s for section in whole.sections for paragraph in section.paragraphs for s in paragraph}
    return [
        Line(at, kind(at, row), row, tuple(_told(s.text, said, sources, inside) for s in sentences(row)) if kind(at, row) == "paragraph" else ())
        for at, (row, said) in enumerate(zip(rows, found, strict=True))
        if only is None or at == only
    ]


def kind(at: int, row: str) -> str:
    """What a line is."""
    return "title" if at == 0 else "heading" if roundup.is_heading(row) else "paragraph"


def _told(text: str, said: Sequence[Claim], sources: dict[str, Sentence], inside: Held) -> Told:
    wrong = tuple(claim for claim in roundup.said(text, said) if not claim.is_borne_out)
    notes = tuple(dict.fromkeys(note for source in (sources[text].sources if text in sources else ()) if (note := _note(source, inside))))
    return Told(text, _pieces(text, wrong), wrong, notes)


def _note(source, inside: Held) -> Note | None:
    if source.case:
        entry = inside.by_number.get(source.case)
        return Note(source.case, entry.case.title, entry.case.unit, source.quote) if entry else None
    figure = find((*inside.figures, *inside.draft.figures), source.about, source.key)
    if figure is None:
        return None
    name = ABOUT.get(figure.about, (figure.about, ""))[0]
    return Note(about=figure.about, key=figure.key, title=f"{name}·{figure.label}" if figure.label else name, value=str(figure.value))


def _pieces(text: str, wrong: Sequence[Claim]) -> tuple[tuple[str, str], ...]:
    spans: list[tuple[int, int]] = []
    for claim in sorted(wrong, key=lambda c: _ORDER.index(c.kind) if c.kind in _ORDER else 9):
        start = text.find(claim.quote) if claim.quote else -1
        span = (start, start + len(claim.quote))
        if start >= 0 and all(span[1] <= a or span[0] >= b for a, b in spans):
            spans.append(span)
    pieces, done = [], 0
    for start, end in sorted(spans):
        pieces += [(text[done:start], ""), (text[start:end], "wrong")]
        done = end
    return tuple(piece for piece in (*pieces, (text[done:], "")) if piece[0])


# --- the writing aid -------------------------------------------------------------------------------------------------


UNANSWERED = {
    "slow": _("写作辅助在 {seconds} 秒内没有答复，请稍后再试，或请管理员放宽时限。"),
    "away": _("连不上写作辅助的服务器，请稍后再试；仍不行请与管理员联系。"),
    "key": _("写作辅助的服务器不认可密钥（{status}），请管理员核对 ZHENGPING_AID_KEY。"),
    "often": _("写作辅助的服务器说请求太多（{status}），请过几分钟再试。"),
    "refused": _("写作辅助的服务器没有接受请求（{status}），请管理员核对地址和模型名称。"),
    "broken": _("写作辅助的服务器出错（{status}），请稍后再试。"),
    "long": _("写作辅助的答复过长，没有读完。请缩短所选的段落再试。"),
    "nonsense": _("写作辅助的答复看不懂，请再试一次；仍不行请管理员核对地址是否为 OpenAI 对话接口。"),
    "empty": _("写作辅助的答复是空的，请再试一次。"),
}


def unanswered(row: Rephrasing) -> str:
    """Why there is no answer, and what to do."""
    why, _gap, status = row.error.partition(" ")
    return UNANSWERED[why].format(status=status, seconds=settings.AID_SECONDS) if why in UNANSWERED else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A rephrasing to show: its text sentence by sentence, what changed beside the paragraph, and what is to be said of it."""

    text: str
    sentences: tuple[Told, ...]
    pieces: tuple[roundup.Piece, ...]
    found: roundup.Rephrased


def rephrased(register: Register, row: Rephrasing, text: str) -> Answer:
    """A rephrasing, or what the editor made of it, checked against register and paragraph."""
    inside = held(register)
    found = roundup.rephrased(row.before, text, inside.checker, inside.checker.theme(row.heading))
    objected = (*found.wrong, *found.changed)
    by_sentence = [(s.text, tuple(claim for claim in objected if claim.sentence.rstrip("。") == s.text.rstrip("。"))) for s in sentences(text)]
    told = tuple(Told(words, _pieces(words, own), own, ()) for words, own in by_sentence)
    return Answer(text, told, tuple(piece for line in roundup.compared(row.before, text) for piece in line), found)


def plain(text: str) -> str:
    """A text as one line: no control and direction marks, no superfluous white space."""
    kept = (" " if letter in "\n\r\t" else letter for letter in text if letter in "\n\r\t" or unicodedata.category(letter)[0] != "C")
    return " ".join("".join(kept).split())


# --- wording ---------------------------------------------------------------------------------------------------------


def worded(text: str) -> list[Finding]:
    """Hits of the wording table in an article."""
    title, *rest = text.split("\n")
    found = proofreading.proofread(Case(0, title, "", tuple(rest)), Edition(), proofreading.built_in())
    return [finding for finding in found if finding.kind in ("wording", "wording-required")]


def key(kind_of: str, quote: str, sentence: str) -> str:
    """What a decision about a hit is kept under: the words, and the sentence in which they stand."""
    return hashlib.sha256(f"{kind_of}\n{quote}\n{sentence}".encode()).hexdigest()


# --- files -----------------------------------------------------------------------------------------------------------


def round_up(register: Register, version: Version) -> RoundUp:
    """The engine's RoundUp of a version, each sentence with its sources."""
    inside = held(register)
    found = [c for line in claims(register, version.text) for c in line]
    return roundup.edited(version.text, inside.draft, found, inside.draft.figures)


def file(article: Article, register: Register, version: Version, ending: str, *, is_public: bool = False) -> bytes:
    """A version as .docx, .html or .pdf; for the public without the notes about its sources."""
    inside = held(register)
    made = round_up(register, version)
    if is_public:
        made = RoundUp(made.title, tuple(type(s)(s.heading, tuple(tuple(Sentence(t.text) for t in p) for p in s.paragraphs), s.key) for s in made.sections), made.figures)
    return roundup.render(made, ending, inside.entries, invited(inside.call))


def pieces_of(row: str, said: Sequence[Claim], numbers: frozenset[int]) -> tuple[tuple[str, int], ...]:
    """A line in pieces, each name of a case among `numbers` apart with its number."""
    spans: dict[int, tuple[int, int]] = {}
    for claim in said:
        if claim.kind in ("place", "unit") and claim.is_borne_out and claim.case in numbers and claim.sentence in row:
            start = row.find(claim.sentence)
            start = row.find(claim.quote, start)
            if start >= 0 and all(start >= end or start + len(claim.quote) <= begin for begin, (end, _number) in spans.items()):
                spans[start] = (start + len(claim.quote), claim.case)
    pieces, done = [], 0
    for start, (end, number) in sorted(spans.items()):
        pieces += [(row[done:start], 0), (row[start:end], number)]
        done = end
    return tuple(piece for piece in (*pieces, (row[done:], 0)) if piece[0])


def book(edition: Row, rows: Sequence, *, has_roundup: bool) -> dict[str, object]:
    """What the form of a book begins with. The words are those of the book, hence Chinese."""
    name, hosts = edition.name, "、".join(edition.hosts)
    received = submission.cases(edition).count()
    foreword = (
        f"{name}由{hosts or '主办单位'}主办，共收到案例{received}个，经筛选、评审和公示，评出获奖案例。本书收录其中公开的案例，按主题编排，书末附地区索引和单位索引。\n"
        "案例文字由各单位报送，经校对；联系方式等个人信息已隐去。图片和表格取自报送的原件。"
    )
    licence = f"本书案例按“{dict(LICENCES)[edition.licence]}”许可使用。" if edition.licence else "保留所有权利。"
    return {"title": f"{name}案例选编"[:80], "foreword": foreword if rows else "", "with_roundup": has_roundup, "licence": licence, "order": "award", "which": "all"}
