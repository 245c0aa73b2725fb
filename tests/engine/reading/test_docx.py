from __future__ import annotations

import pytest

from zhengping.engine import reading
from zhengping.engine.record import IncomingFile
from zhengping.samples.writers import Paper, docx, docx_of, packed


def read(data: bytes, name: str = "a.docx"):
    return reading.read(IncomingFile(name, data))


def test_every_word_of_nested_tables_and_boxes_is_read_and_no_deleted_one():
    paper = Paper("标题", "单位", (("背景", ("正文一。",)),), (("联系人", "示例甲"),), "旧句。", "新句。", "框中的话。")

    text = read(docx(paper, True)).text

    assert [word in text for word in ("标题", "单位", "正文一。", "示例甲", "新句。", "框中的话。", "旧句。")] == [True] * 6 + [False]


def test_the_words_of_a_text_box_are_read_once():
    paper = Paper("标题", "单位", (("背景", ("正文一。",)),), box="框中的话。")

    assert read(docx(paper, False)).text.count("框中的话。") == 1


def test_a_document_with_a_tracked_change_says_so():
    paper = Paper("标题", "单位", (("背景", ("正文一。",)),), deleted="旧句。", inserted="新句。")

    assert "tracked-changes" in read(docx(paper, False)).notes


def test_a_million_paragraphs_are_refused():
    with pytest.raises(reading.UnreadableFile, match=r"too-many-paragraphs|part-too-big|bomb"):
        read(docx_of("<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 1_000_000))


def test_entities_are_refused():
    body = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><w:document xmlns:w="x">&b;</w:document>'
    members = [("[Content_Types].xml", b"<Types/>"), ("word/document.xml", body)]

    with pytest.raises(reading.UnreadableFile, match=r"doctype|damaged"):
        read(packed(members))
