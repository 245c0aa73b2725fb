from __future__ import annotations

import io
import re
import zipfile

import pypdfium2
import pytest
from docx import Document
from lxml import etree
from tests.engine.collection.originals import picture

from zhengping.engine.collection import Book, Chapter, bound, collect, editions
from zhengping.engine.record import Block, Case, Cell, Coding, Entry, Place, Theme

TEXT = "坚持党管人才原则，围绕产业链布局人才链，建立校企双聘、联合培养、成果共享的机制。" * 12
TABLE = Block("table", cells=((Cell("指标", 2), Cell("数值")), (Cell("人才", 1, 2), Cell("引进"), Cell("12人")), (Cell("培养"), Cell("30人"))), shares=(0.3, 0.3, 0.4))


def chapter(number: int, theme: str, *more: Block) -> Chapter:
    unit, place, division = (("江苏省南京市人才办", "江苏省南京市", "320100"), ("厦门市人才中心", "福建省厦门市", "350200"), ("重庆市人才局", "重庆市", "500000"))[number % 3]
    lines = tuple(Block("line", TEXT) for _ in range(number % 4 + 1))
    return Chapter(number, f"样例案例{chr(64 + number)}：推动人才服务提质", unit, place, division, "一等奖", theme, (Block("heading", "一、背景"), *lines, *more))


def shot(hue: int) -> Block:
    return Block("picture", data=picture(hue=hue), size=(640, 400), width=300.0)


CHAPTERS = tuple(
    chapter(number, "人才引进" if number < 5 else "人才服务", *((shot(number), Block("caption", f"图1 第{number}幅")) if number % 2 else (Block("caption", "表1 指标"), TABLE))) for number in range(1, 9)
)
BOOK = Book("人才工作案例选编", "样例", ("样例主办单位",), ("编写的说明。",), "来稿综述", ("一、总体情况", TEXT), "许可：CC BY 4.0。", "2026-11-26", CHAPTERS)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return editions(BOOK)


def pages(data: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in pdf]


def spaceless(text: str) -> str:
    return re.sub(r"[ \t\u3000\ufffe]", "", text)


def numbers(found: list[str]) -> dict[str, int]:
    """The printed number of the page on which each case begins."""
    starts = {}
    for one in CHAPTERS:
        (page,) = [text for text in found if spaceless(one.title) in spaceless(text) and f"{one.unit}|" in spaceless(text)]
        starts[one.title] = int([line for line in page.split("\n") if line.strip().isdigit()][-1])
    return starts


@pytest.mark.parametrize("paper", ["a4.pdf", "16k.pdf"])
def test_the_numbers_of_the_contents_are_those_of_the_pages(files, paper):
    found = pages(files[paper])
    contents = spaceless(next(text for text in found if "目" in text[:20] and "录" in text[:20]))

    assert {one.title: int(re.search(re.escape(one.title) + r"[.\s]*(\d+)", contents)[1]) for one in CHAPTERS} == numbers(found)


def test_the_index_names_the_pages_of_each_unit_and_place(files):
    found = pages(files["a4.pdf"])
    starts = numbers(found)
    index = spaceless(next(text for text in found if "地区索引" in text and "单位索引" in text))

    for unit in {one.unit for one in CHAPTERS}:
        told = re.search(re.escape(unit) + r"[.\s]*([\d,]+)", index)[1]
        assert [int(word) for word in told.split(",")] == [starts[one.title] for one in CHAPTERS if one.unit == unit]
    assert [name for name in ("江苏省", "福建省", "重庆市") if f"\n{name}\n" in index] == ["江苏省", "福建省", "重庆市"]


def test_each_theme_begins_on_a_right_hand_page(files):
    found = pages(files["a4.pdf"])

    assert [at % 2 for at, text in enumerate(found) if "本部分收录案例" in spaceless(text)] == [0, 0]


@pytest.mark.parametrize(("paper", "size"), [("a4.pdf", (210, 297)), ("16k.pdf", (185, 260))])
def test_the_paper_has_its_size_in_millimetres(files, paper, size):
    page = pypdfium2.PdfDocument(files[paper])[0]

    assert tuple(round(side * 25.4 / 72) for side in page.get_size()) == size


def test_every_picture_is_in_every_file(files):
    pdf = pypdfium2.PdfDocument(files["a4.pdf"])
    kind = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
    with zipfile.ZipFile(io.BytesIO(files["docx"])) as word, zipfile.ZipFile(io.BytesIO(files["epub"])) as read:
        in_word = [name for name in word.namelist() if name.startswith("word/media/")]
        in_epub = [name for name in read.namelist() if name.startswith("EPUB/pictures/")]

    assert (sum(len(list(page.get_objects([kind], max_depth=9))) for page in pdf), len(in_word), len(in_epub)) == (4, 4, 4)


def test_word_shows_contents_and_index_with_numbers_before_it_counts_them(files):
    document = Document(io.BytesIO(files["docx"]))
    contents = [paragraph for paragraph in document.paragraphs if paragraph.style.style_id in ("TOC1", "TOC2")]
    starts = numbers(pages(files["a4.pdf"]))

    shown = {"".join(node.text or "" for node in p._p.iter("{*}t")) for p in contents}
    assert {f"{title}{number}" for title, number in starts.items()} <= shown
    marks = {mark.get(mark.nsmap["w"].join("{}") + "name") for mark in document.element.body.iter("{*}bookmarkStart")}
    asked = set(re.findall(r"PAGEREF (\S+)", "".join(node.text or "" for node in document.element.body.iter("{*}instrText"))))
    assert asked <= marks


def test_word_keeps_merged_cells(files):
    table = Document(io.BytesIO(files["docx"])).tables[0]

    assert table.cell(0, 0)._tc is table.cell(0, 1)._tc
    assert table.cell(2, 0).text == table.cell(1, 0).text == "人才"


def test_headings_of_word_are_headings(files):
    document = Document(io.BytesIO(files["docx"]))

    assert [p.text for p in document.paragraphs if p.style.name == "Heading 2"] == [one.title for one in CHAPTERS]
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == ["编写说明", "来稿综述", "人才引进", "人才服务", "索　引"]


def test_the_epub_is_whole(files):
    with zipfile.ZipFile(io.BytesIO(files["epub"])) as archive:
        names = archive.namelist()
        first = archive.infolist()[0]
        roots = {name: etree.fromstring(archive.read(name)) for name in names if name.endswith((".xhtml", ".opf", ".xml"))}

    package = roots["EPUB/content.opf"]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert {f"EPUB/{item.get('href')}" for item in package.iter("{*}item")} == {name for name in names if name.startswith("EPUB/")} - {"EPUB/content.opf"}
    assert {item.get("idref") for item in package.iter("{*}itemref")} <= {item.get("id") for item in package.iter("{*}item")}
    links = {(name, link.get("href")) for name, root in roots.items() for link in root.iter("{*}a")}
    assert all(f"EPUB/{href}" in names for _name, href in links) and len(links) > 20


def test_the_same_book_gives_the_same_bytes(files):
    assert editions(BOOK) == files


def test_words_are_no_markup():
    title = '#panic("x") <b>&amp; \x0b*_$ \\'
    book = Book(title, chapters=(Chapter(1, title, "单位<一>", blocks=(Block("line", title), Block("table", cells=((Cell(title), Cell("]")),), shares=(0.5, 0.5)))),))

    made = editions(book)

    assert '#panic("x")' in "".join(pages(made["a4.pdf"]))
    assert Document(io.BytesIO(made["docx"])).core_properties.title == title.replace("\x0b", "")


def test_a_wide_table_and_a_long_cell_stay_on_the_paper():
    wide = Block("table", cells=tuple(tuple(Cell(f"第{row}行{column}列内容123456789012345678") for column in range(12)) for row in range(60)), shares=(1 / 12,) * 12)
    long = Block("table", cells=((Cell("事项"), Cell("说明")), (Cell("一"), Cell(TEXT * 12))), shares=(0.2, 0.8))
    found = pypdfium2.PdfDocument(collect(Book("书", chapters=(Chapter(1, "案例", "单位", blocks=(wide, long)),)), "pdf"))

    for page in found:
        width, height = page.get_size()
        boxes = [item.get_bounds() for item in page.get_objects()]
        assert all(left >= -1 and bottom >= -1 and right <= width + 1 and top <= height + 1 for left, bottom, right, top in boxes)
    assert len("".join(re.findall(r"[^\s\d]", "".join(pages_of(found))))) > len(TEXT) * 12


def pages_of(pdf: pypdfium2.PdfDocument) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pdf]


def entry(number: int, theme: str, award: str, division: str) -> Entry:
    return Entry(Case(number, f"案例{number}", "单位"), Coding(number, Place(division, "某地"), "单位", "", "", (theme,) if theme else ()), award)


@pytest.mark.parametrize(("order", "numbers"), [("award", [3, 2, 1, 4]), ("place", [2, 1, 3, 4]), ("number", [1, 2, 3, 4])])
def test_cases_follow_each_other_by_theme_and_then_as_asked(order, numbers):
    entries = [entry(4, "", "一等奖", "110000"), entry(1, "a", "二等奖", "330000"), entry(2, "a", "二等奖", "320000"), entry(3, "a", "一等奖", "440000")]

    found = bound(entries, (Theme("a", "人才引进"),), dict.fromkeys(range(1, 5), ()), order=order)

    assert [one.number for one in found] == numbers
    assert [one.theme for one in found] == ["人才引进"] * 3 + ["其他"]
