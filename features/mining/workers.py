"""Shares work on one repository between processes, in order and within bounds."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from .bounds import Meter, broke_down, too_large
from .changes import close_worker

_AHEAD = 8  # pieces of work that wait for each process

# A plain fork could copy a lock that another thread of the caller holds.
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"

Share = Callable[[Callable, Iterable], Iterator]
"""A lazy, ordered map of a function of (git directory, piece of work)."""


def get_ready() -> None:
    """Start, without waiting for it, what `sharing` starts its processes from."""
    if _METHOD == "forkserver":
        from multiprocessing import forkserver

        multiprocessing.set_forkserver_preload(["trustdrift.features.mining.changes"])
        forkserver.ensure_running()


@contextmanager
def sharing(path: str, workers: int, meter: Meter) -> Iterator[Share]:
    """Give a map over pieces of work: in this process, or over several.

    Raises
    ------
    LimitExceeded
        From the map, if time or memory runs out.
    """
    if workers == 1:
        try:
            yield lambda function, work: _watched((function(path, piece) for piece in work), meter)
        finally:
            close_worker()
        return
    get_ready()
    executor = ProcessPoolExecutor(workers, multiprocessing.get_context(_METHOD))
    try:
        yield lambda function, work: _watched(
            _in_order(executor, function, path, work, _AHEAD * workers), meter
        )
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


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
    executor: ProcessPoolExecutor, function: Callable, path: str, work: Iterable, ahead: int
) -> Iterator:
    waiting: deque[Future] = deque()
    for piece in work:
        waiting.append(executor.submit(function, path, piece))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
