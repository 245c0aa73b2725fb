from __future__ import annotations

from dataclasses import replace

from tests.engine.collection.originals import BACKGROUND, EFFECT, MEASURES, grid, paper, picture, shown

from zhengping.engine import reading
from zhengping.engine.collection import placed
from zhengping.engine.record import Arrival, Block, Case, IncomingFile


def read(data: bytes) -> tuple[Case, tuple[Block, ...]]:
    file = IncomingFile("案例.docx", data)
    document = replace(reading.read(file), arrivals=(Arrival(file.name, file.sha256, len(data)),))
    return reading.draft([document]).cases[0], reading.blocks(file)


def told(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text[:6] if block.text else block.kind for block in blocks]


def test_pictures_and_tables_stand_where_they_stood():
    data = paper(lambda document: shown(document, picture(), 10, "图1 服务大厅"), lambda document: grid(document, [["年份", "人数"], ["2025", "12"]]))

    blocks, omissions = placed(*read(data))

    assert told(blocks) == ["一、案例背景", BACKGROUND[:6], "picture", "图1 服务大", "二、主要做法", MEASURES[:6], "table", "三、实施成效", EFFECT[:6]]
    assert [block.kind for block in blocks if block.text.startswith("图1")] == ["caption"]
    assert omissions == ()


def test_no_telephone_comes_into_the_book():
    blocks, _ = placed(*read(paper(lambda document: grid(document, [["联系人", "张三"], ["电话", "13800000000"]]))))

    assert "138" not in str(blocks) and "张三" not in str(blocks)


def test_a_corrected_text_is_printed_as_corrected_with_its_picture():
    case, original = read(paper(lambda document: shown(document, picture())))
    case = replace(case, paragraphs=(case.paragraphs[0], "改过的做法，与原件不同的一段文字。", *case.paragraphs[2:]))

    blocks, _ = placed(case, original)

    assert told(blocks) == ["一、案例背景", BACKGROUND[:6], "picture", "二、主要做法", "改过的做法，", "三、实施成效", EFFECT[:6]]


def test_long_cells_of_a_printed_table_are_not_told_twice():
    case, original = read(paper(lambda document: grid(document, [["做法", "成效"], ["建立机制，完善政策，形成合力，推动各项工作落实到位。", "好"]])))

    blocks, _ = placed(case, original)

    assert str(blocks).count("完善政策，形成合力") == 1


def test_a_picture_behind_a_pledge_is_left_out_and_told():
    case, original = read(paper())
    pledge = Block("line", "本单位承诺所报材料真实、准确，不涉及国家秘密和知识产权纠纷，愿意承担相应的责任，特此承诺并加盖公章。")
    stamp = Block("picture", data=b"x", size=(10, 10))

    blocks, omissions = placed(case, (*original, pledge, stamp))

    assert "picture" not in told(blocks)
    assert [(one.reason, dict(one.values)) for one in omissions] == [("left-outside-picture", {"count": "1"})]


def test_equal_losses_are_told_once_with_their_number():
    case, original = read(paper())
    lost = Block("left", "left-kind", values=(("kind", "EMF"),))

    _, omissions = placed(case, (*original, lost, lost))

    assert [dict(one.values) for one in omissions] == [{"kind": "EMF", "count": "2"}]


def test_without_an_original_the_words_are_printed():
    case, _ = read(paper())

    assert told(placed(case)[0]) == ["一、案例背景", BACKGROUND[:6], "二、主要做法", MEASURES[:6], "三、实施成效", EFFECT[:6]]


def test_other_files_of_a_case_are_told():
    case, original = read(paper())

    _, omissions = placed(replace(case, documents=("a" * 64, "b" * 64, "c" * 64)), original)

    assert [(one.reason, dict(one.values)) for one in omissions] == [("left-files", {"count": "2"})]


def test_in_an_edited_text_pictures_and_tables_stand_at_the_same_places():
    case, original = read(paper(lambda document: shown(document, picture(), 10, "图1 服务大厅"), lambda document: grid(document, [["年份", "人数"], ["2025", "12"]])))
    edited = replace(case, paragraphs=("改过的背景。", "改过的做法。", case.paragraphs[2]))

    blocks, omissions = placed(case, original, edited)

    assert told(blocks) == ["一、案例背景", "改过的背景。", "picture", "图1 服务大", "二、主要做法", "改过的做法。", "table", "三、实施成效", EFFECT[:6]]
    assert omissions == ()


def test_what_was_cut_takes_no_picture_along():
    case, original = read(paper(lambda document: shown(document, picture())))
    edited = replace(case, paragraphs=case.paragraphs[1:], parts=tuple(replace(part, first=part.first - 1, last=part.last - 1) for part in case.parts[1:]))

    blocks, omissions = placed(case, original, edited)

    assert told(blocks) == ["picture", "二、主要做法", MEASURES[:6], "三、实施成效", EFFECT[:6]]
    assert omissions == ()
