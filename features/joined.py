"""Several texts as one, so that what most of them lack is looked for but once."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

BETWEEN = b"\n\0\n"  # stands between two texts; nothing that is looked for goes across it


class Joined:
    """Several texts as one."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self.every = BETWEEN.join(texts)
        self.starts = [0, *accumulate(len(text) + len(BETWEEN) for text in texts)][:-1]

    def text_at(self, where: int) -> int:
        """Tell in which text a position lies."""
        return bisect_right(self.starts, where) - 1
