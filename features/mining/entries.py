"""Reads the entries of raw tree objects, and finds those in which two trees differ."""

import re
from bisect import bisect_right
from itertools import accumulate

import numpy as np

Entry = tuple[bytes, bytes, bytes]
"""Mode in octal digits, name and object id, as a tree object has them."""

_ENTRY = re.compile(rb"([0-7]{1,7}) ([^\0/]+)\0(.{20})", re.DOTALL)
_ID = 20  # bytes of an object id
_FIXED = _ID + 2  # bytes of an entry beside mode and name
_STEPS = 16  # entries compared one by one, before what is left is parsed as a whole
_TREE_MODES = (b"40000", b"040000")


class MalformedTree(Exception):
    """Bytes that are no tree's."""


def parsed(raw: bytes) -> list[Entry]:
    """Give all entries of a raw tree.

    Raises
    ------
    MalformedTree
    """
    entries = _ENTRY.findall(raw)
    if sum([len(mode) + len(name) for mode, name, _ in entries]) + _FIXED * len(entries) != len(
        raw
    ):
        raise MalformedTree
    return entries


def starts_of(entries: list[Entry], first: int = 0) -> np.ndarray:
    """Give where each entry starts, and where the last one ends, in bytes from `first`."""
    lengths = [len(mode) + len(name) + _FIXED for mode, name, _ in entries]
    return np.array(list(accumulate(lengths, initial=first)))


def entry_of(raw: bytes, starts: np.ndarray, name: bytes) -> tuple[bytes, bytes] | None:
    """Give mode and object id of a name in a raw tree of which the entries' starts are known."""
    sought = b" " + name + b"\0"
    at = raw.find(sought)
    while at >= 0:  # the same bytes may stand within a name or an object id
        mode, found, oid = _entry_at(raw, int(starts[bisect_right(starts, at) - 1]))
        if found == name:
            return mode, oid
        at = raw.find(sought, at + 1)
    return None


def differing(
    before: bytes, starts: np.ndarray, after: bytes
) -> tuple[list[Entry], list[Entry], np.ndarray]:
    """Give the entries in which two raw trees differ, most of the common ones left out.

    Large folders differ in few entries. Where the bytes are the same, nothing is parsed: an entry
    of `after` starts where one of `before` does, further on by what was added and taken away so
    far. If much differs, all is parsed up to the tail that both share. Mostly entries only have
    other ids: then all of them start where they did.

    Parameters
    ----------
    before, after
        Raw trees, the first one known to be well-formed.
    starts
        Where the entries of `before` start, and where the last one ends.

    Returns
    -------
    Entries of `before` and of `after`, each other's doubles possible, and the starts of `after`.

    Raises
    ------
    MalformedTree
        If `after` is none.
    """
    if len(before) == len(after) and (found := _other_ids(before, starts, after)) is not None:
        return *found, starts
    removed: list[Entry] = []
    added: list[Entry] = []
    pieces: list[np.ndarray] = []
    i = shift = base = 0  # entry i of `before` may be found in `after`, `shift` bytes further on
    unlike = _unlike(before[base:], after)
    for _ in range(_STEPS):
        start = int(starts[i])
        same = bisect_right(starts, start + _leading(unlike[start - base :])) - 1
        pieces.append(starts[i:same] + shift)
        i, start = same, int(starts[same])
        if i == len(starts) - 1 or start + shift == len(after):
            break
        stop = start + shift
        old, new = _entry_at(before, start), _entry_at(after, stop)
        goes, comes = _without_partner(old, new)
        if goes:
            removed.append(old)
            i += 1
        if comes:
            added.append(new)
            pieces.append(np.array([stop]))
            stop += len(new[0]) + len(new[1]) + _FIXED
        if stop - int(starts[i]) != shift:
            base, shift = int(starts[i]), stop - int(starts[i])
            unlike = _unlike(before[base:], after[stop:])
    if i == len(starts) - 1 and int(starts[i]) + shift == len(after):
        pieces.append(starts[i:] + shift)
        return removed, added, np.concatenate(pieces)
    last, middle = _between(before, starts, i, after, int(starts[i]) + shift)
    pieces.append(starts_of(middle, int(starts[i]) + shift)[:-1])
    pieces.append(starts[last:] + (len(after) - len(before)))
    removed += _ENTRY.findall(before, int(starts[i]), int(starts[last]))
    return removed, added + middle, np.concatenate(pieces)


def _other_ids(
    before: bytes, starts: np.ndarray, after: bytes
) -> tuple[list[Entry], list[Entry]] | None:
    """Give the entries that differ if each has its double's length; None if not, or if many do."""
    places = _unlike(before, after).nonzero()[0]
    if len(places) > _STEPS * _ID:
        return None
    removed, added = [], []
    for i in dict.fromkeys((starts.searchsorted(places, "right") - 1).tolist()):
        start, stop = starts[i : i + 2].tolist()
        old, new = _entry_at(before, start), _entry_at(after, start)
        if start + len(new[0]) + len(new[1]) + _FIXED != stop:
            return None
        removed.append(old)
        added.append(new)
    return removed, added


def _entry_at(raw: bytes, start: int) -> Entry:
    found = _ENTRY.match(raw, start)
    if found is None:
        raise MalformedTree
    return found[1], found[2], found[3]


def _between(
    before: bytes, starts: np.ndarray, i: int, after: bytes, j: int
) -> tuple[int, list[Entry]]:
    """Parse `after` from `j` on up to the tail that it shares with `before` from entry `i` on.

    Returns
    -------
    The entry of `before` with which the tail starts, and those of `after` ahead of it.
    """
    rest = min(len(before) - int(starts[i]), len(after) - j)
    tail = _leading(_unlike(before[len(before) - rest :], after[len(after) - rest :])[::-1])
    last = int(starts.searchsorted(len(before) - tail, "left"))
    try:
        return last, parsed(after[j : int(starts[last]) + len(after) - len(before)])
    except MalformedTree:  # the tails only looked alike
        return len(starts) - 1, parsed(after[j:])


def _unlike(one: bytes, other: bytes) -> np.ndarray:
    size = min(len(one), len(other))
    return np.frombuffer(one, np.uint8, size) != np.frombuffer(other, np.uint8, size)


def _leading(unlike: np.ndarray) -> int:
    """Count the false values before the first true one."""
    if not len(unlike):
        return 0
    first = int(unlike.argmax())
    return first if unlike[first] else len(unlike)


def _without_partner(old: Entry, new: Entry) -> tuple[bool, bool]:
    """Tell which of two entries the other tree lacks: that whose name sorts first, or both."""
    one, other = _sorts_as(old), _sorts_as(new)
    return one <= other, other <= one


def _sorts_as(entry: Entry) -> bytes:
    """Give a name as trees are sorted by: a folder's ends in a slash (base_name_compare)."""
    mode, name, _ = entry
    return name + b"/" if mode in _TREE_MODES else name
