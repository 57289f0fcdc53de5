"""Finds the lines that differ between two files, with the numbers of git's own comparison.

git's numstat is Myers' algorithm with heuristics (xdiff), on what is left between the lines that
both files have at the head and at the tail. libgit2 has the same algorithm. Where nothing is
left on one side there is nothing to compare. Elsewhere what is left is compared here, as git does
(see `shortest.pyx`). Where it has too many lines for that, or nothing is compiled, libgit2 compares
it: alone if it is a few lines, as the heuristics cannot have an effect on them, or else as part of
the whole files.
"""

from dataclasses import dataclass

from .parts import differing_part, lines_of_part
from .patches import Content, added_in, deleted_in, patch_of
from .store import MEGABYTE

KEPT = MEGABYTE  # bytes of added text that are looked at
MOST_LINES = 2_000_000  # of both files together, that are compared in full

_NEVER_DISCARDED = 7  # lines; xdl_clean_mmatch discards a frequent one only among more
_FEW = 4_096  # bytes below which counting lines costs nothing
_BLANKS = b" \t\r\v\f"


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
    part = head, old_stop, new_stop = differing_part(old.data, new.data)
    if head in (old_stop, new_stop):
        before, after = old.data[head:old_stop], new.data[head:new_stop]
        added = count_lines(after)
        return LineDifference(added, count_lines(before), added, after[:KEPT])
    if (known := lines_of_part(old.data, new.data, part)) is not None:
        return _difference(*known)
    if max(old_stop, new_stop) < head + _FEW:
        before, after = old.data[head:old_stop], new.data[head:new_stop]
        if max(count_lines(before), count_lines(after)) <= _NEVER_DISCARDED:
            return _compared(Content(before), Content(after))
    return None if too_many_lines(old.data, new.data) else _compared(old, new)


def too_many_lines(old: bytes, new: bytes) -> bool:
    """Tell whether two files have more lines than are compared."""
    size = len(old) + len(new)
    return size > MOST_LINES and old.count(b"\n") + new.count(b"\n") > MOST_LINES


def count_lines(text: bytes) -> int:
    """Count lines, the last one with or without a newline."""
    return text.count(b"\n") + (bool(text) and not text.endswith(b"\n"))


def _compared(old: Content, new: Content) -> LineDifference:
    patch = patch_of(old, new)
    return _difference(added_in(patch), deleted_in(patch))


def _difference(added: list[bytes], gone: list[bytes]) -> LineDifference:
    fresh = new_among(added, gone)
    return LineDifference(len(added), len(gone), len(fresh), b"\n".join(fresh)[:KEPT])


def new_among(added: list[bytes], gone: list[bytes]) -> list[bytes]:
    """Leave out the lines that were there before, blanks aside."""
    if not added or not gone:
        return added
    before = set(_without_blanks(gone))
    bare = _without_blanks(added)
    return [line for line, kept in zip(added, bare, strict=True) if kept not in before]


def _without_blanks(lines: list[bytes]) -> list[bytes]:
    return b"\n".join(lines).translate(None, _BLANKS).split(b"\n")
