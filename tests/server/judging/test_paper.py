"""The printed sheets of a round of samples: nothing of the samples' truth stands in what a judge takes in hand, on the page or in the file that a browser prints of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from random import Random

import pypdfium2 as pdfium
import pytest
from benchmarks.blinding import planted, secrets
from django.urls import reverse
from django.utils import timezone
from tests.journeys.site import browser, chromium
from tests.server.conftest import client_of
from tests.server.judging.test_judging import HOMES, confirmed, judge

from zhengping import samples
from zhengping.samples.writers import Paper, docx
from zhengping.server.judging import queries
from zhengping.server.submission import operations, tasks
from zhengping.server.submission.models import Incoming

CASES = 24


@pytest.fixture
def sheets(db, edition, organiser, tmp_path):
    """The pages of all judges of a round over samples, and for each case what must not stand on them: {number: {kind: words}}."""
    samples.make(tmp_path, 60, 6)
    rows = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text("utf-8").splitlines()][:CASES]
    hidden, files = {}, []
    for at, row in enumerate(rows):
        own = secrets(row)
        told = planted(Random(f"6 {at}"), row, own)
        name, place = sorted(own["person"])[0], sorted(own["place"])[0] if own["place"] else ""
        title = f"{place}{row['title']}——{row['unit']}{name}书记的探索"
        files.append((f"{at}.docx", docx(Paper(title, row["unit"], (("正文", (*row["paragraphs"], *told)),)), False)))
        hidden[f"{at}.docx"] = own
    intake = operations.receive(edition=edition, source="zip", files=files, arrived_at=timezone.now(), by=organiser)
    tasks.read_now(intake)
    while tasks.sweep_files():
        pass
    tasks.sweep_drafts()
    for at, division in enumerate(HOMES):
        judge(edition, at, division)
    held = confirmed(edition, organiser, closes=timezone.now() + timedelta(days=9))
    users = {row.seat.user for row in queries.holding(held).select_related("seat__user")}
    addresses = [reverse("judging:paper", args=[edition.slug, 1]) + query for query in ("", "?text=1")]
    pages = [client_of(user).get(address) for user in sorted(users, key=lambda user: user.pk) for address in addresses]
    numbers = {file.submission.number: hidden[file.name] for file in Incoming.objects.filter(intake=intake, submission__number__isnull=False).select_related("submission")}
    return pages, numbers


def found(text, hidden):
    """What of the hidden words a text tells, by kind; a text has been printed in lines, so blanks do not count."""
    bare = "".join(text.split())
    return {kind: told for kind, words in hidden.items() if (told := sorted(word for word in words if "".join(word.split()) in bare))}


def parts(text):
    """The sheets of a text, and the texts of the cases where they go before: case number -> what is printed of it."""
    pieces = re.split(r"案例\s*(\d+)\s", text)
    told = {}
    for number, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        told[int(number)] = told.get(int(number), "") + piece
    return told


def test_the_sheets_on_the_page_tell_nothing_of_the_truth(sheets):
    pages, hidden = sheets
    told, length = {}, {}
    for page in pages:
        for number, text in parts(re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", page.content.decode(), flags=re.S))).items():
            told.setdefault(number, []).append(found(text, hidden[number]))
            length.setdefault(number, []).append(len(text))

    assert len(told) == len(hidden) == CASES
    assert {number: words for number, words in told.items() if any(words)} == {}
    assert all(max(lengths) > 5 * min(lengths) for lengths in length.values())  # some pages hold the text too
    assert [words for page in pages for words in map(lambda own, page=page: found(str(page.headers), own), hidden.values()) if words] == []


@pytest.mark.skipif(chromium() is None, reason="prints by Chromium")
def test_the_file_that_a_browser_prints_tells_nothing_in_its_text_and_properties(sheets, tmp_path):
    pages, hidden = sheets
    texts = [page.content.decode() for page in pages]
    with browser() as opened:
        page = opened.new_page()
        for at, text in enumerate(texts):
            page.set_content(re.sub(r"<(link|script)[^>]*>", "", text))
            page.pdf(path=tmp_path / f"{at}.pdf")
    seen, properties = {}, []
    for at in range(len(texts)):
        made = pdfium.PdfDocument((tmp_path / f"{at}.pdf").read_bytes())
        for number, text in parts("\n".join(page.get_textpage().get_text_range() for page in made)).items():
            seen[number] = seen.get(number, "") + text
        properties.append(f"{made.get_metadata_dict()}{(tmp_path / f'{at}.pdf').name}")

    assert set(seen) == set(hidden)
    assert {number: words for number, text in seen.items() if (words := found(text, hidden[number]))} == {}
    assert [words for own in hidden.values() if (words := found(" ".join(properties), own))] == []
