"""Finds the lines that differ between two files, with the numbers of git's own comparison.

git's numstat is Myers' algorithm with heuristics (xdiff), on what is left between the lines that
both files have at the head and at the tail. libgit2 has the same algorithm. Where nothing is
left on one side there is nothing to compare; where a few lines are, they alone are compared,
as the heuristics cannot have an effect on them; else libgit2 compares the whole files.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pygit2
from pygit2.enums import DiffOption

from .store import MEGABYTE

KEPT = MEGABYTE  # bytes of added text that are looked at
MOST_LINES = 2_000_000  # of both files together, that are compared in full

_NEWLINE = 10
_STEP = 8_192  # bytes compared at a time
_ADDED = re.compile(rb"\n\+([^\n]*)")
_DELETED = re.compile(rb"\n-([^\n]*)")
_NEVER_DISCARDED = 7  # lines; xdl_clean_mmatch discards a frequent one only among more
_WORTH_CUTTING = 0.4  # share of two files below which hashing what is left costs less than all
_FEW = 4_096  # bytes below which counting lines costs nothing


@dataclass(frozen=True, slots=True)
class Content:
    """One side of a change."""

    data: bytes
    blob: pygit2.Blob | None = None
    """The same as an object: comparing two saves libgit2 from hashing both."""


@dataclass(frozen=True, slots=True)
class LineDifference:
    """Lines added and deleted, and the added ones' text."""

    added: int
    deleted: int
    text: bytes
    """The added lines, at most `KEPT` bytes of them."""

    @property
    def cut(self) -> bool:
        """Whether there was more text."""
        return len(self.text) >= KEPT


def line_difference(old: Content, new: Content) -> LineDifference | None:
    """Compare two texts line by line.

    The numbers are those of `git log --numstat`; the text is that of the lines that `git diff`
    shows as added, in some order.

    Returns
    -------
    None if the files have more lines than `MOST_LINES` allows to compare.
    """
    head, old_stop, new_stop = _differing_part(old.data, new.data)
    if head in (old_stop, new_stop):
        before, after = old.data[head:old_stop], new.data[head:new_stop]
        return LineDifference(_count_lines(after), _count_lines(before), after[:KEPT])
    if max(old_stop, new_stop) < head + _FEW:
        before, after = old.data[head:old_stop], new.data[head:new_stop]
        if max(_count_lines(before), _count_lines(after)) <= _NEVER_DISCARDED:
            return _compared(Content(before), Content(after))
    return None if _too_many_lines(old.data, new.data) else _compared(old, new)


def _count_lines(text: bytes) -> int:
    """Count lines, the last one with or without a newline."""
    return text.count(b"\n") + (bool(text) and not text.endswith(b"\n"))


def added_by_all(olds: Sequence[Content], new: Content) -> LineDifference | None:
    """Give what a file has that none of several earlier ones has, and the other way round.

    Lines count as often as they are added to, or deleted from, each of them.

    Returns
    -------
    None if a pair has more lines than `MOST_LINES` allows to compare.
    """
    added: Counter[bytes] | None = None
    deleted: Counter[bytes] | None = None
    for old in olds:
        if _too_many_lines(old.data, new.data):
            return None
        plus, minus = _changed_lines(old, new)
        added = Counter(plus) if added is None else added & Counter(plus)
        deleted = Counter(minus) if deleted is None else deleted & Counter(minus)
    own = list((added or Counter()).elements())
    return LineDifference(len(own), (deleted or Counter()).total(), b"\n".join(own)[:KEPT])


def _too_many_lines(old: bytes, new: bytes) -> bool:
    size = len(old) + len(new)
    return size > MOST_LINES and old.count(b"\n") + new.count(b"\n") > MOST_LINES


def _compared(old: Content, new: Content) -> LineDifference:
    patch = _patch(old, new)
    added = _ADDED.findall(patch)
    return LineDifference(len(added), patch.count(b"\n-"), b"\n".join(added)[:KEPT])


def _changed_lines(old: Content, new: Content) -> tuple[list[bytes], list[bytes]]:
    head, old_stop, new_stop = _differing_part(old.data, new.data)
    before, after = old.data[head:old_stop], new.data[head:new_stop]
    if len(before) + len(after) < _WORTH_CUTTING * (len(old.data) + len(new.data)):
        old, new = Content(before), Content(after)
    patch = _patch(old, new)
    return _ADDED.findall(patch), _DELETED.findall(patch)


def _patch(old: Content, new: Content) -> bytes:
    """Give a patch without context, from before its first hunk on."""
    blobs = old.blob is not None and new.blob is not None
    patch = pygit2.Patch.create_from(
        old.blob if blobs else old.data,
        new.blob if blobs else new.data,
        flag=DiffOption.FORCE_TEXT,
        context_lines=0,
        interhunk_lines=0,
    )
    return patch.data.partition(b"\n@")[2]


def _differing_part(old: bytes, new: bytes) -> tuple[int, int, int]:
    """Leave out the lines that both have at the head and then at the tail."""
    head = old.rfind(b"\n", 0, _common_head(old, new)) + 1
    tail = _common_tail(old, new, min(len(old), len(new)) - head)
    old_stop, new_stop = _at_line_start(old, new, len(old) - tail, len(new) - tail, head)
    return head, old_stop, new_stop


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
