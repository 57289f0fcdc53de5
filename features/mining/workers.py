"""Shares work on one repository between processes, in order and within bounds."""

import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from .bounds import Meter, broke_down, too_large
from .opened import close_worker

_AHEAD = 8  # pieces of work that wait for each process

# A plain fork could copy a lock that another thread of the caller holds.
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_FORKS = sys.platform == "linux"  # on macOS, system libraries do not outlive it

Share = Callable[[Callable, Iterable], Iterator]
"""A lazy, ordered map of a function of (git directory, piece of work)."""


@dataclass(frozen=True)
class Crew:
    """Processes that can share the work of a run."""

    executor: ProcessPoolExecutor | None = None
    """None if the run is to do all itself."""
    workers: int = 1
    least: int = 0
    """Commits from which on sharing takes less time than it costs."""


@contextmanager
def crew(workers: int | Crew) -> Iterator[Crew]:
    """Let some processes be started when they are needed; one is this one.

    A crew that is there already is given as it is, and stays.
    """
    if isinstance(workers, Crew):
        yield workers
        return
    if workers == 1:
        yield Crew()
        return
    if _METHOD == "forkserver":
        from multiprocessing import forkserver

        mining = "trustdrift.features.mining"
        multiprocessing.set_forkserver_preload([f"{mining}.changes", f"{mining}.measuring"])
        forkserver.ensure_running()  # does not wait for it
    with _ended(ProcessPoolExecutor(workers, multiprocessing.get_context(_METHOD))) as executor:
        yield Crew(executor, workers, least=400)


@contextmanager
def forked_crew(workers: int, begin: Callable[[], None]) -> Iterator[Crew]:
    """Fork some processes from this one, which must have no other thread, at next to no cost.

    Parameters
    ----------
    begin
        What each of them does first.
    """
    if workers == 1 or not _FORKS:
        with crew(workers) as found:
            yield found
        return
    context = multiprocessing.get_context("fork")
    with _ended(ProcessPoolExecutor(workers, context, initializer=begin)) as executor:
        for started in [executor.submit(int) for _ in range(workers)]:
            started.result()  # now, before a library starts threads
        yield Crew(executor, workers, least=64)


@contextmanager
def _ended(executor: ProcessPoolExecutor) -> Iterator[ProcessPoolExecutor]:
    try:
        yield executor
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


@contextmanager
def sharing(path: str, crew: Crew, commits: int, meter: Meter) -> Iterator[Share]:
    """Give a map over pieces of work: in this process, or over several if it is worth it.

    Raises
    ------
    LimitExceeded
        From the map, if time or memory runs out.
    """
    executor, ahead = crew.executor, _AHEAD * crew.workers
    if executor is None or commits < crew.least:
        try:
            yield lambda function, work: _watched((function(path, piece) for piece in work), meter)
        finally:
            close_worker()
        return
    yield lambda function, work: _watched(_in_order(executor, ahead, function, path, work), meter)


def _watched(results: Iterator, meter: Meter) -> Iterator:
    try:
        for result in results:
            meter.time()
            yield result
    except MemoryError as error:
        raise too_large(meter.what, meter.bounds.memory) from error
    except BrokenProcessPool as error:
        raise broke_down(meter.what) from error


def _in_order(
    executor: ProcessPoolExecutor, ahead: int, function: Callable, path: str, work: Iterable
) -> Iterator:
    waiting: deque[Future] = deque()
    for piece in work:
        waiting.append(executor.submit(function, path, piece))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
