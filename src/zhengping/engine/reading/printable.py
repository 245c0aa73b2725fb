"""The bytes of a picture that a stranger sent -> a .png or .jpg that was decoded once, without what a camera wrote beside it, no larger than print needs."""

from __future__ import annotations

import io
from typing import Any

from zhengping.engine.reading.errors import UnreadableFile

WIDE, HIGH = 442.0, 640.0  # points of a page's text, A4
_DPI = 300
_MOST_PIXELS = 80_000_000
_MOST_PNG = 1 << 20  # bytes; a photograph as .png beyond it becomes a .jpg
_KINDS = ("PNG", "JPEG", "GIF", "BMP", "TIFF")
_NAMES = ((b"\xd7\xcd\xc6\x9a", "WMF"), (b"\x01\x00\x00\x00", "EMF"), (b"<svg", "SVG"), (b"<?xml", "SVG"), (b"%!PS", "EPS"), (b"RIFF", "WebP"))


def printable(data: bytes, width: float = 0.0, crop: tuple[float, float, float, float] = (0, 0, 0, 0)) -> tuple[bytes, tuple[int, int]]:
    """The picture and its size in pixels.

    `width` is how wide it stood in the document in points (0: unknown), `crop` the shares cut off left, top, right and bottom. At most 300 dots an inch
    are kept. Raises UnreadableFile: left-kind (EMF, WMF …), left-damaged, left-giant.
    """
    from PIL import Image

    kind = next((name for start, name in _NAMES if data[:64].lstrip()[: len(start)] == start), "")
    if kind:
        raise UnreadableFile("left-kind", kind=kind)
    try:
        image: Any = Image.open(io.BytesIO(data), formats=_KINDS)
        if image.width * image.height > _MOST_PIXELS:
            raise UnreadableFile("left-giant", width=image.width, height=image.height)
        image.load()
    except UnreadableFile:
        raise
    except Exception:  # a damaged picture may break the library anywhere
        raise UnreadableFile("left-damaged") from None
    is_photo, own = image.format == "JPEG", image
    image = _cut(image, crop)
    image = _scaled(image, width)
    if is_photo and image is own and image.mode in ("RGB", "L") and not image.getexif():
        return _bare(data), image.size
    return _saved(image, is_photo), image.size


def _cut(image: Any, crop: tuple[float, float, float, float]) -> Any:
    left, top, right, bottom = (min(max(0.0, share), 0.95) for share in crop)
    if left + right > 0.97 or top + bottom > 0.97 or not left + top + right + bottom:
        return image
    wide, high = image.size
    return image.crop((round(wide * left), round(high * top), max(round(wide * left) + 1, round(wide * (1 - right))), max(round(high * top) + 1, round(high * (1 - bottom)))))


def _scaled(image: Any, width: float) -> Any:
    from PIL import Image

    shown = min(width or WIDE, WIDE)
    share = min(1.0, shown / 72 * _DPI / image.width, HIGH / 72 * _DPI / image.height)
    if share > 0.9:
        return image
    if image.mode not in ("RGB", "RGBA", "L", "LA"):
        image = image.convert("RGBA" if "transparency" in image.info or image.mode in ("PA", "RGBa", "La") else "RGB")
    return image.resize((max(1, round(image.width * share)), max(1, round(image.height * share))), Image.Resampling.LANCZOS)


def _saved(image: Any, is_photo: bool) -> bytes:
    held = io.BytesIO()
    if is_photo:
        image = image.convert("L" if image.mode == "L" else "RGB")
        image.info = {}
        image.save(held, "JPEG", quality=90)
        return held.getvalue()
    if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        image = image.convert("L" if image.mode.startswith("I") or image.mode == "F" else "RGBA" if image.mode in ("PA", "RGBa", "La") else "RGB")
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    image.save(held, "PNG", compress_level=6)
    if held.tell() > _MOST_PNG and image.mode in ("RGB", "L"):
        return _saved(image, True)
    return held.getvalue()


def _bare(data: bytes) -> bytes:
    """A JPEG without its comments and application segments but JFIF (APP0), the colour profile (APP2) and Adobe's (APP14)."""
    kept, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] not in (*range(0xE1, 0xF0), 0xFE) or data[at + 1] in (0xE2, 0xEE):
            kept.append(data[at:end])
        at = end
    return b"".join((*kept, data[at:]))
