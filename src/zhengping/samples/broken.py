"""Files that cannot be read, each with the reason that a reader must give; names as careless senders choose them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from zhengping.samples import writers
from zhengping.samples.writers import Paper

_PAPER = Paper("样例：写坏的文件", "示例单位", (("背景", ("这份文件用来检验读不出的来件怎样处理。（样例）",)),))
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def files(chance: Random) -> list[tuple[str, bytes, str]]:
    """(name, bytes, reason) of one file of each kind; reason "" means that it can be read all the same."""
    good = writers.docx(_PAPER, False)
    inner = writers.packed([("附件.docx", good)])
    noise = bytes(chance.randrange(256) for _ in range(2000))
    return [
        ("空文件.docx", b"", "empty"),
        ("传输中断.docx", good[: len(good) // 2], "truncated"),
        ("压缩包损坏.zip", inner[: len(inner) - 40], "truncated"),
        ("只有图片的演示.rar", b"Rar!\x1a\x07\x01\x00" + noise[:200], "rar"),
        ("乱码.docx", noise, "unknown-kind"),
        ("损坏的扫描.pdf", b"%PDF-1.5\n" + noise[:500], "damaged-pdf"),
        ("加密文档.docx", _encrypted(), "encrypted"),
        ("越界.zip", writers.packed([("../../越界.docx", good)]), "unsafe-name"),
    ]


def _encrypted() -> bytes:
    """An OLE container with the stream EncryptedPackage, as Word writes a document with a password (header and directory alone)."""
    header = bytearray(_OLE + bytes(16) + bytes.fromhex("3e000300feff0900") + bytes(504))[:512]
    header[30:32] = (6).to_bytes(2, "little")
    header[32:34] = (6).to_bytes(2, "little")
    header[28:30] = b"\xfe\xff"
    header[26:28] = b"\x03\x00"
    header[44:48] = (1).to_bytes(4, "little")
    header[48:52] = (1).to_bytes(4, "little")
    header[56:60] = (4096).to_bytes(4, "little")
    header[60:64] = header[68:72] = (0xFFFFFFFE).to_bytes(4, "little")
    header[76:512] = b"\xff" * 436
    header[76:80] = (0).to_bytes(4, "little")
    fat = (0xFFFFFFFD).to_bytes(4, "little") + (0xFFFFFFFE).to_bytes(4, "little") + b"\xff" * 504
    return bytes(header) + fat + _entry("Root Entry", 5, 1) + _entry("EncryptedPackage", 2, 0xFFFFFFFF) + bytes(256)


def _entry(name: str, kind: int, child: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    entry = raw.ljust(64, b"\0") + len(raw).to_bytes(2, "little") + bytes([kind, 1]) + b"\xff" * 8 + child.to_bytes(4, "little")
    return (entry + bytes(36) + (0xFFFFFFFE).to_bytes(4, "little")).ljust(128, b"\0")


def loose(incoming: Path, chance: Random, cases: int) -> list[dict[str, Any]]:
    """Write the broken files into a folder of their own (all of them from 20 cases on); -> their truth."""
    if cases < 20:
        return []
    folder = incoming / "零散来件"
    folder.mkdir()
    truth = []
    for name, data, reason in files(chance):
        (folder / name).write_bytes(data)
        truth.append({"path": f"零散来件/{name}", "role": "unreadable", "reason": reason})
    return truth
