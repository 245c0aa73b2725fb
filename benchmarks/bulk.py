"""A folder of samples taken in by the organiser's page until every case is read, coded and compared, while the page of its progress is watched.

Usage: python benchmarks/bulk.py [CASES]. The site and its worker run as a user starts them, on SQLite; the organiser asks for the page every two seconds. No other tool
takes in such a folder, so that nothing stands beside it.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = tempfile.mkdtemp(prefix="zhengping-bulk-")
os.environ.update({"DJANGO_SETTINGS_MODULE": "zhengping.server.settings", "ZHENGPING_DATA": DATA, "ZHENGPING_HOSTS": "127.0.0.1,testserver"})

import django

django.setup()

import requests
from django.core.management import call_command

from zhengping import samples
from zhengping.server import demo
from zhengping.server.submission.models import Incoming, Intake, Submission

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def entered(address: str) -> requests.Session:
    """The organiser's browser."""
    browser = requests.Session()
    page = browser.get(f"{address}/account/login/")
    words = {"login": demo.PEOPLE["organiser"][0], "password": demo.PASSWORD, "csrfmiddlewaretoken": TOKEN.search(page.text)[1]}
    browser.post(f"{address}/account/login/", data=words)
    return browser


def main() -> None:
    """Take in, watch, tell."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    folder = Path(DATA) / "sample"
    folder.mkdir()
    samples.make(folder, cases, 4)
    call_command("migrate", verbosity=0)
    edition = demo._edition(folder, demo._person(*demo.PEOPLE["organiser"]))
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([sys.executable, "-m", "zhengping.server", "serve", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                browser = entered(address)
                break
            except (requests.ConnectionError, TypeError):
                time.sleep(0.3)
        page = browser.get(f"{address}/o/{edition.slug}/intakes/")
        begun = time.monotonic()
        page = browser.post(f"{address}/o/{edition.slug}/intakes/new/", data={"folder": str(folder / "incoming"), "csrfmiddlewaretoken": TOKEN.search(page.text)[1]})
        assert "/intakes/" in page.url and not page.url.endswith("/intakes/"), page.url
        print(f"{cases} cases, {Incoming.objects.count()} files taken in after {time.monotonic() - begun:.1f} s", flush=True)
        watch(browser, page.url, begun)
    finally:
        server.terminate()
        server.wait(30)
    print("unreadable", Incoming.objects.filter(state="unreadable").count(), "cases", Submission.objects.filter(number__isnull=False).count())


def watch(browser: requests.Session, address: str, begun: float) -> None:
    """Ask for the page of progress until all is compared; tell what it said, the longest answer and the longest time in which it said nothing new."""
    said, changed, still, slowest, marks = "", time.monotonic(), 0.0, 0.0, {}
    while True:
        asked = time.monotonic()
        page = browser.get(address)
        slowest = max(slowest, time.monotonic() - asked)
        text = " ".join(re.sub(r"<[^>]+>", " ", re.search(r"(?s)<main.*?</main>", page.text)[0]).split())[:160]
        if text != said:
            still, changed, said = max(still, time.monotonic() - changed), time.monotonic(), text
        numbered = Submission.objects.filter(number__isnull=False, withdrawn_at=None)
        if Intake.objects.filter(state="drafted").exists():
            marks.setdefault("drafted and coded", time.monotonic() - begun)
        elif not Incoming.objects.filter(state="waiting").exists():
            marks.setdefault("read", time.monotonic() - begun)
        if "drafted and coded" in marks and not numbered.filter(compared_at=None).exists():
            break
        time.sleep(2)
    seconds = time.monotonic() - begun
    print(", ".join(f"{name} after {at:.0f} s" for name, at in marks.items()), f"compared after {seconds:.0f} s ({seconds / 60:.1f} minutes)")
    print(f"page of progress: slowest answer {slowest:.2f} s, longest without news {max(still, time.monotonic() - changed):.0f} s")


if __name__ == "__main__":
    main()
