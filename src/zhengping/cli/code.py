"""`zhengping code` and `zhengping places`: rows of text in, codings out."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from zhengping.cli.words import _
from zhengping.engine import chains, coding
from zhengping.engine.folder import edition, register
from zhengping.engine.record import Case, Edition

_json = msgspec.json.Encoder(order="deterministic")


class InputError(ValueError):
    """A row or file of the input cannot be used; the message says which and what to do."""


def opened(name: str) -> BinaryIO:
    """A file for reading, "-" is standard input. Raises InputError where it cannot be opened."""
    if name == "-":
        return sys.stdin.buffer
    try:
        return open(name, "rb")
    except OSError as error:
        raise InputError(_("无法打开 {name}：{why}。请检查路径和权限。").format(name=name, why=error.strerror)) from None


def code(args: Namespace) -> int:
    """Write one coding a row."""
    call = edition.load(Path(args.edition)) if args.edition else Edition(year=args.year or 0)
    confirmed = tuple(entry for path in args.confirmed for entry in register.read(Path(path)))
    coder = chains.coder(call, confirmed)
    for at, row in enumerate(_rows(opened(args.file)), 1):
        sys.stdout.buffer.write(_json.encode(coded(coder, row, at)) + b"\n")
    return 0


def _rows(file: BinaryIO) -> Iterator[dict[str, Any]]:
    for at, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InputError(_("第{at}行不是有效的 JSON（{why}）。请改正后重试。").format(at=at, why=error)) from None
        if not isinstance(row, dict):
            raise InputError(_('第{at}行不是对象。每行应为 {{"id": …, "unit": …}}。').format(at=at))
        yield row


def coded(coder: coding.Coder, row: dict[str, Any], at: int) -> dict[str, Any]:
    """The coding of one row as a row of output; `id` is given back as it came."""
    text = str(row.get("text") or "")
    province = register.province_number(row.get("province"))
    case = Case(
        at,
        str(row.get("title") or ""),
        str(row.get("unit") or ""),
        tuple(line for line in text.split("\n") if line.strip()),
        province=province,
    )
    found = coder.code(case)
    place = found.place
    return {
        "id": row.get("id", at),
        "division": place.division or None,
        "place": place.name or None,
        "province": coding.full_name(place.division[:2] + "0000") or None if place.division else None,
        "zone": place.zone or None,
        "candidates": place.candidates,
        "unit": found.unit,
        "unit_type": found.unit_type or None,
        "unit_level": found.unit_level or None,
        "themes": found.themes,
        "measures": found.measures,
        "confidence": dict(found.confidence),
        "evidence": found.evidence,
    }


def places(args: Namespace) -> int:
    """Write division, place, province and confidence of one name a line."""
    province = register.province_number(args.province)
    for raw in opened(args.file):
        name = _decoded(raw).strip()
        if not name:
            continue
        found = coding.resolve(name, province=province, year=args.year or 0)
        row = {
            "name": name,
            "division": found.division or None,
            "place": found.name or None,
            "province": coding.full_name(found.division[:2] + "0000") if found.division else None,
            "confidence": round(found.confidence, 3),
            "candidates": found.candidates,
        }
        if args.json:
            sys.stdout.buffer.write(_json.encode(row) + b"\n")
        else:
            cells = (name, row["division"] or "", row["place"] or "", row["province"] or "", f"{found.confidence:.2f}")
            sys.stdout.buffer.write("\t".join(map(str, cells)).encode() + b"\n")
    return 0


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")
