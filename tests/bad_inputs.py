"""The list of bad inputs: name -> (what makes its bytes, the reason or reasons that it may be given)."""

from __future__ import annotations

import io
import zipfile
from random import Random

from zhengping.samples import broken
from zhengping.samples.writers import docx_of, packed


def far_cell() -> bytes:
    """A small workbook with one cell at the end of the sheet."""
    sheet = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    book = b'<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
    rels = b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/></Relationships>'
    types = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    return packed(
        [
            ("[Content_Types].xml", types),
            ("_rels/.rels", rels.replace(b"{}", b"officeDocument", 1).replace(b"{}", b"xl/workbook.xml")),
            ("xl/workbook.xml", book),
            ("xl/_rels/workbook.xml.rels", rels.replace(b"{}", b"worksheet", 1).replace(b"{}", b"worksheets/sheet1.xml")),
            ("xl/worksheets/sheet1.xml", sheet),
        ]
    )


def many_pages() -> bytes:
    """A PDF of 2,000 pages."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument.new()
    for _ in range(2000):
        pdf.new_page(100, 100)
    held = io.BytesIO()
    pdf.save(held)
    return held.getvalue()


def nested(depth: int) -> bytes:
    """Zips in zips."""
    data = packed([("a.txt", "最里面。".encode())])
    for _ in range(depth):
        data = packed([("内.zip", data)])
    return data


def bomb() -> bytes:
    """A gigabyte of nothing in a megabyte."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.docx", "w") as member:
        for _ in range(1024):
            member.write(bytes(1 << 20))
    return held.getvalue()


def picture(width: int, height: int) -> bytes:
    """The head of a PNG of that size."""
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00" + bytes(64)


def encrypted_zip() -> bytes:
    """A zip whose member says that it is encrypted."""
    data = bytearray(packed([("a.docx", b"x" * 64)]))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + at] |= 1
    return bytes(data)


FILES = {
    "远格.xlsx": (far_cell, "sheet-too-big"),
    "两千页.pdf": (many_pages, "too-many-pages"),
    "套娃.zip": (lambda: nested(8), "too-deep"),
    "炸弹.zip": (bomb, ("bomb", "part-too-big")),
    "百万段.docx": (lambda: docx_of("<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 1_000_000), ("too-many-paragraphs", "part-too-big", "bomb")),
    "无尽.eml": (lambda: b"Subject: a\r\n" + b"X-A: b\r\n" * 3_000_000, ("endless-headers", "too-big")),
    "巨图.png": (lambda: picture(30_000, 30_000), "picture-too-big"),
    "加密.zip": (encrypted_zip, "encrypted-archive"),
    "空.docx": (lambda: b"", "empty"),
    "断.docx": (lambda: docx_of("<w:p><w:r><w:t>一段文字</w:t></w:r></w:p>" * 200)[:400], ("truncated", "truncated-archive", "damaged-xml", "damaged-member")),
    "非表.xls": (lambda: bytes(range(256)) * 20, "unknown-kind"),
    "深层.docx": (lambda: docx_of("<w:tbl><w:tr><w:tc>" * 3000 + "</w:tc></w:tr></w:tbl>" * 3000), ("too-deep", "damaged-xml", "reader-died")),
}
CUT = ("truncated", "truncated-archive")  # the same fault, told by two readers
FILES |= {name: (lambda data=data: data, CUT if reason in CUT else reason) for name, data, reason in broken.files(Random(4))}
