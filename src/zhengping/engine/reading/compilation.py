"""A compilation (汇编) -> the documents of its cases; any other document stays one."""

from __future__ import annotations

import re
from dataclasses import replace

from zhengping.engine.reading import labels
from zhengping.engine.record import Document, Paragraph

_CASE = re.compile(r"^[【\[（(]?案例[\s　]*(?:[一二三四五六七八九十]{1,3}|\d{1,3})[】\])）]?[\s　:：、.．—-]*(.{0,60})$")
_LEAST = 300  # characters between two headings


def split(document: Document) -> tuple[Document, ...]:
    """Split at headings 案例一, 案例二 … or at repeated fields 案例名称; each piece keeps sum and arrivals of the whole file."""
    if document.kind in ("xlsx", "xls", "csv", "ods"):
        return (document,)
    starts = _numbered(document.paragraphs) or _repeated(document.paragraphs)
    if len(starts) < 2:
        return (document,)
    pieces = []
    ends = [*starts[1:], len(document.paragraphs)]
    for start, end in zip(starts, ends, strict=True):
        inside = list(document.paragraphs[start:end])
        found = _CASE.match(inside[0].text)
        if found:
            title = found[1].strip()
            inside = ([Paragraph("案例名称：" + title)] if title else []) + inside[1:]
        used = {p.table for p in inside if p.table is not None}
        tables = tuple(t for at, t in enumerate(document.tables) if at in used)
        pieces.append(replace(document, paragraphs=tuple(inside), tables=tables))
    return tuple(pieces)


def _numbered(paragraphs: tuple[Paragraph, ...]) -> list[int]:
    found = [at for at, p in enumerate(paragraphs) if p.kind in ("body", "heading") and len(p.text) < 70 and _CASE.match(p.text)]
    return _far_apart(paragraphs, found)


def _repeated(paragraphs: tuple[Paragraph, ...]) -> list[int]:
    """Lines 案例名称：… (or title cells of several forms) that stand more than once, each with its own text after it."""
    found = []
    for at, p in enumerate(paragraphs):
        line = re.match(r"^([^:：]{2,12})[:：]\s*\S", p.text)
        if p.kind != "cell" and line and labels.field(line[1]) == "title":
            found.append(at)
    return _far_apart(paragraphs, found)


def _far_apart(paragraphs: tuple[Paragraph, ...], starts: list[int]) -> list[int]:
    """Only starts with enough text before the next one: a table of contents is none."""
    ends = [*starts[1:], len(paragraphs)] if starts else []
    return [s for s, e in zip(starts, ends, strict=True) if sum(len(p.text) for p in paragraphs[s:e]) >= _LEAST]
