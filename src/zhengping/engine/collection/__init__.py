"""A case and its original -> what is printed of it; a book of cases -> the bytes of .docx, .pdf and .epub: nothing is decided here but how it looks."""

from __future__ import annotations

from collections.abc import Callable

from zhengping.engine.collection import wording
from zhengping.engine.collection.binding import ORDERS, bound
from zhengping.engine.collection.book import Book, Chapter
from zhengping.engine.collection.epub import epub
from zhengping.engine.collection.index import index
from zhengping.engine.collection.placing import placed
from zhengping.engine.collection.printed import PAPERS, Pages, printed
from zhengping.engine.collection.word import word

__all__ = ["EDITIONS", "ORDERS", "PAPERS", "Book", "Chapter", "bound", "collect", "editions", "placed"]

EDITIONS = ("a4.pdf", "16k.pdf", "docx", "epub")
_PAPER = {"a4.pdf": "a4", "16k.pdf": "16k"}


def collect(book: Book, kind: str, paper: str = "a4") -> bytes:
    """The bytes of a collection as "docx" (A4, to edit), "pdf" (on `paper`, "a4" or "16k", to print) or "epub" (EPUB 3.3, to read).

    The same book gives the same bytes. Numbers of pages in contents and index of the .docx are those of the A4 layout, which has the same lines; Word
    counts them anew with Ctrl-A, F9. Raises ValueError for another kind or paper.
    """
    return editions(book, (f"{paper}.pdf" if kind == "pdf" else kind,)).popitem()[1]


def editions(book: Book, names: tuple[str, ...] = EDITIONS, tell: Callable[[str], None] = lambda name: None) -> dict[str, bytes]:
    """Several files of one book, by their endings; the A4 layout is made once, `tell` hears of each before it is made. Raises ValueError for another ending."""
    found = index(book.chapters, wording.INDEX_NAMES)
    made: dict[str, bytes] = {}
    pages: Pages | None = None
    for name in sorted(names, key=EDITIONS.index):
        tell(name)
        if name == "epub":
            made[name] = epub(book, found)
        elif name == "docx":
            pages = pages or printed(book, found, "a4", wants_pdf=False)[1]
            made[name] = word(book, found, pages)
        else:
            made[name], of = printed(book, found, _PAPER[name])
            pages = of if name == "a4.pdf" else pages
    return made
