"""A killed process, two at once: nothing is lost, nothing is done twice. Real processes on a data folder of their own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from tests.server.conftest import paper

from zhengping.samples.writers import docx

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FILL = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from zhengping.server import demo
from zhengping.server.call import operations as call
from zhengping.server.call.models import Edition
call.begin_edition(actor=demo._person(*demo.PEOPLE["organiser"]), slug="e4", number=4, year=2026, name="样例")
Edition.objects.update(notice="样例", hosts=["样例"], published_at=timezone.now(), closes=timezone.now() + timedelta(days=1))
"""
SEND = """
import sys; import django; django.setup()
from pathlib import Path
from django.utils import timezone
from zhengping.server.call.models import Edition
from zhengping.server.submission import operations
files = [(path.name, path.read_bytes()) for path in sorted(Path(sys.argv[1]).iterdir())]
operations.receive(edition=Edition.objects.get(), source="zip", files=files, arrived_at=timezone.now())
"""
COUNT = """
import django; django.setup()
from zhengping.server.audit.queries import faults
from zhengping.server.submission.models import *
numbers = sorted(Submission.objects.exclude(number=None).values_list("number", flat=True))
print(len(numbers), numbers == list(range(1, len(numbers) + 1)), Version.objects.count(), Incoming.objects.filter(state="waiting").count(), len(list(faults())))
"""


@pytest.fixture
def database():
    """The address of a database of the test's own on the server of the tests; "" for SQLite in the data folder."""
    server = os.environ.get("ZHENGPING_DATABASE", "")
    if not server:
        yield ""
        return
    import psycopg

    name = f"faults_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as link:
        link.execute(f"create database {name}")
        yield f"{server.rsplit('/', 1)[0]}/{name}"
        link.execute(f"drop database {name} with (force)")


@pytest.fixture
def machine(tmp_path, database):
    """How to run a program on a data folder of its own, with an edition in it."""
    environment = {**os.environ, **({"ZHENGPING_DATABASE": database} if database else {}), "DJANGO_SETTINGS_MODULE": "zhengping.server.settings", "ZHENGPING_DATA": str(tmp_path / "data"), "ZHENGPING_READERS": "1"}

    def run(*words, wait=True):
        command = [sys.executable, *words]
        if wait:
            return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    run("-m", "zhengping.server", "migrate")
    run("-c", FILL)
    return run


def counted(machine):
    """Cases, numbers without gaps, versions, files still waiting, faults of the audit chain."""
    return machine("-c", COUNT)


def test_a_worker_killed_again_and_again_loses_nothing_and_does_nothing_twice(machine, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    for at in range(24):
        (folder / f"案例{at:02d}.docx").write_bytes(docx(paper(at), False))
    machine("-c", SEND, str(folder))
    for seconds in (1.6, 2.0, 2.4, 2.8, 3.2):
        worker = machine("-m", "zhengping.server", "worker", wait=False)
        time.sleep(seconds)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    worker = machine("-m", "zhengping.server", "worker", wait=False)
    for _ in range(60):
        time.sleep(1)
        if counted(machine).startswith("24 "):
            break
    worker.terminate()
    worker.wait(20)

    assert counted(machine) == "24 True 24 0 0"


@pytest.fixture
def site(machine):
    """The address of a served site."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    started = []

    def start():
        server = machine("-m", "zhengping.server", "serve", "--port", str(port), wait=False)
        started.append(server)
        for _ in range(150):
            try:
                requests.get(f"http://127.0.0.1:{port}/", timeout=2)
                return server
            except requests.RequestException:
                time.sleep(0.1)
        raise AssertionError("the site did not start")

    yield f"http://127.0.0.1:{port}", start
    for server in started:
        if server.poll() is None:
            server.terminate()
            server.wait(20)


def upload(base, at, confirms=True):
    """One upload, confirmed; -> whether the site said that it is done."""
    try:
        with requests.Session() as browser:
            page = browser.get(f"{base}/c/e4/submit/", timeout=20)
            files = {"files": (f"{at}.docx", docx(paper(at), False))}
            page = browser.post(f"{base}/c/e4/submit/", data={"csrfmiddlewaretoken": TOKEN.search(page.text)[1]}, files=files, timeout=20)
            if not confirms:
                return page.status_code == 200
            form = dict(re.findall(r'<input type="(?:text|hidden|email)" name="([^"]+)" value="([^"]*)"', page.text))
            page = browser.post(page.url, data={**form, "csrfmiddlewaretoken": TOKEN.search(page.text)[1], "consents": "on", "do": "code"}, timeout=20)
            return "receipt.pdf" in page.text
    except (requests.RequestException, TypeError):
        return False


def test_a_web_process_killed_in_uploads_keeps_what_it_confirmed(site, machine):
    base, start = site
    server = start()
    with ThreadPoolExecutor(4) as threads:
        under_way = [threads.submit(upload, base, at) for at in range(12)]
        time.sleep(1.2)
        children = subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True).stdout.split()
        for child in [*children, str(server.pid)]:
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass
        server.wait()
        said = sum(future.result() for future in under_way)
    start()
    again = sum(upload(base, at) for at in range(100, 104))

    cases, gapless, _versions, _waiting, faults = counted(machine).split()
    assert again == 4
    assert int(cases) >= said + again
    assert (gapless, faults) == ("True", "0")


def test_twenty_at_once_get_numbers_without_gaps(site, machine):
    base, start = site
    start()
    with ThreadPoolExecutor(10) as threads:
        done = list(threads.map(lambda at: upload(base, at), range(20)))

    assert done == [True] * 20
    assert counted(machine).split()[:2] == ["20", "True"]


def test_uploads_that_never_end_keep_nobody_from_the_site(site):
    base, start = site
    start()
    with requests.Session() as browser:
        token = TOKEN.search(browser.get(f"{base}/c/e4/submit/", timeout=20).text)[1]
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    head = f"POST /c/e4/submit/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\nContent-Length: 900000\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
    part = f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n--x\r\n'
    lines = [socket.create_connection(base[7:].split(":"), 20) for _ in range(60)]
    for line in lines:
        line.sendall((head + part).encode())
    time.sleep(0.5)

    assert all(upload(base, at) for at in range(3))
    for line in lines:
        line.close()
