"""The finished job -> the files of OUT, as bytes by name: register, findings, matches, figures, round-up, log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from zhengping.engine import figures, roundup, tables
from zhengping.engine.chains import Overview
from zhengping.engine.folder import register
from zhengping.engine.record import Document, Edition, Entry, Fate, Finding, Match, Unreadable
from zhengping.engine.rendering import Sheet, workbook

_json = msgspec.json.Encoder(order="deterministic")
_SEVERITY = {"error": ("错误", "Error"), "warning": ("警告", "Warning"), "notice": ("提示", "Notice")}
_MATCH = {"same-bytes": ("同一文件", "Same file"), "same-text": ("全文相同", "Same text"), "near": ("部分相同", "Text in common")}


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that one run found."""

    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    matches: tuple[Match, ...]
    unreadable: tuple[Unreadable, ...]
    documents: tuple[Document, ...]
    fates: tuple[Fate, ...]
    edition: Edition
    overview: Overview
    earlier: tuple[Entry, ...] = ()


def files(job: Job, day: str, version: str, language: str = "zh") -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of every output but the originals of unreadable files. `day` stands in the log's first line alone."""
    invited = figures.invited(job.edition)
    yield "register.jsonl", register.lines(job.entries)
    yield "findings.jsonl", _lines(finding_row(finding, language) for finding in job.findings)
    yield "matches.jsonl", _lines(job.matches)
    yield "unreadable.jsonl", _lines(unreadable_row(item, language) for item in job.unreadable)
    yield "personal.jsonl", _lines({"case": entry.case.number, **msgspec.to_builtins(datum)} for entry in job.entries for datum in entry.case.personal)
    yield "figures.json", msgspec.json.format(_json.encode(job.overview.figures), indent=1) + b"\n"
    yield "figures.html", figures.shown(job.overview.figures, _title(job.edition, language), invited, language)
    yield "register.xlsx", workbook(sheets(job, language))
    for kind in ("docx", "html", "pdf"):
        yield f"roundup.{kind}", roundup.render(job.overview.round_up, kind, job.entries, invited)
    yield "log.jsonl", _lines(log_rows(job, day, version))


def _title(edition: Edition, language: str) -> str:
    return f"{edition.name}统计" if language == "zh" else f"{edition.name} figures".strip()


def _lines(rows: Iterable[object]) -> bytes:
    return b"".join(_json.encode(row) + b"\n" for row in rows)


def finding_row(finding: Finding, language: str) -> dict[str, object]:
    """A finding with its sentence for people."""
    return {**msgspec.to_builtins(finding), "values": dict(finding.values), "sentence": said(finding, language)}


def said(finding: Finding, language: str) -> str:
    """The sentence of a finding."""
    return tables.sentence(finding.kind, (("quote", finding.quote), *finding.values), language)


def unreadable_row(item: Unreadable, language: str) -> dict[str, object]:
    """A file that gave no text, with the reason and what to do."""
    arrival = item.arrival
    sentence = tables.sentence(item.reason, (("name", arrival.name), *item.values), language)
    return {"file": arrival.path, "reason": item.reason, "sentence": sentence, "sha256": arrival.sha256, "size": arrival.size,
            "sender": arrival.sender, "sent": arrival.sent}  # fmt: skip


def log_rows(job: Job, day: str, version: str) -> Iterator[dict[str, object]]:
    """The day and version first, then what became of each file."""
    yield {"day": day, "version": version}
    fates = {fate.sha256: fate for fate in job.fates}
    numbers: dict[str, list[int]] = defaultdict(list)
    for entry in job.entries:
        for sha256 in (*entry.case.documents, *entry.case.earlier):
            numbers[sha256].append(entry.case.number)
    for document in job.documents:
        fate = fates.get(document.sha256)
        for arrival in document.arrivals:
            yield {"file": arrival.path, "sha256": arrival.sha256, "size": arrival.size, "kind": document.kind,
                   "role": fate.role if fate else "", "cases": numbers[document.sha256], "notes": document.notes}  # fmt: skip
    for item in job.unreadable:
        yield {"file": item.arrival.path, "sha256": item.arrival.sha256, "size": item.arrival.size, "reason": item.reason}


# --- the workbook ----------------------------------------------------------------------------------------------------


def sheets(job: Job, language: str = "zh") -> list[Sheet]:
    """The sheets of register.xlsx: register, findings, matches, unreadable, figures."""
    return [
        register_sheet(job.entries, Counter(finding.case for finding in job.findings), job.edition, language),
        findings_sheet(job.findings, job.entries, language),
        matches_sheet(job.matches, (*job.entries, *job.earlier), language),
        unreadable_sheet(job.unreadable, language),
        figures.sheet(job.overview.figures, language),
    ]


def register_sheet(entries: Sequence[Entry], findings: Counter[int], edition: Edition, language: str = "zh") -> Sheet:
    """One row a case; the columns that a person may correct have a coloured head."""
    themes = edition.themes or tables.themes()
    names = {theme.key: theme.name for theme in themes}
    head = tuple(((zh if language == "zh" else en), width) for _, zh, en, width, _ in register.COLUMNS)
    rows = [_register_row(entry, findings[entry.case.number], names) for entry in entries]
    place = {key: at for at, (key, *_) in enumerate(register.COLUMNS)}
    choices = {
        place["unit_type"]: tuple(name for name, _ in tables.unit_types()),
        place["unit_level"]: tuple(name for name, _ in tables.LEVELS),
        place["theme"]: tuple(names.values()),
        place["mark"]: figures.MARKS,
    }
    editable = frozenset(at for at, column in enumerate(register.COLUMNS) if column[4])
    return Sheet("登记表" if language == "zh" else "Register", head, rows, editable, choices)


def _register_row(entry: Entry, findings: int, names: dict[str, str]) -> list[str | int | float | None]:
    row, cells = register.row(entry), register.cells(entry)
    sure = [value for _, value in entry.coding.confidence]
    values: dict[str, str | int | float | None] = {
        **cells,
        "number": entry.case.number,
        "province": row["province"],
        "theme": names.get(entry.coding.themes[0], entry.coding.themes[0]) if entry.coding.themes else "",
        "zone": entry.coding.place.zone,
        "themes": "、".join(names.get(key, key) for key in entry.coding.themes[1:]),
        "estimate": entry.estimate,
        "words": row["words"],
        "confidence": round(min(sure), 2) if sure else None,
        "evidence": "；".join(dict.fromkeys(e.quote for e in entry.coding.evidence if e.about in ("division", "theme") and e.quote))[:200],
        "findings": findings,
        "files": "\n".join(row["files"]),
    }
    return [values.get(key) for key, *_ in register.COLUMNS]


def _heads(language: str, *columns: tuple[str, str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((zh if language == "zh" else en, width) for zh, en, width in columns)


def findings_sheet(findings: Sequence[Finding], entries: Sequence[Entry], language: str = "zh") -> Sheet:
    """One row a finding, the errors of all cases first."""
    titles = {entry.case.number: entry.case.title for entry in entries}
    order = list(_SEVERITY)
    rows = [
        (f.case or None, titles.get(f.case, ""), _SEVERITY[f.severity][language != "zh"], said(f, language),
         f.paragraph + 1 if f.paragraph >= 0 else None, f.quote, f.suggestion)
        for f in sorted(findings, key=lambda f: (order.index(f.severity), f.case, f.paragraph, f.start))
    ]  # fmt: skip
    heads = _heads(language, ("编号", "Number", 7), ("案例标题", "Title", 36), ("程度", "Severity", 8), ("问题与处理", "What and what to do", 52),
                   ("段落", "Paragraph", 7), ("原文", "Words", 28), ("建议", "Suggestion", 20))  # fmt: skip
    return Sheet("校对与核查" if language == "zh" else "Findings", heads, rows)


def matches_sheet(matches: Sequence[Match], entries: Sequence[Entry], language: str = "zh") -> Sheet:
    """One row a pair of cases with text in common."""
    titles = {(entry.edition, entry.case.number): entry.case for entry in entries}
    own = {entry.case.number: entry.case for entry in reversed(entries)}
    rows = []
    for m in matches:
        first, second = own.get(m.case), titles.get((m.edition, m.other)) or own.get(m.other)
        words = first.text[m.passages[0].start : m.passages[0].end][:200] if first and m.passages else ""
        rows.append((m.case, first.title if first else "", first.unit if first else "", m.edition, m.other, second.title if second else "",
                     second.unit if second else "", _MATCH[m.kind][language != "zh"], m.share, words))  # fmt: skip
    heads = _heads(language, ("编号", "Number", 7), ("案例标题", "Title", 34), ("报送单位", "Unit", 24), ("对照届次", "Edition", 10),
                   ("对照编号", "Other", 9), ("对照标题", "Other title", 34), ("对照单位", "Other unit", 24), ("种类", "Kind", 10),
                   ("相同比例", "Share", 9), ("相同文字(首段)", "Words in common (first)", 60))  # fmt: skip
    return Sheet("查重" if language == "zh" else "Matches", heads, rows)


def unreadable_sheet(items: Sequence[Unreadable], language: str) -> Sheet:
    rows = []
    for item in items:
        row = unreadable_row(item, language)
        rows.append((str(row["file"]), str(row["sentence"]), item.arrival.size, item.arrival.sender, item.arrival.sha256))
    heads = _heads(language, ("来件", "File", 50), ("原因与处理", "Reason and what to do", 70), ("大小(字节)", "Bytes", 12), ("发件人", "Sender", 24),
                   ("SHA-256", "SHA-256", 20))  # fmt: skip
    return Sheet("无法读取" if language == "zh" else "Unreadable", heads, rows)
