"""Finds the part in which two files differ, and compares it alone where that is enough."""

from typing import NamedTuple

import numpy as np

from .compiled import comparer
from .patches import Hunk

_NEWLINE = 10
_STEP = 8_192  # bytes compared at a time


class Part(NamedTuple):
    """Where two files differ, in bytes: whole lines."""

    head: int
    old_stop: int
    new_stop: int


def differing_part(old: bytes, new: bytes) -> Part:
    """Leave out the lines that both have at the head and then at the tail."""
    if (compiled := comparer()) is not None:
        return Part(*compiled.part(old, new))
    head = old.rfind(b"\n", 0, _common_head(old, new)) + 1
    tail = _common_tail(old, new, min(len(old), len(new)) - head)
    return Part(head, *_at_line_start(old, new, len(old) - tail, len(new) - tail, head))


class Place(NamedTuple):
    """A hunk, and among which gaps between lines of the new file, from 0, it may lie instead."""

    first: int
    start: int
    """Of the added lines; where there are none, the gap where they would stand."""
    stop: int
    last: int
    gone_start: int
    """Of the deleted lines in the old file, in bytes."""
    gone_stop: int

    @property
    def fixed(self) -> bool:
        """Whether it lies where it is."""
        return self.first == self.start and self.stop == self.last

    def hunk(self, old: bytes) -> Hunk:
        """Give the hunk itself."""
        gone = old[self.gone_start : self.gone_stop]
        lines = gone.removesuffix(b"\n").split(b"\n") if gone else []
        return Hunk(range(self.start, self.stop), lines)


def lines_of_part(old: bytes, new: bytes, part: Part) -> tuple[list[bytes], list[bytes]] | None:
    """Give the lines that git's comparison adds and deletes; None where that is not known here."""
    compiled = comparer()
    return None if compiled is None else compiled.lines(old, new, *part)


def hunks_of_part(old: bytes, new: bytes, part: Part) -> list[Place] | None:
    """Give git's hunks, in order, and where they may lie; None where that is not known here."""
    compiled = comparer()
    found = None if compiled is None else compiled.hunks(old, new, *part)
    return None if found is None else [Place(*each) for each in found]


def _at_line_start(old: bytes, new: bytes, i: int, j: int, head: int) -> tuple[int, int]:
    """Move on, through text that both have, to where a line starts in both."""
    starts = (i == head or old[i - 1] == _NEWLINE) and (j == head or new[j - 1] == _NEWLINE)
    if i == len(old) or starts:
        return i, j
    stop = old.find(b"\n", i) + 1 or len(old)
    return stop, j + stop - i


def _common_head(old: bytes, new: bytes) -> int:
    most, same = min(len(old), len(new)), 0
    while same < most:
        stop = min(same + _STEP, most)
        one, other = old[same:stop], new[same:stop]
        if one != other:
            return same + int(_unlike(one, other).argmax())
        same = stop
    return most


def _common_tail(old: bytes, new: bytes, most: int) -> int:
    same = 0
    while same < most:
        size = min(_STEP, most - same)
        one = old[len(old) - same - size : len(old) - same]
        other = new[len(new) - same - size : len(new) - same]
        if one != other:
            return same + int(_unlike(one, other)[::-1].argmax())
        same += size
    return most


def _unlike(one: bytes, other: bytes) -> np.ndarray:
    return np.frombuffer(one, np.uint8) != np.frombuffer(other, np.uint8)
