from __future__ import annotations

import io
import stat
import zipfile

import pytest

from zhengping.engine import reading, tables
from zhengping.engine.reading import archive
from zhengping.engine.record import IncomingFile, Unreadable
from zhengping.samples import broken, writers
from zhengping.samples.writers import Paper

PAPER = Paper("样例标题一则", "江苏省南京市委组织部", (("案例背景", ("背景说明若干，" * 20 + "。",)), ("主要做法", ("一是做事。" * 10,))))


def reason(data: bytes, name: str) -> str:
    """The reason why a file gives nothing, "" if it does."""
    file = IncomingFile(name, data)
    try:
        if reading.is_container(file):
            refused = [item.reason for item in reading.unpack(file) if isinstance(item, Unreadable)]
            return refused[0] if refused else ""
        reading.read(file)
    except reading.UnreadableFile as error:
        assert tables.sentence(error.reason, error.values)
        return error.reason
    return ""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", writers.docx(PAPER, False)),
        ("a.pdf", writers.docx(PAPER, True)),
        ("a.pdf", writers.pdf(PAPER)),
        ("a.doc", writers.doc(PAPER)),
        ("a.wps", writers.doc(PAPER)),
        ("a.txt", writers.txt(PAPER, "gb18030")),
        ("a.txt", writers.txt(PAPER, "utf-8")),
        ("a.txt", writers.txt(PAPER, "utf-16")),
        ("a.html", ("<html><body><p>" + "</p><p>".join(PAPER.lines()) + "</p></body></html>").encode()),
        ("a.doc", ("<html><body><p>" + "</p><p>".join(PAPER.lines()) + "</p></body></html>").encode()),
        ("a.rtf", ("{\\rtf1\\ansi " + "\\par ".join("".join(f"\\u{ord(c)}?" for c in line) for line in PAPER.lines()) + "}").encode()),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_every_kind_gives_every_word(name, data):
    text = "".join(reading.read(IncomingFile(name, data)).text.split())

    assert [line for line in PAPER.lines() if "".join(line.split()) not in text] == []


def test_every_broken_file_of_the_samples_has_a_reason():
    from random import Random

    found = {name: reason(data, name) for name, data, _ in broken.files(Random(1))}

    assert [name for name, why in found.items() if not why] == []


def test_an_empty_file_is_told():
    assert reason(b"", "a.docx") == "empty"


def test_an_encrypted_word_file_is_told():
    data = next(data for name, data, why in broken.files(__import__("random").Random(1)) if why == "encrypted")

    assert reason(data, "a.docx") == "encrypted"


def test_a_zip_bomb_is_not_opened():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a.txt", bytes(200 << 20))

    assert reason(held.getvalue(), "a.zip") in ("bomb", "part-too-big")


def test_an_archive_of_very_many_files_is_not_opened():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as many:
        for at in range(25_000):
            many.writestr(f"{at}.txt", b"")

    assert reason(held.getvalue(), "a.zip") == "too-many"


@pytest.mark.parametrize("name", ["../../a.docx", "/etc/a.docx", "C:\\a.docx"])
def test_a_name_that_leaves_the_archive_is_refused(name):
    assert reason(writers.packed([(name, b"x")]), "a.zip") == "unsafe-name"


def test_a_link_in_an_archive_is_refused():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive_:
        info = zipfile.ZipInfo("a.docx")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive_.writestr(info, "/etc/passwd")

    assert reason(held.getvalue(), "a.zip") == "link"


def test_archives_nested_too_deep_are_refused():
    file = IncomingFile("a.zip", writers.packed([("a.txt", b"x")]), tuple(f"{at}.zip" for at in range(archive.MOST_DEPTH)))

    with pytest.raises(reading.UnreadableFile, match="too-deep"):
        list(reading.unpack(file))


def test_names_from_windows_come_out_right():
    data = writers.packed([("南京市/重点案例.docx", b"x")], gbk=True)

    assert [(item.within, item.name) for item in reading.unpack(IncomingFile("江苏.zip", data))] == [(("江苏.zip", "南京市"), "重点案例.docx")]


def test_a_mail_gives_its_attachment_with_sender_and_subject():
    data = writers.eml("报送案例：镕", "南京市委组织部", "请查收。", [("案例.docx", b"PK")])

    found = [item for item in reading.unpack(IncomingFile("a.eml", data)) if item.name == "案例.docx"]

    assert [(item.subject, item.data) for item in found] == [("报送案例：镕", b"PK")]


def test_a_marked_secret_is_refused_at_its_formal_place_alone():
    secret = Paper("机密★1年", "某单位", PAPER.parts)
    mention = Paper("样例标题一则", "某单位", (("背景", ("做好保密工作，涉及机密的材料不得外传。" * 20,)),))

    assert (reason(writers.docx(secret, False), "a.docx"), reason(writers.docx(mention, False), "a.docx")) == ("classified", "")


def test_a_picture_of_a_billion_points_is_refused():
    header = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR" + (30000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"

    assert reason(header + bytes(200), "a.png") in ("picture-too-big", "damaged-picture")


def test_a_scan_is_read_by_its_own_reader():
    from zhengping.engine.workers import Readers

    paper = Paper("样例标题一则", "江苏省南京市委组织部", (("案例背景", ("近年来人才总量不足，结构不优。",)),))
    with Readers(1) as readers:
        found = readers.read(IncomingFile("扫描.png", writers.scan(paper)))

    assert found.document is not None and "scanned" in found.document.notes
    assert "江苏省南京市委组织部" in "".join(found.document.text.split())
