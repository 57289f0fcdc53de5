"""The compiled comparison of files; without a C compiler it is not built, and libgit2 does all."""

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .shortest import Comparer

try:
    from . import shortest
except ImportError:
    shortest = None

_at_work = threading.local()


def comparer() -> "Comparer | None":
    """Give this thread's comparer; None if there is none."""
    if shortest is None:
        return None
    found = getattr(_at_work, "comparer", None)
    if found is None:
        found = _at_work.comparer = shortest.Comparer()
    return found
