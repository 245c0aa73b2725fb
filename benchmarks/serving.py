"""Whole submissions (upload page, upload, correct and confirm, receipt) and the call page under load, by clients of their own processes' threads.

Usage: python benchmarks/serving.py [CLIENTS] [SUBMISSIONS] [--database postgres://…] [--peer ADDRESS]

Our site is started with an empty data folder (SQLite unless a database is named) and every submission is a 30 kB .docx of its own. `--peer` is the address of an event of a running
pretalx (`pip install pretalx`, a call with a title and an abstract, no questions): then both are measured in turn, A B A B, and the medians compared.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import urllib3
from lxml import html

from zhengping.samples.writers import Paper, docx

PAPERS: dict[int, bytes] = {}  # made before the clock starts
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
WORDS = "人才机制改革服务企业平台项目资金政策引进培养评价激励保障协同创新示范基地专家团队成果转化".strip()


def paper(number: int) -> bytes:
    """A .docx of about 30 kB with words of its own."""
    chance = random.Random(abs(number) + 10_000 * (number < 0))
    line = lambda: "".join(chance.choice(WORDS) for _ in range(160)) + "。"  # noqa: E731 - a sentence
    made = docx(Paper(f"以第{number}号机制促进人才评价改革", "江苏省南京市鼓楼区委组织部", (("案例背景", (line(),)), ("主要做法", tuple(line() for _ in range(8))), ("工作成效", (line(),)))), False)
    held = io.BytesIO(made)
    with zipfile.ZipFile(held, "a") as archive:
        archive.writestr("docProps/thumbnail.jpeg", chance.randbytes(max(0, 30_000 - len(made))))
    return held.getvalue()


class Page(NamedTuple):
    """What an address answered in the end."""

    url: str
    content: bytes

    @property
    def text(self) -> str:
        """The page."""
        return self.content.decode()


class Browser:
    """One open line with cookies and redirects: as little as a client can be, since it runs on the machine that is measured (`requests` took a tenth of it)."""

    def __init__(self, base: str) -> None:
        self._line = urllib3.HTTPConnectionPool(urlsplit(base).hostname, urlsplit(base).port, maxsize=1, timeout=120, retries=False)
        self._cookies: dict[str, str] = {}

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def open(self, url: str, fields: dict | None = None, *, has_files: bool = False) -> Page:
        """Get an address, or send a form to it. Raises AssertionError where the answer is none of a page."""
        for _ in range(10):
            cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())} if self._cookies else {}
            path = url[url.index("/", 8) :]
            words = {"fields": fields, "encode_multipart": has_files} if fields else {}
            answer = self._line.request("POST" if fields else "GET", path, headers=cookies, **words)
            for cookie in answer.headers.getlist("Set-Cookie"):
                name, value = cookie.split(";")[0].split("=", 1)
                self._cookies[name] = value
            if answer.status not in (301, 302, 303):
                break
            url, fields = urljoin(url, answer.headers["Location"]), None
        assert answer.status == 200, (url, answer.status, answer.data[:300])
        return Page(url, answer.data)


def submit(base: str, number: int) -> float:
    """One whole submission as a unit makes it; -> its seconds. Raises AssertionError where a step is not answered as it should."""
    begun = time.perf_counter()
    with Browser(base) as browser:
        page = browser.open(f"{base}/c/load/submit/")
        file = (f"案例{number}.docx", PAPERS.pop(number, b"") or paper(number))
        page = browser.open(f"{base}/c/load/submit/", {"csrfmiddlewaretoken": TOKEN.search(page.text)[1], "files": file}, has_files=True)
        assert f"第{number}号" in page.text, page.text[:300]
        form = dict(re.findall(r'<input type="(?:text|hidden|email)" name="([^"]+)" value="([^"]*)"', page.text))
        form |= {"csrfmiddlewaretoken": TOKEN.search(page.text)[1], "consents": "on", "contact_name": "样例", "do": "code"}
        page = browser.open(page.url, form)
        receipt = re.search(r'href="(/s/[^"]+/receipt\.pdf)"', page.text)
        assert receipt, page.text[:2000]
        assert browser.open(base + receipt[1]).content.startswith(b"%PDF")
    return time.perf_counter() - begun


def submit_to_peer(address: str, number: int) -> float:
    """The same to a call of pretalx: its pages of a new submission with a new account. Raises AssertionError where it does not end among the person's submissions."""
    begun = time.perf_counter()
    said = {
        "title": f"Case {number}", "abstract": "x" * 400, "register_name": "Sample", "register_email": f"u{number}-{time.time_ns()}@example.org",
        "register_password": "a long passw0rd!", "register_password_repeat": "a long passw0rd!", "name": "Sample", "biography": "x",
    }  # fmt: skip
    with Browser(address) as browser:
        page = browser.open(f"{address}/submit/")
        for _ in range(6):
            if "/me/submissions" in page.url:
                break
            forms = [form for form in html.fromstring(page.text).forms if "csrfmiddlewaretoken" in form.inputs.keys()]  # noqa: SIM118 - no dictionary
            form = max(forms, key=lambda form: len(list(form.inputs.keys())))
            data = dict(form.form_values()) | {name: value for name, value in said.items() if name in form.inputs.keys()}  # noqa: SIM118
            page = browser.open(page.url, {name: value or "" for name, value in data.items()} | {"action": "submit"}, has_files=True)
        assert "/me/submissions" in page.url, page.url
    return time.perf_counter() - begun


def load(step, base: str, clients: int, count: int, first: int) -> tuple[float, list[float], int]:
    """`count` steps by so many clients; -> steps a second, their seconds, how many failed."""
    failed = 0

    def one(number: int) -> float | None:
        try:
            return step(base, number)
        except (AssertionError, urllib3.exceptions.HTTPError, TypeError) as error:
            print("failed:", str(error)[:300], file=sys.stderr)
            return None

    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        times = list(threads.map(one, range(first, first + count)))
    taken = time.perf_counter() - begun
    failed = times.count(None)
    return (count - failed) / taken, sorted(t for t in times if t is not None), failed


def page(base: str, number: int) -> float:
    """The call's public page once."""
    begun = time.perf_counter()
    with Browser(base) as browser:
        browser.open(f"{base}/c/load/")
    return time.perf_counter() - begun


def peer_page(address: str, number: int) -> float:
    """The peer's public page of a call once."""
    begun = time.perf_counter()
    with Browser(address) as browser:
        browser.open(f"{address}/cfp")
    return time.perf_counter() - begun


_FILL = """
import django; django.setup()
from django.utils import timezone
from datetime import timedelta
from zhengping.server import demo
from zhengping.server.call import operations as call
from zhengping.server.call.models import Edition
organiser = demo._person(*demo.PEOPLE["organiser"])
call.begin_edition(actor=organiser, slug="load", number=4, year=2026, name="测量用（样例）")
Edition.objects.filter(slug="load").update(notice="样例启事。" * 200, hosts=["样例"], published_at=timezone.now(), closes=timezone.now() + timedelta(days=1))
"""
_WORKING = """
import time
import django; django.setup()
from zhengping.server.submission.models import Submission
while Submission.objects.filter(number__isnull=False, compared_at=None).exists():
    time.sleep(0.1)
"""
_COUNT = """
import django; django.setup()
from zhengping.server.submission.models import Counter, Submission
numbers = sorted(Submission.objects.exclude(number=None).values_list("number", flat=True))
print(len(numbers), numbers == list(range(1, len(numbers) + 1)), Counter.objects.get().last)
"""


def main() -> None:
    """Start the site, load it, count what it kept."""
    words = argparse.ArgumentParser()
    words.add_argument("clients", nargs="?", type=int, default=10)
    words.add_argument("submissions", nargs="?", type=int, default=100)
    words.add_argument("--database", default="")
    words.add_argument("--peer", default="")
    words.add_argument("--rounds", type=int, default=2)
    args = words.parse_args()
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    data = tempfile.mkdtemp(prefix="zhengping-serving-")
    base = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "zhengping.server.settings", "ZHENGPING_DATA": data, "ZHENGPING_ADDRESS": base}
    if args.database:
        environment["ZHENGPING_DATABASE"] = args.database
    subprocess.run([sys.executable, "-m", "zhengping.server", "migrate"], env=environment, check=True)
    subprocess.run([sys.executable, "-c", _FILL], env=environment, check=True)
    log = (Path(data) / "log").open("wb")
    server = subprocess.Popen([sys.executable, "-m", "zhengping.server", "serve", "--port", str(port)], env=environment, stdout=log, stderr=log)
    try:
        for _ in range(200):
            try:
                page(base, 0)
                break
            except (AssertionError, urllib3.exceptions.HTTPError):
                time.sleep(0.1)
        for number in range(-8, 1):
            submit(base, number)
        subprocess.run([sys.executable, "-c", _WORKING], env=environment, check=True, timeout=120)  # the worker has started too
        ours, theirs = [], []
        for turn in range(args.rounds):
            PAPERS.update((number, paper(number)) for number in range(1 + turn * args.submissions, 1 + (turn + 1) * args.submissions))
            ours.append(load(submit, base, args.clients, args.submissions, 1 + turn * args.submissions))
            if args.peer:
                theirs.append(load(submit_to_peer, args.peer, args.clients, args.submissions, 1 + turn * args.submissions))
        print("turns:", ", ".join(f"{a[0]:.1f}" + (f" and {b[0]:.1f}: {a[0] / b[0]:.2f}x" if b else "") for a, b in zip(ours, theirs or [None] * len(ours), strict=True)))
        for name, found in (("zhengping", ours), ("pretalx", theirs)):
            if found:
                rate = statistics.median(one[0] for one in found)
                times = sorted(t for one in found for t in one[1])
                print(f"{name:10} {args.clients} clients: {rate:6.1f} submissions/s, p95 {times[int(len(times) * 0.95) - 1]:.2f} s, failed {sum(one[2] for one in found)}")
        pages = [load(page, base, 20, 600, 0)[0] for _ in range(args.rounds)]
        print(f"zhengping  20 clients: {statistics.median(pages):6.1f} call pages/s")
        if args.peer:
            pages = [load(peer_page, args.peer, 20, 300, 0)[0] for _ in range(args.rounds)]
            print(f"pretalx    20 clients: {statistics.median(pages):6.1f} call pages/s")
        done = subprocess.run([sys.executable, "-c", _COUNT], env=environment, capture_output=True, text=True, check=True)
        print("kept, numbers without gaps, counter:", done.stdout.strip(), "of", 9 + args.rounds * args.submissions)
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()
