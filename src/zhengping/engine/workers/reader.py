"""The child: frames of msgpack in, frames out; `main` gets the bound of memory and whether to do OCR as arguments."""

from __future__ import annotations

import os
import struct
import sys
from typing import BinaryIO

import msgspec

from zhengping.engine.record import Block, Document, Grid, IncomingFile, Unreadable

MOST_CHILDREN = 512 << 20


class Asked(msgspec.Struct, frozen=True):
    """A file and what is wanted of it: "document" (its words, or the files it holds), "blocks" (lines, tables and pictures to be printed) or "grids" (the sheets of a filled-in .xlsx)."""

    file: IncomingFile
    wants: str = "document"


class Read(msgspec.Struct, frozen=True):
    """What came of one file: a document, or the files it holds, or its blocks or sheets, or the reason why none."""

    document: Document | None = None
    reason: str = ""
    values: tuple[tuple[str, str], ...] = ()
    children: tuple[IncomingFile, ...] = ()
    refused: tuple[Unreadable, ...] = ()
    blocks: tuple[Block, ...] = ()
    grids: tuple[Grid, ...] = ()


encoder = msgspec.msgpack.Encoder()
_asked = msgspec.msgpack.Decoder(Asked)


def read(file: IncomingFile, wants: str = "document") -> Read:
    """Read or unpack one file; every expected trouble becomes a reason."""
    from zhengping.engine import reading

    try:
        if wants == "blocks":
            return Read(blocks=reading.blocks(file))
        if wants == "grids":
            return Read(grids=reading.grids(file))
        if reading.is_container(file):
            return _unpacked(file)
        return Read(reading.read(file))
    except reading.UnreadableFile as error:
        return Read(None, error.reason, error.values)
    except (MemoryError, RecursionError):
        return Read(None, "reader-died")
    except Exception as error:  # a damaged file may break a library anywhere; the kind of error goes into the log
        return Read(None, "damaged-member", (("error", type(error).__name__),))


def _unpacked(file: IncomingFile) -> Read:
    from zhengping.engine import reading

    children: list[IncomingFile] = []
    refused: list[Unreadable] = []
    size = 0
    for item in reading.unpack(file):
        if isinstance(item, Unreadable):
            refused.append(item)
            continue
        size += len(item.data)
        if size > MOST_CHILDREN:
            return Read(None, "bomb", (("size", str(size >> 20)),))
        children.append(item)
    return Read(children=tuple(children), refused=tuple(refused))


def limit(memory: int) -> None:
    """Bound address space (bytes), file size and core dumps of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the watchdog alone
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (256 << 20, 256 << 20))


def receive(pipe: BinaryIO) -> bytes:
    """One frame: eight bytes of length, then the payload; b"" at the end of the pipe."""
    head = pipe.read(8)
    if len(head) < 8:
        return b""
    return pipe.read(struct.unpack(">Q", head)[0])


def send(pipe: BinaryIO, payload: bytes) -> None:
    """Write one frame."""
    pipe.write(struct.pack(">Q", len(payload)))
    pipe.write(payload)
    pipe.flush()


def main() -> None:
    """Serve requests until the pipe ends. What libraries print goes nowhere, so that it cannot break a frame."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    if sys.argv[2] == "0":
        from zhengping.engine.reading import pictures

        pictures.switch_off()
    limit(int(sys.argv[1]))
    while payload := receive(sys.stdin.buffer):
        asked = _asked.decode(payload)
        send(answers, encoder.encode(read(asked.file, asked.wants)))

