# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True
"""Finds the entries in which two raw trees differ, without parsing those they have in common.

Bytes are read within bounds that are checked, as are all indices (`boundscheck`).
"""

from libc.stdint cimport uint8_t
from libc.string cimport memchr, memcmp

cdef enum:
    ID = 20  # bytes of an object id
    LONGEST_MODE = 7  # digits
    SPACE = 0x20
    SLASH = 0x2F


def differing(bytes before not None, bytes after not None):
    """Give what `entries.differing` does; ValueError where that raises MalformedTree."""
    cdef const uint8_t[::1] old = before, new = after
    cdef Py_ssize_t i = 0, j = 0, end
    cdef list removed = [], added = []
    cdef tuple gone, come
    cdef bytes one, other
    while i < old.shape[0] and j < new.shape[0]:
        end = entry_end(old, i)
        if alike(old, i, end, new, j):
            j += end - i
            i = end
            continue
        gone, come = entry(before, old, i), entry(after, new, j)
        one, other = sorts_as(gone), sorts_as(come)
        if one <= other:
            removed.append(gone)
            i = end
        if other <= one:
            added.append(come)
            j = entry_end(new, j)
        if old.shape[0] - i == new.shape[0] - j and alike(old, i, old.shape[0], new, j):
            return removed, added
    while i < old.shape[0]:
        removed.append(entry(before, old, i))
        i = entry_end(old, i)
    while j < new.shape[0]:
        added.append(entry(after, new, j))
        j = entry_end(new, j)
    return removed, added


def entry_of(bytes tree not None, bytes name not None):
    """Give mode and object id of a name in a well-formed tree; None if it is not there."""
    cdef const uint8_t[::1] raw = tree, sought = name
    cdef Py_ssize_t at = 0, end, size = sought.shape[0]
    while at < raw.shape[0]:
        end = entry_end(raw, at)
        if (end - ID - 1 - size > at and raw[end - ID - 2 - size] == SPACE
                and alike(sought, 0, size, raw, end - ID - 1 - size)):
            mode, found, oid = entry(tree, raw, at)
            if found == name:
                return mode, oid
        at = end
    return None


cdef inline Py_ssize_t entry_end(const uint8_t[::1] raw, Py_ssize_t start) except -1:
    """Give where the entry ends that starts at a place."""
    cdef const uint8_t* nul = <const uint8_t*>memchr(&raw[start], 0, raw.shape[0] - start)
    if nul == NULL or (nul - &raw[0]) + 1 + ID > raw.shape[0]:
        raise ValueError("no tree: an entry is cut short")
    return (nul - &raw[0]) + 1 + ID


cdef inline bint alike(const uint8_t[::1] one, Py_ssize_t start, Py_ssize_t stop,
                       const uint8_t[::1] other, Py_ssize_t begin) except -1:
    """Tell whether some bytes of one text stand at a place of another one, too."""
    if begin + stop - start > other.shape[0]:
        return False
    return stop == start or memcmp(&one[start], &other[begin], stop - start) == 0


cdef tuple entry(bytes tree, const uint8_t[::1] raw, Py_ssize_t start):
    """Give mode in octal digits, name and object id of the entry that starts at a place."""
    cdef Py_ssize_t stop = entry_end(raw, start) - ID - 1, at = start, name
    while at < stop and b"0"[0] <= raw[at] <= b"7"[0]:
        at += 1
    name = at + 1
    if (at == start or at - start > LONGEST_MODE or name >= stop or raw[at] != SPACE
            or memchr(&raw[name], SLASH, stop - name) != NULL):
        raise ValueError("no tree: an entry has no mode or no name")
    return tree[start:at], tree[name:stop], tree[stop + 1 : stop + 1 + ID]


cdef bytes sorts_as(tuple entry):
    """Give a name as trees are sorted by: a folder's ends in a slash (base_name_compare)."""
    return entry[1] + b"/" if entry[0] in (b"40000", b"040000") else entry[1]
