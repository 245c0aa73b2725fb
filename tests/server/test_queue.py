"""Writers to SQLite stand in a queue, and nobody stays in it who is gone."""

import subprocess
import sys
import threading
import time

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from zhengping.server.queued_sqlite3.base import DatabaseWrapper

HOLD = """
import sys, fcntl
place = open(sys.argv[1], "ab")
fcntl.flock(place, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def beside_a_browser(monkeypatch):
    """A browser's event loop may run in this process, from tests before; no connection here is used by it."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def connect(tmp_path, monkeypatch, django_db_blocker):
    """New connections to one database of its own, closed in the end."""
    made = []
    django_db_blocker.unblock()

    def one() -> BaseDatabaseWrapper:
        options = {"transaction_mode": "IMMEDIATE", "timeout": 0, "init_command": "PRAGMA journal_mode=WAL"}
        settings = {"NAME": str(tmp_path / "db"), "OPTIONS": options, "AUTOCOMMIT": True, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "ATOMIC_REQUESTS": False, "TIME_ZONE": None}
        made.append(DatabaseWrapper(settings, f"queued{len(made)}"))
        made[-1].inc_thread_sharing()
        return made[-1]

    handler = transaction.get_connection
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: using if isinstance(using, DatabaseWrapper) else handler(using))
    yield one
    for connection in made:
        connection.close()
    django_db_blocker.restore()


def _counted(connection) -> int:
    with connection.cursor() as at:
        return at.execute("SELECT count(*) FROM row").fetchone()[0]


def test_sixteen_writers_wait_for_each_other_and_none_is_told_that_the_database_is_locked(connect):
    """SQLite's own patience is 0 here: without the queue nearly all of them fail."""
    with connect().cursor() as at:
        at.execute("CREATE TABLE row (n INTEGER PRIMARY KEY)")
    errors = []

    def write(connection, numbers):
        try:
            for n in numbers:
                with transaction.atomic(using=connection), connection.cursor() as at:
                    at.execute("SELECT max(n) FROM row")
                    time.sleep(0.001)
                    at.execute("INSERT INTO row VALUES (%s)", [n])
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(connect(), range(10 * k, 10 * k + 10))) for k in range(16)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not errors
    assert _counted(connect()) == 160


def test_an_inner_block_keeps_the_place_and_a_failed_one_gives_it_back(connect):
    """Only the end of the outermost block, with whatever end, lets the next in."""
    first, second = connect(), connect()
    with first.cursor() as at:
        at.execute("CREATE TABLE row (n INTEGER PRIMARY KEY)")
    entered = threading.Event()

    def wait():
        with transaction.atomic(using=second):
            entered.set()

    with pytest.raises(IntegrityError), transaction.atomic(using=first), first.cursor() as at:
        with transaction.atomic(using=first):
            at.execute("INSERT INTO row VALUES (1)")
        thread = threading.Thread(target=wait)
        thread.start()
        assert not entered.wait(0.2)
        at.execute("INSERT INTO row VALUES (1)")
    assert entered.wait(5)
    thread.join()
    assert _counted(first) == 0


def test_who_is_killed_or_closes_leaves_the_queue(connect, tmp_path):
    """The kernel gives the place of a dead process to the next."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "db-queue")], stdout=subprocess.PIPE, stdin=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        entered = threading.Event()
        second = connect()

        def wait():
            with transaction.atomic(using=second):
                entered.set()

        thread = threading.Thread(target=wait)
        thread.start()
        assert not entered.wait(0.2)
        holder.kill()
        assert entered.wait(5)
        thread.join()
    first = connect()
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    first.close()
    with transaction.atomic(using=second):
        pass


def test_a_database_in_memory_needs_no_file(tmp_path, monkeypatch, django_db_blocker):
    """Nothing is written beside the tests."""
    monkeypatch.chdir(tmp_path)
    held = DatabaseWrapper({"NAME": "file:queued?mode=memory&cache=shared", "OPTIONS": {}, "AUTOCOMMIT": True, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "TIME_ZONE": None}, "memory")
    with django_db_blocker.unblock():
        held.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        held.rollback()
    assert not list(tmp_path.iterdir())
