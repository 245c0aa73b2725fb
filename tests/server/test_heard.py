"""A line to PostgreSQL that its other end closed is found before a question is asked."""

import pytest
from django.db import connection

from zhengping.server.call.models import Edition

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no lines")]


def test_a_closed_line_is_found_and_the_next_request_opens_another():
    Edition.objects.count()
    was_good = connection.is_usable()
    with connection.cursor() as asked:
        asked.execute("SELECT pg_backend_pid()")
        number = asked.fetchone()[0]
    other = connection.copy()
    with other.cursor() as ending:
        ending.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
    other.close()
    is_good = connection.is_usable()
    connection.health_check_enabled, connection.health_check_done = True, False  # as at the start of a request

    assert (was_good, is_good) == (True, False)
    assert Edition.objects.count() == 0
