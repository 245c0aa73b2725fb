"""Pictures of text -> lines, by OCR where the extra `ocr` is installed; sizes are told from the header before anything is decoded."""

from __future__ import annotations

import re
import struct
from functools import cache
from typing import Any

from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.record import Document, Paragraph

_MOST_PIXELS = 80_000_000


def read(data: bytes, sha256: str, kind: str) -> Document:
    """Read a picture of text. Raises UnreadableFile without OCR, for giant or damaged pictures and for those without text."""
    width, height = size(data, kind)
    if width * height > _MOST_PIXELS:
        raise UnreadableFile("picture-too-big", width=width, height=height)
    lines = recognise(_decoded(data))
    if not lines:
        raise UnreadableFile("no-text")
    return Document(sha256, kind, tuple(Paragraph(line, page=1) for line in lines), pages=1, pictures=1, notes=("scanned",))


def size(data: bytes, kind: str) -> tuple[int, int]:
    """Width and height in pixels from the header, (0, 0) where it does not say."""
    if kind == "png" and len(data) >= 24:
        return struct.unpack(">II", data[16:24])
    if kind == "bmp" and len(data) >= 26:
        return struct.unpack("<ii", data[18:26])
    if kind == "gif" and len(data) >= 10:
        return struct.unpack("<HH", data[6:10])
    if kind == "jpg":
        return _jpg_size(data)
    return _tif_size(data) if kind == "tif" and len(data) > 8 else (0, 0)


def _jpg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        mark, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + max(length, 2)
    return 0, 0


def _tif_size(data: bytes) -> tuple[int, int]:
    order = "<" if data[:2] == b"II" else ">"
    at = struct.unpack(order + "I", data[4:8])[0]
    found = {256: 0, 257: 0}
    if at + 2 > len(data):
        return 0, 0
    for entry in range(struct.unpack(order + "H", data[at : at + 2])[0]):
        row = data[at + 2 + 12 * entry : at + 14 + 12 * entry]
        if len(row) == 12:
            tag, form = struct.unpack(order + "HH", row[:4])
            if tag in found:
                found[tag] = struct.unpack(order + ("H" if form == 3 else "I"), row[8:10] if form == 3 else row[8:12])[0]
    return found[256], found[257]


def _decoded(data: bytes) -> Any:
    engine()
    import cv2
    import numpy as np

    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise UnreadableFile("damaged-picture")
    return image


_off = False


def switch_off() -> None:
    """Leave recognition to another process: scans then raise UnreadableFile at once."""
    global _off
    _off = True


@cache
def engine() -> Any:
    """The OCR engine, loaded once a process. Raises UnreadableFile where it is switched off or the extra is not installed."""
    if _off:
        raise UnreadableFile("scan-without-ocr")
    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError:
        raise UnreadableFile("scan-without-ocr") from None
    return RapidOCR()


def recognise(image: Any) -> list[str]:
    """The lines of a picture (height x width x channels, 8 bit), from top to bottom, left to right."""
    found, _ = engine()(image)
    rows: list[tuple[float, float, str]] = []
    for box, text, _ in found or ():
        tall = abs(box[3][1] - box[0][1]) or 10
        rows.append((round((box[0][1] + box[3][1]) / 2 / tall / 0.8), box[0][0], text))
    return [re.sub(r"\s+", " ", text).strip() for _, _, text in sorted(rows) if text.strip()]
