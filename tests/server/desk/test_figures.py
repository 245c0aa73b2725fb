"""What the organiser counts: each number leads to its cases, and another edition stands beside."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
from tests.server.conftest import client_of, edition_of, paper, person, take

from zhengping.samples.writers import docx
from zhengping.server.call.models import Membership
from zhengping.server.screening.models import Mark
from zhengping.server.submission import operations, records

LINK = re.compile(r'<td class="number"><a href="(/o/[^"]+/figures/[^"]+)"[^>]*>(\d+)</a>')


def opened(client, address: str) -> int:
    """How many cases a figure's page lists."""
    page = client.get(address.replace("&amp;", "&"))
    return len(re.findall(r'<td><a data-row href="/o/[\w-]+/cases/', page.content.decode()))


def test_every_number_opens_as_many_cases_as_it_says(organiser, edition, numbered):
    client = client_of(organiser)

    links = LINK.findall(client.get("/o/e4/figures/").content.decode())

    assert len(links) > 5
    assert [(address, int(value)) for address, value in links] == [(address, opened(client, address)) for address, _ in links]


def test_marks_and_withdrawn_cases_count_at_once(organiser, edition, numbered):
    client = client_of(organiser)
    before = opened(client, "/o/e4/figures/total/")
    body = edition.bodies.get(division="320000")
    Mark.objects.create(body=body, submission=numbered[0], mark="recommended", by=organiser)
    operations.withdraw(submission=numbered[1], actor=organiser, why="样例")

    assert opened(client, "/o/e4/figures/mark/?key=重点推荐") == 1
    assert opened(client, "/o/e4/figures/total/") == before - 1


def test_another_edition_stands_beside_with_numbers_that_open(organiser, edition, numbered):
    other = edition_of(organiser, "e3", name="第三届案例征集（样例）", number=3, year=2025)
    take(other, *((f"案例{at}.docx", docx(paper(at), False)) for at in range(2)), source="zip", by=organiser)
    client = client_of(organiser)

    page = client.get("/o/e4/figures/?beside=e3").content.decode()

    table = page[page.index('id="beside"') :]
    links = re.findall(r'<a href="(/o/e[34]/figures/[^"]+)">(\d+)</a>', table)
    assert any("/e3/" in address for address, _ in links) and any("/e4/" in address for address, _ in links)
    assert [int(value) for _, value in links] == [opened(client, address) for address, _ in links]


def test_an_edition_that_one_may_not_see_is_never_beside(organiser, edition, numbered):
    foreign = edition_of(person("else@example.org"), "e9", name="别处的征集（样例）", number=9, year=2026)
    take(foreign, ("案例.docx", docx(paper(0), False)), source="zip", by=organiser)
    Membership.objects.filter(edition=foreign, user=organiser).delete()

    page = client_of(organiser).get("/o/e4/figures/?beside=e9").content.decode()

    assert "别处的征集" not in page and "/e9/" not in page


def test_nothing_yet_is_said(organiser, edition):
    assert "还没有来稿" in client_of(organiser).get("/o/e4/figures/").content.decode()


def test_figures_go_out_with_their_cases(organiser, edition, numbered):
    client = client_of(organiser)

    rows = list(openpyxl.load_workbook(io.BytesIO(client.get("/o/e4/figures.xlsx").content)).active.values)
    total = next(row for row in rows if row[1] == "来稿")
    printed = client.get("/o/e4/figures.html").content.decode()

    assert total[2] == len(str(total[3]).split("、")) == opened(client, "/o/e4/figures/total/")
    assert "<svg" in printed and f"共收到来稿{total[2]}篇" in printed


def test_an_original_that_is_gone_is_named_in_the_zip(organiser, edition, numbered):
    file = numbered[0].files.first()
    path = records.path_of(file.sha256)
    path.unlink()

    held = zipfile.ZipFile(io.BytesIO(b"".join(client_of(organiser).get("/o/e4/originals.zip").streaming_content)))

    assert f"{numbered[0].number:05d}-1-" in held.read("未能取出的文件.txt").decode()
    assert sum(name.endswith(".docx") for name in held.namelist()) == sum(case.files.count() for case in numbered) - 1
