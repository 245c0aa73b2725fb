"""A site of its own for a browser, its pages, and the browser."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync")
LANGUAGES = ("zh-hans", "en")
WIDTHS = (1280, 360)
PASSWORD = "zhengping-demo"
ORGANISER, EMPTY = "/o/sample-4/", "/o/empty/"
PROVINCE = "/p/sample-4/320000/"
PAGES = {  # who looks -> the addresses; words in braces come from `fill`
    "": (
        "/", "/c/sample-4/", "/c/sample-4/vote/", "/c/sample-4/vote/?pick=1&do=next", "/c/sample-4/vote/?sent=mail", "/c/sample-3/vote/", "/c/sample-4/vote/{vote}/", "/c/sample-4/vote/x/", "/c/sample-4/roundup/", "/c/sample-3/roundup/", "/library/", "/library/?q=人才", "/library/?q=zzz", "/library/themes/reform/", "/library/places/320000/", "/c/sample-3/cases/{public}/", "/c/sample-3/cases/{public}/?q=人才", "/c/sample-3/cases/{public}/?original", "/c/sample-3/figures/", "/c/sample-3/figures/total/", "/c/sample-4/submit/", "/find/", "/nothing-here/", "/i/{intake}/", "/s/{draft}/", "/s/{numbered}/", "/s/{draft}/confirm/{word}/",
        "/v/{verify}/", "/v/1/x/", "/f/{forward}/", "/join/{join}/", "/join/x/", "/account/login/", "/account/signup/", "/account/password/reset/",
        "/c/sample-4/publicity/", "/c/sample-4/objections/", "/objection/{objection}/", "/hearing/{hearing}/", "/c/sample-4/results/", "/c/sample-3/results/", "/c/sample-3/publicity/",
        "/c/sample-3/objections/", "/k/", "/k/{certificate}/", "/k/x/",
        "/account/password/reset/done/", "/account/confirm-email/", "/account/inactive/",
    ),
    "unit": ("/mine/", "/join/{join}/", ORGANISER),
    "screener": (
        PROVINCE, PROVINCE + "?q=zzz", PROVINCE + "cases/{case}/", PROVINCE + "order/", PROVINCE + "paper/", PROVINCE + "seal/", "/p/empty/320000/",
        "/p/empty/320000/order/", "/delegate/{task}/", "/account/me/", "/account/email/", "/account/password/change/", "/account/2fa/", "/account/2fa/totp/activate/",
        "/account/2fa/webauthn/add/", "/account/sessions/", "/account/reauthenticate/", "/account/logout/", "/mine/",
    ),
    "judge": ("/j/sample-4/", "/j/sample-4/conflicts/", "/j/sample-4/1/paper/", "/j/sample-4/1/paper/?text=1", "/j/sample-4/1/workbook/", "/j/sheet/{sheet}/", "/j/sample-4/1/cases/{discussed}/"),
    "chair": (
        ORGANISER + "publication/objections/", ORGANISER + "publication/objections/1/",
        "/d/sample-4/", "/d/sample-4/1/", "/d/sample-4/1/cases/{discussed}/","/j/sample-4/1/chair/", "/j/sample-4/1/workbooks/", "/j/sample-4/1/cases/{discussed}/"),
    "organiser": (
        ORGANISER + "judging/", ORGANISER + "judging/judges/", ORGANISER + "judging/panels/", ORGANISER + "judging/vote/", EMPTY + "judging/vote/", ORGANISER + "judging/1/", ORGANISER + "judging/1/pairs/",
        "/d/sample-4/", "/d/sample-4/rules/", "/d/sample-4/1/", "/d/sample-4/1/?show=changed", "/d/sample-4/1/?show=all", "/d/sample-4/1/what-if/", "/d/sample-4/1/cases/{discussed}/",
        "/d/sample-3/1/", "/d/empty/", "/d/empty/rules/", EMPTY + "judging/", EMPTY + "judging/judges/",
        ORGANISER, ORGANISER + "figures/", ORGANISER + "figures/?beside=sample-3", ORGANISER + "figures/total/", EMPTY + "figures/", ORGANISER + "cases/", ORGANISER + "cases/?q=zzz", ORGANISER + "cases/{number}/", ORGANISER + "queue/", ORGANISER + "matches/", ORGANISER + "matches/{match}/",
        ORGANISER + "findings/", ORGANISER + "intakes/", ORGANISER + "intakes/{batch}/", ORGANISER + "files/", ORGANISER + "screening/", ORGANISER + "roundup/", ORGANISER + "roundup/versions/", ORGANISER + "roundup/compare/", ORGANISER + "roundup/comments/",
        ORGANISER + "roundup/publish/", EMPTY + "roundup/", "/o/sample-3/roundup/collection/", EMPTY + "roundup/collection/", ORGANISER + "mail/",
        ORGANISER + "mail/1/", ORGANISER + "audit/?check=1", ORGANISER + "settings/", ORGANISER + "settings/notice/", ORGANISER + "settings/themes/",
        ORGANISER + "settings/parts/", ORGANISER + "settings/criteria/", ORGANISER + "settings/bodies/", ORGANISER + "settings/bodies/320000/",
        ORGANISER + "settings/members/", ORGANISER + "settings/letters/", ORGANISER + "settings/letters/notice/", ORGANISER + "settings/publish/", ORGANISER + "settings/hooks/", "/account/tokens/", "/new/",
        "/p/sample-4/{sealed}/seal/", EMPTY, EMPTY + "cases/", EMPTY + "queue/", EMPTY + "matches/", EMPTY + "findings/", EMPTY + "intakes/", EMPTY + "files/",
        *(ORGANISER + "publication/" + page for page in ("", "rules/", "objections/", "objections/1/")), "/o/sample-3/publication/", "/o/sample-3/publication/results/",
        "/o/sample-3/publication/certificates/", "/o/sample-3/publication/texts/", "/o/sample-3/publication/texts/{public}/", *(EMPTY + "publication/" + page for page in ("", "objections/", "results/", "certificates/")),
        EMPTY + "screening/", EMPTY + "mail/", EMPTY + "audit/", EMPTY + "settings/publish/", "/c/empty/",
    ),
}  # fmt: skip


def chromium() -> str | None:
    """The browser of this machine."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def pages(words: dict[str, str]) -> list[tuple[str, str]]:
    """Every page as (who, address); those whose object is not there are left out."""
    return [(who, address.format(**words)) for who, addresses in PAGES.items() for address in addresses if "//" not in address.format(**words)]


@contextmanager
def served(data: Path, *, kind: str = "demo") -> Iterator[tuple[str, dict[str, str]]]:
    """A filled site that is served; -> its address and the words of its pages."""
    data.mkdir(parents=True, exist_ok=True)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ZHENGPING_", "DJANGO_"))}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "zhengping.server.settings", "ZHENGPING_DATA": str(data / "site"), "ZHENGPING_ADDRESS": address, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "ZHENGPING_DEMO": "1" if kind == "demo" else "0", "ZHENGPING_AID_URL": f"{address}/nothing", "ZHENGPING_AID_MODEL": "sample",
    }  # fmt: skip
    filling = [sys.executable, "-m", "tests.journeys.fill", kind, str(data / "sample")]
    told = subprocess.run(filling, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    words = json.loads(told.strip().splitlines()[-1])
    log = (data / "server.log").open("w")
    server = subprocess.Popen([sys.executable, "-m", "zhengping.server", "serve", "--port", str(port)], cwd=data, env=environment, stdout=log, stderr=log)
    try:
        _wait(address, server)
        yield address, words | {"server": str(server.pid)}
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


def descendants(number: int) -> list[int]:
    """A process and all that came from it."""
    own = [int(word) for task in Path(f"/proc/{number}/task").glob("*/children") for word in task.read_text().split()]
    return [number, *(found for child in own for found in descendants(child))]


def start_again(number: int, address: str, log: Path) -> subprocess.Popen:
    """Kill a served site, all of its processes at once and without a word, and start it again as it was."""
    place = Path(f"/proc/{number}")
    command, held = place.joinpath("cmdline").read_bytes().split(b"\0")[:-1], place.joinpath("environ").read_bytes().split(b"\0")[:-1]
    environment, folder = dict(pair.split(b"=", 1) for pair in held), place.joinpath("cwd").resolve()
    for one in descendants(number):
        os.kill(one, signal.SIGKILL)
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
    _wait(address, server)
    return server


def _wait(address: str, server: subprocess.Popen) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/find/", timeout=5).close()
            return
        except OSError:
            if server.poll() is not None:
                raise RuntimeError("the site ended before it answered") from None
            time.sleep(0.1)
    raise RuntimeError("the site does not answer")


@contextmanager
def browser() -> Iterator:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        opened.close()


def enter(page, address: str, email: str, password: str = PASSWORD) -> None:
    """Log in."""
    page.goto(f"{address}/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/login/" not in url)


def speak(context, address: str, language: str) -> None:
    """Choose the language of the pages."""
    context.add_cookies([{"name": "django_language", "value": language, "url": address}])


def shown(opened, address: str, words: dict[str, str], languages=LANGUAGES, widths=WIDTHS) -> Iterator[tuple]:
    """Each page in each language and width: (page, who, address, language, width, status, what the console said)."""
    for who in PAGES:
        context = opened.new_context(viewport={"width": widths[0], "height": 800})
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        if who:
            enter(page, address, f"{who}@example.org")
        for language in languages:
            speak(context, address, language)
            for name in [name for by, name in pages(words) if by == who]:
                said.clear()
                page.set_viewport_size({"width": widths[0], "height": 800})
                status = page.goto(address + name).status
                for width in widths:
                    page.set_viewport_size({"width": width, "height": 800})
                    yield page, who, name, language, width, status, [text for text in said if "Failed to load resource" not in text]
        context.close()
