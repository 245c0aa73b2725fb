"""SQLite as Django has it, with a queue in front of its one place for a writer.

SQLite lets a second writer look again after 1, 2, 5 … 100 ms (sqlite3.c, sqliteDefaultBusyCallback): who comes later may be served first, and the place stands empty meanwhile.
Here each transaction waits for a lock on a file beside the database (flock(2)), which the kernel hands over at once and in order of arrival, and gives up when its holder dies.
"""

from __future__ import annotations

import fcntl
from typing import IO, Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of one thread, as any of Django's."""

    _place: IO[bytes] | None = None

    def _start_transaction_under_autocommit(self) -> None:
        if not self.is_in_memory_db():
            self._place = open(f"{self.settings_dict['NAME']}-queue", "ab")  # noqa: SIM115 - held until the transaction ends
            fcntl.flock(self._place, fcntl.LOCK_EX)
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        if self._place is not None:
            self._place.close()
            self._place = None

    def _ended(self) -> None:
        if self.connection is None or not self.connection.in_transaction:
            self._leave()

    def _commit(self) -> Any:
        try:
            return super()._commit()
        finally:
            self._ended()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()
        finally:
            self._ended()

    def _close(self) -> Any:
        try:
            return super()._close()
        finally:
            self._leave()
