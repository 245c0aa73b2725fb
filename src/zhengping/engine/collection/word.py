"""Book -> .docx to edit: headings, contents and index as fields that already show their pages, a header for each theme, odd and even pages.

Lines are as high and as many as in the A4 layout of `printed`, whose numbers of pages stand in the fields until Word counts them anew.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.parts.image import ImagePart
from docx.shared import Pt, RGBColor

from zhengping.engine.collection import wording
from zhengping.engine.collection.book import Book, Chapter
from zhengping.engine.collection.index import Index
from zhengping.engine.collection.printed import PAPERS, Pages, fitted, head, letters
from zhengping.engine.record import Block, Cell

_PAPER = PAPERS["a4"]
_WRITTEN = datetime(2000, 1, 1)
_TEXT, _HEADING, _TITLE, _SOFT = "仿宋_GB2312", "黑体", "方正小标宋简体", "楷体_GB2312"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EMU = 12700
_SPACE = nsdecls("w", "r", "wp", "a", "pic")
# name, base font, points, line, before, after, alignment, further paragraph properties
_STYLES: tuple[tuple[str, str, float, float, float, float, str, dict[str, str]], ...] = (
    ("Title", _TITLE, 32, 44, 0, 0, "center", {}),
    ("Subtitle", _TEXT, 18, 28, 12, 0, "center", {}),
    ("Heading 1", _HEADING, 19, 24, 0, 7.5, "center", {"keepNext": ""}),
    ("Heading 2", _HEADING, 16, 23.4, 0, 3, "center", {"keepNext": "", "pageBreakBefore": ""}),
    ("Heading 3", _HEADING, 12, 20, 7, 3, "left", {"keepNext": ""}),
    ("Book Under", _SOFT, 11, 16, 0, 9, "center", {"keepNext": ""}),
    ("Book Text", _TEXT, 12, 20, 0, 0, "both", {"first": "24"}),
    ("Book Plain", _TEXT, 10.5, 18, 0, 0, "left", {}),
    ("Book Host", _HEADING, 15, 26, 0, 0, "center", {}),
    ("Book Contents", _HEADING, 19, 24, 0, 7.5, "center", {"keepNext": ""}),
    ("Book Picture", _TEXT, 12, 0, 14, 14, "center", {}),
    ("Book Cell", _TEXT, 9.84, 14.27, 0, 0, "left", {}),
    ("Book Caption", _HEADING, 9.84, 15, 0, 0, "center", {}),
    ("Book Index", _TEXT, 10.3, 15.5, 0, 0, "left", {}),
    ("Book Letter", _HEADING, 10.3, 15.5, 6, 2, "left", {"keepNext": ""}),
    ("toc 1", _HEADING, 12, 20, 8, 0, "left", {}),
    ("toc 2", _TEXT, 11.4, 18, 0, 0, "left", {}),
)


def word(book: Book, index: Index, pages: Pages) -> bytes:
    """The bytes of the .docx; `pages` are what the fields show."""
    made = _Made(book, index, pages)
    made.write()
    held = io.BytesIO()
    made.document.save(held)
    return _with_fixed_dates(held.getvalue())


def esc(text: str) -> str:
    """A text as it may stand in XML."""
    return _ILLEGAL.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _run(text: str, more: str = "") -> str:
    pieces = esc(text).split("\n")
    inner = "<w:br/>".join(f'<w:t xml:space="preserve">{piece}</w:t>' for piece in pieces)
    return f"<w:r>{more}{inner}</w:r>"


def _field(code: str, shown: str, *, is_old: bool = False) -> str:
    """A field with what it shows; one that is old is counted anew when Word opens the file."""
    old = ' w:dirty="true"' if is_old else ""
    begin, middle, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"{old if kind == "begin" else ""}/></w:r>' for kind in ("begin", "separate", "end"))
    return f'{begin}<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>{middle}{_run(shown)}{end}'


def _page(anchor: str, shown: str) -> str:
    return _field(f"PAGEREF {anchor} \\h", shown, is_old=True)


def _p(style: str, inner: str, more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style.replace(" ", "")}"/>{more}</w:pPr>{inner}</w:p>'


class _Made:
    """A document as it grows: the XML of its body, its pictures, its sections."""

    def __init__(self, book: Book, index: Index, pages: Pages) -> None:
        self.book, self.index, self.pages = book, index, pages
        self.document = Document()
        self.body: list[str] = []
        self.pictures: dict[str, str] = {}
        self.drawn = self.marks = 0
        self.references: dict[str, str] = {}

    def write(self) -> None:
        """All parts in their order."""
        self.set_up()
        self.front()
        self.chapters()
        last = self.back()
        root = self.document.element.body
        for child in list(root):
            root.remove(child)
        for child in parse_xml(f"<w:body {_SPACE}>{''.join(self.body)}{last}</w:body>"):
            root.append(child)

    # --- the package ---

    def set_up(self) -> None:
        document, book = self.document, self.book
        for row in _STYLES:
            _style(document, *row)
        properties = document.core_properties
        properties.title, properties.author, properties.comments = _ILLEGAL.sub("", book.title)[:255], _ILLEGAL.sub("", "、".join(book.hosts))[:255], ""
        properties.created = properties.modified = _WRITTEN
        properties.revision, properties.last_modified_by = 1, ""
        settings = document.settings
        settings.odd_and_even_pages_header_footer = True
        zoom = settings.element.find(qn("w:zoom"))
        mirror = settings.element.makeelement(qn("w:mirrorMargins"), {})
        settings.element.insert(0 if zoom is None else list(settings.element).index(zoom) + 1, mirror)

    def part(self, kind: str, inner: str) -> str:
        """The relation of a header or footer that says this; each once."""
        key = kind + inner
        if key not in self.references:
            package: Any = self.document.part
            part, relation = package.add_header_part() if kind == "header" else package.add_footer_part()
            for child in list(part.element):
                part.element.remove(child)
            part.element.append(parse_xml(f"<w:p {_SPACE}>{inner}</w:p>"))
            self.references[key] = relation
        return self.references[key]

    def section(self, name: str, *, start: str = "oddPage", bare: bool = False, numbers: str = "", columns: str = "", first: bool = True) -> str:
        """The properties of a section: `name` stands in the header of its right-hand pages, `bare` ones have neither header nor footer."""
        rule = '<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="4" w:color="999999"/></w:pBdr>'
        size = '<w:rPr><w:sz w:val="18"/><w:szCs w:val="18"/></w:rPr>'
        words = {side: f'<w:pPr>{rule}<w:jc w:val="{side}"/></w:pPr>{_run(text, size)}' for side, text in (("right", name), ("left", self.book.title))}
        page = {side: f'<w:pPr><w:jc w:val="{side}"/></w:pPr>{_field("PAGE", "1")}' for side in ("right", "left")}
        made = []
        for kind, side in (("default", "right"), ("even", "left"), ("first", "right")):
            upper, lower = ("", "") if bare else ("" if kind == "first" else words[side], page[side])
            made.append(f'<w:headerReference w:type="{kind}" r:id="{self.part("header", upper)}"/><w:footerReference w:type="{kind}" r:id="{self.part("footer", lower)}"/>')
        paper = _PAPER
        bottom = paper.height - paper.top - paper.text_height
        margins = f'w:top="{_twips(paper.top)}" w:bottom="{_twips(bottom)}" w:left="{_twips(paper.inner)}" w:right="{_twips(paper.outer)}" w:header="{_twips(50)}" w:footer="{_twips(50)}" w:gutter="0"'
        return (
            f'<w:sectPr>{"".join(made)}<w:type w:val="{start}"/><w:pgSz w:w="{_twips(paper.width)}" w:h="{_twips(paper.height)}"/><w:pgMar {margins}/>{numbers}'
            f"{columns}{'<w:titlePg/>' if first else ''}</w:sectPr>"
        )

    def end(self, section: str) -> None:
        """Close a section with an empty line as low as can be."""
        self.body.append(f'<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>{section}</w:pPr></w:p>')

    def mark(self, name: str, inner: str) -> str:
        """A bookmark around runs."""
        self.marks += 1
        return f'<w:bookmarkStart w:id="{self.marks}" w:name="{name}"/>{inner}<w:bookmarkEnd w:id="{self.marks}"/>'

    # --- front, middle, back ---

    def front(self) -> None:
        """Title page, its back, foreword and contents."""
        book, add = self.book, self.body.append
        add(_p("Title", _run(book.title), f'<w:spacing w:before="{_twips(190)}"/>'))
        if book.subtitle:
            add(_p("Subtitle", _run(book.subtitle)))
        tail = [("Book Host", host) for host in book.hosts] + ([("Subtitle", wording.month(book.day))] if book.day else [])
        for at, (style, text) in enumerate(tail):
            add(_p(style, _run(text), f'<w:spacing w:before="{_twips(max(40, 250 - 26 * len(tail)))}"/>' if not at else ""))
        lines = wording.imprint(book)
        for at, line in enumerate(lines):
            add(_p("Book Plain", _run(line), f'<w:pageBreakBefore/><w:spacing w:before="{_twips(_PAPER.text_height - 18 * (len(lines) + 4))}"/>' if not at else ""))
        self.end(self.section("", bare=True))
        roman = '<w:pgNumType w:fmt="lowerRoman"/>'
        if book.foreword:
            add(_p("Heading 1", self.mark("part_foreword", _run(wording.FOREWORD))))
            self.body += [_p("Book Text", _run(line)) for line in book.foreword]
            self.end(self.section(wording.FOREWORD, numbers=roman))
        add(_p("Book Contents", _run(wording.CONTENTS)))
        self.contents()
        self.end(self.section(wording.CONTENTS.replace("\u3000", ""), numbers=roman))

    def contents(self) -> None:
        """A line for each part and case. Its page is a field of its own: Word and LibreOffice count these anew, LibreOffice not those within a TOC field."""
        tab = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{_twips(_PAPER.text_width)}"/></w:tabs>'
        for entry in wording.entries(self.book):
            where, anchor = str(entry["where"]), str(entry["where"]).replace("-", "_")
            number = self.pages.cases[int(where[5:])] if where.startswith("case-") else self.pages.parts[where]
            shown = _roman(number) if where == "part-foreword" else str(number)
            link = f'<w:hyperlink w:anchor="{anchor}" w:history="1">{_run(str(entry["text"]))}<w:r><w:tab/></w:r>{_page(anchor, shown)}</w:hyperlink>'
            indent = f'<w:ind w:left="{_twips(38)}" w:right="{_twips(28)}" w:hanging="{_twips(24)}"/>' if entry["level"] == 2 else ""
            self.body.append(_p(f"TOC{entry['level']}", link, tab + indent))

    def chapters(self) -> None:
        """The notes, then each theme in a section of its own."""
        book, at = self.book, 0
        numbers = '<w:pgNumType w:fmt="decimal" w:start="1"/>'
        if book.notes:
            name = book.notes_title or wording.NOTES
            self.body.append(_p("Heading 1", self.mark("part_notes", _run(name))))
            self.blocks(wording.noted(book))
            self.end(self.section(name, numbers=numbers))
            numbers = '<w:pgNumType w:fmt="decimal"/>'
        for place, (name, chapters) in enumerate(book.themes):
            if name:
                self.body.append(_p("Heading 1", self.mark(f"part_theme_{place}", _run(name)), f'<w:spacing w:before="{_twips(200)}"/>'))
                self.body.append(_p("Book Under", _run(wording.counted(len(chapters))), '<w:keepNext w:val="0"/>'))
            for number, chapter in enumerate(chapters):
                self.chapter(chapter, at, is_first=not number and not name)
                at += 1
            self.end(self.section(name or book.title, numbers=numbers, first=bool(name)))
            numbers = '<w:pgNumType w:fmt="decimal"/>'

    def chapter(self, chapter: Chapter, at: int, *, is_first: bool) -> None:
        self.body.append(_p("Heading 2", self.mark(f"case_{at}", _run(chapter.title)), '<w:pageBreakBefore w:val="0"/>' if is_first else ""))
        self.body.append(_p("Book Under", _run(wording.under(chapter))))
        self.blocks(chapter.blocks, chapter.title)

    def back(self) -> str:
        """The index; -> the properties of the last section."""
        decimal = '<w:pgNumType w:fmt="decimal"/>'
        if not self.index:
            return self.section(self.book.title, start="continuous", numbers=decimal, first=False)
        name = wording.INDEX.replace("\u3000", "")
        self.body.append(_p("Heading 1", self.mark("part_index", _run(wording.INDEX))))
        wide = (_PAPER.text_width - 22) / 2
        tab = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{_twips(wide)}"/></w:tabs>'
        two = f'<w:cols w:num="2" w:space="{_twips(22)}"/>'
        last = ""
        for at, (over, groups) in enumerate(self.index):
            if at:
                self.end(last)
            self.body.append(_p("Heading 3", _run(over)))
            self.end(self.section(name, start="continuous" if at else "oddPage", numbers=decimal, first=not at))
            for letter, rows in groups:
                if letter:
                    self.body.append(_p("Book Letter", _run(letter)))
                for text, cases in rows:
                    numbers = _run(", ").join(f'<w:hyperlink w:anchor="case_{case}">{_page(f"case_{case}", str(self.pages.cases[case]))}</w:hyperlink>' for case in cases)
                    self.body.append(_p("Book Index", f"{_run(text)}<w:r><w:tab/></w:r>{numbers}", tab))
            last = self.section(name, start="continuous", numbers=decimal, columns=two, first=False)
        return last

    # --- blocks ---

    def blocks(self, blocks: Sequence[Block], about: str = "") -> None:
        """Blocks, a picture and its caption on one page, a table's caption with the table."""
        for before, block, after in zip((None, *blocks), blocks, (*blocks[1:], None), strict=False):
            self.block(block, about, after_picture=bool(before and before.kind == "picture"), is_followed=bool(after and after.kind in ("caption", "table")))

    def block(self, block: Block, about: str, *, after_picture: bool, is_followed: bool) -> None:
        """A line, heading, caption, table or picture."""
        if block.kind == "picture":
            near = f'<w:keepNext/><w:spacing w:before="{_twips(14)}" w:after="{_twips(3)}" w:line="240" w:lineRule="auto"/>' if is_followed else ""
            self.body.append(_p("Book Picture", self.picture(block, about), near))
        elif block.kind == "caption":
            spacing = f'<w:spacing w:before="0" w:after="{_twips(11)}"/>' if after_picture else f'{"<w:keepNext/>" if is_followed else ""}<w:spacing w:before="{_twips(12)}" w:after="{_twips(3)}"/>'
            self.body.append(_p("Book Caption", _run(block.text), spacing))
        elif block.kind == "table":
            self.body.append(_table(block))
            self.body.append(f'<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="{_twips(12)}" w:lineRule="exact"/></w:pPr></w:p>')
        else:
            self.body.append(_p("Heading 3" if block.kind == "heading" else "Book Text", _run(block.text)))

    def picture(self, block: Block, about: str) -> str:
        """A run that shows a picture; equal pictures are kept once."""
        name = hashlib.sha256(block.data).hexdigest()
        if name not in self.pictures:
            is_png = block.data.startswith(b"\x89PNG")
            uri = PackURI(f"/word/media/image{len(self.pictures) + 1}.{'png' if is_png else 'jpg'}")
            part = ImagePart(uri, "image/png" if is_png else "image/jpeg", block.data)
            self.pictures[name] = self.document.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
        self.drawn += 1
        wide, high = (round(side * _EMU) for side in fitted(block, _PAPER))
        words = esc(f"{about}：图片"[:200])
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{high}"/><wp:docPr id="{self.drawn}" name="图片 {self.drawn}" descr="{words}"/>'
            '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
            f'<pic:nvPicPr><pic:cNvPr id="{self.drawn}" name="图片 {self.drawn}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{self.pictures[name]}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
        )


def _twips(points: float) -> int:
    return round(points * 20)


def _roman(number: int) -> str:
    found = ""
    for value, word_ in ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        while number >= value:
            found, number = found + word_, number - value
    return found


def _style(document: Any, name: str, font: str, size: float, line: float, before: float, after: float, side: str, more: dict[str, str]) -> None:
    styles = document.styles
    known = {style.name for style in styles}
    style = styles[name] if name in known else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.element.set(qn("w:styleId"), name.replace(" ", "").replace("toc", "TOC"))
    style.font.name, style.font.size, style.font.bold, style.font.italic = "Times New Roman", Pt(size), False, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)
    old = style.element.find(qn("w:pPr"))
    if old is not None:
        style.element.remove(old)
    level = name[8:] if name.startswith("Heading") else ""
    flags = "".join(f"<w:{flag}/>" for flag in ("keepNext", "pageBreakBefore") if flag in more)
    spacing = f'<w:spacing w:before="{_twips(before)}" w:after="{_twips(after)}"' + (f' w:line="{_twips(line)}" w:lineRule="exact"/>' if line else ' w:line="240" w:lineRule="auto"/>')
    first = f'<w:ind w:firstLine="{_twips(float(more["first"]))}" w:firstLineChars="200"/>' if "first" in more else ""
    outline = f'<w:outlineLvl w:val="{int(level) - 1}"/>' if level else ""
    made = parse_xml(f'<w:pPr {nsdecls("w")}>{flags}<w:widowControl/><w:snapToGrid w:val="0"/>{spacing}{first}<w:jc w:val="{side}"/>{outline}</w:pPr>')
    style.element.insert(list(style.element).index(style.element.get_or_add_rPr()), made)


def _table(block: Block) -> str:
    width, size = _PAPER.text_width, letters(block, _PAPER)
    shares = [round(share * width * 20) for share in block.shares]
    grid = "".join(f'<w:gridCol w:w="{share}"/>' for share in shares)
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    margins = "".join(f'<w:{side} w:w="{wide}" w:type="dxa"/>' for side, wide in (("top", 36), ("left", 70), ("bottom", 36), ("right", 70)))
    properties = f'<w:tblPr><w:tblW w:w="{sum(shares)}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
    rows = "".join(_row(cells, shares, size, is_head=at < head(block)) for at, cells in enumerate(_spread(block.cells, len(shares))))
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def _row(cells: Iterable[tuple[int, Cell, str]], shares: Sequence[int], size: float, *, is_head: bool) -> str:
    made = []
    look = f'<w:rPr><w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/></w:rPr>'
    for at, cell, merge in cells:
        span = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
        lines = cell.text.split("\n") if merge != "continue" else [""]
        inner = "".join(_p("Book Cell", _run(line, look)) for line in lines)
        grown = {"": "", "restart": '<w:vMerge w:val="restart"/>', "continue": "<w:vMerge/>"}[merge]
        made.append(f'<w:tc><w:tcPr><w:tcW w:w="{sum(shares[at : at + cell.columns])}" w:type="dxa"/>{span}{grown}<w:vAlign w:val="center"/></w:tcPr>{inner}</w:tc>')
    return f"<w:tr><w:trPr>{'<w:tblHeader/>' if is_head else ''}</w:trPr>{''.join(made)}</w:tr>"


def _spread(rows: Sequence[Sequence[Cell]], columns: int) -> list[list[tuple[int, Cell, str]]]:
    """Each row with the column where a cell begins and whether it starts or goes on with one that spans rows."""
    growing: dict[int, tuple[Cell, int]] = {}
    made = []
    for cells in rows:
        line: list[tuple[int, Cell, str]] = []
        waiting, at = list(cells), 0
        while at < columns:
            if at in growing:
                cell, left = growing.pop(at)
                line.append((at, cell, "continue"))
                if left > 1:
                    growing[at] = (cell, left - 1)
            elif waiting:
                cell = waiting.pop(0)
                line.append((at, cell, "restart" if cell.rows > 1 else ""))
                if cell.rows > 1:
                    growing[at] = (cell, cell.rows - 1)
            else:
                break
            at += line[-1][1].columns
        made.append(line)
    return made


def _with_fixed_dates(data: bytes) -> bytes:
    """The package packed anew with one date, so that the same book gives the same bytes; pictures are stored, since they are dense already."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            how = zipfile.ZIP_STORED if name.startswith("word/media/") else zipfile.ZIP_DEFLATED
            new.writestr(zipfile.ZipInfo(name, _WRITTEN.timetuple()[:6]), old.read(name), how)
    return held.getvalue()
