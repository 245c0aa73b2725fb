"""`zhengping-server`: words on the command line -> the site and its worker, on one machine, stopped cleanly by Ctrl-C."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhengping.server.audit.queries import Fault

log = logging.getLogger("zhengping.server")
Sweep = Callable[[], int]
IDLE = 0.7  # seconds between two looks of a worker that has nothing to do
PACE = 0.25  # seconds at least from one look to the next: little work gathers instead of being looked for again and again


def main(words: Sequence[str] | None = None) -> int:
    """Serve (the default), or work alone; -> the exit code."""
    parser = argparse.ArgumentParser("zhengping-server", description="征评网站 · The site of Zhengping. Settings: environment variables ZHENGPING_…, see docs/site.md.")
    parser.add_argument("what", nargs="?", choices=("serve", "worker", "migrate", "organiser"), default="serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--email", help="organiser: the address of the first organiser")
    args = parser.parse_args(words)
    _set_up()
    if args.what == "worker":
        return work()
    _migrate()
    if args.what == "organiser":
        return _organiser(args.email or "")
    return serve(args.host, args.port) if args.what == "serve" else 0


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengping.server.settings")
    import django

    django.setup()


def _migrate() -> None:
    from django.core.management import call_command

    from zhengping.server.publication.records import make_key

    call_command("migrate", interactive=False, verbosity=0)
    make_key()


def _organiser(email: str) -> int:
    """Make the first organiser, who sets the password by the link of the log-in page's “forgotten password”."""
    from allauth.account.models import EmailAddress

    from zhengping.server.accounts.models import User

    if "@" not in email:
        print("zhengping-server organiser --email 邮箱", file=sys.stderr)
        return 2
    user = User.objects.filter(email=email.lower()).first() or User.objects.create_user(email)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    return 0


def faults() -> list[Fault]:
    """Where the audit chain does not hold."""
    _set_up()
    from zhengping.server.audit import queries

    return list(queries.faults())


def export(slug: str, out: Path) -> dict[str, int]:
    """Everything an edition holds to a zip; -> how many rows of each table. Raises LookupError where there is no such edition."""
    _set_up()
    _migrate()
    from zhengping.server.call.models import Edition
    from zhengping.server.transfer import operations

    edition = Edition.objects.filter(slug=slug).first()
    if edition is None:
        raise LookupError("、".join(Edition.objects.values_list("slug", flat=True)))
    return operations.export(edition=edition, out=out)


def take_in(path: Path) -> str:
    """An exported edition into this site; -> its slug. Raises ValueError with the reason."""
    _set_up()
    _migrate()
    from zhengping.server.transfer import operations

    try:
        return operations.take_in(path=path)
    except operations.Refused as error:
        raise ValueError(str(error)) from error


def verdict(path: Path, key: Path | None) -> str:
    """What is wrong with the signature of a .pdf, "" for nothing; `key` holds the certificate of another site's key (PEM)."""
    _set_up()
    from zhengping.server.publication import records

    if not path.is_file():
        return "missing"
    return records.verify(path.read_bytes(), key.read_bytes() if key else records.public_certificate()).why


def damaged(language: str) -> list[tuple[str, str, str, str]]:
    """Kept files whose bytes are not what they were: sha256, name, what it belongs to in a language ("zh" or "en"), "missing" or "changed"."""
    _set_up()
    from django.utils.translation import gettext as _
    from django.utils.translation import override

    from zhengping.server.desk import queries

    with override("en" if language == "en" else "zh-hans"):
        return [(one.sha256, one.name, _("、").join(one.of), one.kind) for one in queries.damaged_files()]


@dataclass(frozen=True, slots=True)
class People:
    """The log-ins of the demonstration."""

    password: str
    rows: tuple[tuple[str, str], ...]


def fill(sample: Path, tell: Callable[[str, int, int], None]) -> People:
    """Make the site of the demonstration; -> its log-ins."""
    _set_up()
    _migrate()
    from django.conf import settings

    from zhengping.server import demo

    demo.fill(sample, tell)
    return People(demo.PASSWORD, tuple((str(settings.ROLES[role]), email) for role, (email, _name) in demo.PEOPLE.items()))


def serve(host: str, port: int) -> int:
    """Run web server and worker until Ctrl-C or SIGTERM; a worker that dies is started again."""
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces

    from zhengping.server.gate import LINES

    stopping = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(stopping,), daemon=True)
    keeper.start()
    server = Granian(
        "zhengping.server.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=settings.WORKERS, blocking_threads=LINES, backlog=1024, workers_kill_timeout=10, log_enabled=False
    )
    try:
        server.serve()
    finally:
        stopping.set()
        keeper.join(15)
    return 0


def _keep_worker(stopping: threading.Event) -> None:
    while not stopping.is_set():
        worker = subprocess.Popen([sys.executable, "-m", "zhengping.server", "worker"])
        while worker.poll() is None and not stopping.wait(0.5):
            pass
        if worker.poll() is None:
            worker.terminate()
            try:
                worker.wait(10)
            except subprocess.TimeoutExpired:
                worker.kill()
        elif not stopping.is_set():
            log.warning("the worker ended (%s) and is started again", worker.returncode)
            stopping.wait(1)


def work() -> int:
    """Take up what is due, again and again, until told to stop. Everything due is a row: nothing is lost if this process dies."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    loops = [threading.Thread(target=_work_on, args=(stopping, sweeps), daemon=True) for sweeps in _kinds()]
    for loop in loops:
        loop.start()
    stopping.wait()
    for loop in loops:
        loop.join()
    return 0


def _work_on(stopping: threading.Event, sweeps: Sequence[Sweep]) -> None:
    while not stopping.is_set():
        due = time.monotonic() + PACE
        done = look(sweeps)
        stopping.wait(max(0.0, due - time.monotonic()) if done else IDLE)


def _kinds() -> tuple[tuple[Sweep, ...], ...]:
    """What may be due, by kinds that do not wait for one another: cases that people see at once, works of minutes, other machines, the writing aid."""
    from zhengping.server.call import tasks as call
    from zhengping.server.decision import tasks as decision
    from zhengping.server.library import tasks as library
    from zhengping.server.mail import tasks as mail
    from zhengping.server.publication import tasks as publication
    from zhengping.server.roundup import tasks as roundup
    from zhengping.server.submission import tasks as submission

    return (
        (submission.sweep_files, submission.sweep_drafts, submission.sweep_leftovers, submission.sweep_index, call.sweep_daily),
        (
            submission.sweep_matches,
            decision.sweep,
            publication.sweep_certificates,
            roundup.sweep_drafts,
            roundup.sweep_collections,
            library.sweep,
        ),
        (submission.sweep_mailbox, mail.sweep, mail.sweep_hooks),
        (roundup.sweep_rephrasings,),
    )


def look(sweeps: Sequence[Sweep] = ()) -> int:
    """One look at everything that may be due, or at what these sweeps take up; -> how much was taken up."""
    from django.db import close_old_connections

    done = 0
    for sweep in sweeps or chain.from_iterable(_kinds()):
        try:
            close_old_connections()
            done += sweep()
        except Exception:  # one kind of work must not stop the others; it is tried again at the next look
            log.exception("%s.%s failed", sweep.__module__, sweep.__name__)
            time.sleep(0.2)
    return done


if __name__ == "__main__":
    sys.exit(main())
