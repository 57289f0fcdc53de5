"""Mines in a process of its own that is ended when it costs more than one repository may."""

import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.abc import MetaPathFinder
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import TrustdriftError
from .bounds import Bounds, broke_down, too_large, too_slow
from .outcome import Outcome

if TYPE_CHECKING:
    from .reading import Progress

_MALLOC = {"MALLOC_MMAP_THRESHOLD_": str(1024**2)}
"""Has the GNU C library give back the memory of an array of a megabyte as soon as it is gone."""

GRACE = 10.0  # seconds in which a process that has noticed its limit may say so itself


def mine_confined(
    folder: Path,
    path: Path,
    *,
    bounds: Bounds | None = None,
    progress: "Progress | None" = None,
    **options: Any,
) -> Outcome:
    """Do what `mine_into` does in another process, within limits of time and memory.

    Whatever the repository makes the libraries do, the process that calls this goes on. If the
    other one does not end well, no file of it stays in `folder`, and what was there before is
    as it was.

    Parameters
    ----------
    options
        As `mine_into` takes them.

    Raises
    ------
    SourceError, ConfigurationError
        As `mine_into`.
    LimitExceeded
        If time or memory runs out.
    """
    bounds = bounds or Bounds()
    deadline = time.monotonic() + bounds.seconds + GRACE
    with _started((folder, path, bounds, options)) as (process, messages):
        while True:
            try:
                if not messages.poll(max(0.0, deadline - time.monotonic())):
                    raise too_slow(str(path), bounds.seconds)
                kind, *content = messages.recv()
            except EOFError as error:
                process.wait()
                raise broke_down(str(path)) from error
            if kind == "progress" and progress is not None:
                progress(*content)
            elif kind == "done":
                return content[0]
            elif kind == "failed":
                raise content[0]


@contextmanager
def _started(task: tuple) -> Iterator[tuple[subprocess.Popen, Connection]]:
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import run; run({writing})"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=[writing],
        start_new_session=True,
        env=os.environ | _MALLOC,
    )
    os.close(writing)
    try:
        if process.stdin is not None:
            with suppress(BrokenPipeError), process.stdin as stdin:
                stdin.write(pickle.dumps(task))
        yield process, Connection(reading, writable=False)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for part in task[0].glob(f".*.{process.pid}.part"):
            part.unlink(missing_ok=True)


class _WithoutPandas(MetaPathFinder):
    """Says that there is no pandas: Arrow would load it with the first array, and use it nowhere.

    That takes as long as all else that a process has to load.
    """

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Refuse pandas, and leave all else to others."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def run(writing: int) -> None:
    """Do, in the process that was started for it, what standard input asks for."""
    sys.meta_path.insert(0, _WithoutPandas())
    from .miner import mine_into
    from .workers import forked_crew

    messages = Connection(writing, readable=False)
    folder, path, bounds, options = pickle.load(sys.stdin.buffer)
    workers = options.pop("workers", 1)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (bounds.memory, bounds.memory))

    def begin() -> None:
        os.close(writing)  # or nobody would see that this process has ended
        limit()

    def report(stage: str, share: float) -> None:
        messages.send(("progress", stage, share))

    try:
        with forked_crew(workers, begin) as hands:
            limit()  # not sooner: a thread that finds no room for its stack waits for ever
            options["workers"] = hands
            written = mine_into(folder, path, bounds=bounds, progress=report, **options)
        messages.send(("done", written))
    except TrustdriftError as error:
        messages.send(("failed", error))
    except MemoryError:
        messages.send(("failed", too_large(str(path), bounds.memory)))
