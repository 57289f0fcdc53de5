"""Has libgit2 compare two texts line by line: it has git's own algorithm (xdiff)."""

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

import pygit2
from pygit2.enums import DiffOption

_ADDED = re.compile(rb"\n\+([^\n]*)")
_DELETED = re.compile(rb"\n-([^\n]*)")
_HUNK = re.compile(rb"\n@@ -[\d,]+ \+(\d+)(?:,(\d+))? @@[^\n]*")


@dataclass(frozen=True, slots=True)
class Content:
    """One side of a change."""

    data: bytes
    blob: pygit2.Blob | None = None
    """The same as an object: comparing two saves libgit2 from hashing both."""


class Hunk(NamedTuple):
    """Lines next to each other that differ."""

    added: range
    """Numbers of the new lines, from 0; where there are none, it starts where they would stand."""
    gone: list[bytes]
    """The lines that are deleted there."""


def patch_of(old: Content, new: Content, how: DiffOption = DiffOption.NORMAL) -> bytes:
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


def added_in(patch: bytes) -> list[bytes]:
    """List the lines that a patch, or the body of a hunk, adds."""
    return _ADDED.findall(patch)


def deleted_in(patch: bytes) -> list[bytes]:
    """List the lines that a patch, or the body of a hunk, deletes."""
    return _DELETED.findall(patch)


def hunks_of(patch: bytes) -> list[Hunk]:
    """Take a patch apart."""
    starts = list(_HUNK.finditer(patch))
    hunks = []
    for match, following in zip_longest(starts, starts[1:]):
        number, count = int(match[1]), int(match[2] or 1)
        start = number - 1 if count else number
        stop = following.start() if following else len(patch)
        hunks.append(Hunk(range(start, start + count), deleted_in(patch[match.end() : stop])))
    return hunks
