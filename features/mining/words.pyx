# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True
"""Finds any of some names in a text where they stand alone, in one pass for all of them."""

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
