"""The public library at 10,000 cases: p95 in milliseconds of one process for lists, cases and figures; searching beside LIKE, which says what must be found.

Usage: python benchmarks/library.py [CASES]. SQLite or what ZHENGPING_DATABASE names. The cases are those of benchmarks/lists.py, all of them awarded and public.
"""

from __future__ import annotations

import random
import sys
import time

import lists
from django.core.cache import cache
from django.core.management import call_command
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Concat
from django.test import Client
from django.utils import timezone

from zhengping.server import demo
from zhengping.server.library import operations
from zhengping.server.library.models import Entry
from zhengping.server.publication.models import Listed, Notice, Result
from zhengping.server.submission import queries
from zhengping.server.submission.models import Submission, Text


def publish(edition) -> None:
    """All cases of the edition in its published results."""
    organiser, now = demo._person(*demo.PEOPLE["organiser"]), timezone.now()
    notice = Notice.objects.create(edition=edition, number=1, days=5, counting="working", opened_at=now, closes_at=now, decided="0", hash="0", by=organiser)
    Submission.objects.filter(edition=edition).update(consents=True)
    rows = Submission.objects.filter(edition=edition, number__isnull=False).order_by("number")
    Listed.objects.bulk_create((Listed(notice=notice, submission=row, place=at, award=f"{'一二三'[at % 3]}等奖", title=row.title, unit=row.unit) for at, row in enumerate(rows, 1)), batch_size=1000)
    Result.objects.create(edition=edition, notice=notice, hash="0", published_at=now, by=organiser)
    begun = time.perf_counter()
    operations.refresh(edition)
    print(f"{Entry.objects.count()} cases put up in {time.perf_counter() - begun:.1f} s")


def words(chance: random.Random, many: int) -> list[str]:
    """Words of one to six characters cut out of random places of random titles and texts, and some that stand nowhere."""
    keys = list(Entry.objects.order_by("submission_id").values_list("submission_id", "title"))
    found = []
    for at in range(many):
        key, title = chance.choice(keys)
        text = title if at % 2 else Text.objects.get(pk=key).words.replace("\n", "")
        size = 1 + at % 6
        start = chance.randrange(max(1, len(text) - size))
        found.append(text[start : start + size].strip() or "人")
    return [*found, "龘", "没有这样的词"]


def p95(times: list[float]) -> float:
    """The 95th of a hundred, in milliseconds."""
    return 1000 * sorted(times)[max(0, round(len(times) * 0.95) - 1)]


def searching() -> None:
    """Counting and the first page of each word, and whether exactly what LIKE finds is found."""
    ours, theirs, missed, false, wanted = [], [], 0, 0, 0
    whole = Concat(F("title"), Value("\n"), F("unit"), Value("\n"), F("words__words"), output_field=TextField())
    for word in words(random.Random(8), 60):
        begun = time.perf_counter()
        rows = Entry.objects.filter(submission__in=queries.holding([word]))
        rows.order_by().count(), list(rows[:20])
        ours.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        like = set(Submission.objects.annotate(whole=whole).filter(Q(whole__contains=word)).values_list("pk", flat=True))
        theirs.append(time.perf_counter() - begun)
        found = set(rows.values_list("submission_id", flat=True))
        wanted, missed, false = wanted + len(like), missed + len(like - found), false + len(found - like)
    print(f"search: p95 {p95(ours):.1f} ms; LIKE p95 {p95(theirs):.1f} ms; {wanted} hits, {missed} missed, {false} that LIKE does not find")


def main() -> None:
    """Fill, publish, measure, print."""
    call_command("migrate", verbosity=0)
    begun = time.perf_counter()
    edition = lists.fill(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    print(f"filled and indexed in {time.perf_counter() - begun:.0f} s")
    publish(edition)
    searching()
    client = Client()
    pages = {"list": "/library/?page={n}", "search": "/library/?q=第{n}", "filter": "/library/?theme=reform&page={n}", "case": "/c/lists/cases/{n}/", "figures": "/c/lists/figures/", "figure": "/c/lists/figures/total/?page={n}"}
    for name, address in pages.items():
        times = []
        for n in range(1, 42):
            cache.delete_many([f"page:{language}:{address}" for language in ("zh-hans", "en")])
            begun = time.perf_counter()
            assert client.get(address.format(n=n)).status_code == 200, address
            times.append(time.perf_counter() - begun)
        print(f"{name:10} first {1000 * times[0]:7.1f} ms   p95 {p95(times[1:]):6.1f} ms")


if __name__ == "__main__":
    main()
