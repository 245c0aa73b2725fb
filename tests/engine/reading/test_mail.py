from __future__ import annotations

import importlib.util
import struct
from pathlib import Path

from zhengping.engine import reading
from zhengping.engine.record import IncomingFile

_spec = importlib.util.spec_from_file_location("ole", Path(__file__).with_name("ole.py"))
_ole = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_ole)


def outlook(subject: str, body: str, attachment: tuple[str, bytes]) -> bytes:
    """An Outlook message ([MS-OXMSG]) with one attachment."""
    text = {"0037": subject, "1000": body, "0C1A": "南京市委组织部"}
    streams = {f"__substg1.0_{tag}001F": value.encode("utf-16-le") for tag, value in text.items()}
    rows = b"".join(struct.pack("<IIII", int(tag + "001F", 16), 6, len(value) * 2 + 2, 0) for tag, value in text.items())
    streams["__properties_version1.0"] = bytes(8) + struct.pack("<IIII", 0, 1, 0, 1) + bytes(8) + rows
    name, data = attachment
    held = "__attach_version1.0_#00000000"
    streams[f"{held}/__substg1.0_3707001F"] = name.encode("utf-16-le")
    streams[f"{held}/__substg1.0_37010102"] = data
    method = struct.pack("<IIII", 0x37050003, 6, 1, 0)
    sizes = struct.pack("<IIII", 0x3707001F, 6, len(name) * 2 + 2, 0) + struct.pack("<IIII", 0x37010102, 6, len(data), 0)
    streams[f"{held}/__properties_version1.0"] = bytes(8) + method + sizes
    return _ole.ole(streams)


def test_an_outlook_message_gives_its_attachment_with_sender_and_subject(word):
    data = outlook("报送案例一篇", "请查收附件。", ("案例.docx", word))

    found = list(reading.unpack(IncomingFile("来信.msg", data)))

    assert [(item.name, item.subject, item.data == word) for item in found if item.name == "案例.docx"] == [("案例.docx", "报送案例一篇", True)]
