"""A table of terms and a text -> terms that should stand otherwise, and required words that are missing.

The built-in table is `tables/wording.toml`; its head says what a table holds. Each hit is a question to a person.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args

from zhengping.engine import tables
from zhengping.engine.record import Case, Finding, Severity


@dataclass(frozen=True, slots=True)
class Term:
    """What should not stand as it is: the pattern, what before it makes it right, its proper form ("" where a person must find it), and why in both languages."""

    pattern: re.Pattern[str]
    before: re.Pattern[str] | None
    proper: str
    reason: str
    english: str
    severity: Severity = "notice"


@dataclass(frozen=True, slots=True)
class Required:
    """Words one of which must stand in a text whose first paragraph matches `place`."""

    place: re.Pattern[str]
    words: tuple[str, ...]
    reason: str
    english: str
    severity: Severity = "notice"


@dataclass(frozen=True, slots=True)
class Wording:
    """A table of wording."""

    terms: tuple[Term, ...] = field(default=(), repr=False)
    required: tuple[Required, ...] = field(default=(), repr=False)


@cache
def built_in() -> Wording:
    """The table that comes with the program."""
    return _parsed(tomllib.loads(tables.text("wording.toml")), "wording.toml")


def wording(text: str, name: str) -> Wording:
    """The table written in `text` (TOML), together with the built-in one unless it says `built_in = false`; `name` is told where it cannot be used.

    Raises tables.Trouble.
    """
    try:
        rows = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise tables.Trouble("wording-not-read", path=name, why=error) from None
    own = _parsed(rows, name)
    if rows.get("built_in", True) is False:
        return own
    return Wording(own.terms + built_in().terms, own.required + built_in().required)


def _parsed(rows: dict[str, Any], name: str) -> Wording:
    unknown = sorted(rows.keys() - {"built_in", "terms", "required"})
    if unknown:
        raise tables.Trouble("wording-key", path=name, place=1, entry=unknown[0], keys="built_in、terms、required")
    terms = [term for place, row in enumerate(_list(rows, "terms", name), 1) for term in _terms(row, name, place)]
    return Wording(tuple(terms), tuple(_required(row, name, place) for place, row in enumerate(_list(rows, "required", name), 1)))


def _list(rows: dict[str, Any], key: str, name: str) -> list[dict[str, Any]]:
    found = rows.get(key, [])
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise tables.Trouble("wording-key", path=name, place=1, entry=key, keys=f"[[{key}]]")
    return found


_TERM_KEYS = {"reason": str, "english": str, "severity": str, "before": list, "after": list, "words": dict, "patterns": dict}
_REQUIRED_KEYS = {"in": str, "any": list, "reason": str, "english": str, "severity": str}


def _terms(row: dict[str, Any], name: str, place: int) -> Iterator[Term]:
    _check(row, _TERM_KEYS, name, place)
    reason, english = row.get("reason", ""), row.get("english", "") or row.get("reason", "")
    severity = _severity(row, name, place)
    before = "|".join(re.escape(str(word)) for word in row.get("before", ()))
    guard = re.compile(f"(?:{before})(?:[\u4e00-\u9fff]{{0,6}}[省市县区州旗])?$") if before else None  # 原国土资源部, 原某县卫计委
    behind = "".join(f"(?!{re.escape(str(word))})" for word in row.get("after", ()))
    patterns = {re.escape(word): proper for word, proper in row.get("words", {}).items()} | row.get("patterns", {})
    for pattern, proper in patterns.items():
        try:
            compiled = re.compile(f"(?:{pattern}){behind}")
            compiled.sub(str(proper), "")  # shows whether its groups are there
            yield Term(compiled, guard, str(proper), reason, english, severity)
        except (re.error, IndexError) as error:
            raise tables.Trouble("wording-pattern", path=name, place=place, pattern=pattern, why=error) from None


def _required(row: dict[str, Any], name: str, place: int) -> Required:
    _check(row, _REQUIRED_KEYS, name, place)
    try:
        pattern = re.compile(row.get("in", ""))
    except re.error as error:
        raise tables.Trouble("wording-pattern", path=name, place=place, pattern=row["in"], why=error) from None
    return Required(pattern, tuple(map(str, row.get("any", ()))), row.get("reason", ""), row.get("english", "") or row.get("reason", ""), _severity(row, name, place))


def _check(row: dict[str, Any], keys: Mapping[str, type], name: str, place: int) -> None:
    for key, value in row.items():
        if key not in keys or not isinstance(value, keys[key]):
            raise tables.Trouble("wording-key", path=name, place=place, entry=key, keys="、".join(keys))


def _severity(row: dict[str, Any], name: str, place: int) -> Severity:
    found: Any = row.get("severity", "notice")
    if found not in get_args(Severity):
        raise tables.Trouble("wording-severity", path=name, place=place, word=found)
    severity: Severity = found
    return severity


def worded(case: Case, table: Wording) -> list[Finding]:
    """Hits of a table in a case's title (paragraph -1) and text, the longest where several overlap; then required words that are missing."""
    found = []
    for index, text in ((-1, case.title), *enumerate(case.paragraphs)):
        for start, end, term, proper in _hits(text, table.terms):
            values = (("word", text[start:end]), ("reason", term.reason), ("english", term.english))
            quote = text[max(0, start - 6) : end + 6]
            found.append(Finding(case.number, "wording", term.severity, quote, index, start, end, proper, values))
    head = case.title or next(iter(case.paragraphs), "")
    for rule in table.required:
        if rule.place.search(head.strip()) and not any(word in case.text for word in rule.words):
            values = (("word", "、".join(rule.words)), ("reason", rule.reason), ("english", rule.english))
            found.append(Finding(case.number, "wording-required", rule.severity, suggestion="", values=values))
    return found


def _hits(text: str, terms: Sequence[Term]) -> list[tuple[int, int, Term, str]]:
    hits = [
        (match.start(), match.end(), term, match.expand(term.proper))
        for term in terms
        for match in term.pattern.finditer(text)
        if match[0] and not (term.before and term.before.search(text[max(0, match.start() - 10) : match.start()]))
    ]
    kept: list[tuple[int, int, Term, str]] = []
    for hit in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if not kept or hit[0] >= kept[-1][1]:
            kept.append(hit)
    return kept
