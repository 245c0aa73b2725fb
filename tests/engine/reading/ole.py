"""A minimal writer of compound files ([MS-CFB], version 3), for tests of .msg: streams by path -> bytes."""

from __future__ import annotations

import struct

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ole(streams: dict[str, bytes]) -> bytes:
    """A compound file with these streams; "a/b" is stream b of storage a. Everything lies in the mini stream, so all must be short."""
    names = ["Root Entry", *sorted({path.split("/")[0] for path in streams if "/" in path}), *streams]
    kinds = [5, *[1] * (len(names) - 1 - len(streams)), *[2] * len(streams)]
    mini, mini_fat, starts = bytearray(), [], {}
    for path, data in streams.items():
        starts[path] = len(mini_fat)
        count = max(1, -(-len(data) // 64))
        mini_fat += [len(mini_fat) + 1 + at for at in range(count - 1)] + [_END]
        mini += data.ljust(count * 64, b"\0")
    children = {storage: [at for at, name in enumerate(names) if at and _parent(name, kinds[at]) == storage] for storage in ["", *names[1:]]}
    entries = b"".join(_entry(at, names, kinds, children, starts, streams, len(mini)) for at in range(len(names)))
    parts = [_padded(entries, 128 * 4), _padded(struct.pack(f"<{len(mini_fat)}I", *mini_fat), 512, b"\xff"), _padded(bytes(mini), 512)]
    sizes = [len(part) // 512 for part in parts]
    fat, first = [_FAT], [1, 1 + sizes[0], 1 + sizes[0] + sizes[1]]
    for start, size in zip(first, sizes, strict=True):
        fat += [start + at + 1 for at in range(size - 1)] + [_END]
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, first[0], 0, 4096, first[1], sizes[1], _END, 0) + struct.pack("<109I", 0, *[_FREE] * 108)
    body = b"".join(parts).replace(struct.pack("<I", 0xABCDABCD), struct.pack("<I", first[2]))
    return head + _padded(struct.pack(f"<{len(fat)}I", *fat), 512, b"\xff") + body


def _padded(data: bytes, size: int, fill: bytes = b"\0") -> bytes:
    return data + fill * (-len(data) % size)


def _parent(name: str, kind: int) -> str:
    return name.split("/")[0] if "/" in name else ""


def _entry(at: int, names: list[str], kinds: list[int], children: dict[str, list[int]], starts: dict[str, int], streams: dict[str, bytes], mini: int) -> bytes:
    name = names[at]
    raw = name.split("/")[-1].encode("utf-16-le") + b"\0\0"
    beside = sorted(children[_parent(name, kinds[at])], key=lambda one: (len(names[one].split("/")[-1]), names[one].upper())) if at else []
    following = beside[beside.index(at) + 1] if at and beside.index(at) + 1 < len(beside) else _FREE
    own = sorted(children["" if at == 0 else name], key=lambda one: (len(names[one].split("/")[-1]), names[one].upper())) if kinds[at] != 2 else []
    start, size = (0xABCDABCD, mini) if at == 0 else (starts.get(name, 0), len(streams.get(name, b"")))
    links = struct.pack("<BBIII", kinds[at], 1, _FREE, following, own[0] if own else _FREE)
    return raw.ljust(64, b"\0") + struct.pack("<H", len(raw)) + links + bytes(36) + struct.pack("<IQ", start, size)
