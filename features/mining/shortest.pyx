# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True
"""Finds the lines in which two files differ, where that provably is git's result; no more.

git's comparison (xdiff) leaves some lines out and cuts its search short, by heuristics that see
whole files. What is given here is what it gives:

- No line is both added and deleted. As many lines of each kind are added or deleted, then, as one
  file has more of them than the other. No comparison can do with fewer. Each one that does with as
  few adds and deletes the same lines, and keeps all copies of every other line, in order.
- git finds one of these. It cuts its search short only beyond `MOST_CHANGED` lines
  (`XDL_HEUR_MIN_COST`, `XDL_MAX_COST_MIN`). What it leaves out of the search (`xdl_cleanup_records`)
  does no harm if it is added or deleted in the comparison that was found. It leaves out a line that
  is frequent only among others that are frequent or that the other file lacks, if the latter stand
  on both sides of it and are more than three times as many (`xdl_clean_mmatch`): a single line
  between two hunks that is not frequent keeps all lines there.

Bytes are read within bounds that are checked, as are all indices (`boundscheck`).
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport int32_t, uint8_t, uint64_t
from libc.string cimport memchr, memcmp, memcpy, memset

import os

import numpy as np

cdef enum:
    MOST_LINES = 1 << 14  # of a file, between what both have at the head and at the tail
    MOST_BYTES = 1 << 30
    SLOTS = 1 << 17  # of the table in which lines are looked up
    MOST_PROBES = 64  # of it: more are no chance
    MOST_CHANGED = 500  # lines; half of them from either end are found within 256 steps
    NEVER_DISCARDED = 7  # lines; fewer are not three times as many as two
    WINDOW = 100  # lines, XDL_SIMSCAN_WINDOW
    MOST_FREQUENT = 1 << 10  # XDL_MAX_EQLIMIT
    MOST_COUNTED = 16  # lines whose copies are counted in the whole of a file
    STEP = 1 << 10  # bytes compared at a time
    NEWLINE = 10
    OLD = 0
    NEW = 1


cdef class Comparer:
    """Compares files, one pair after the other; for one thread."""

    cdef uint64_t seed
    cdef int kinds, mask, olds, news
    cdef int32_t[::1] slots, first, trace
    cdef uint64_t[::1] hashes
    cdef int32_t[:, ::1] place, counts, kind_of, kept, starts, sums
    cdef uint8_t[:, ::1] changed

    def __init__(self):
        self.seed = int.from_bytes(os.urandom(8), "big")
        self.slots = np.zeros(SLOTS, np.int32)
        self.first = np.zeros(2 * MOST_LINES, np.int32)
        self.hashes = np.zeros(2 * MOST_LINES, np.uint64)
        self.place = np.zeros((2 * MOST_LINES, 3), np.int32)
        self.counts = np.zeros((2 * MOST_LINES, 2), np.int32)
        self.kind_of = np.zeros((2, MOST_LINES), np.int32)
        self.kept = np.zeros((2, MOST_LINES), np.int32)
        self.starts = np.zeros((2, MOST_LINES + 1), np.int32)
        self.sums = np.zeros((2, MOST_LINES + 1), np.int32)
        self.changed = np.zeros((2, MOST_LINES), np.uint8)
        self.trace = np.zeros((MOST_CHANGED + 1) * (MOST_CHANGED + 2) // 2, np.int32)

    def part(self, const uint8_t[::1] old not None, const uint8_t[::1] new not None):
        """Leave out the lines that both files have at the head and then at the tail.

        Returns
        -------
        Where the rest starts in both, and where it ends in each, in bytes.
        """
        cdef Py_ssize_t most = min(old.shape[0], new.shape[0])
        cdef Py_ssize_t head = common_head(old, new, most), tail, i, j
        while head and old[head - 1] != NEWLINE:
            head -= 1
        tail = common_tail(old, new, most - head)
        i, j = old.shape[0] - tail, new.shape[0] - tail
        while i < old.shape[0] and not (begins(old, i, head) and begins(new, j, head)):
            i += 1
            j += 1
        return head, i, j

    def lines(self, const uint8_t[::1] old not None, const uint8_t[::1] new not None,
              Py_ssize_t head, Py_ssize_t old_stop, Py_ssize_t new_stop):
        """Give the lines that are added and those that are deleted, in order.

        Parameters
        ----------
        head, old_stop, new_stop
            As `part` gives them.

        Returns
        -------
        None if it is not proved that git gives the same.
        """
        if not self.compare(old, new, head, old_stop, new_stop):
            return None
        return self.texts(new, NEW, self.news), self.texts(old, OLD, self.olds)

    def places(self, const uint8_t[::1] old not None, const uint8_t[::1] new not None,
               Py_ssize_t head, Py_ssize_t old_stop, Py_ssize_t new_stop):
        """Give where git's hunks lie: for each the first and last gap between lines, from 0.

        Which of several like lines next to each other is added is open: a hunk may lie anywhere
        among lines that are like some that are added or deleted.

        Returns
        -------
        None as `lines`.
        """
        if not self.compare(old, new, head, old_stop, new_stop):
            return None
        cdef list found = []
        cdef int i = 0, j = 0, first, last, ahead = 0
        cdef int above = self.uneven_above(old, new, head)
        cdef int below = self.uneven_below(old, new, new_stop)
        cdef Py_ssize_t at = 0
        while at < head:
            at = line_end(new, at)
            ahead += 1
        while i < self.olds or j < self.news:
            if not self.changes(i, j):
                i += 1
                j += 1
                continue
            first = j
            while self.changes(i, j):
                if i < self.olds and self.changed[OLD, i]:
                    i += 1
                else:
                    j += 1
            last = j
            while first > 0 and self.uneven(self.kind_of[NEW, first - 1]):
                first -= 1
            while last < self.news and self.uneven(self.kind_of[NEW, last]):
                last += 1
            found.append((ahead + first - (above if first == 0 else 0),
                          ahead + last + (below if last == self.news else 0)))
        return found

    cdef bint compare(self, const uint8_t[::1] old, const uint8_t[::1] new, Py_ssize_t head,
                      Py_ssize_t old_stop, Py_ssize_t new_stop) except -1:
        cdef int i, kept_olds, kept_news, surplus = 0, less
        if not (0 <= head <= old_stop <= old.shape[0] and head <= new_stop <= new.shape[0]):
            raise ValueError("not within the files")
        if max(old.shape[0], new.shape[0]) > MOST_BYTES:
            return False
        self.kinds = 0
        self.mask = 1023
        while self.mask < SLOTS - 1 and self.mask < (old_stop + new_stop - 2 * head) // 8:
            self.mask = 2 * self.mask + 1
        memset(&self.slots[0], 0, sizeof(int32_t) * (self.mask + 1))
        self.olds = self.number(old, new, OLD, head, old_stop)
        self.news = -1 if self.olds < 0 else self.number(old, new, NEW, head, new_stop)
        if self.news < 0:
            return False
        kept_olds, kept_news = self.keep(OLD, self.olds), self.keep(NEW, self.news)
        for i in range(self.kinds):
            if self.counts[i, OLD] and self.counts[i, NEW]:
                less = self.counts[i, OLD] - self.counts[i, NEW]
                surplus += less if less > 0 else -less
        if self.olds - kept_olds + self.news - kept_news + surplus > MOST_CHANGED:
            return False
        if not self.search(kept_olds, kept_news, surplus):
            return False
        self.sum_up(OLD, self.olds)
        self.sum_up(NEW, self.news)
        return self.none_left_out(old, new, head, new_stop)

    cdef int number(self, const uint8_t[::1] old, const uint8_t[::1] new, int side,
                    Py_ssize_t start, Py_ssize_t stop) except -2:
        """Number the kinds of lines of a file; −1 if there are too many lines."""
        cdef const uint8_t[::1] text = new if side == NEW else old
        cdef Py_ssize_t begin = start, end
        cdef int count = 0, ahead = 0, kind, slot
        cdef uint64_t hashed
        while begin < stop:
            if count >= MOST_LINES:
                return -1
            end = line_end(text, begin)
            if end > stop:
                end = stop
            kind = -1
            if side == NEW and ahead < self.olds:  # mostly, what follows on a line still does
                if alike(old, self.starts[OLD, ahead], self.starts[OLD, ahead + 1], new, begin, end):
                    kind = self.kind_of[OLD, ahead]
                    ahead += 1
            if kind < 0:
                hashed = line_hash(text, begin, end, self.seed)
                slot = self.slot_of(old, new, text, begin, end, hashed)
                if slot < 0:
                    return -1
                kind = self.slots[slot] - 1
                if kind < 0:
                    kind = self.kinds
                    self.kinds += 1
                    self.slots[slot] = kind + 1
                    self.hashes[kind] = hashed
                    self.first[kind] = count
                    self.place[kind, 0] = side
                    self.place[kind, 1] = <int32_t>begin
                    self.place[kind, 2] = <int32_t>end
                    self.counts[kind, OLD] = self.counts[kind, NEW] = 0
                if self.place[kind, 0] == OLD:
                    ahead = self.first[kind] + 1
            self.counts[kind, side] += 1
            self.kind_of[side, count] = kind
            self.starts[side, count] = <int32_t>begin
            count += 1
            begin = end
        self.starts[side, count] = <int32_t>stop
        return count

    cdef int slot_of(self, const uint8_t[::1] old, const uint8_t[::1] new,
                     const uint8_t[::1] text, Py_ssize_t begin, Py_ssize_t end,
                     uint64_t hashed) except -2:
        """Give the slot of a line's kind, or the free one where it would be; −1 if none is near."""
        cdef int slot = <int>(hashed & <uint64_t>self.mask), kind, probes
        cdef bint same
        for probes in range(MOST_PROBES):
            kind = self.slots[slot] - 1
            if kind < 0:
                return slot
            if self.hashes[kind] == hashed:
                if self.place[kind, 0] == OLD:  # told apart here, as passing on a choice is slow
                    same = alike(old, self.place[kind, 1], self.place[kind, 2], text, begin, end)
                else:
                    same = alike(new, self.place[kind, 1], self.place[kind, 2], text, begin, end)
                if same:
                    return slot
            slot = (slot + 1) & self.mask
        return -1

    cdef int keep(self, int side, int count) except -1:
        """Mark the lines that the other file lacks, and list the others; how many these are."""
        cdef int i, kept = 0
        for i in range(count):
            self.changed[side, i] = self.counts[self.kind_of[side, i], 1 - side] == 0
            if not self.changed[side, i]:
                self.kept[side, kept] = i
                kept += 1
        return kept

    cdef bint search(self, int olds, int news, int steps) except -1:
        """Find a comparison of so many lines (Myers 1986), and mark these; whether there is one.

        `trace` has, for each number of steps and each diagonal, how far these lead.
        """
        cdef int d, k, x
        if olds - news > steps or news - olds > steps:
            return False
        for d in range(steps + 1):
            for k in range(-d, d + 1, 2):
                x = 0 if d == 0 else max(self.deleting(d, k, olds), self.adding(d, k, news))
                if x >= 0:
                    while (x < olds and x - k < news
                           and self.kind_of[OLD, self.kept[OLD, x]]
                           == self.kind_of[NEW, self.kept[NEW, x - k]]):
                        x += 1
                    if x == olds and x - k == news:
                        return d == steps and self.mark(d, k, olds, news)
                self.trace[d * (d + 1) // 2 + (k + d) // 2] = x
        return False

    cdef int deleting(self, int d, int k, int olds) except -2:
        """Give how far a last step leads that deletes a line; −1 if there can be none."""
        cdef int x
        if k == -d:
            return -1
        x = self.trace[d * (d - 1) // 2 + (k + d) // 2 - 1]
        return x + 1 if 0 <= x < olds else -1

    cdef int adding(self, int d, int k, int news) except -2:
        """Give how far a last step leads that adds a line; −1 if there can be none."""
        cdef int x
        if k == d:
            return -1
        x = self.trace[d * (d - 1) // 2 + (k + d) // 2]
        return x if x >= 0 and x - k <= news else -1

    cdef bint mark(self, int d, int k, int olds, int news) except -1:
        """Go back along the steps that were found."""
        cdef int deleting, adding
        while d > 0:
            deleting, adding = self.deleting(d, k, olds), self.adding(d, k, news)
            if deleting > adding:
                self.changed[OLD, self.kept[OLD, deleting - 1]] = 1
                k -= 1
            else:
                self.changed[NEW, self.kept[NEW, adding - k - 1]] = 1
                k += 1
            d -= 1
        return True

    cdef int sum_up(self, int side, int count) except -1:
        cdef int i, total = 0
        for i in range(count):
            self.sums[side, i] = total
            total += self.changed[side, i]
        self.sums[side, count] = total
        return 0

    cdef bint none_left_out(self, const uint8_t[::1] old, const uint8_t[::1] new, Py_ssize_t head,
                            Py_ssize_t new_stop) except -1:
        """Tell whether git leaves out no line that is neither added nor deleted."""
        cdef int i = 0, j = 0, first, k, longest, counted = 0
        cdef bint begun = False
        if max(self.sums[OLD, self.olds], self.sums[NEW, self.news]) < NEVER_DISCARDED:
            return True
        while i < self.olds or j < self.news:
            while self.changes(i, j):
                begun = True
                if i < self.olds and self.changed[OLD, i]:
                    i += 1
                else:
                    j += 1
            first = j
            while i < self.olds and j < self.news and not self.changes(i, j):
                i += 1
                j += 1
            if not begun or (i == self.olds and j == self.news):
                continue
            if 3 * (j - first + 1) >= max(self.changed_near(OLD, self.olds, i - (j - first), i),
                                          self.changed_near(NEW, self.news, first, j)):
                continue
            longest = first
            for k in range(first + 1, j):
                if (self.starts[NEW, k + 1] - self.starts[NEW, k]
                        > self.starts[NEW, longest + 1] - self.starts[NEW, longest]):
                    longest = k
            counted += 1
            if counted > MOST_COUNTED or not self.rare(
                old, new, self.kind_of[NEW, longest], head, new_stop
            ):
                return False
        return True

    cdef int changed_near(self, int side, int count, int first, int last) except -1:
        return (self.sums[side, min(last + WINDOW, count)]
                - self.sums[side, max(first - WINDOW, 0)])

    cdef bint rare(self, const uint8_t[::1] old, const uint8_t[::1] new, int kind,
                   Py_ssize_t head, Py_ssize_t new_stop) except -1:
        """Tell whether a line is too rare in both files for git to leave it out."""
        cdef const uint8_t[::1] text = old if self.place[kind, 0] == OLD else new
        cdef Py_ssize_t begin = 0, end
        cdef int count = max(self.counts[kind, OLD], self.counts[kind, NEW])
        cdef int lines = min(self.olds, self.news), frequent = 1
        while begin < new.shape[0]:
            if begin == head:
                begin = new_stop
                if begin == new.shape[0]:
                    break
            end = line_end(new, begin)
            lines += 1
            count += alike(text, self.place[kind, 1], self.place[kind, 2], new, begin, end)
            begin = end
        while lines > 0:  # xdl_bogosqrt
            frequent *= 2
            lines //= 4
        return count < min(frequent, MOST_FREQUENT)

    cdef bint changes(self, int i, int j) except -1:
        return (i < self.olds and self.changed[OLD, i]) or (j < self.news and self.changed[NEW, j])

    cdef bint uneven(self, int kind) except -1:
        """Tell whether one file has more lines of a kind than the other."""
        return self.counts[kind, OLD] != self.counts[kind, NEW]

    cdef int uneven_above(self, const uint8_t[::1] old, const uint8_t[::1] new,
                          Py_ssize_t head) except -1:
        """Count the lines next to each other up from the head that are of such a kind."""
        cdef int count = 0
        cdef Py_ssize_t begin
        while head > 0:
            begin = head - 1
            while begin > 0 and new[begin - 1] != NEWLINE:
                begin -= 1
            if not self.known_uneven(old, new, begin, head):
                break
            count += 1
            head = begin
        return count

    cdef int uneven_below(self, const uint8_t[::1] old, const uint8_t[::1] new,
                          Py_ssize_t stop) except -1:
        cdef int count = 0
        cdef Py_ssize_t end
        while stop < new.shape[0]:
            end = line_end(new, stop)
            if not self.known_uneven(old, new, stop, end):
                break
            count += 1
            stop = end
        return count

    cdef bint known_uneven(self, const uint8_t[::1] old, const uint8_t[::1] new,
                           Py_ssize_t begin, Py_ssize_t end) except -1:
        cdef int slot = self.slot_of(old, new, new, begin, end,
                                     line_hash(new, begin, end, self.seed))
        return slot < 0 or (self.slots[slot] > 0 and self.uneven(self.slots[slot] - 1))

    cdef list texts(self, const uint8_t[::1] text, int side, int count):
        """List the changed lines, their newlines left out."""
        cdef list found = []
        cdef Py_ssize_t start, stop
        cdef int i
        for i in range(count):
            if self.changed[side, i]:
                start, stop = self.starts[side, i], self.starts[side, i + 1]
                if text[stop - 1] == NEWLINE:
                    stop -= 1
                found.append(bytes_of(text, start, stop))
        return found


cdef inline Py_ssize_t line_end(const uint8_t[::1] text, Py_ssize_t begin) except -1:
    """Give where the line ends that starts at a place, its newline included."""
    cdef const uint8_t* newline = <const uint8_t*>memchr(
        &text[begin], NEWLINE, text.shape[0] - begin
    )
    return text.shape[0] if newline == NULL else newline - &text[0] + 1


cdef inline bytes bytes_of(const uint8_t[::1] text, Py_ssize_t start, Py_ssize_t stop):
    if start >= stop:
        return b""
    if stop > text.shape[0]:
        raise ValueError("not within the files")
    return PyBytes_FromStringAndSize(<const char*>&text[start], stop - start)


cdef inline uint64_t line_hash(const uint8_t[::1] text, Py_ssize_t begin, Py_ssize_t end,
                               uint64_t seed) except? 0:
    """Mix a line's bytes, eight at a time, with what nobody outside knows."""
    cdef uint64_t mixed = seed ^ (<uint64_t>(end - begin) * <uint64_t>0x9E3779B97F4A7C15), word
    while begin < end:
        if end - begin >= 8:
            memcpy(&word, &text[begin], 8)
        else:
            word = 0
            memcpy(&word, &text[begin], end - begin)
        mixed = (mixed ^ word) * <uint64_t>0xD6E8FEB86659FD93
        mixed ^= mixed >> 32
        begin += 8
    return mixed


cdef inline bint alike(const uint8_t[::1] one, Py_ssize_t start, Py_ssize_t stop,
                       const uint8_t[::1] other, Py_ssize_t begin, Py_ssize_t end) except -1:
    """Tell whether two lines, which have at least a byte each, are the same."""
    if stop - start != end - begin or stop > one.shape[0] or end > other.shape[0]:
        return False
    return memcmp(&one[start], &other[begin], end - begin) == 0


cdef Py_ssize_t common_head(const uint8_t[::1] old, const uint8_t[::1] new,
                            Py_ssize_t most) except -1:
    cdef Py_ssize_t same = 0
    while most - same >= STEP and memcmp(&old[same], &new[same], STEP) == 0:
        same += STEP
    while same < most and old[same] == new[same]:
        same += 1
    return same


cdef Py_ssize_t common_tail(const uint8_t[::1] old, const uint8_t[::1] new,
                            Py_ssize_t most) except -1:
    cdef Py_ssize_t same = 0, i = old.shape[0], j = new.shape[0]
    while most - same >= STEP and memcmp(&old[i - same - STEP], &new[j - same - STEP], STEP) == 0:
        same += STEP
    while same < most and old[i - same - 1] == new[j - same - 1]:
        same += 1
    return same


cdef inline bint begins(const uint8_t[::1] text, Py_ssize_t at, Py_ssize_t start) except -1:
    """Tell whether a line starts at a place of what starts there, too."""
    return at == start or text[at - 1] == NEWLINE
