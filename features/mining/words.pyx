# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True
"""Looks for names, runs and rare bytes in a text, in one pass each."""

from libc.stdint cimport uint8_t, uint64_t

cdef enum:
    LONGEST = 63  # bytes
    BRACKET = 0x28


cdef class Words:
    """Names to look for: letters, digits and `_`, with or without an opening bracket at the end.

    Parameters
    ----------
    words
        Of at most 63 bytes each. One without a bracket is not found ahead of one.

    Raises
    ------
    ValueError
        If a name is longer.
    """

    cdef frozenset words
    cdef uint64_t[256] sizes
    """By the first byte, a bit for each length that a name has."""
    cdef bint[256] within

    def __init__(self, words):
        cdef bytes word
        cdef int byte
        self.words = frozenset(words)
        for byte in range(256):
            self.sizes[byte] = 0
            self.within[byte] = byte < 128 and (chr(byte).isalnum() or byte == b"_"[0])
        for word in self.words:
            if not 0 < len(word) <= LONGEST:
                raise ValueError(f"{word!r} is too long to look for, or empty")
            self.sizes[word[0]] |= <uint64_t>1 << len(word)

    def find(self, bytes text not None):
        """List the names that stand in a text and where, as often as they do."""
        cdef const uint8_t[::1] raw = text
        cdef Py_ssize_t at = 0, start, stop = raw.shape[0]
        cdef list found = []
        cdef bytes word
        while at < stop:
            start = at
            while at < stop and self.within[raw[at]]:
                at += 1
            if at < stop and raw[at] == BRACKET:
                at += 1
            if at == start:
                at += 1
            elif at - start <= LONGEST and self.sizes[raw[start]] >> (at - start) & 1:
                word = text[start:at]
                if word in self.words:
                    found.append((word, start))
        return found


def runs(bytes text not None, bytes members not None, Py_ssize_t least):
    """List where runs begin of at least so many bytes that are among some.

    The last byte that a run must have is looked at first: most are not one of them, and all before
    it need not be looked at then (Boyer and Moore 1977).
    """
    cdef const uint8_t[::1] raw = text
    cdef bint[256] within
    cdef Py_ssize_t start = 0, at, stop = raw.shape[0]
    cdef int byte
    cdef list found = []
    for byte in range(256):
        within[byte] = byte in members
    if least < 1:
        raise ValueError("a run has a byte at least")
    while start + least <= stop:
        at = start + least - 1
        while at >= start and within[raw[at]]:
            at -= 1
        if at >= start:
            start = at + 1
            continue
        found.append(start)
        start += least
        while start < stop and within[raw[start]]:
            start += 1
    return found


def pairs(bytes text not None, const uint8_t[::1] first not None,
          const uint8_t[::1] second not None):
    """List where two bytes stand that one table has, and from the second on two that another has.

    Parameters
    ----------
    first, second
        For each pair of bytes, the first times 256, whether it is there.
    """
    cdef const uint8_t[::1] raw = text
    cdef Py_ssize_t at
    cdef list found = []
    if first.shape[0] != 1 << 16 or second.shape[0] != 1 << 16:
        raise ValueError("not a table of all pairs")
    for at in range(raw.shape[0] - 2):
        if first[raw[at] << 8 | raw[at + 1]] and second[raw[at + 1] << 8 | raw[at + 2]]:
            found.append(at)
    return found
