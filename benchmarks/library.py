"""The public library at 10,000 cases: p95 in milliseconds of one process for lists, cases and figures; searching beside LIKE, which says what must be found;
then the site itself, served, under clients that look at each page for a second on average, and that look at none.

Usage: python benchmarks/library.py [CASES] [CLIENTS]. SQLite or what ZHENGPING_DATABASE names. The cases are those of benchmarks/lists.py, all of them awarded and public.
"""

from __future__ import annotations

import http.client
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import lists
from django.core.cache import cache
from django.core.management import call_command
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Concat
from django.test import Client
from django.utils import timezone

from zhengping.server import demo
from zhengping.server.library import operations
from zhengping.server.library import queries as library
from zhengping.server.library.models import Entry
from zhengping.server.publication.models import Listed, Notice, Result
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
        cache.clear()
        begun = time.perf_counter()
        rows = library.entries([word])
        library.count(rows, [word], {}), list(rows[:20])
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
    client, organiser = Client(), Client()
    organiser.force_login(demo._person(*demo.PEOPLE["organiser"]))
    pages = {"list": "/library/?page={n}", "search": "/library/?q=第{n}", "filter": "/library/?theme=reform&page={n}", "case": "/c/lists/cases/{n}/", "figures": "/c/lists/figures/", "figure": "/c/lists/figures/total/?page={n}", "desk": "/o/lists/figures/", "desk figure": "/o/lists/figures/total/?page={n}"}
    for name, address in pages.items():
        times = []
        for n in range(1, 42):
            cache.clear()
            begun = time.perf_counter()
            assert (organiser if name.startswith("desk") else client).get(address.format(n=n)).status_code == 200, address
            times.append(time.perf_counter() - begun)
        print(f"{name:11} first {1000 * times[0]:7.1f} ms   p95 {p95(times[1:]):6.1f} ms")


    serve(int(sys.argv[2]) if len(sys.argv) > 2 else 50, Entry.objects.count())


def serve(clients: int, cases: int, each: int = 40) -> None:
    """The site as it is served, under so many clients that read different pages; p95 of each kind of page as they wait for it."""
    port = 8765
    server = subprocess.Popen([sys.executable, "-m", "zhengping.server", "serve", "--port", str(port)], env={**os.environ, "ZHENGPING_HOSTS": "127.0.0.1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    times: dict[str, list[float]] = defaultdict(list)
    sought = [quote(word) for word in words(random.Random(9), 60)]

    def read(seed: int, count: int, pause: float = 0.0) -> None:
        chance, line = random.Random(seed), http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(count):
            time.sleep(2 * pause * chance.random())
            n = chance.randrange(1, cases)
            name, address = chance.choice((
                ("list", f"/library/?page={n % 400 + 1}"), ("search", f"/library/?q={chance.choice(sought)}"), ("filter", f"/library/?theme=reform&page={n % 40 + 1}"),
                ("case", f"/c/lists/cases/{n}/"), ("figures", "/c/lists/figures/"), ("figure", f"/c/lists/figures/total/?page={n % 200 + 1}"),
            ))  # fmt: skip
            begun = time.perf_counter()
            line.request("GET", address)
            answer = line.getresponse()
            answer.read()
            times[name].append(time.perf_counter() - begun)
            assert answer.status == 200, (address, answer.status)

    try:
        for _ in range(100):
            try:
                read(0, 20)
                break
            except OSError:
                time.sleep(0.2)
        for pause in (1.0, 0.0):
            times.clear()
            begun = time.perf_counter()
            with ThreadPoolExecutor(clients) as threads:
                list(threads.map(read, range(1, clients + 1), [each] * clients, [pause] * clients))
            rate, whole = clients * each / (time.perf_counter() - begun), p95([one for found in times.values() for one in found])
            print(f"served to {clients} clients who pause {pause:.0f} s: {rate:.0f} pages/s; p95 {whole:.0f} ms: " + ", ".join(f"{name} {p95(found):.0f}" for name, found in sorted(times.items())))
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()
