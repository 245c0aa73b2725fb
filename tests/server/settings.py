"""Settings of the tests: SQLite in memory unless ZHENGPING_DATABASE names another or ZHENGPING_TEST_DATABASE is "postgresql", files in a folder of their own, mail kept."""

import os
import tempfile

os.environ["ZHENGPING_DATA"] = tempfile.mkdtemp(prefix="zhengping-test-")
os.environ.setdefault("ZHENGPING_SECRET", "a secret of the tests alone")

if os.environ.get("ZHENGPING_TEST_DATABASE") == "postgresql" and not os.environ.get("ZHENGPING_DATABASE"):
    from tests.server import postgresql

    os.environ["ZHENGPING_DATABASE"] = postgresql.start()  # the processes that share the tests inherit it

from zhengping.server.settings import *  # noqa: F403

if IS_SQLITE:  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405 - what Django's own SQLite would take by itself
READERS = 1  # in the thread and transaction of the test
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; nothing here is secret
AXES_ENABLED = False
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
