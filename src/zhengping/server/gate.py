"""Between web server and site: bodies are taken in before anybody works on them, and so many requests are worked on at once, in order.

A slow line then holds a thread and a file, no connection of the database and nobody else; and requests that are worked on do not slow one another down, each
holding locks of the database for longer. Who waits for a reader gives its turn to the next meanwhile.
"""

from __future__ import annotations

import io
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.db import connections
from django.utils import timezone

LINES = 256  # requests whose bodies a web process takes in at once
TURNS = 4  # that are worked on at once
HANDS = 16  # that are worked on or wait for a reader
BODY_SECONDS = 900  # a body that takes longer arrived when it was there, not when it began
SPARE = 200 << 20  # bytes of the disk that bodies leave free
CHUNK = 1 << 18
TOO_LARGE = "上传的内容超过上限，请分几次上传。\nThe upload is larger than allowed; please send it in several parts.\n"
_mine = threading.local()


class _Turns:
    """Turns handed on in order of asking, unlike those of a semaphore, which a newcomer can snatch."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._asking: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    def take(self, *, is_first: bool = False) -> None:
        """Wait for a turn, before all others who wait where `is_first`."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            own = threading.Lock()
            own.acquire()
            (self._asking.appendleft if is_first else self._asking.append)(own)
        own.acquire()  # released by who hands its turn on

    def give(self) -> None:
        """Hand the turn on."""
        with self._lock:
            if self._asking:
                self._asking.popleft().release()
            else:
                self._free += 1


_turns = _Turns(TURNS)


class Gate:
    """A WSGI application behind the gate."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._hands = ThreadPoolExecutor(HANDS, "hand")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Take the body in, then answer when it is this request's turn. `zhengping.arrived_at` of `environ` is the moment of its arrival."""
        environ["zhengping.arrived_at"] = timezone.now()
        if int(environ.get("CONTENT_LENGTH") or 0) > settings.LARGEST_BULK + SPARE:
            start_response("413 Content Too Large", [("Content-Type", "text/plain; charset=utf-8")])
            return [TOO_LARGE.encode()]
        begun = time.monotonic()
        body = environ["wsgi.input"] = _whole(environ)
        if body is None:
            start_response("400 Bad Request", [("Content-Length", "0")])
            return []
        if time.monotonic() - begun > BODY_SECONDS:
            environ["zhengping.arrived_at"] = timezone.now()
        head, answer = self._hands.submit(self._answered, environ).result()
        start_response(*head)
        return _Sent(answer, body)

    def _answered(self, environ: dict[str, Any]) -> tuple[tuple[Any, ...], Iterable[bytes]]:
        head: list[tuple[Any, ...]] = []
        _turns.take()
        _mine.is_taken = True
        try:
            answer = self._application(environ, lambda *words: head.append(words))
        finally:
            _mine.is_taken = False
            _turns.give()
        return head[-1], answer


@contextmanager
def waiting() -> Iterator[None]:
    """Wait for something without holding the turn; nothing outside of a request."""
    if not getattr(_mine, "is_taken", False):
        yield
        return
    _mine.is_taken = False
    _turns.give()
    try:
        yield
    finally:
        _turns.take(is_first=True)
        _mine.is_taken = True


def _whole(environ: dict[str, Any]) -> Any:
    """The body, taken in; as it comes where the disk has no room for it, so that the site can say so; None where the line broke before its end."""
    left = int(environ.get("CONTENT_LENGTH") or 0)
    if left <= 0:
        return io.BytesIO()
    if left > CHUNK and left + SPARE > shutil.disk_usage(settings.FILE_UPLOAD_TEMP_DIR).free:
        return environ["wsgi.input"]
    held = SpooledTemporaryFile(CHUNK * 4, dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - closed with the request
    while left > 0 and (part := environ["wsgi.input"].read(min(left, CHUNK))):
        held.write(part)
        left -= len(part)
    if left:
        held.close()
        return None
    held.seek(0)
    return held


class _Sent:
    """An answer on its way: what a stream asks of the database is asked in this thread, whose connections end with it."""

    def __init__(self, answer: Iterable[bytes], body: Any) -> None:
        self._answer, self._body = answer, body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        """The end of the request."""
        try:
            if close := getattr(self._answer, "close", None):
                close()
        finally:
            connections.close_all()
            getattr(self._body, "close", int)()
