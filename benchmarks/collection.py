"""A case collection of sample cases with planted pictures and tables: the time, and every number of contents and index against the page itself.

Usage: python benchmarks/collection.py [COUNT] [OUT]. The samples of `zhengping.samples` are read and written anew as Word files with pictures (.png, .jpg, .gif, .bmp, large
ones, damaged ones), tables with merged cells and a list of contacts that must not be printed. The .docx is laid out by LibreOffice where `soffice` is there.
"""

from __future__ import annotations

import hashlib
import io
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
from docx import Document
from docx.shared import Cm
from lxml import etree
from PIL import Image, ImageDraw

from zhengping import samples
from zhengping.engine.folder import again, collecting, register
from zhengping.engine.folder.process import Request, process
from zhengping.engine.record import Entry

KINDS = ("PNG", "JPEG", "GIF", "BMP")
TELEPHONE = "13800138000"


def picture(kind: str, size: tuple[int, int], seed: int) -> bytes:
    """A drawn picture, none the same."""
    chance = random.Random(seed)
    image = Image.new("RGB", size, tuple(chance.randrange(256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        draw.line([chance.randrange(max(size)) for _ in range(4)], fill=tuple(chance.randrange(256) for _ in range(3)), width=5)
    held = io.BytesIO()
    image.save(held, kind)
    return held.getvalue()


def table(document: Any, chance: random.Random) -> None:
    """A table with merged cells."""
    rows, columns = chance.randrange(3, 9), chance.randrange(3, 7)
    made = document.add_table(rows, columns, style="Table Grid")
    for row in range(rows):
        for column in range(columns):
            made.cell(row, column).text = f"指标{row}之{column}" if row and column else f"类别{row}{column}"
    made.cell(0, 0).merge(made.cell(0, 1))
    made.cell(1, 0).merge(made.cell(2, 0))


def original(entry: Entry, chance: random.Random, planted: Counter[str]) -> bytes:
    """A case's words as a Word file, with what is planted between them."""
    case, document = entry.case, Document()
    document.add_heading(case.title, 0)
    document.add_paragraph(case.unit)
    heads = {part.first: part.heading for part in case.parts}
    for at, text in enumerate(case.paragraphs):
        if at in heads:
            document.add_paragraph(heads[at])
        document.add_paragraph(text)
        if chance.random() < 0.25:
            planted["pictures"] += 1
            size = (4000, 3000) if chance.random() < 0.03 else (chance.randrange(300, 1400), chance.randrange(200, 1100))
            data = picture(chance.choice(KINDS), size, planted["pictures"])
            document.add_picture(io.BytesIO(data), width=Cm(chance.choice((6, 10, 14, 18))))
            document.add_paragraph(f"图{planted['pictures']} 现场照片")
        if chance.random() < 0.12:
            planted["tables"] += 1
            document.add_paragraph(f"表{planted['tables']} 主要指标")
            table(document, chance)
    contacts = document.add_table(2, 3, style="Table Grid")
    for row, line in enumerate((("联系人", "电话", "邮箱"), ("王样例", TELEPHONE, "name@example.org"))):
        for column, text in enumerate(line):
            contacts.cell(row, column).text = text
    planted["contacts"] += 1
    held = io.BytesIO()
    document.save(held)
    return damaged(held.getvalue(), planted) if chance.random() < 0.04 else held.getvalue()


def damaged(data: bytes, planted: Counter[str]) -> bytes:
    """The package with its first picture cut in the middle."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        victim = next((name for name in old.namelist() if name.startswith("word/media/")), "")
        for name in old.namelist():
            new.writestr(name, old.read(name)[:200] if name == victim else old.read(name))
    planted["damaged"] += bool(victim)
    return held.getvalue()


# --- read back -------------------------------------------------------------------------------------------------------


def pages(data: bytes) -> list[str]:
    """The text of each page: lines of letters, digits, dots and commas."""
    return [re.sub(r"[^\w\n.,]", "", page.get_textpage().get_text_bounded().replace("\r\n", "\n")) for page in pypdfium2.PdfDocument(data)]


def plain(text: str) -> str:
    """The letters and digits of a text."""
    return re.sub(r"[^\w]", "", text)


def folio(page: str) -> int:
    """The number printed on a page, 0 for none: the last line that is one, or the first."""
    found = [line for line in page.split("\n") if re.fullmatch(r"\d{1,4}", line)]
    return int(found[-1]) if found else 0


def starts(found: list[str], entries: list[Entry]) -> dict[int, int]:
    """Case -> the number printed on the page that has its title above its unit."""
    flat = [plain(page) for page in found]
    made = {}
    for entry in entries:
        words = plain(entry.case.title) + plain(entry.case.unit)
        where = [at for at, page in enumerate(flat) if words in page]
        if len(where) == 1:
            made[entry.case.number] = folio(found[where[0]])
    return made


def looked_up(text: str, words: str) -> list[int]:
    """The numbers behind words and dots in contents or index (lines may be broken anywhere)."""
    pattern = r"[\s.,]*".join(map(re.escape, plain(words))) + r"[.\s]*((?:\d{1,4},\s*)*\d{1,4})(?=\n|$)"
    found = re.findall(r"(?:^|\n)" + pattern, text)
    return sorted(int(word) for one in found for word in re.split(r",\s*", one))


def judged(name: str, data: bytes, entries: list[Entry]) -> None:
    """Print how many numbers of contents and index are those of the pages."""
    found = pages(data)
    where = starts(found, entries)
    first = next(at for at, page in enumerate(found) if "\n目录\n" in f"\n{page}\n")
    last = next(at for at, page in enumerate(found) if at > first and folio(page) == 1)
    contents = "\n".join(found[first:last])
    back = next(at for at, page in enumerate(found) if "地区索引" in page and at > last)
    index = "\n".join(found[back:])
    titles: dict[str, list[int]] = {}
    units: dict[str, list[int]] = {}
    for entry in entries:
        titles.setdefault(plain(entry.case.title), []).append(where.get(entry.case.number, -1))
        units.setdefault(entry.case.unit, []).append(where.get(entry.case.number, -1))
    in_contents = sum(len(numbers) for title, numbers in titles.items() if looked_up(contents, title) == sorted(numbers))
    in_index = sum(looked_up(index, unit) == sorted(numbers) for unit, numbers in units.items())
    print(f"{name}: {len(found)} pages; titles found on a page {len(where)} of {len(entries)}; contents right {in_contents} of {len(entries)}; units of the index right {in_index} of {len(units)}")
    if TELEPHONE in "".join(found):
        print("  a telephone number is in the book!")


def pictures_of(data: bytes) -> int:
    """Pictures on the pages of a PDF."""
    kind = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
    return sum(len(list(page.get_objects([kind], max_depth=15))) for page in pypdfium2.PdfDocument(data))


def main() -> None:
    """Print the measures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    base = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp(prefix="zhengping-collection-"))
    samples.make(base / "sample", round(count * 1.2), 4)
    process(Request(base / "sample" / "incoming", base / "read", base / "sample" / "edition.toml"))
    entries = [entry for entry in register.read(base / "read") if entry.case.paragraphs and entry.case.title and entry.case.unit][:count]
    planted: Counter[str] = Counter()
    chance = random.Random(4)
    folder = base / "incoming"
    folder.mkdir(exist_ok=True)
    rows = []
    for entry in entries:
        data = original(entry, chance, planted)
        (folder / f"{entry.case.number}.docx").write_bytes(data)
        rows.append(replace(entry, case=replace(entry.case, documents=(hashlib.sha256(data).hexdigest(),))))
    (base / "out").mkdir(exist_ok=True)
    (base / "out" / "register.jsonl").write_bytes(register.lines(rows))
    (base / "awards.csv").write_text("编号,奖项\n" + "".join(f"{n},{('一等奖', '二等奖', '三等奖')[n % 3]}\n" for n in sorted(entry.case.number for entry in entries)), "utf-8")
    wanted = again.Register(base / "out", base / "sample" / "edition.toml", awards=base / "awards.csv")
    bound = list(wanted.entries())
    began = time.perf_counter()
    made = collecting.collect(collecting.Request(wanted, base / "book", folder, title="案例选编（样例）", hosts=("样例主办单位",), foreword=None, day="2026-11-26"))
    print(f"{made.cases} cases bound in {time.perf_counter() - began:.1f} s (originals read, .docx, 2 .pdf, .epub): {sum(path.stat().st_size for path in made.paths) >> 20} MB")
    print(f"planted {dict(planted)}; in the book {made.pictures} pictures, {made.tables} tables; left out: {dict(Counter(one.reason for one in made.omissions))}")
    files = {path.name: path.read_bytes() for path in made.paths}
    with zipfile.ZipFile(io.BytesIO(files["collection.docx"])) as word, zipfile.ZipFile(io.BytesIO(files["collection.epub"])) as epub:
        in_word = word.read("word/document.xml").count(b"<a:blip ")
        in_epub = sum(sum(1 for _ in etree.fromstring(epub.read(name)).iter("{*}img")) for name in epub.namelist() if name.endswith(".xhtml"))
    shown = {name: pictures_of(files[f"collection.{name}"]) for name in ("a4.pdf", "16k.pdf")}
    print(f"pictures: a4.pdf {shown['a4.pdf']}, 16k.pdf {shown['16k.pdf']}, docx {in_word}, epub {in_epub}")
    for name in ("a4.pdf", "16k.pdf"):
        judged(name, files[f"collection.{name}"], bound)
    if shutil.which("soffice"):
        subprocess.run(["soffice", "--headless", "--convert-to", "pdf", "--outdir", base / "office", base / "book" / "collection.docx"], check=True, capture_output=True)
        data = (base / "office" / "collection.pdf").read_bytes()
        print(f"docx by LibreOffice: pictures {pictures_of(data)}")
        judged("docx by LibreOffice", data, bound)


if __name__ == "__main__":
    main()
