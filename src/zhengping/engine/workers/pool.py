"""The parent: threads that each own one reader process, watch its time and start it anew when it had to be killed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

import msgspec

from zhengping.engine.record import IncomingFile
from zhengping.engine.workers.reader import Asked, Read, encoder, receive, send

_CHILD = "from zhengping.engine.workers.reader import main; main()"
_reads = msgspec.msgpack.Decoder(Read)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reader: `seconds` a file, `memory` bytes of address space; OCR has bounds of its own."""

    seconds: float = 20.0
    memory: int = 1 << 30
    ocr_seconds: float = 20.0 * 30
    ocr_memory: int = 6 << 30


class Reader:
    """One warm process. Not safe for several threads at once."""

    def __init__(self, memory: int, *, ocr: bool = False) -> None:
        self._command = [sys.executable, "-c", _CHILD, str(memory), str(int(ocr))]
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, file: IncomingFile, seconds: float, wants: str = "document") -> Read:
        """Read one file within `seconds`; beyond them, or when the process dies, the answer is a reason."""
        process = self._started()
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        watchdog = threading.Timer(seconds, end)
        watchdog.start()
        try:
            assert process.stdin and process.stdout
            send(process.stdin, encoder.encode(Asked(file, wants)))  # type: ignore[arg-type]
            answer = receive(process.stdout)  # type: ignore[arg-type]
        except (OSError, ValueError):
            answer = b""
        finally:
            watchdog.cancel()
        if answer:
            return _reads.decode(answer)
        self.close()
        return Read(None, "timeout", (("seconds", f"{seconds:g}"),)) if late.is_set() else Read(None, "reader-died")

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._process

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    try:
                        pipe.close()
                    except OSError:
                        pass
            self._process.wait()
            self._process = None


def has_ocr() -> bool:
    """Whether the extra `ocr` is installed."""
    return importlib.util.find_spec("rapidocr_onnxruntime") is not None


class Readers:
    """An executor of `jobs` readers: `submit(file)` gives a future of `Read`. Scans go on to one OCR reader where that is installed."""

    def __init__(self, jobs: int = 2, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._local = threading.local()
        self._all: list[Reader] = []
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(jobs, "reader")
        self._ocr = Reader(self._limits.ocr_memory, ocr=True) if has_ocr() else None
        self._scans = ThreadPoolExecutor(1, "ocr")

    def submit(self, file: IncomingFile, wants: str = "document") -> Future[Read]:
        """Read a file as soon as a reader is free; a scan does not keep the others waiting. `wants` "blocks" asks for what can be printed of it, "grids" for the sheets of a workbook."""
        answer: Future[Read] = Future()

        def recognised(done: Future[Read]) -> None:
            _pass_on(done, answer)

        def first(done: Future[Read]) -> None:
            if wants == "document" and self._is_for_ocr(done):
                try:
                    self._scans.submit(self._recognise, file).add_done_callback(recognised)
                except RuntimeError as error:  # closed in the meantime
                    answer.set_exception(error)
            else:
                _pass_on(done, answer)

        self._threads.submit(self._read, file, wants).add_done_callback(first)
        return answer

    def _is_for_ocr(self, done: Future[Read]) -> bool:
        return self._ocr is not None and not done.cancelled() and done.exception() is None and done.result().reason == "scan-without-ocr"

    def read(self, file: IncomingFile, wants: str = "document") -> Read:
        """Read a file now, in this thread."""
        return self.submit(file, wants).result()

    def _recognise(self, file: IncomingFile) -> Read:
        assert self._ocr is not None
        return self._ocr.read(file, self._limits.ocr_seconds)

    def _read(self, file: IncomingFile, wants: str) -> Read:
        """Read a file with this thread's reader."""
        reader = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = Reader(self._limits.memory)
            with self._lock:
                self._all.append(reader)
        found: Read = reader.read(file, self._limits.seconds, wants)
        return found

    def close(self) -> None:
        """End all reader processes; files under way are given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._scans.shutdown(wait=False, cancel_futures=True)
        for reader in (*self._all, *((self._ocr,) if self._ocr else ())):
            reader.close()
        self._threads.shutdown(wait=True)
        self._scans.shutdown(wait=True)

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _pass_on(done: Future[Read], answer: Future[Read]) -> None:
    """Give what came of one future to another."""
    if done.cancelled():
        answer.cancel()
        answer.set_running_or_notify_cancel()
    elif error := done.exception():
        answer.set_exception(error)
    else:
        answer.set_result(done.result())


_own: Readers | None = None
_own_lock = threading.Lock()


def read_in_worker(file: IncomingFile) -> Read:
    """Read a file with this process's own readers; what a worker of a cluster calls."""
    global _own
    with _own_lock:
        if _own is None:
            _own = Readers(1)
    return _own.read(file)
