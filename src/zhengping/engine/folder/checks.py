"""Cases -> coded and proofread cases, here or in other processes, each once: what was checked before is taken from the state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from multiprocessing import get_context

import msgspec

from zhengping.engine import chains, coding
from zhengping.engine.chains import Checked
from zhengping.engine.folder.state import State, digest
from zhengping.engine.record import Case, Edition, Entry

_CHUNK = 40
_FEW = 120  # cases that are sooner checked here than by processes that have to start

_coders: dict[str, coding.Coder] = {}


class Row(msgspec.Struct, frozen=True):
    """A check kept under the hash of its case."""

    key: str
    checked: Checked


def check_many(sign: str, edition: Edition, confirmed: tuple[Entry, ...], cases: tuple[Case, ...]) -> list[Checked]:
    """Check cases with the coder of `sign`, which is made once in a process."""
    if sign not in _coders:
        _coders.clear()
        _coders[sign] = chains.coder(edition, confirmed)
    return [chains.check(case, _coders[sign], edition) for case in cases]


def check_all(
    cases: Sequence[Case],
    edition: Edition,
    confirmed: tuple[Entry, ...],
    state: State,
    *,
    jobs: int,
    cluster: Executor | None,
    progress: Callable[[int, int], None],
) -> list[Checked]:
    """All cases checked, in their order. `cluster` runs the checks elsewhere, else `jobs` processes do."""
    sign = digest(edition, confirmed)
    journal = state.checked(Row)
    known = {row.key: row.checked for row in journal.rows()}
    keys = [digest(sign, case) for case in cases]
    missing = [at for at, key in enumerate(keys) if key not in known]
    done = len(cases) - len(missing)
    progress(done, len(cases))
    with ExitStack() as stack:
        stack.callback(journal.close)
        chunks = [missing[start : start + _CHUNK] for start in range(0, len(missing), _CHUNK)]
        if cluster is None and len(missing) > _FEW and jobs > 1:
            cluster = stack.enter_context(_pool(jobs))
        for chunk, found in _answers(chunks, cases, (sign, edition, confirmed), cluster):
            for at, checked in zip(chunk, found, strict=True):
                known[keys[at]] = checked
                journal.add(Row(keys[at], checked))
            done += len(chunk)
            progress(done, len(cases))
    return [known[key] for key in keys]


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, get_context("spawn"))


def _answers(
    chunks: Sequence[list[int]], cases: Sequence[Case], how: tuple[str, Edition, tuple[Entry, ...]], cluster: Executor | None
) -> Iterator[tuple[list[int], list[Checked]]]:
    if cluster is None:
        for chunk in chunks:
            yield chunk, check_many(*how, tuple(cases[at] for at in chunk))
        return
    under_way: dict[Future[list[Checked]], list[int]] = {
        cluster.submit(check_many, *how, tuple(cases[at] for at in chunk)): chunk for chunk in chunks
    }
    try:
        for future in as_completed(under_way):
            yield under_way[future], future.result()
    except BaseException:
        for future in under_way:
            future.cancel()
        raise
