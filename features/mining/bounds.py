"""How much one repository may cost, and what is said when it costs more."""

import time
from dataclasses import dataclass, field

from ..errors import LimitExceeded

GIGABYTE = 1024**3


@dataclass(frozen=True)
class Bounds:
    """Bounds on the mining of one repository; those on single objects are beside their readers."""

    commits: int = 5_000_000
    changes: int = 50_000_000
    seconds: float = 6 * 3_600.0
    memory: int = 2 * GIGABYTE
    """Bytes of its own that each process may hold; held to where mining has its own process."""


@dataclass(frozen=True)
class Meter:
    """Watches one run against its limits."""

    what: str
    """What is mined, for messages."""
    bounds: Bounds
    _start: float = field(default_factory=time.monotonic)

    def commits(self, count: int) -> None:
        """Say how many commits there are.

        Raises
        ------
        LimitExceeded
        """
        if count > self.bounds.commits:
            raise LimitExceeded(f"{self.what} has more than {self.bounds.commits:,} commits")
        self.time()

    def changes(self, count: int) -> None:
        """Say how many changes there are.

        Raises
        ------
        LimitExceeded
        """
        if count > self.bounds.changes:
            raise LimitExceeded(f"{self.what} has more than {self.bounds.changes:,} changes")
        self.time()

    def time(self) -> None:
        """Look at the clock.

        Raises
        ------
        LimitExceeded
        """
        if time.monotonic() - self._start > self.bounds.seconds:
            raise too_slow(self.what, self.bounds.seconds)


def too_slow(what: str, seconds: float) -> LimitExceeded:
    """Say that time ran out."""
    return LimitExceeded(
        f"mining {what} took longer than {seconds:,.0f} s", hint="allow more with --max-minutes"
    )


def too_large(what: str, memory: int) -> LimitExceeded:
    """Say that memory ran out."""
    return LimitExceeded(
        f"mining {what} needs more than {memory / GIGABYTE:.1f} GB in one process",
        hint="allow more with --max-memory",
    )


def broke_down(what: str) -> LimitExceeded:
    """Say that a process ended without a word, as one does that the system or a library stops."""
    return LimitExceeded(
        f"a process that mined {what} ended unexpectedly",
        hint="if it ran out of memory, allow more with --max-memory",
    )
