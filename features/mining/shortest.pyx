# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True
"""Finds the lines in which two files differ as git does, looking at what differs alone; no more.

git's comparison (xdiff) leaves out of both files the lines that they have at the head and at the
tail, then those that the other file lacks, then those that are frequent in the other file and stand
among such, and finds a shortest comparison of what is left (Myers 1986). Of several as short it
finds one by the order in which it looks, which is that of `Comparer.advance`, too.

What it leaves out depends on how often a line is anywhere in a file. Mostly this need not be known:

- If no line is both added and deleted, as many of each kind are added or deleted as one file has
  more of them than the other. Every shortest comparison adds and deletes the same lines then, and
  git finds one if it is found within `MOST_STEPS` (below) even where it leaves nothing out.
- What is left out does no harm if it is added or deleted in the comparison that was found. A
  frequent line is left out only if the lines around it that the other file lacks stand on both
  sides of it and are more than three times as many as the frequent ones (`xdl_clean_mmatch`).

Elsewhere lines are counted in whole files, and those left out that git leaves out. After
`MOST_STEPS` from either end (`XDL_MAX_COST_MIN`) git does not search on for where both ways meet:
it goes on from the farthest point (`Comparer.farthest`). Among more than `MOST_KEPT` lines it has
other limits, which are not built here: where they are reached, nothing is given.

Bytes are read by the functions at the end, which check where they read; indices of arrays are
checked by the compiler's `boundscheck`.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, uint8_t, uint64_t
from libc.string cimport memchr, memcmp, memcpy, memset

import os

import numpy as np

cdef enum:
    MOST_LINES = 1 << 16  # of a file, between what both have at the head and at the tail
    MOST_BYTES = 1 << 30
    SLOTS = 1 << 19  # of the table in which lines are looked up
    MOST_PROBES = 64  # of it: more are no chance
    MOST_STEPS = 256
    MOST_CHANGED = 2 * MOST_STEPS - 2  # lines that are found within so many steps from either end
    MOST_KEPT = (1 << 16) - 4  # lines of both files; for more, `xdl_bogosqrt` allows more steps
    NEVER_DISCARDED = 7  # lines; fewer are not three times as many as two
    WINDOW = 100  # lines, XDL_SIMSCAN_WINDOW
    MOST_FREQUENT = 1 << 10  # XDL_MAX_EQLIMIT
    STEP = 1 << 10  # bytes compared at a time
    NEWLINE = 10
    OLD = 0
    NEW = 1
    FROM_HEAD = 0
    FROM_TAIL = 1
    FROM_BOTH = 2
    NOWHERE = 3
    LACKING = 0  # of a line: the other file has none
    FOUND = 1
    FREQUENT = 2


cdef struct Text:
    const uint8_t* first
    Py_ssize_t size


cdef class Comparer:
    """Compares files, one pair after the other; for one thread."""

    cdef uint64_t seed
    cdef Text[2] text
    cdef Py_ssize_t head, new_stop
    cdef int kinds, mask, met_old, met_new
    cdef bint may_cut
    cdef int[2] count, kept_count, low, high
    cdef int32_t[::1] slots, first, elsewhere
    cdef uint64_t[::1] hashes
    cdef int32_t[:, ::1] place, counts, kind_of, kept, kept_kind, starts, sums, reach
    cdef uint8_t[:, ::1] changed, there
    cdef uint8_t[::1] differs

    def __init__(self):
        self.seed = int.from_bytes(os.urandom(8), "big")
        self.slots = np.zeros(SLOTS, np.int32)
        self.first = np.zeros(2 * MOST_LINES, np.int32)
        self.hashes = np.zeros(2 * MOST_LINES, np.uint64)
        self.place = np.zeros((2 * MOST_LINES, 3), np.int32)
        self.counts = np.zeros((2, 2 * MOST_LINES), np.int32)
        self.elsewhere = np.zeros(2 * MOST_LINES, np.int32)
        self.differs = np.zeros(2 * MOST_LINES, np.uint8)
        self.kind_of = np.zeros((2, MOST_LINES), np.int32)
        self.there = np.zeros((2, MOST_LINES), np.uint8)
        self.kept = np.zeros((2, MOST_LINES), np.int32)
        self.kept_kind = np.zeros((2, MOST_LINES), np.int32)
        self.starts = np.zeros((2, MOST_LINES + 1), np.int32)
        self.sums = np.zeros((2, MOST_LINES + 1), np.int32)
        self.changed = np.zeros((2, MOST_LINES), np.uint8)
        self.reach = np.zeros((2, 2 * MOST_LINES + 3), np.int32)

    def part(self, bytes old not None, bytes new not None):
        """Leave out the lines that both files have at the head and then at the tail.

        Returns
        -------
        Where the rest starts in both, and where it ends in each, in bytes.
        """
        cdef Text before = text_of(old), after = text_of(new)
        cdef Py_ssize_t most = min(before.size, after.size)
        cdef Py_ssize_t head = common_head(before, after, most), tail, i, j
        while head and byte_at(before, head - 1) != NEWLINE:
            head -= 1
        tail = common_tail(before, after, most - head)
        i, j = before.size - tail, after.size - tail
        while i < before.size and not (begins(before, i, head) and begins(after, j, head)):
            i += 1
            j += 1
        return head, i, j

    def lines(self, bytes old not None, bytes new not None,
              Py_ssize_t head, Py_ssize_t old_stop, Py_ssize_t new_stop):
        """Give the lines that are added and those that are deleted, in order.

        Parameters
        ----------
        head, old_stop, new_stop
            As `part` gives them.

        Returns
        -------
        None if it is too much to find out what git gives.
        """
        if not self.compare(old, new, head, old_stop, new_stop):
            return None
        return self.changed_lines(NEW), self.changed_lines(OLD)

    def hunks(self, bytes old not None, bytes new not None,
              Py_ssize_t head, Py_ssize_t old_stop, Py_ssize_t new_stop):
        """Give hunks as git finds them before it slides them.

        Returns
        -------
        Of each, in order: the gap between lines of the new file, from 0, from which on it can lie,
        its first added line, the line after its last one, the gap up to which it can lie, and where
        what it deletes starts and ends in the old file, in bytes. Which of several like lines next
        to each other is added or deleted is open: git may slide a hunk along all lines that are
        like some that are added or deleted. None as `lines`.
        """
        if not self.compare(old, new, head, old_stop, new_stop):
            return None
        self.note_differing()
        cdef list found = []
        cdef int i = 0, j = 0, gone, start, first, last, ahead = 0
        cdef int above = self.differing_above(), below = self.differing_below()
        cdef Py_ssize_t at = 0
        while at < head:
            at = line_end(self.text[NEW], at)
            ahead += 1
        while i < self.count[OLD] or j < self.count[NEW]:
            if not self.changes(i, j):
                i += 1
                j += 1
                continue
            gone, start = i, j
            while self.changes(i, j):
                if i < self.count[OLD] and self.changed[OLD, i]:
                    i += 1
                else:
                    j += 1
            first, last = start, j
            while first > 0 and self.differs[self.kind_of[NEW, first - 1]]:
                first -= 1
            while last < self.count[NEW] and self.differs[self.kind_of[NEW, last]]:
                last += 1
            found.append((ahead + first - (above if first == 0 else 0), ahead + start, ahead + j,
                          ahead + last + (below if last == self.count[NEW] else 0),
                          self.starts[OLD, gone], self.starts[OLD, i]))
        return found

    cdef bint compare(self, bytes old, bytes new, Py_ssize_t head, Py_ssize_t old_stop,
                      Py_ssize_t new_stop) except -1:
        """Mark the lines that are added and deleted; whether that was done."""
        cdef int others
        cdef bint done, kept_others
        self.text[OLD], self.text[NEW] = text_of(old), text_of(new)
        self.head, self.new_stop = head, new_stop
        if not (0 <= head <= old_stop <= self.text[OLD].size
                and head <= new_stop <= self.text[NEW].size):
            raise ValueError("not within the files")
        if max(self.text[OLD].size, self.text[NEW].size) > MOST_BYTES:
            return False
        self.kinds = 0
        self.mask = 1023
        while self.mask < SLOTS - 1 and self.mask < (old_stop + new_stop - 2 * head) // 8:
            self.mask = 2 * self.mask + 1
        memset(&self.slots[0], 0, sizeof(int32_t) * (self.mask + 1))
        if not (self.number(OLD, head, old_stop) and self.number(NEW, head, new_stop)):
            return False
        self.keep(OLD, 0)
        self.keep(NEW, 0)
        done = self.compare_kept(may_cut=False)
        if done and self.few_changed() and self.none_both() and self.none_left_out():
            return True
        others = self.count_elsewhere()
        if others < 0:
            return False
        kept_others = self.keep(OLD, frequent_from(self.count[OLD] + others))
        kept_others |= self.keep(NEW, frequent_from(self.count[NEW] + others))
        return self.compare_kept(may_cut=True) if kept_others or not done else True

    cdef bint number(self, int side, Py_ssize_t begin, Py_ssize_t stop) except -1:
        """Number the kinds of lines of a file; whether these are not too many lines."""
        cdef Text text = self.text[side], old = self.text[OLD]
        cdef Py_ssize_t end
        cdef int count = 0, ahead = 0, olds = self.count[OLD] if side == NEW else 0, kind, slot
        cdef uint64_t hashed
        cdef int32_t[::1] kind_of = self.kind_of[side], starts = self.starts[side]
        cdef int32_t[::1] old_kinds = self.kind_of[OLD], old_starts = self.starts[OLD]
        cdef int32_t[::1] counts = self.counts[side], others = self.counts[1 - side]
        cdef int32_t[::1] first = self.first
        cdef int32_t[:, ::1] place = self.place
        while begin < stop:
            if count >= MOST_LINES:
                return False
            kind = -1
            if ahead < olds:  # mostly, what follows on a line still does
                end = begin + old_starts[ahead + 1] - old_starts[ahead]
                if (end <= stop and is_line(text, end, stop)
                        and alike(old, old_starts[ahead], old_starts[ahead + 1], text, begin, end)):
                    kind = old_kinds[ahead]
                    ahead += 1
            if kind < 0:
                end = min(line_end(text, begin), stop)
                hashed = line_hash(text, begin, end, self.seed)
                slot = self.slot_of(side, begin, end, hashed)
                if slot < 0:
                    return False
                kind = self.slots[slot] - 1
                if kind < 0:
                    kind = self.kinds
                    self.kinds += 1
                    self.slots[slot] = kind + 1
                    self.hashes[kind] = hashed
                    first[kind] = count
                    place[kind, 0] = side
                    place[kind, 1] = <int32_t>begin
                    place[kind, 2] = <int32_t>end
                    counts[kind] = others[kind] = self.elsewhere[kind] = 0
                if place[kind, 0] == OLD:
                    ahead = first[kind] + 1
            counts[kind] += 1
            kind_of[count] = kind
            starts[count] = <int32_t>begin
            count += 1
            begin = end
        starts[count] = <int32_t>stop
        self.count[side] = count
        return True

    cdef int slot_of(self, int side, Py_ssize_t begin, Py_ssize_t end,
                     uint64_t hashed) except -2:
        """Give the slot of a line's kind, or the free one where it would be; −1 if none is near."""
        cdef int slot = <int>(hashed & <uint64_t>self.mask), kind, probes
        for probes in range(MOST_PROBES):
            kind = self.slots[slot] - 1
            if kind < 0:
                return slot
            if self.hashes[kind] == hashed and alike(
                self.text[self.place[kind, 0]], self.place[kind, 1], self.place[kind, 2],
                self.text[side], begin, end,
            ):
                return slot
            slot = (slot + 1) & self.mask
        return -1

    cdef int kind_at(self, Py_ssize_t begin, Py_ssize_t end) except -3:
        """Give the kind of a line of the new file; −1 if it has none, −2 if that is not known."""
        cdef int slot = self.slot_of(NEW, begin, end,
                                     line_hash(self.text[NEW], begin, end, self.seed))
        return -2 if slot < 0 else self.slots[slot] - 1

    cdef int count_elsewhere(self) except -2:
        """Count the lines at head and tail by their kinds; how many there are, −1 if unknown."""
        cdef Py_ssize_t begin = 0, end
        cdef int lines = 0, kind
        while True:
            if begin == self.head:
                begin = self.new_stop
            if begin >= self.text[NEW].size:
                return lines
            end = line_end(self.text[NEW], begin)
            kind = self.kind_at(begin, end)
            if kind == -2:
                return -1
            if kind >= 0:
                self.elsewhere[kind] += 1
            lines += 1
            begin = end

    cdef bint keep(self, int side, int most) except -1:
        """List the lines that git does not leave out; whether these are others than before.

        Parameters
        ----------
        most
            From how many copies on a line of the other file is frequent; 0 if none is.
        """
        cdef int32_t[::1] kind_of = self.kind_of[side], others = self.counts[1 - side]
        cdef int32_t[::1] elsewhere = self.elsewhere
        cdef int32_t[::1] kept = self.kept[side], kept_kind = self.kept_kind[side]
        cdef uint8_t[::1] there = self.there[side]
        cdef int i, copies, count = 0
        cdef bint differs = False
        for i in range(self.count[side]):
            copies = others[kind_of[i]] + elsewhere[kind_of[i]]
            there[i] = LACKING if copies == 0 else FREQUENT if 0 < most <= copies else FOUND
        for i in range(self.count[side]):
            if there[i] == FOUND or (
                there[i] == FREQUENT and not left_out(there, self.count[side], i)
            ):
                differs = differs or count >= self.kept_count[side] or kept[count] != i
                kept[count] = i
                kept_kind[count] = kind_of[i]
                count += 1
        differs = differs or count != self.kept_count[side]
        self.kept_count[side] = count
        return differs

    cdef bint compare_kept(self, bint may_cut) except -1:
        """Mark the lines that are left out, and compare the others; whether that was done.

        Parameters
        ----------
        may_cut
            Whether the search may be cut short as git does.
        """
        cdef int side, i, total
        cdef uint8_t[::1] changed
        cdef int32_t[::1] kept, sums
        self.may_cut = may_cut and self.kept_count[OLD] + self.kept_count[NEW] <= MOST_KEPT
        for side in (OLD, NEW):
            changed, kept = self.changed[side], self.kept[side]
            changed[: self.count[side]] = 1
            for i in range(self.kept_count[side]):
                changed[kept[i]] = 0
        if not self.compare_box(0, self.kept_count[OLD], 0, self.kept_count[NEW], False):
            return False
        for side in (OLD, NEW):
            changed, sums = self.changed[side], self.sums[side]
            total = 0
            for i in range(self.count[side]):
                sums[i] = total
                total += changed[i]
            sums[self.count[side]] = total
        return True

    cdef bint compare_box(self, int old, int old_stop, int new, int new_stop,
                          bint in_full) except -1:
        """Mark which kept lines differ from here to there; whether that was done.

        Parameters
        ----------
        in_full
            Whether to search on after `MOST_STEPS`.
        """
        cdef int32_t[::1] olds = self.kept_kind[OLD], news = self.kept_kind[NEW]
        cdef int i
        while old < old_stop and new < new_stop and olds[old] == news[new]:
            old += 1
            new += 1
        while old < old_stop and new < new_stop and olds[old_stop - 1] == news[new_stop - 1]:
            old_stop -= 1
            new_stop -= 1
        if old == old_stop or new == new_stop:
            for i in range(old, old_stop):
                self.changed[OLD, self.kept[OLD, i]] = 1
            for i in range(new, new_stop):
                self.changed[NEW, self.kept[NEW, i]] = 1
            return True
        cdef int met = self.meet(old, old_stop, new, new_stop, in_full)
        cdef int met_old = self.met_old, met_new = self.met_new
        return (met != NOWHERE
                and self.compare_box(old, met_old, new, met_new, met != FROM_TAIL)
                and self.compare_box(met_old, old_stop, met_new, new_stop, met != FROM_HEAD))

    cdef int meet(self, int old, int old_stop, int new, int new_stop, bint in_full) except -1:
        """Find where ways from both ends meet that are shortest together.

        Returns
        -------
        From where the point that is found, `met_old` and `met_new`, is known to be reached by a
        shortest way.
        """
        cdef int steps = 0, way, middle = new_stop - new + 1
        cdef int from_head, from_tail
        cdef bint odd = (old_stop - old + new_stop - new) & 1
        for way in (FROM_HEAD, FROM_TAIL):
            self.low[way] = self.high[way] = 0
            self.reach[way, middle] = 0
        while in_full or steps < MOST_STEPS:
            if (self.advance(FROM_HEAD, old, old_stop, new, new_stop, odd)
                    or self.advance(FROM_TAIL, old, old_stop, new, new_stop, not odd)):
                return FROM_BOTH
            steps += 1
        if not self.may_cut:
            return NOWHERE
        from_tail = self.farthest(FROM_TAIL, old, old_stop, new, new_stop)
        cdef int tail_old = self.met_old, tail_new = self.met_new
        from_head = self.farthest(FROM_HEAD, old, old_stop, new, new_stop)
        if from_tail < from_head:
            return FROM_HEAD
        self.met_old, self.met_new = tail_old, tail_new
        return FROM_TAIL

    cdef int farthest(self, int way, int old, int old_stop, int new, int new_stop) except -1:
        """Find the point that is farthest from one end, in lines of both files."""
        cdef int olds = old_stop - old, news = new_stop - new
        cdef int count, diagonal, x, y, most = -1
        for count in range((self.high[way] - self.low[way]) // 2 + 1):
            diagonal = nth_diagonal(way, self.low[way], self.high[way], count)
            x = min(self.reach[way, news + 1 + diagonal], olds, news + diagonal)
            y = x - diagonal
            if x + y > most:
                most = x + y
                self.met_old = old + x if way == FROM_HEAD else old_stop - x
                self.met_new = new + y if way == FROM_HEAD else new_stop - y
        return most

    cdef bint advance(self, int way, int old, int old_stop, int new, int new_stop,
                      bint may_meet) except -1:
        """Go a step on from one end on all diagonals; whether that meets a way from the other.

        Old lines that were passed are counted from the end where the way begins. Diagonals are
        numbered by how many more of them were passed than of the new ones. `reach` has how many
        were passed at most, on each of them from `low` to `high`.
        """
        cdef int olds = old_stop - old, news = new_stop - new, middle = news + 1
        cdef int turn = 1 if way == FROM_HEAD else -1
        cdef int first_old = old if way == FROM_HEAD else old_stop - 1
        cdef int first_new = new if way == FROM_HEAD else new_stop - 1
        cdef int low = self.low[way], high = self.high[way]
        cdef int low_there = self.low[1 - way], high_there = self.high[1 - way]
        cdef int32_t[::1] here = self.reach[way], there = self.reach[1 - way]
        cdef int32_t[::1] old_kinds = self.kept_kind[OLD], new_kinds = self.kept_kind[NEW]
        cdef int count, diagonal, x, y, other
        if low > -news:
            low -= 1
            here[middle + low - 1] = -1
        else:
            low += 1
        if high < olds:
            high += 1
            here[middle + high + 1] = -1
        else:
            high -= 1
        self.low[way], self.high[way] = low, high
        for count in range((high - low) // 2 + 1):
            diagonal = nth_diagonal(way, low, high, count)
            x = max(here[middle + diagonal - 1] + 1, here[middle + diagonal + 1])
            y = x - diagonal
            while (x < olds and y < news
                   and old_kinds[first_old + turn * x] == new_kinds[first_new + turn * y]):
                x += 1
                y += 1
            here[middle + diagonal] = x
            other = olds - news - diagonal
            if may_meet and low_there <= other <= high_there and x + there[middle + other] >= olds:
                self.met_old = old + x if way == FROM_HEAD else old_stop - x
                self.met_new = new + y if way == FROM_HEAD else new_stop - y
                return True
        return False

    cdef bint none_both(self) except -1:
        """Tell whether no line is both added and deleted."""
        cdef int32_t[::1] olds = self.counts[OLD], news = self.counts[NEW]
        cdef int i, fewest = 0
        for i in range(self.kinds):
            fewest += abs(olds[i] - news[i])
        return self.all_changed(OLD) + self.all_changed(NEW) == fewest

    cdef bint few_changed(self) except -1:
        return self.all_changed(OLD) + self.all_changed(NEW) <= MOST_CHANGED

    cdef int all_changed(self, int side) except -1:
        return self.sums[side, self.count[side]]

    cdef bint none_left_out(self) except -1:
        """Tell whether git leaves out no line that is neither added nor deleted."""
        cdef int i = 0, j = 0, first
        cdef bint begun = False
        if max(self.all_changed(OLD), self.all_changed(NEW)) < NEVER_DISCARDED:
            return True
        while i < self.count[OLD] or j < self.count[NEW]:
            while self.changes(i, j):
                begun = True
                if i < self.count[OLD] and self.changed[OLD, i]:
                    i += 1
                else:
                    j += 1
            first = j
            while i < self.count[OLD] and j < self.count[NEW] and not self.changes(i, j):
                i += 1
                j += 1
            if not begun or (i == self.count[OLD] and j == self.count[NEW]):
                continue
            if 3 * (j - first + 1) < max(self.changed_near(OLD, i - (j - first), i),
                                         self.changed_near(NEW, first, j)):
                return False
        return True

    cdef int changed_near(self, int side, int first, int last) except -1:
        return (self.sums[side, min(last + WINDOW, self.count[side])]
                - self.sums[side, max(first - WINDOW, 0)])

    cdef bint changes(self, int i, int j) except -1:
        return ((i < self.count[OLD] and self.changed[OLD, i])
                or (j < self.count[NEW] and self.changed[NEW, j]))

    cdef int note_differing(self) except -1:
        """Note the kinds of which a line is added or deleted."""
        cdef int side, i
        self.differs[: self.kinds] = 0
        for side in (OLD, NEW):
            for i in range(self.count[side]):
                self.differs[self.kind_of[side, i]] |= self.changed[side, i]
        return 0

    cdef int differing_above(self) except -1:
        """Count the lines next to each other up from the head that may be of such a kind."""
        cdef int count = 0
        cdef Py_ssize_t end = self.head, begin
        while end > 0:
            begin = end - 1
            while begin > 0 and byte_at(self.text[NEW], begin - 1) != NEWLINE:
                begin -= 1
            if not self.may_differ(begin, end):
                break
            count += 1
            end = begin
        return count

    cdef int differing_below(self) except -1:
        cdef int count = 0
        cdef Py_ssize_t begin = self.new_stop, end
        while begin < self.text[NEW].size:
            end = line_end(self.text[NEW], begin)
            if not self.may_differ(begin, end):
                break
            count += 1
            begin = end
        return count

    cdef bint may_differ(self, Py_ssize_t begin, Py_ssize_t end) except -1:
        cdef int kind = self.kind_at(begin, end)
        return kind == -2 or (kind >= 0 and self.differs[kind])

    cdef list changed_lines(self, int side):
        """List changed lines, their newlines left out."""
        cdef Text text = self.text[side]
        cdef list found = []
        cdef Py_ssize_t end
        cdef int i
        for i in range(self.count[side]):
            if self.changed[side, i]:
                end = self.starts[side, i + 1]
                if byte_at(text, end - 1) == NEWLINE:
                    end -= 1
                found.append(bytes_of(text, self.starts[side, i], end))
        return found


cdef inline int nth_diagonal(int way, int low, int high, int count) noexcept:
    """Give a diagonal in the order in which git looks at them; its numbers from the tail fall."""
    return high - 2 * count if way == FROM_HEAD else low + 2 * count


cdef bint left_out(uint8_t[::1] there, int count, int at) except -1:
    """Tell whether a frequent line stands among many that the other file lacks."""
    cdef int i, lacking = 0, before, frequent = 2
    for i in range(at - 1, max(at - WINDOW, 0) - 1, -1):
        if there[i] == FOUND:
            break
        lacking += there[i] == LACKING
        frequent += there[i] == FREQUENT
    before = lacking
    for i in range(at + 1, min(at + WINDOW + 1, count)):
        if there[i] == FOUND:
            break
        lacking += there[i] == LACKING
        frequent += there[i] == FREQUENT
    return 0 < before < lacking and 3 * frequent < lacking


cdef int frequent_from(int lines) noexcept:
    """Give from how many copies on git takes a line of a file of so many for frequent."""
    cdef int copies = 1
    while lines > 0:  # xdl_bogosqrt
        copies *= 2
        lines //= 4
    return min(copies, MOST_FREQUENT)


cdef inline Text text_of(bytes text):
    """Give what stays there as long as `text` does."""
    return Text(<const uint8_t*>PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text))


cdef inline int outside() except -1:
    raise IndexError("not within the file")


cdef inline uint8_t byte_at(Text text, Py_ssize_t at) except? 255:
    if not 0 <= at < text.size:
        outside()
    return text.first[at]


cdef inline Py_ssize_t line_end(Text text, Py_ssize_t begin) except -1:
    """Give where the line ends that starts at a place, its newline included."""
    if not 0 <= begin < text.size:
        outside()
    cdef const uint8_t* newline = <const uint8_t*>memchr(
        text.first + begin, NEWLINE, text.size - begin
    )
    return text.size if newline == NULL else newline - text.first + 1


cdef inline bint is_line(Text text, Py_ssize_t end, Py_ssize_t stop) except -1:
    """Tell whether a line may end at a place."""
    return end == stop or byte_at(text, end - 1) == NEWLINE


cdef inline bytes bytes_of(Text text, Py_ssize_t start, Py_ssize_t stop):
    if not 0 <= start <= stop <= text.size:
        outside()
    return PyBytes_FromStringAndSize(<const char*>text.first + start, stop - start)


cdef inline uint64_t line_hash(Text text, Py_ssize_t begin, Py_ssize_t end,
                               uint64_t seed) except? 0:
    """Mix a line's bytes, eight at a time, with what nobody outside knows."""
    cdef uint64_t mixed = seed ^ (<uint64_t>(end - begin) * <uint64_t>0x9E3779B97F4A7C15), word
    if not 0 <= begin <= end <= text.size:
        outside()
    while begin < end:
        if end - begin >= 8:
            memcpy(&word, text.first + begin, 8)
        else:
            word = 0
            memcpy(&word, text.first + begin, end - begin)
        mixed = (mixed ^ word) * <uint64_t>0xD6E8FEB86659FD93
        mixed ^= mixed >> 32
        begin += 8
    return mixed


cdef inline bint alike(Text one, Py_ssize_t start, Py_ssize_t stop,
                       Text other, Py_ssize_t begin, Py_ssize_t end) except -1:
    """Tell whether two stretches of text are the same."""
    if not (0 <= start <= stop <= one.size and 0 <= begin <= end <= other.size):
        outside()
    return stop - start == end - begin and memcmp(
        one.first + start, other.first + begin, end - begin
    ) == 0


cdef Py_ssize_t common_head(Text old, Text new, Py_ssize_t most) except -1:
    cdef Py_ssize_t same = 0
    while most - same >= STEP and alike(old, same, same + STEP, new, same, same + STEP):
        same += STEP
    while same < most and byte_at(old, same) == byte_at(new, same):
        same += 1
    return same


cdef Py_ssize_t common_tail(Text old, Text new, Py_ssize_t most) except -1:
    cdef Py_ssize_t same = 0, i = old.size, j = new.size
    while most - same >= STEP and alike(
        old, i - same - STEP, i - same, new, j - same - STEP, j - same
    ):
        same += STEP
    while same < most and byte_at(old, i - same - 1) == byte_at(new, j - same - 1):
        same += 1
    return same


cdef inline bint begins(Text text, Py_ssize_t at, Py_ssize_t start) except -1:
    """Tell whether a line starts at a place of what starts there, too."""
    return at == start or byte_at(text, at - 1) == NEWLINE
