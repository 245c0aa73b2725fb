"""PostgreSQL as Django has it, whose open lines are listened to instead of tried.

Django asks "SELECT 1" before the first question of each request. A line whose other end closed it has that end to read (poll(2), POLLIN), so one that is silent is good, and nobody
has to answer for that. Should the other end have gone without a word, the question itself finds it, as "SELECT 1" would.
"""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of one thread, as any of Django's."""

    def is_usable(self) -> bool:
        """Whether the line still stands."""
        if self.connection is None or self.connection.closed:
            return False
        heard = select.poll()
        heard.register(self.connection.fileno(), select.POLLIN)
        return bool(not heard.poll(0) or super().is_usable())
