"""What is compiled; without a C compiler it is not built, and mining takes longer."""

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .shortest import Comparer

try:
    from . import raw_trees, shortest, words
except ImportError:
    raw_trees = shortest = words = None

__all__ = ["comparer", "raw_trees", "words"]

_at_work = threading.local()


def comparer() -> "Comparer | None":
    """Give this thread's comparer; None if there is none."""
    if shortest is None:
        return None
    found = getattr(_at_work, "comparer", None)
    if found is None:
        found = _at_work.comparer = shortest.Comparer()
    return found
