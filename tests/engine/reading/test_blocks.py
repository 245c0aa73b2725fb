from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from PIL import Image
from tests.engine.collection.originals import EFFECT, grid, paper, picture, saved, shown

from zhengping.engine import reading
from zhengping.engine.reading.printable import printable
from zhengping.engine.record import Block, Cell, IncomingFile
from zhengping.engine.workers import Readers


def blocks(data: bytes, name: str = "案例.docx") -> tuple[Block, ...]:
    return reading.blocks(IncomingFile(name, data))


def left(found: tuple[Block, ...]) -> list[tuple[str, dict[str, str]]]:
    return [(block.text, dict(block.values)) for block in found if block.kind == "left"]


def changed(data: bytes, name: str, new: bytes) -> bytes:
    """A package with one member exchanged."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w") as made:
        for item in old.namelist():
            made.writestr(item, new if item == name else old.read(item))
    return held.getvalue()


def test_a_picture_stands_between_the_lines_it_stood_between():
    found = blocks(paper(lambda document: shown(document, picture(), 10, "图1 服务大厅")))

    kinds = [block.kind if block.kind == "picture" else block.text[:4] for block in found]
    assert kinds[2:7] == ["一、案例", "近年来，", "picture", "图1 服", "二、主要"]
    assert [(block.size, block.width) for block in found if block.kind == "picture"] == [((640, 400), 283.5)]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF"])
def test_pictures_of_each_kind_become_png_or_jpg(kind):
    (found,) = [block for block in blocks(paper(lambda document: shown(document, picture(kind)))) if block.kind == "picture"]

    image = Image.open(io.BytesIO(found.data))
    assert (image.format, image.size) == ("JPEG" if kind == "JPEG" else "PNG", (640, 400))


def test_merged_cells_keep_what_they_span():
    def table(document):
        made = grid(document, [["指标", "", "数值"], ["人才", "引进", "12人"], ["", "培养", "30人"]])
        made.cell(0, 0).merge(made.cell(0, 1))
        made.cell(1, 0).merge(made.cell(2, 0))

    (found,) = [block for block in blocks(paper(table)) if block.kind == "table"]

    assert found.cells == ((Cell("指标", 2), Cell("数值")), (Cell("人才", 1, 2), Cell("引进"), Cell("12人")), (Cell("培养"), Cell("30人")))
    assert sum(found.shares) == pytest.approx(1, abs=0.001)


def test_a_list_of_persons_is_left_out_and_told():
    found = blocks(paper(lambda document: grid(document, [["姓名", "手机", "学历"], ["张三", "13800000000", "博士"], ["李四", "13900000000", "硕士"]])))

    assert left(found) == [("left-persons", {})]
    assert "13900000000" not in str(found)


def test_numbers_of_persons_in_a_table_are_masked():
    found = blocks(paper(lambda document: grid(document, [["事项", "说明"], ["热线", "请拨13800000000"]])))

    assert [cell.text for block in found if block.kind == "table" for row in block.cells for cell in row][-1] == "请拨〔电话〕"


def test_the_form_is_taken_apart_into_lines():
    document = Document()
    grid(document, [["案例名称", "某某案例"], ["报送单位", "某某单位"], ["联系人", "张三"], ["主要做法", EFFECT * 6]])

    assert {block.kind for block in blocks(saved(document))} == {"line"}


def test_a_damaged_picture_costs_itself_alone():
    data = paper(lambda document: [shown(document, picture(hue=1)), shown(document, picture(hue=2))])

    found = blocks(changed(data, "word/media/image1.png", picture()[:300]))

    assert left(found) == [("left-damaged", {})]
    assert sum(block.kind == "picture" for block in found) == 1


def test_a_metafile_is_told_by_its_kind():
    data = paper(lambda document: shown(document, picture()))

    assert left(blocks(changed(data, "word/media/image1.png", b"\xd7\xcd\xc6\x9a" + bytes(60)))) == [("left-kind", {"kind": "WMF"})]


def test_a_giant_picture_is_not_decoded():
    header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (40_000).to_bytes(4) + (40_000).to_bytes(4) + b"\x08\x02\x00\x00\x00"
    data = changed(paper(lambda document: shown(document, picture())), "word/media/image1.png", header + bytes(40))

    assert left(blocks(data))[0][0] in ("left-giant", "left-damaged")


def test_a_large_picture_is_scaled_to_300_dots_an_inch():
    data, size = printable(picture("JPEG", (5000, 3000)), 200.0)

    assert size == (round(200 / 72 * 300), round(200 / 72 * 300 * 3 / 5))
    assert Image.open(io.BytesIO(data)).size == size


def test_a_camera_s_notes_are_cut_off():
    exif = Image.Exif()
    exif[0x010F] = "样例相机"
    shot = picture("JPEG", exif=exif.tobytes(), comment=b"secret")

    data, size = printable(shot)

    assert size == (640, 400)
    assert not dict(Image.open(io.BytesIO(data)).getexif()) and b"secret" not in data


def test_the_part_that_was_cut_off_in_word_stays_cut_off():
    assert printable(picture(), 0, (0.25, 0, 0.25, 0.5))[1] == (320, 200)


def test_of_a_pdf_the_text_is_printed_and_the_rest_told():
    from zhengping.samples.writers import Paper, pdf

    found = blocks(pdf(Paper("某某案例", "某某单位", (("一、背景", (EFFECT * 3,)),))), "案例.pdf")

    assert EFFECT[:10] in "".join(block.text for block in found)
    assert left(found)[0][0] == "left-kind-of-file"


def test_a_worker_answers_with_blocks():
    data = paper(lambda document: shown(document, picture()))

    with Readers(1) as readers:
        answer = readers.read(IncomingFile("案例.docx", data), "blocks")

    assert answer.blocks == blocks(data)
