"""Lists, filters, search and the page of a case at 10,000 cases: p95 in milliseconds of one process, on SQLite or what ZHENGPING_DATABASE names.

Usage: python benchmarks/lists.py [CASES]. Cases are copies of papers that are really read and coded; each copy has a title and a text of its own.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace

os.environ.update({"DJANGO_SETTINGS_MODULE": "zhengping.server.settings", "ZHENGPING_HOSTS": "testserver"})
os.environ.setdefault("ZHENGPING_DATA", tempfile.mkdtemp(prefix="zhengping-lists-"))

import django

django.setup()

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from zhengping.engine import tables
from zhengping.server import demo
from zhengping.server.call import operations as call
from zhengping.server.call.models import Edition
from zhengping.server.submission import operations, records, tasks
from zhengping.server.submission.models import Coding, Counter, Finding, Submission, Text, Version


def fill(cases: int) -> Edition:
    """An edition of so many cases."""
    from zhengping.samples.writers import Paper, docx

    organiser = demo._person(*demo.PEOPLE["organiser"])
    edition = call.begin_edition(actor=organiser, slug="lists", number=4, year=2026, name="测量用（样例）")
    deeds = ("一是建立引才机制，出台政策，引进博士。二是健全评价体系，开展职称评审改革。", "一是选派科技特派员，推广新品种。二是建设实训基地，培训农民。")
    made = operations.receive(
        edition=edition,
        source="zip",
        files=[(f"{at}.docx", docx(Paper(f"探索第{at}条人才之路", "江苏省南京市鼓楼区委组织部", (("案例背景", ("近年来人才总量不足。" * 40,)), ("主要做法", (deeds[at % 2] * 20,)))), False)) for at in range(20)],
        arrived_at=timezone.now(),
        by=organiser,
    )
    tasks.read_now(made)
    first = list(Submission.objects.filter(edition=edition))
    version, coding = first[0].versions.get(), first[0].codings.get()
    case, themes = records.case_of(version), list(edition.themes.all())
    bodies, divisions = list(edition.bodies.all()), [d for d in tables.divisions() if d.last >= "202600"]
    start = len(first)
    rows = []
    for at in range(start, cases):
        place = divisions[at * 7 % len(divisions)]
        body = next((b for b in bodies if b.division == place.province), None)
        rows.append(
            Submission(
                edition=edition, intake=made, ordinal=at + 1000, number=at + 1, confirmed_at=timezone.now(), arrived_at=timezone.now(), source="zip", body=body,
                title=f"{place.name}探索第{at}条人才之路", unit=f"{place.name}委组织部", division=place.number, place=place.name, unit_type="组织部门", unit_level="县级",
                theme=themes[at % len(themes)].key, confidence=0.5 + at % 50 / 100, characters=2000, compared_at=timezone.now(),
            )
        )  # fmt: skip
    Submission.objects.bulk_create(rows, batch_size=1000)
    rows = list(Submission.objects.filter(edition=edition, ordinal__gt=999))
    for start in range(0, len(rows), 1000):
        some = rows[start : start + 1000]
        texts = [replace(case, title=row.title, unit=row.unit, paragraphs=(*case.paragraphs, f"{row.title}取得成效。")) for row in some]
        Version.objects.bulk_create(
            Version(submission=row, number=1, intake=made, value=records.split(text)[0], by="x", at=timezone.now(), documents=list(case.documents))
            for row, text in zip(some, texts, strict=True)
        )
        Coding.objects.bulk_create(Coding(submission=row, version=1, source="machine", by="machine", at=timezone.now(), value=coding.value) for row in some)
        Text.objects.bulk_create(Text(submission=row, words=text.text) for row, text in zip(some, texts, strict=True))
        Finding.objects.bulk_create(Finding(submission=row, version=1, kind="cut-off", severity="warning", quote="成效", paragraph=0, start=0, end=2) for row in some)
    Counter.objects.filter(edition=edition).update(last=cases)
    while operations.index_left(2000):
        pass
    return edition


def main() -> None:
    """Fill, ask each page forty times, print."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    call_command("migrate", verbosity=0)
    begun = time.perf_counter()
    fill(cases)
    print(f"{cases} cases in {time.perf_counter() - begun:.0f} s")
    client = Client()
    client.force_login(demo._person(*demo.PEOPLE["organiser"]), backend="allauth.account.auth_backends.AuthenticationBackend")
    pages = {
        "list": "/o/lists/cases/?page={n}",
        "list sorted": "/o/lists/cases/?order=-title&page={n}",
        "filter": "/o/lists/cases/?theme=reform&unit_type=组织部门&page={n}",
        "search, title": "/o/lists/cases/?q=第{n}条",
        "search, text": "/o/lists/cases/?q=职称评审",
        "search, no hit": "/o/lists/cases/?q=没有这样的词{n}",
        "case": "/o/lists/cases/{n}/",
        "queue": "/o/lists/queue/",
        "overview": "/o/lists/",
        "findings": "/o/lists/findings/?page={n}",
        "screening": "/o/lists/screening/",
        "province": "/p/lists/320000/?page={n}",
        "audit": "/o/lists/audit/",
    }
    for name, address in pages.items():
        times = []
        for n in range(1, 42):
            begun = time.perf_counter()
            answer = client.get(address.format(n=n))
            times.append(1000 * (time.perf_counter() - begun))
            assert answer.status_code == 200, (address, answer.status_code)
        times = sorted(times[1:])
        print(f"{name:16} median {statistics.median(times):6.1f} ms   p95 {times[int(len(times) * 0.95) - 1]:6.1f} ms")


if __name__ == "__main__":
    main()
