"""A composed case -> the bytes of a file: Word form or paper, PDF, old Word, plain text, mail, scan; fixed dates, same bytes each time."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from functools import cache
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import escape

WRITTEN = (2026, 6, 1, 9, 0, 0)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_MORE = (
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
)
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What a file says: title, unit, text by parts (heading, paragraphs), the form's other fields, and a passage that was deleted in tracking."""

    title: str
    unit: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    fields: tuple[tuple[str, str], ...] = ()
    deleted: str = ""
    inserted: str = ""
    box: str = ""

    def lines(self) -> list[str]:
        """The paper as lines of text."""
        found = [self.title, self.unit]
        for heading, texts in self.parts:
            found += [heading, *texts]
        return found


def packed(members: Sequence[tuple[str, bytes]], *, gbk: bool = False) -> bytes:
    """A zip with fixed dates; `gbk` writes names as Windows does, without the UTF-8 flag."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members:
            info = _GbkInfo(name, WRITTEN) if gbk else zipfile.ZipInfo(name, WRITTEN)
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


class _GbkInfo(zipfile.ZipInfo):
    """An entry whose name is written as GB18030 bytes."""

    __slots__ = ()

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800


# --- Word ------------------------------------------------------------------------------------------------------------


def _p(text: str, look: str = "") -> str:
    looks = {"title": '<w:pPr><w:jc w:val="center"/></w:pPr>', "head": '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>', "": ""}
    run = {"title": '<w:rPr><w:b/><w:sz w:val="44"/></w:rPr>', "head": "<w:rPr><w:b/></w:rPr>", "": ""}[look]
    return f'<w:p>{looks[look]}<w:r>{run}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def _cell(inner: str) -> str:
    return f"<w:tc><w:tcPr/>{inner}</w:tc>"


def _row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def _table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def _tracked(paper: Paper) -> str:
    if not paper.deleted:
        return ""
    who = 'w:id="1" w:author="示例" w:date="2026-06-01T09:00:00Z"'
    gone = f"<w:del {who}><w:r><w:delText>{escape(paper.deleted)}</w:delText></w:r></w:del>"
    new = f"<w:ins {who}><w:r><w:t>{escape(paper.inserted)}</w:t></w:r></w:ins>"
    return f"<w:p>{gone}{new}</w:p>"


def _box(text: str) -> str:
    """A text box as Word writes it: the shape and, for old programs, the same words again."""
    inner = f"<w:txbxContent>{_p(text)}</w:txbxContent>"
    return (
        f'<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><a:graphic><a:graphicData uri="wps"><wps:wsp><wps:txbx>{inner}'
        "</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


def docx(paper: Paper, form: bool) -> bytes:
    """A .docx: the application form with its text in cells of nested tables, or a free paper."""
    return docx_of(_form(paper) if form else _free(paper))


def docx_of(body: str) -> bytes:
    """A .docx package around the XML of a body."""
    document = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document {_W}{_MORE}><w:body>{body}</w:body></w:document>'
    return packed([("[Content_Types].xml", _TYPES.encode()), ("_rels/.rels", _RELS.encode()), ("word/document.xml", document.encode())])


def _free(paper: Paper) -> str:
    body = [_p(paper.title, "title"), _p(paper.unit)]
    for heading, texts in paper.parts:
        body += [_p(heading, "head"), *(_p(text) for text in texts)]
    return "".join(body) + _tracked(paper) + (_box(paper.box) if paper.box else "")


def _form(paper: Paper) -> str:
    rows = [_row(_cell(_p("案例名称")), _cell(_p(paper.title))), _row(_cell(_p("申报单位")), _cell(_p(paper.unit)))]
    fields = paper.fields
    if fields:
        inner = _table(*(_row(_cell(_p(label)), _cell(_p(value))) for label, value in fields))
        rows.append(_row(_cell(_p("联系方式")), _cell(inner + _p(""))))
    for heading, texts in paper.parts:
        rows.append(_row(_cell(_p(heading)), _cell("".join(_p(text) for text in texts))))
    return _p("创新案例申报表", "title") + _table(*rows) + _tracked(paper) + (_box(paper.box) if paper.box else "")


def compilation(papers: Sequence[Paper]) -> bytes:
    """Several cases in one .docx, with a list of contents."""
    body = [_p("案例汇编", "title"), _p("目录")]
    body += [_p(f"{at}. {paper.title}\t{at * 5}") for at, paper in enumerate(papers, 1)]
    for paper in papers:
        body += ['<w:p><w:r><w:br w:type="page"/></w:r></w:p>', _p(f"案例名称：{paper.title}", "head"), _p(f"报送单位：{paper.unit}")]
        for heading, texts in paper.parts:
            body += [_p(heading), *(_p(text) for text in texts)]
    return docx_of("".join(body))


@cache
def _stock(size: int) -> bytes:
    return (files(__package__) / "stock" / f"{size}.doc").read_bytes()


def doc(paper: Paper) -> bytes:
    """An old Word file (.doc, .wps): a ready one whose run of 一 is replaced by the text, filled up with spaces.

    Raises ValueError for a text of more than 4,000 characters.
    """
    text = "\r".join(paper.lines()) + "\r"
    size = next((size for size in (2000, 3000, 4000) if size >= len(text)), 0)
    if not size:
        raise ValueError("text too long for the stock")
    return _stock(size).replace("一".encode("utf-16-le") * size, text.ljust(size).encode("utf-16-le"), 1)


# --- other kinds -----------------------------------------------------------------------------------------------------

_TYPST = """
#let data = json("paper.json")
#set document(date: none)
#set page(paper: "a4", margin: 28mm, numbering: "1", header: if data.header != "" { align(right, text(size: 9pt, data.header)) })
#set text(font: "Noto Serif SC", size: 12pt, lang: "zh", region: "cn")
#set par(justify: true, first-line-indent: (amount: 2em, all: true), leading: 0.9em, spacing: 0.9em)
#align(center, text(size: 18pt, data.title))
#align(center, data.unit)
#for part in data.parts { par(strong(part.at(0))); for line in part.at(1) { par(line) } }
"""


@cache
def _fonts() -> Any:
    import typst
    from pylopdf_fonts_zh_cn import sans_path

    return typst.Fonts(include_system_fonts=False, font_paths=[sans_path().parent])


def _typeset(paper: Paper, kind: str, header: str) -> Any:
    import typst

    data = {"title": paper.title, "unit": paper.unit, "parts": paper.parts, "header": header}
    given: Any = {"main": _TYPST.encode(), "paper.json": json.dumps(data, ensure_ascii=False).encode()}
    return typst.compile(given, font_paths=_fonts(), format=kind, ppi=110.0, timestamp=0)  # type: ignore[call-overload]


def pdf(paper: Paper, header: str = "") -> bytes:
    """A PDF with text."""
    return bytes(_typeset(paper, "pdf", header))


def scan(paper: Paper) -> bytes:
    """The first page of the paper as a picture (.png), as a scanner gives it."""
    pages = _typeset(paper, "png", "")
    return bytes(pages[0] if isinstance(pages, list) else pages)


def txt(paper: Paper, encoding: str) -> bytes:
    """Plain text with Windows line ends."""
    return "\r\n".join(paper.lines()).encode(encoding)


def eml(subject: str, sender: str, text: str, attachments: Sequence[tuple[str, bytes]]) -> bytes:
    """A mail with attachments as a Chinese mail program writes it: GBK headers and names."""
    mail = EmailMessage()
    mail["Date"] = "Mon, 01 Jun 2026 09:00:00 +0800"
    mail["From"] = f"{Header(sender, 'gb18030', maxlinelen=900).encode()} <sample@example.cn>"
    mail["To"] = "desk@example.cn"
    mail["Message-ID"] = f"<{abs(hash_of(subject + sender))}@example.cn>"
    mail["Subject"] = subject
    mail.set_content(text, charset="gb18030", cte="base64")
    for name, data in attachments:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    if attachments:
        mail.set_boundary(f"=_{hash_of(subject)}")
    return mail.as_bytes()


def hash_of(text: str) -> int:
    """A number that depends on the text alone."""
    import zlib

    return zlib.crc32(text.encode())


def xlsx(head: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> bytes:
    """A 汇总表 with a title line above its headings."""
    import xlsxwriter

    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    from datetime import datetime

    book.set_properties({"created": datetime(*WRITTEN)})
    sheet = book.add_worksheet("汇总表")
    sheet.merge_range(0, 0, 0, len(head) - 1, title)
    for at, row in enumerate([head, *rows], 1):
        for column, value in enumerate(row):
            sheet.write_string(at, column, value)
    book.close()
    return held.getvalue()
