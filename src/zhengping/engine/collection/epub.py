"""Book -> .epub (EPUB 3.3, W3C): a page for each case, navigation, an index with links, pictures once each."""

from __future__ import annotations

import hashlib
import io
import zipfile

from zhengping.engine.collection import wording
from zhengping.engine.collection.book import Book, Chapter
from zhengping.engine.collection.index import Index
from zhengping.engine.collection.printed import head
from zhengping.engine.collection.word import esc
from zhengping.engine.record import Block

_WRITTEN = (2000, 1, 1, 0, 0, 0)
_STYLE = """body { margin: 5%; line-height: 1.7; }
h1, h2 { text-align: center; line-height: 1.4; } h2 { font-size: 1.25em; } h3 { font-size: 1.05em; }
p { margin: 0; text-indent: 2em; text-align: justify; } p.plain, p.under, figcaption, caption, td p, th p { text-indent: 0; }
p.under, .cover { text-align: center; color: #444; margin-bottom: 1.2em; } .cover { margin-top: 30%; }
figure { margin: 1.2em 0; text-align: center; } figure img { max-width: 100%; height: auto; } figcaption, caption { font-size: 0.85em; text-align: center; }
table { border-collapse: collapse; width: 100%; margin: 1.2em 0; font-size: 0.85em; } td, th { border: 1px solid #888; padding: 0.25em 0.4em; font-weight: normal; text-align: left; }
nav ol { list-style: none; padding-left: 1em; } ul.index { list-style: none; padding-left: 0; }
"""
_CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="EPUB/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def epub(book: Book, index: Index) -> bytes:
    """The bytes of the .epub."""
    pictures: dict[str, bytes] = {}
    pages = _pages(book, index, pictures)
    files = {f"EPUB/{name}.xhtml": _page(title, inner).encode() for name, title, inner in pages}
    files["EPUB/nav.xhtml"] = _nav(book).encode()
    files["EPUB/style.css"] = _STYLE.encode()
    files |= {f"EPUB/pictures/{name}": data for name, data in sorted(pictures.items())}
    stamp = hashlib.sha256(b"".join(name.encode() + hashlib.sha256(data).digest() for name, data in files.items()) + repr((book.title, book.hosts, book.day)).encode())
    files["EPUB/content.opf"] = _package(book, stamp.hexdigest(), [name for name, _title, _inner in pages], sorted(pictures)).encode()
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", _WRITTEN), b"application/epub+zip", zipfile.ZIP_STORED)
        for name, data in {"META-INF/container.xml": _CONTAINER.encode(), **files}.items():
            how = zipfile.ZIP_STORED if "/pictures/" in name else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, _WRITTEN), data, how)
    return held.getvalue()


def _page(title: str, inner: str, more: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml"{more} xml:lang="zh-Hans" lang="zh-Hans"><head><title>{esc(title)}</title>'
        f'<link rel="stylesheet" type="text/css" href="style.css"/></head><body>{inner}</body></html>'
    )


def _pages(book: Book, index: Index, pictures: dict[str, bytes]) -> list[tuple[str, str, str]]:
    """Name, title and body of each page in the order of reading."""
    made = [("title", book.title, _title(book))]
    if book.foreword:
        made.append(("foreword", wording.FOREWORD, f"<h1>{wording.FOREWORD}</h1>" + "".join(f"<p>{esc(line)}</p>" for line in book.foreword)))
    if book.notes:
        name = book.notes_title or wording.NOTES
        made.append(("notes", name, f"<h1>{esc(name)}</h1>{_blocks(wording.noted(book), pictures, name)}"))
    at = 0
    for place, (name, chapters) in enumerate(book.themes):
        if name:
            made.append((f"theme-{place}", name, f'<section class="cover"><h1>{esc(name)}</h1><p class="under">{wording.counted(len(chapters))}</p></section>'))
        for chapter in chapters:
            made.append((f"case-{at}", chapter.title, _chapter(chapter, pictures)))
            at += 1
    return [*made, ("index", wording.INDEX, _index(book, index))] if index else made


def _title(book: Book) -> str:
    lines = "".join(f'<p class="plain">{esc(line)}</p>' for line in wording.imprint(book))
    hosts = "<br/>".join(map(esc, book.hosts))
    under = f'<p class="under">{esc(book.subtitle)}</p>' if book.subtitle else ""
    return f'<section class="cover"><h1>{esc(book.title)}</h1>{under}<p class="under">{hosts}</p><p class="under">{wording.month(book.day)}</p></section><section>{lines}</section>'


def _chapter(chapter: Chapter, pictures: dict[str, bytes]) -> str:
    return f'<article><h2>{esc(chapter.title)}</h2><p class="under">{esc(wording.under(chapter))}</p>{_blocks(chapter.blocks, pictures, chapter.title)}</article>'


def _blocks(blocks: tuple[Block, ...] | list[Block], pictures: dict[str, bytes], about: str) -> str:
    made: list[str] = []
    for at, block in enumerate(blocks):
        after = blocks[at + 1] if at + 1 < len(blocks) else None
        before = blocks[at - 1] if at else None
        if block.kind == "picture":
            words = after.text if after and after.kind == "caption" else ""
            made.append(_figure(block, pictures, words, about))
        elif block.kind == "table":
            made.append(_table(block, before.text if before and before.kind == "caption" and not (at > 1 and blocks[at - 2].kind == "picture") else ""))
        elif block.kind == "caption":
            is_shown = (before and before.kind == "picture") or (after and after.kind == "table")
            made += [] if is_shown else [f'<p class="under">{esc(block.text)}</p>']
        else:
            made.append(f"<h3>{esc(block.text)}</h3>" if block.kind == "heading" else f"<p>{esc(block.text)}</p>")
    return "".join(made)


def _figure(block: Block, pictures: dict[str, bytes], words: str, about: str) -> str:
    name = f"{hashlib.sha256(block.data).hexdigest()[:24]}.{'png' if block.data.startswith(bytes((137, 80, 78, 71))) else 'jpg'}"
    pictures[name] = block.data
    said = f"<figcaption>{esc(words)}</figcaption>" if words else ""
    return f'<figure><img src="pictures/{name}" alt="{esc(words or about + "：图片")}" width="{block.size[0]}" height="{block.size[1]}"/>{said}</figure>'


def _table(block: Block, words: str) -> str:
    heads = head(block)
    rows = []
    for at, cells in enumerate(block.cells):
        tag = "th" if at < heads else "td"
        spans = ((f' colspan="{cell.columns}"' if cell.columns > 1 else "") + (f' rowspan="{cell.rows}"' if cell.rows > 1 else "") for cell in cells)
        rows.append("<tr>" + "".join(f"<{tag}{span}>{esc(cell.text).replace(chr(10), '<br/>')}</{tag}>" for cell, span in zip(cells, spans, strict=True)) + "</tr>")
    top = f"<thead>{''.join(rows[:heads])}</thead>" if heads else ""
    return f"<table>{f'<caption>{esc(words)}</caption>' if words else ''}{top}<tbody>{''.join(rows[heads:])}</tbody></table>"


def _index(book: Book, index: Index) -> str:
    made = [f"<h1>{wording.INDEX}</h1>"]
    for name, groups in index:
        made.append(f"<h2>{esc(name)}</h2>")
        for over, rows in groups:
            made.append(f'<h3>{esc(over)}</h3><ul class="index">')
            for text, cases in rows:
                links = "；".join(f'<a href="case-{case}.xhtml">{esc(book.chapters[case].title)}</a>' for case in cases)
                made.append(f"<li>{esc(text)}　{links}</li>")
            made.append("</ul>")
    return "".join(made)


def _nav(book: Book) -> str:
    made, is_open = ['<li><a href="title.xhtml">' + esc(book.title) + "</a></li>"], False
    entries = wording.entries(book)
    has_themes = any(str(entry["where"]).startswith("part-theme") for entry in entries)
    for entry in entries:
        page = str(entry["where"]).removeprefix("part-")
        link = f'<a href="{page}.xhtml">{esc(str(entry["text"]))}</a>'
        if entry["level"] == 1 and is_open:
            made.append("</ol></li>")
            is_open = False
        if page.startswith("theme-"):
            made.append(f"<li>{link}<ol>")
            is_open = True
        elif entry["level"] == 2 and has_themes and not is_open:
            made.append(f"<li>{link}</li>")
        else:
            made.append(f"<li>{link}</li>")
    made += ["</ol></li>"] if is_open else []
    return _page(wording.CONTENTS, f'<nav epub:type="toc" id="toc"><h1>{wording.CONTENTS}</h1><ol>{"".join(made)}</ol></nav>', ' xmlns:epub="http://www.idpf.org/2007/ops"')


def _package(book: Book, stamp: str, pages: list[str], pictures: list[str]) -> str:
    own = f"{stamp[:8]}-{stamp[8:12]}-5{stamp[13:16]}-a{stamp[17:20]}-{stamp[20:32]}"
    day = book.day if len(book.day) == 10 else "2000-01-01"
    items = [f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in pages]
    items += [f'<item id="p{at}" href="pictures/{name}" media-type="image/{"png" if name.endswith("png") else "jpeg"}"/>' for at, name in enumerate(pictures)]
    hosts = "".join(f'<dc:creator id="c{at}">{esc(host)}</dc:creator>' for at, host in enumerate(book.hosts))
    rights = f"<dc:rights>{esc(book.licence)}</dc:rights>" if book.licence else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="zh-Hans"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">urn:uuid:{own}</dc:identifier><dc:title>{esc(book.title)}</dc:title><dc:language>zh-Hans</dc:language>{hosts}<dc:date>{esc(day)}</dc:date>{rights}'
        f'<meta property="dcterms:modified">{esc(day)}T00:00:00Z</meta></metadata><manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        f'<item id="style" href="style.css" media-type="text/css"/>{"".join(items)}</manifest>'
        f'<spine><itemref idref="{pages[0]}"/><itemref idref="nav"/>{"".join(f"""<itemref idref="{name}"/>""" for name in pages[1:])}</spine></package>'
    )
