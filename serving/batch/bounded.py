"""Calls a function in a process of its own, which is ended when it costs more than it may.

The process is forked from a server that has imported what is needed and has one thread, so that it
starts in hundredths of a second, and safely whatever threads the caller has.
"""

import multiprocessing
import os
import resource
import signal
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ...features.errors import LimitExceeded, SourceError, TrustdriftError

_PRELOADED = ["__main__", f"{__package__}.warm"]


def call(function: Callable[..., Any], *args: Any, what: str, seconds: float, memory: int) -> Any:
    """Give what the function gives.

    Parameters
    ----------
    function, args
        Pickled; the function belongs to a module.
    what
        What it is about, for messages.
    seconds
        After which it is ended.
    memory
        Bytes of its own that the process may hold.

    Raises
    ------
    TrustdriftError
        What the function raises.
    LimitExceeded
        If time or memory runs out.
    SourceError
        If the process dies of something else.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # of the processes: they share the cores
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    here, there = context.Pipe()
    with tempfile.TemporaryDirectory(prefix="trustdrift-") as scratch:
        process = context.Process(
            target=_run, args=(there, scratch, memory, function, args), daemon=False
        )
        process.start()
        there.close()
        try:
            if not here.poll(seconds):
                raise LimitExceeded(
                    f"{what} took longer than {seconds:,.0f} s", hint="allow more time"
                )
            kind, content = here.recv()
        except (EOFError, ConnectionResetError) as error:
            process.join()
            raise SourceError(
                f"{what}: the process that read it was ended ({process.exitcode})",
                hint="run it again",
            ) from error
        finally:
            _end(process)
            here.close()
    if kind == "raised":
        raise content
    return content


def _end(process: Any) -> None:
    """End the process, and those that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


def _run(
    connection: Connection, scratch: str, memory: int, function: Callable[..., Any], args: tuple
) -> None:
    with suppress(OSError):
        os.setpgid(0, 0)
    tempfile.tempdir = scratch
    threading.Thread(target=_end_with_caller, args=(connection,), daemon=True).start()
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    try:
        answer = ("done", function(*args))
    except TrustdriftError as error:
        answer = ("raised", error)
    except MemoryError:
        most = f"{memory / 1024**3:,.1f} GB"
        answer = ("raised", LimitExceeded(f"it needs more than {most}", hint="allow more memory"))
    except Exception as error:  # one repository's fault is a row, never the end of the batch
        reason = f"something unforeseen happened: {type(error).__name__}: {error}"
        answer = ("raised", SourceError(reason, hint="please report it"))
    connection.send(answer)


def _end_with_caller(connection: Connection) -> None:
    """Nobody writes here: an end means that the caller is gone, and nobody wants the result."""
    with suppress(EOFError, OSError):
        connection.recv()
    os._exit(1)


def remove_parts(folder: Path) -> None:
    """Delete the unfinished files that an ended process left in a folder."""
    for part in folder.glob(".*.part"):
        part.unlink(missing_ok=True)
