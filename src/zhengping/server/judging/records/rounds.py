"""Rows <-> what the engine assigns, calibrates and blinds; a sheet of judges -> rows; rubrics."""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from zhengping.engine import blinding, coding, record, scrutiny
from zhengping.engine.rendering import Sheet as Page
from zhengping.engine.rendering import workbook
from zhengping.server.call.models import Edition
from zhengping.server.judging.models import ORIGINS, JudgeSeat, Poll, Round, Sheet
from zhengping.server.submission import queries as submission_queries
from zhengping.server.submission import records as submission_records
from zhengping.server.submission.models import Submission

HEAD = (("姓名", 14), ("邮箱", 28), ("单位", 34), ("所在地", 24), ("擅长主题", 34), ("最少", 8), ("最多", 8), ("回避单位", 34))
LEVELS = ((Decimal("0.9"), "excellent"), (Decimal("0.75"), "good"), (Decimal("0.6"), "fair"), (Decimal(0), "weak"))
NAMES = "甲乙丙丁戊己庚辛壬癸"


# --- judges ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JudgeRow:
    """A row of an uploaded list of judges; `wrong` says why it cannot be taken."""

    line: int
    name: str = ""
    email: str = ""
    unit: str = ""
    division: str = ""
    fields: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    avoided: tuple[str, ...] = ()
    wrong: str = ""


def template(edition: Edition) -> bytes:
    """An empty list of judges as .xlsx, with the edition's themes beside."""
    themes = [(theme.name,) for theme in edition.themes.all()]
    return workbook([Page("评委名单", HEAD, [], frozenset(range(len(HEAD))), {}), Page("主题", (("主题", 40),), themes, frozenset(), {})])


def judges_in(grid: Sequence[Sequence[str]], edition: Edition) -> list[JudgeRow]:
    """The rows of an uploaded list. Raises ValueError with a sentence where it has no such columns."""
    at = next((at for at, row in enumerate(grid[:20]) if {"姓名", "邮箱"} <= {str(cell).strip() for cell in row}), None)
    if at is None:
        raise ValueError(_("没有找到“姓名”和“邮箱”两列，请使用下载的模板。"))
    heads = {str(cell).strip(): column for column, cell in enumerate(grid[at])}
    themes = {theme.name: theme.key for theme in edition.themes.all()} | {theme.key: theme.key for theme in edition.themes.all()}
    found: list[JudgeRow] = []
    seen: dict[str, int] = {}
    for line, row in enumerate(grid[at + 1 :], at + 2):
        if any(str(cell).strip() for cell in row):
            made = _judge_row(line, {name: str(row[column]).strip() if column < len(row) else "" for name, column in heads.items()}, themes)
            if not made.wrong and made.email in seen:
                made = JudgeRow(line, wrong=_("第 {line} 行与第 {other} 行的邮箱同为 {email}。").format(line=line, other=seen[made.email], email=made.email))
            seen.setdefault(made.email, line)
            found.append(made)
    return found


def _judge_row(line: int, cells: Mapping[str, str], themes: Mapping[str, str]) -> JudgeRow:
    name, email, place = cells.get("姓名", ""), cells.get("邮箱", "").lower(), cells.get("所在地", "")
    if not name:
        return JudgeRow(line, wrong=_("第 {line} 行没有姓名。").format(line=line))
    try:
        validate_email(email)
    except ValidationError:
        return JudgeRow(line, wrong=_("第 {line} 行的邮箱“{value}”不是邮箱地址。").format(line=line, value=email))
    division = place if len(place) == 6 and place.isdigit() and coding.full_name(place) else coding.resolve(place or cells.get("单位", "")).division
    if place and not division:
        return JudgeRow(line, wrong=_("第 {line} 行的所在地“{value}”未找到，请写到省或市，如“江苏省南京市”。").format(line=line, value=place))
    words = [word.strip() for word in cells.get("擅长主题", "").replace("，", "、").replace(",", "、").replace("；", "、").split("、") if word.strip()]
    unknown = [word for word in words if word not in themes]
    if unknown:
        return JudgeRow(line, wrong=_("第 {line} 行的主题“{value}”不在本届主题中，应为：{names}。").format(line=line, value=unknown[0], names="、".join(n for n in themes if n != themes[n])))
    bounds = []
    for head in ("最少", "最多"):
        word = cells.get(head, "").removesuffix(".0")
        if word and not (word.isdigit() and int(word) < 10_000):
            return JudgeRow(line, wrong=_("第 {line} 行的“{head}”应为整数，现为“{value}”。").format(line=line, head=head, value=word))
        bounds.append(int(word) if word else None)
    if None not in bounds and bounds[0] > bounds[1]:
        return JudgeRow(line, wrong=_("第 {line} 行的“最少”大于“最多”。").format(line=line))
    avoided = tuple(word.strip() for word in cells.get("回避单位", "").replace("；", "、").replace(";", "、").split("、") if word.strip())
    return JudgeRow(line, name[:60], email, cells.get("单位", "")[:200], division, tuple(themes[word] for word in words), *bounds, avoided)


# --- the rubric ------------------------------------------------------------------------------------------------------


def rubric_of(edition: Edition) -> list[dict[str, Any]]:
    """The edition's criteria as a round freezes them."""
    return [{"name": c.name, "explanation": c.explanation, "high": c.high, "weight": str(c.weight)} for c in edition.criteria.all()]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion as the sheet shows it: field name, scale, and what the levels of its scale are called."""

    field: str
    name: str
    explanation: str
    high: int
    weight: Decimal
    levels: tuple[tuple[str, int, int], ...]


def criteria(held: Round) -> list[Criterion]:
    """The criteria of a round, frozen or those of the edition."""
    called = {"excellent": _("优秀"), "good": _("良好"), "fair": _("一般"), "weak": _("较弱")}
    found = []
    for at, row in enumerate(held.rubric or rubric_of(held.edition)):
        high, levels = row["high"], []
        top = high
        for share, key in LEVELS:
            low = int((share * high).to_integral_value())
            levels.append((called[key], low, top))
            top = max(low - 1, 0)
        found.append(Criterion(f"mark{at}", row["name"], row["explanation"], high, Decimal(row["weight"]), tuple(levels)))
    return found


def total(rows: Iterable[Criterion], marks: Mapping[str, Decimal]) -> Decimal | None:
    """The sum of weight times mark, None while a mark is missing."""
    held = list(rows)
    if not held or any(row.name not in marks for row in held):
        return None
    return sum((row.weight * marks[row.name] for row in held), Decimal(0))


# --- the blind text --------------------------------------------------------------------------------------------------


def blind(submission: Submission) -> record.Blind:
    """The text of a case as its judges read it, made from the current version, its coding, and all that is known of who sent it."""
    version = submission_queries.current(submission)
    held = submission_queries.coding(submission)
    own = submission_records.case_of(version, submission.number)
    people = [record.PersonalDatum("person", name) for name in (submission.contact_name,) if len(name) >= 2]
    case = replace(own, title=submission.title, personal=(*own.personal, *submission_records.personal_of(version), *people))
    coded = submission_records.coding_of(held) if held else None
    if coded and submission.division and submission.division != coded.place.division:
        coded = replace(coded, place=replace(coded.place, division=submission.division))
    hints = tuple(record.Hint("form", name) for name in (submission.unit, own.unit) if name)
    words = (submission.contact_telephone, submission.contact_email)
    return blinding.blind(replace(case, unit=submission.unit or own.unit, hints=(*own.hints, *hints)), coded, words)


def lines(text: record.Blind) -> list[submission_records.Line]:
    """A blind text as lines to show."""
    return submission_records.laid_out(record.Case(0, text.title, "", text.paragraphs, text.parts))


# --- what the engine takes -------------------------------------------------------------------------------------------


def candidates(cases: Iterable[Submission], names: Mapping[str, str]) -> list[record.Candidate]:
    """Cases as assignment sees them; their name is the row's number."""
    return [record.Candidate(str(c.pk), c.division, c.unit, (names.get(c.theme, c.theme),) if c.theme else (), (), c.unit_type) for c in cases]


def judges(seats: Iterable[JudgeSeat], names: Mapping[str, str]) -> list[record.Judge]:
    """Judges as assignment sees them; a panel's themes are their fields where they have none."""
    found = []
    for seat in seats:
        keys = [*(seat.panel.themes if seat.panel else ()), *seat.fields]
        themes = tuple(dict.fromkeys(names.get(key, key) for key in keys))
        found.append(record.Judge(str(seat.pk), seat.division, seat.unit, themes, (), seat.least, seat.most, seat.is_away))
    return found


def reads(rows: Sequence[Sheet], held: Round, names: Mapping[int, str]) -> scrutiny.Reads:
    """Signed sheets as reads: case numbers, names of judges, totals, marks, notes, seconds."""
    wanted = criteria(held)
    marks = [{mark.criterion: mark.value for mark in sheet.marks.all()} for sheet in rows]
    totals = [total(wanted, own) or Decimal(0) for own in marks]
    return scrutiny.Reads(
        [str(sheet.assignment.submission.number) for sheet in rows],
        [names[sheet.assignment.seat_id] for sheet in rows],
        np.array([float(value) for value in totals]),
        [tuple(float(own.get(row.name, 0)) for row in wanted) for own in marks],
        [sheet.notes for sheet in rows],
        np.array([sheet.began_at.timestamp() for sheet in rows]),
        np.array([sheet.signed_at.timestamp() if sheet.signed_at else np.nan for sheet in rows]),
    )


def letter_of(at: int) -> str:
    """What the judge at a place is called in a blind discussion (评委甲)."""
    return _("评委{letter}").format(letter=NAMES[at] if at < len(NAMES) else str(at + 1))


# --- the public vote -------------------------------------------------------------------------------------------------

DOTTED = {"gmail.com", "googlemail.com"}  # where full stops before the @ mean nothing


def one_address(email: str) -> str:
    """An e-mail address as it counts as one person: full-width letters and capitals made plain, a +tag dropped, at Gmail full stops too. "" for what is none.

    >>> one_address("Ａnna+vote@Example.org")
    'anna@example.org'
    >>> one_address("an.na@googlemail.com")
    'anna@gmail.com'
    """
    local, sign, domain = unicodedata.normalize("NFKC", email).strip().lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in DOTTED:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}" if sign and local and domain else ""


def keyed(edition: Edition, kind: str, word: str) -> str:
    """A word as 64 hexadecimal digits that only this site's key makes again (HMAC-SHA256, RFC 2104): equal words are seen as equal, the word cannot be read."""
    return salted_hmac(f"judging.{kind}", f"{edition.slug}:{word}", algorithm="sha256").hexdigest()


def origin(meta: Mapping[str, Any]) -> str:
    """The network address that a request came from; behind a trusted proxy the last one that the proxy names. "" where it is none."""
    word = str(meta.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER:
        word = str(meta.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2] or word
    try:
        return str(ipaddress.ip_address(word.strip()))
    except ValueError:
        return ""


def network(address: str) -> str:
    """The network of an address: /24 of IPv4, /64 of IPv6 (what a provider gives one customer, RFC 6177).

    >>> network("203.0.113.77"), network("2001:db8:1:2:3::4")
    ('203.0.113.0/24', '2001:db8:1:2::/64')
    """
    if not address:
        return ""
    held = ipaddress.ip_address(address)
    mapped = getattr(held, "ipv4_mapped", None)
    held = mapped or held
    return str(ipaddress.ip_network(f"{held}/{24 if held.version == 4 else 64}", strict=False))


def shown_title(case: Submission) -> str:
    """The title of a case without unit and places, as a blind list shows it."""
    held = submission_queries.coding(case)
    coded = submission_records.coding_of(held) if held else None
    hints = (record.Hint("form", case.unit),) if case.unit else ()
    return blinding.blind(record.Case(case.number or 0, case.title, case.unit, hints=hints), coded, ()).title


def points(poll: Poll, votes: int) -> Decimal:
    """What votes are worth by the edition's rule: so many points each, at most the ceiling."""
    return min(poll.ceiling, poll.points * votes)


def called(value: str, network: str) -> str:
    """An origin as people may read it: an address by its network and eight digits of its keyed hash."""
    return f"{network} #{value[:8]}" if network else value


def told(one: Any, zone: ZoneInfo) -> str:
    """What is known of an origin (queries.Origin), in plain words with its numbers."""
    words = {"count": one.count, "share": f"{one.share:.0%}", "hour": f"{one.hour.astimezone(zone):%Y-%m-%d %H:00}", "peak": one.peak, "of": one.of, "usual": f"{one.usual:.0%}"}
    return _("共 {count} 票，占 {share}；最多的一小时（{hour}）有 {peak} 票，占当时 {of} 票中的 {part}，其余时间占 {usual}。").format(**words, part=f"{one.peak / one.of:.0%}")


def poll_workbook(poll: Poll, standings: Sequence[Any], votes: Mapping[int, int], hours: Sequence[tuple[Any, int]], origins: Sequence[Any], asides: Sequence[Any]) -> bytes:
    """The public vote as a workbook: votes by case, by hour, by origin, and what is not counted."""
    zone, kinds = ZoneInfo(poll.edition.zone), dict(ORIGINS)

    def at(moment: Any) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""

    cases = sorted(((row.submission.number, row.title, row.submission.place, votes.get(row.submission.number, 0)) for row in standings), key=lambda row: (-row[3], row[0]))
    head = [_("编号"), _("案例名称"), _("所在地"), _("票数"), _("折算分")]
    sheets = [
        Page(_("得票"), tuple(zip(head, (8, 50, 24, 10, 10), strict=True)), [(*row, float(points(poll, row[3]))) for row in cases]),
        Page(_("按小时"), ((_("时间"), 20), (_("票数"), 10)), [(at(hour), count) for hour, count in hours]),
        Page(_("来源"), ((_("种类"), 16), (_("来源"), 34), (_("票数"), 10), (_("集中"), 8), (_("说明"), 70)), [(str(kinds[one.kind]), called(one.value, one.network), one.count, _("是") if one.is_surge else "", told(one, zone)) for one in origins]),
        Page(_("不计入"), ((_("种类"), 16), (_("来源"), 34), (_("理由"), 50), (_("经办人"), 16), (_("时间"), 20), (_("恢复计入"), 20)), [(str(kinds[one.kind]), one.value[:18], one.reason, str(one.by), at(one.at), at(one.undone_at)) for one in asides]),
    ]  # fmt: skip
    return workbook(sheets)
