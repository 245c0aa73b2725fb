"""A whole edition of sample cases driven through the site, from notice to certificates: seconds of each step, and pictures of what it shows.

Usage: python benchmarks/edition.py [CASES] [FOLDER]. The steps are requests to the site's own addresses, each by the person who may; what the worker does is done between them. The
people and the edition's basic rules are made by the operations behind the pages, and the clock is moved over the end of the publicity period by its row. Pictures go to FOLDER
(screenshots/edition), where there is Chromium.
"""

from __future__ import annotations

import io
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

DATA = tempfile.mkdtemp(prefix="zhengping-edition-")
os.environ.update({"DJANGO_SETTINGS_MODULE": "zhengping.server.settings", "ZHENGPING_DATA": DATA, "ZHENGPING_HOSTS": "127.0.0.1,testserver", "ZHENGPING_DEMO": "1"})

import django

django.setup()

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from zhengping import samples
from zhengping.server import __main__ as server
from zhengping.server import demo
from zhengping.server.call import operations as call
from zhengping.server.call.models import Edition, Membership
from zhengping.server.judging.models import Assignment, Round
from zhengping.server.judging.records import criteria
from zhengping.server.publication import queries, records
from zhengping.server.publication.models import Certificate, Notice
from zhengping.server.screening.queries import sent_up
from zhengping.server.submission.models import Submission
from zhengping.server.submission.records import bytes_of

SLUG, JUDGES, READS = "whole", 40, 3
SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')
HOMES = ("110000", "310000", "440000", "420000", "510000", "610000", "370000", "330000", "320000", "210000")


class Person:
    """Somebody's browser: what is refused ends the run."""

    def __init__(self, email: str, name: str):
        self.user = demo._person(email, name)
        self.client = Client()
        self.client.force_login(self.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def get(self, address: str):
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer

    def post(self, address: str, /, **words):
        answer = self.client.post(address, words)
        errors = [str(message) for message in getattr(answer.wsgi_request, "_messages", ()) if message.tags in ("danger", "error")]
        assert answer.status_code in (200, 302) and not errors, (address, answer.status_code, errors)
        return answer


def told(name: str, began: float, what: str = "") -> float:
    """Say how long a step took; -> now."""
    print(f"{name:<34} {time.perf_counter() - began:7.1f} s  {what}", flush=True)
    return time.perf_counter()


def worker() -> None:
    """Everything that is due."""
    while server.look():
        pass


def opened(organiser: Person) -> Edition:
    """An edition with its rules; the notice goes out by its page."""
    now = timezone.now()
    with transaction.atomic():
        edition = call.begin_edition(actor=organiser.user, slug=SLUG, number=4, year=now.year, name="第四届案例征集（样例）")
        changes = {
            "hosts": ["样例主办单位"], "contact": "样例 010-0", "notice": "（本启事为样例）", "opens": now - timedelta(days=9), "closes": now + timedelta(days=9), "is_sample": True,
            "screening_closes": now + timedelta(days=19), "judging_opens": now + timedelta(days=20), "judging_closes": now + timedelta(days=29),
        }  # fmt: skip
        call.update_edition(actor=organiser.user, edition=edition, version=1, changes=changes)
        for body in edition.bodies.all():
            call.update_body(actor=organiser.user, body=body, email=f"{body.division}@example.org", recommended=None, general=None)
    organiser.post(f"/o/{SLUG}/settings/publish/")
    return Edition.objects.get(slug=SLUG)


def screened(edition: Edition) -> int:
    """Each province downloads its sheet, marks it in Excel, uploads it and seals it."""
    done = 0
    for body in edition.bodies.filter(parent=None):
        if not sent_up(body).exists():
            continue
        screener = Person(f"{body.division}@example.org", f"初筛样例{body.division}")
        Membership.objects.get_or_create(edition=edition, user=screener.user, role="screener", body=body)
        page = f"/p/{SLUG}/{body.division}/"
        book = openpyxl.load_workbook(io.BytesIO(screener.get(page + "sheet.xlsx").content))
        for at, row in enumerate(book.active.iter_rows(min_row=2)):
            row[3].value = "重点推荐" if at % 3 == 0 else "一般"
        held = io.BytesIO()
        book.save(held)
        screener.post(page + "paper/", sheet=SimpleUploadedFile("sheet.xlsx", held.getvalue()))
        screener.post(page + "seal/", password=demo.PASSWORD, is_checked="on")
        done += 1
    return done


def assigned(edition: Edition, organiser: Person) -> Round:
    """Judges from Excel, a round, the proposal of who reads what, confirmed."""
    book = openpyxl.load_workbook(io.BytesIO(organiser.get(f"/o/{SLUG}/judging/judges/template.xlsx").content))
    themes = list(edition.themes.values_list("name", flat=True))
    for at in range(JUDGES):
        row = (f"评委样例{at}", f"judge-{at}@example.org", f"样例研究院{at}", HOMES[at % len(HOMES)], "、".join((themes[at % len(themes)], themes[(at + 1) % len(themes)])))
        for column, value in enumerate(row, 1):
            book.active.cell(at + 2, column, value)
    held = io.BytesIO()
    book.save(held)
    organiser.post(f"/o/{SLUG}/judging/judges/", sheet=SimpleUploadedFile("judges.xlsx", held.getvalue()))
    now = timezone.now()
    moments = {"opens": now - timedelta(days=1), "closes": now + timedelta(days=9)}
    organiser.post(f"/o/{SLUG}/judging/", reads=READS, own="province", scope="all", shortlist=50, is_blind="on", **{name: f"{at:%Y-%m-%dT%H:%M}" for name, at in moments.items()})
    organiser.post(f"/o/{SLUG}/judging/1/", do="propose")
    organiser.post(f"/o/{SLUG}/judging/1/", do="confirm")
    return Round.objects.get(edition=edition, number=1)


def judged(edition: Edition, held: Round) -> int:
    """Each judge opens each sheet, fills it in and signs; quality, severity and noise are those of a seeded world."""
    chance = random.Random(4)
    quality = {pk: chance.gauss(0, 1) for pk in Submission.objects.filter(edition=edition).values_list("pk", flat=True)}
    fields, done = criteria(held), 0
    for at in range(JUDGES):
        judge = Person(f"judge-{at}@example.org", f"评委样例{at}")
        Membership.objects.get_or_create(edition=edition, user=judge.user, role="judge")
        severity = chance.gauss(0, 0.5)
        judge.get(f"/j/{SLUG}/")
        for row in Assignment.objects.filter(round=held, seat__email=judge.user.email, confirmed_at__isnull=False, moved_at=None).order_by("pk"):
            page = f"/j/sheet/{row.pk}/"
            if done % 25 == 0:
                judge.get(page)
            value = quality[row.submission_id] + severity + chance.gauss(0, 0.7)
            marks = {one.field: round(min(one.high, max(0, one.high * (0.72 + 0.09 * value + chance.gauss(0, 0.01)))), 1) for one in fields}
            judge.post(page, do="sign", version=0, notes="做法具体。（样例）", **marks)
            done += 1
    return done


def decided(edition: Edition, organiser: Person, chair: Person, awards: tuple[int, int, int]) -> None:
    """The rules, the proposal, its confirmation by chair and organiser."""
    names = ("一等奖", "二等奖", "三等奖")
    words = {"basis": "calibrated", "reserve": 10, "changed": 1, "awards-TOTAL_FORMS": 3, "awards-INITIAL_FORMS": 3, "quotas-TOTAL_FORMS": 1, "quotas-INITIAL_FORMS": 0}
    words |= {f"awards-{at}-{key}": value for at, name in enumerate(names) for key, value in (("name", name), ("number", awards[at]), ("level", ""))}
    words |= {"quotas-0-by": "unit", "quotas-0-kind": "most", "quotas-0-number": 1, "quotas-0-award": ""}
    organiser.post(f"/d/{SLUG}/rules/", **words)
    organiser.post(f"/d/{SLUG}/")
    worker()
    for who, role in ((chair, "chair"), (organiser, "organiser")):
        seen = SEEN.search(who.get(f"/d/{SLUG}/1/").content.decode())[1]
        who.post(f"/d/{SLUG}/1/", role=role, password=demo.PASSWORD, is_checked="on", seen=seen)


def published(edition: Edition, organiser: Person, chair: Person) -> None:
    """The list before the public, an objection heard and upheld, the new list, the results."""
    page = f"/o/{SLUG}/publication/"
    organiser.post(page, do="open", words="现将拟获奖名单予以公示。（样例）")
    first = Notice.objects.get(edition=edition).rows.select_related("submission").first().submission
    stranger = Client()
    answer = stranger.post(f"/c/{SLUG}/objections/", {"case": first.number, "name": "样例异议人", "email": "o@example.org", "reasons": "成效数据不实。（样例）"})
    assert answer.status_code == 302, answer.content.decode()
    chair.post(page + "objections/1/", do="ask", question="请说明数据来源。（样例）")
    hearing = queries.objections(edition).get().hearing
    assert stranger.post(f"/hearing/{hearing.token}/", {"words": "数据有误。（样例）"}).status_code == 302
    chair.post(page + "objections/1/", do="rule", outcome="upheld", effect="remove", award="", reasons="查实。（样例）", has_no_part="on")
    organiser.post(page, do="renew", why="一项异议成立，取消一个案例的资格。（样例）")
    Notice.objects.filter(edition=edition).update(closes_at=timezone.now() - timedelta(seconds=1))
    organiser.post(page, do="publish", words="现将结果予以公布。（样例）")


def _wait(address: str) -> None:
    """Until the site answers, a minute at most."""
    for _at in range(120):
        try:
            urllib.request.urlopen(f"{address}/find/", timeout=5).close()
        except OSError:
            time.sleep(0.5)
        else:
            return


def pictures(folder: Path, case: int) -> int:
    """Pictures of what the edition shows; -> how many, 0 without Chromium."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tests.journeys import site

    if not site.chromium():
        return 0
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    running = subprocess.Popen([sys.executable, "-m", "zhengping.server", "serve", "--port", str(port)], env={**os.environ, "ZHENGPING_ADDRESS": address}, stderr=subprocess.DEVNULL)
    folder.mkdir(parents=True, exist_ok=True)
    shown = {
        "": (f"/c/{SLUG}/", f"/c/{SLUG}/publicity/", f"/c/{SLUG}/results/", "/k/"),
        "chair": (f"/j/{SLUG}/1/chair/", f"/d/{SLUG}/1/", f"/o/{SLUG}/publication/objections/1/"),
        "organiser": (f"/o/{SLUG}/", f"/o/{SLUG}/screening/", f"/o/{SLUG}/judging/1/", f"/d/{SLUG}/1/cases/{case}/", f"/o/{SLUG}/publication/", f"/o/{SLUG}/publication/certificates/"),
    }
    count = 0
    try:
        _wait(address)
        with site.browser() as browser:
            for who, pages in shown.items():
                page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
                if who:
                    site.enter(page, address, f"{who}@example.org")
                for name in pages:
                    assert page.goto(address + name).status == 200, name
                    page.screenshot(path=folder / f"{who or 'everyone'}-{name.strip('/').replace('/', '-') or 'home'}.png", full_page=True)
                    count += 1
    finally:
        running.terminate()
        running.wait(20)
    return count


def main() -> None:
    """Run it and print the measures."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).resolve().parents[1] / "screenshots" / "edition")
    call_command("migrate", verbosity=0)
    records.make_key()
    begun = now = time.perf_counter()
    sample = Path(DATA) / "sample"
    samples.make(sample, cases, 4)
    now = told("sample made", now, f"{cases} cases")
    organiser, chair = Person("organiser@example.org", "组织方（样例）"), Person("chair@example.org", "评审组长（样例）")
    edition = opened(organiser)
    Membership.objects.create(edition=edition, user=chair.user, role="chair")
    now = told("notice out", now)
    organiser.post(f"/o/{SLUG}/intakes/new/", folder=str(sample / "incoming"))
    worker()
    numbered = Submission.objects.filter(edition=edition, number__isnull=False).count()
    now = told("read, coded, compared", now, f"{numbered} numbered")
    now = told("screened and sealed", now, f"by {screened(edition)} provinces")
    held = assigned(edition, organiser)
    now = told("judges, round, assignment", now)
    now = told("judged", now, f"{judged(edition, held)} sheets signed")
    decided(edition, organiser, chair, (cases // 20, cases // 10, cases // 5))
    now = told("proposed and confirmed", now)
    published(edition, organiser, chair)
    worker()
    rows = list(Certificate.objects.filter(edition=edition))
    roots = records.public_certificate()
    good = sum(records.verify(bytes_of(row.sha256), roots).is_good for row in rows)
    now = told("publicity, objection, results", now, f"{len(rows)} certificates, {good} verified")
    assert good == len(rows) == len(queries.results(edition)) > 0
    from zhengping.server.audit.queries import faults

    assert not list(faults())
    now = told("audit chain walked", now)
    count = pictures(folder, queries.results(edition)[0].submission.number)
    told("pictures", now, f"{count} in {folder}" if count else "left out: no Chromium")
    told("the whole", begun)


if __name__ == "__main__":
    main()
