from __future__ import annotations

import io

import docx
import openpyxl
import pypdfium2

from zhengping.engine.rendering import Article, Heading, Picture, Rows, Sheet, Span, Text, bars, page, printed, tiles, to_svg, word, workbook

ARTICLE = Article(
    "来稿综述",
    (
        Text((Span("共收到案例12篇。", ("统计：12",)), Span("<b>其他</b>"))),
        Heading("一、主题"),
        Picture(bars("类型", [("组织部门", 12)]), "类型"),
        Rows("表", ("甲", "乙"), (("1", "南京"),)),
    ),
)


def test_a_word_article_names_the_fonts_and_holds_all_words():
    found = docx.Document(io.BytesIO(word(ARTICLE)))

    assert [p.text for p in found.paragraphs if p.text][:3] == ["来稿综述", "共收到案例12篇。<b>其他</b>", "一、主题"]
    assert "仿宋_GB2312" in found.styles["Normal"].element.xml


def test_a_pdf_holds_its_words_with_its_own_fonts():
    text = pypdfium2.PdfDocument(printed(ARTICLE))[0].get_textpage().get_text_bounded()

    assert "共收到案例" in text and "组织部门" in text


def test_a_page_escapes_text_and_opens_sources():
    found = page(ARTICLE).decode()

    assert "&lt;b&gt;其他" in found and 'aria-controls="o1"' in found and "http://" not in found.replace("http://www.w3.org", "")


def test_a_unit_that_was_not_invited_has_no_number():
    found = to_svg(tiles("图", [("北京", 0, 0, 5, "5"), ("台湾", 1, 0, None, ""), ("天津", 0, 1, 0, "0")]))

    assert [found.count(f">{word}<") for word in ("5", "0", "台湾")] == [1, 1, 1]


def test_nothing_of_a_case_becomes_a_formula():
    data = workbook([Sheet("表", (("列", 10),), [("=1+1",), ("http://a.cn",)])])

    cells = [(cell.value, cell.data_type, cell.hyperlink) for (cell,) in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2)]
    assert cells == [("=1+1", "s", None), ("http://a.cn", "s", None)] or [c[1:] for c in cells] == [("s", None), ("s", None)]
