"""Cases and figures -> the files that the organiser takes away."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence

from zhengping.engine.figures import invited, sheet, shown
from zhengping.engine.record import Figure
from zhengping.engine.rendering import Sheet, workbook
from zhengping.server.call.models import Edition
from zhengping.server.call.records import call
from zhengping.server.screening.models import MARKS
from zhengping.server.submission import records
from zhengping.server.submission.models import Submission

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
HEAD = ("编号", "案例名称", "报送单位", "所在地", "行政区划代码", "单位类型", "单位层级", "主题", "推荐等次", "字数", "到达时间", "编码来源", "把握", "校对提示", "查重待定")
WIDTHS = (8, 44, 30, 24, 12, 12, 10, 18, 10, 8, 20, 8, 8, 8, 8)


def _rows(edition: Edition, cases: Sequence[Submission]) -> list[tuple]:
    names = {theme.key: theme.name for theme in edition.themes.all()}
    return [
        (
            c.number, c.title, c.unit, c.place, c.division, c.unit_type, c.unit_level, names.get(c.theme, ""), MARKS.get(c.mark, ""), c.characters,
            c.arrived_at.isoformat(timespec="seconds"), "人工" if c.is_coded_by_person else "机器", round(c.confidence, 3), c.open_findings, c.open_matches,
        )
        for c in cases
    ]  # fmt: skip


def register(edition: Edition, cases: Sequence[Submission], ending: str) -> bytes:
    """Cases, each with its `mark`, as .xlsx, .csv (safe against formulas) or .jsonl."""
    rows = _rows(edition, cases)
    if ending == "xlsx":
        return workbook([Sheet("案例", tuple(zip(HEAD, WIDTHS, strict=True)), rows)])
    if ending == "csv":
        held = io.StringIO()
        writer = csv.writer(held)
        writer.writerow(HEAD)
        writer.writerows([[_harmless(cell) for cell in row] for row in rows])
        return ("\ufeff" + held.getvalue()).encode()
    return "".join(json.dumps(dict(zip(HEAD, row, strict=True)), ensure_ascii=False) + "\n" for row in rows).encode()


def _harmless(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def figures(edition: Edition, found: Sequence[Figure], ending: str, language: str) -> bytes:
    """Figures as .xlsx with all numbers of cases, or as one .html of charts, tile map and tables to print."""
    if ending == "xlsx":
        return workbook([sheet(found, language)])
    return shown(found, edition.name, invited(call(edition)), language)


def originals(edition: Edition, cases: Sequence[Submission]) -> Iterator[bytes]:
    """The original files of cases as one zip, piece by piece: folders by province, the register inside, and by name what the disk no longer gives."""
    held, lost = _Pipe(), []
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("案例登记表.xlsx", register(edition, cases, "xlsx"))
        yield held.taken()
        for case in cases:
            top = case.body.parent or case.body if case.body else None
            for at, file in enumerate(file for file in case.files.all() if file.state == "read"):
                name = f"{records.safe_name(top.name if top else '未定')}/{case.number:05d}-{at + 1}-{records.safe_name(file.name)}"
                try:
                    archive.writestr(name, records.bytes_of(file.sha256))
                except (OSError, ValueError):
                    lost.append(name)
                yield held.taken()
        if lost:
            archive.writestr("未能取出的文件.txt", "以下文件在磁盘上缺失或已损坏，请从备份恢复：\r\n" + "\r\n".join(lost))
    yield held.taken()


class _Pipe(io.RawIOBase):
    """What a zip writes, piece by piece, so that nothing big is held."""

    def __init__(self):
        self.held, self.at = [], 0

    def writable(self):
        return True

    def tell(self):
        return self.at

    def write(self, data):
        self.held.append(bytes(data))
        self.at += len(data)
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        data, self.held = b"".join(self.held), []
        return data
