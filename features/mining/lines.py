"""Finds the lines that differ between two files, with the numbers of git's own comparison.

git's numstat is Myers' algorithm with heuristics (xdiff), on what is left between the lines that
both files have at the head and at the tail. libgit2 has the same algorithm. Where nothing is
left on one side there is nothing to compare; where a few lines are, they alone are compared,
as the heuristics cannot have an effect on them; else libgit2 compares the whole files.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise, zip_longest
from typing import NamedTuple

import numpy as np
import pygit2
from pygit2.enums import DiffOption

from .store import MEGABYTE

KEPT = MEGABYTE  # bytes of added text that are looked at
MOST_LINES = 2_000_000  # of both files together, that are compared in full

_NEWLINE = 10
_STEP = 8_192  # bytes compared at a time
_ADDED = re.compile(rb"\n\+([^\n]*)")
_HUNK = re.compile(rb"\n@@ -[\d,]+ \+(\d+)(?:,(\d+))? @@[^\n]*")
_DELETED = re.compile(rb"\n-([^\n]*)")
_NEVER_DISCARDED = 7  # lines; xdl_clean_mmatch discards a frequent one only among more
_FEW = 4_096  # bytes below which counting lines costs nothing
_BLANKS = b" \t\r\v\f"


@dataclass(frozen=True, slots=True)
class Content:
    """One side of a change."""

    data: bytes
    blob: pygit2.Blob | None = None
    """The same as an object: comparing two saves libgit2 from hashing both."""


@dataclass(frozen=True, slots=True)
class LineDifference:
    """Lines added and deleted, and the text of those that the file had not had."""

    added: int
    deleted: int
    new: int
    """Lines added, but for those that were deleted, too, blanks aside."""
    text: bytes
    """The new lines, at most `KEPT` bytes of them."""

    @property
    def cut(self) -> bool:
        """Whether there was more text."""
        return len(self.text) >= KEPT


def line_difference(old: Content, new: Content) -> LineDifference | None:
    """Compare two texts line by line.

    The numbers are those of `git log --numstat`; the text is that of the lines that `git diff`
    shows as added, in some order, but for those that it shows as deleted, too, blanks aside.

    Returns
    -------
    None if the files have more lines than `MOST_LINES` allows to compare.
    """
    head, old_stop, new_stop = _differing_part(old.data, new.data)
    if head in (old_stop, new_stop):
        before, after = old.data[head:old_stop], new.data[head:new_stop]
        added = _count_lines(after)
        return LineDifference(added, _count_lines(before), added, after[:KEPT])
    if max(old_stop, new_stop) < head + _FEW:
        before, after = old.data[head:old_stop], new.data[head:new_stop]
        if max(_count_lines(before), _count_lines(after)) <= _NEVER_DISCARDED:
            return _compared(Content(before), Content(after))
    return None if _too_many_lines(old.data, new.data) else _compared(old, new)


def _count_lines(text: bytes) -> int:
    """Count lines, the last one with or without a newline."""
    return text.count(b"\n") + (bool(text) and not text.endswith(b"\n"))


def added_by_all(olds: Sequence[Content], new: Content) -> LineDifference | None:
    """Give the lines that were added to, and those deleted from, each of several earlier files.

    A line counts by where it stands, as `git diff-tree -c -p` marks those of a merge that all
    parents lack, or that all have had there: two that only look alike, such as two closing
    brackets that one parent each brings, are nobody's own. New is what no earlier file lost.

    Returns
    -------
    None if a pair has more lines than `MOST_LINES` allows to compare.
    """
    if any(_too_many_lines(old.data, new.data) for old in olds):
        return None
    if _apart(olds, new):
        return LineDifference(0, 0, 0, b"")
    every = [_hunks(old, new) for old in olds]
    own = set.intersection(*({i for hunk in hunks for i in hunk.added} for hunks in every))
    lines = new.data.split(b"\n") if own else []
    gone = [line for hunks in every for hunk in hunks for line in _DELETED.findall(hunk.body)]
    fresh = _new_among([lines[i] for i in sorted(own)], gone)
    text = b"\n".join(fresh)[:KEPT]
    return LineDifference(len(own), _deleted_from_all(every), len(fresh), text)


def _apart(olds: Sequence[Content], new: Content) -> bool:
    """Tell whether no hunk of one comparison can touch one of another; False where unsure.

    All hunks lie between the lines that both sides have at the head and at the tail. git slides a
    hunk along lines that are alike, past such an end only if the line there stands between the
    ends, too (`xdl_change_compact` in git's xdiff).
    """
    parts = [_differing_part(old.data, new.data) for old in olds]
    spans = sorted((head, new_stop) for head, _, new_stop in parts)
    if len(spans) == 1 or any(stop >= head for (_, stop), (head, _) in pairwise(spans)):
        return False
    for old, (head, old_stop, new_stop) in zip(olds, parts, strict=True):
        above = new.data[new.data.rfind(b"\n", 0, max(head - 1, 0)) + 1 : head]
        below = new.data[new_stop : (new.data.find(b"\n", new_stop) + 1) or len(new.data)]
        between = old.data[head:old_stop], new.data[head:new_stop]
        if any(_has_line(part, line) for part in between for line in (above, below) if line):
            return False
    return True


def _has_line(part: bytes, line: bytes) -> bool:
    """Tell whether whole lines of a file have one like another, the newline at the end aside."""
    sought = b"\n%b\n" % line.removesuffix(b"\n")
    return bool(part) and sought in b"\n%b\n" % part.removesuffix(b"\n")


def _deleted_from_all(every: Sequence[Sequence["_Hunk"]]) -> int:
    """Count the lines that stood in one place and order in all of several files, and are gone."""
    gone = [{hunk.added.start: hunk.body for hunk in hunks} for hunks in every]
    return sum(
        len(reduce(_in_both, (_DELETED.findall(bodies[place]) for bodies in gone)))
        for place in set.intersection(*map(set, gone))
    )


def _in_both(one: list[bytes], other: list[bytes]) -> list[bytes]:
    """Give the longest common subsequence of lines."""
    before, after = (Content(b"".join([line + b"\n" for line in some])) for some in (other, one))
    added = {i for hunk in _hunks(before, after) for i in hunk.added}
    return [line for i, line in enumerate(one) if i not in added]


def _too_many_lines(old: bytes, new: bytes) -> bool:
    size = len(old) + len(new)
    return size > MOST_LINES and old.count(b"\n") + new.count(b"\n") > MOST_LINES


def _compared(old: Content, new: Content) -> LineDifference:
    patch = _patch(old, new)
    added, gone = _ADDED.findall(patch), _DELETED.findall(patch)
    fresh = _new_among(added, gone)
    return LineDifference(len(added), len(gone), len(fresh), b"\n".join(fresh)[:KEPT])


def _new_among(added: list[bytes], gone: list[bytes]) -> list[bytes]:
    """Leave out the lines that were there before, blanks aside."""
    if not added or not gone:
        return added
    before = set(_without_blanks(gone))
    bare = _without_blanks(added)
    return [line for line, kept in zip(added, bare, strict=True) if kept not in before]


def _without_blanks(lines: list[bytes]) -> list[bytes]:
    return b"\n".join(lines).translate(None, _BLANKS).split(b"\n")


class _Hunk(NamedTuple):
    """Lines next to each other that differ."""

    added: range
    """Numbers of the new lines, from 0; where there are none, it starts where they would stand."""
    body: bytes
    """As a patch has it."""


def _hunks(old: Content, new: Content) -> list[_Hunk]:
    patch = _patch(old, new, DiffOption.INDENT_HEURISTIC)
    starts = list(_HUNK.finditer(patch))
    hunks = []
    for match, following in zip_longest(starts, starts[1:]):
        number, count = int(match[1]), int(match[2] or 1)
        start = number - 1 if count else number
        stop = following.start() if following else len(patch)
        hunks.append(_Hunk(range(start, start + count), patch[match.end() : stop]))
    return hunks


def _patch(old: Content, new: Content, how: DiffOption = DiffOption.NORMAL) -> bytes:
    """Give a patch without context, from its first hunk on, a newline ahead of it."""
    blobs = old.blob is not None and new.blob is not None
    patch = pygit2.Patch.create_from(
        old.blob if blobs else old.data,
        new.blob if blobs else new.data,
        flag=DiffOption.FORCE_TEXT | how,
        context_lines=0,
        interhunk_lines=0,
    )
    data = patch.data
    start = data.find(b"\n@")
    return data[start:] if start >= 0 else b""


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
