"""What the book itself says beside the cases: names of its parts, the line under a title, the back of the title page."""

from __future__ import annotations

import re

from zhengping.engine.collection.book import Book, Chapter
from zhengping.engine.record import Block

FOREWORD, CONTENTS, NOTES, INDEX, PLACES, UNITS, ELSEWHERE = "编写说明", "目　录", "来稿综述", "索　引", "地区索引", "单位索引", "未标明地区"
INDEX_NAMES = {"places": PLACES, "units": UNITS, "elsewhere": ELSEWHERE}
_HEADING = re.compile(r"^(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]).{2,40}$")


def under(chapter: Chapter) -> str:
    """The line under a case's title: unit, place where the unit's name does not hold it, award."""
    place = "" if chapter.place and (chapter.place in chapter.unit or chapter.unit.startswith(chapter.place[:3])) else chapter.place
    return "　|　".join(word for word in (chapter.unit, place, chapter.award) if word)


def counted(count: int) -> str:
    """The line under the name of a theme."""
    return f"本部分收录案例 {count} 个"


def month(day: str) -> str:
    """The month of an ISO date as it stands on a title page.

    >>> month("2026-11-26"), month("")
    ('2026年11月', '')
    """
    found = re.match(r"(\d{4})-(\d{2})", day)
    return f"{found[1]}年{int(found[2])}月" if found else ""


def imprint(book: Book) -> list[str]:
    """The lines on the back of the title page."""
    lines = [book.title + (f"　{book.subtitle}" if book.subtitle else "")]
    if book.hosts:
        lines.append(f"编者：{'、'.join(book.hosts)}")
    lines.append(f"收录案例 {len(book.chapters)} 个" + (f"，编成于 {book.day}" if book.day else ""))
    lines.append("案例文字经校对，联系方式等个人信息已隐去；图片和表格取自各单位报送的原件。")
    return [*lines, book.licence] if book.licence else lines


def noted(book: Book) -> list[Block]:
    """The paragraphs of the notes; short lines such as 一、…… are headings."""
    return [Block("heading" if _HEADING.match(line) and not re.search(r"[。；：]$", line) else "line", line) for line in book.notes if line]


def entries(book: Book) -> list[dict[str, object]]:
    """The contents: where (the name of a part or case), text and level (1 a part, 2 a case), in order."""
    made: list[tuple[str, str, int]] = [("part-foreword", FOREWORD, 1)] if book.foreword else []
    if book.notes:
        made.append(("part-notes", book.notes_title or NOTES, 1))
    at = 0
    for place, (name, chapters) in enumerate(book.themes):
        if name:
            made.append((f"part-theme-{place}", name, 1))
        for chapter in chapters:
            made.append((f"case-{at}", chapter.title, 2))
            at += 1
    if any(chapter.unit or chapter.place for chapter in book.chapters):
        made.append(("part-index", INDEX, 1))
    return [{"where": where, "text": text, "level": level} for where, text, level in made]
