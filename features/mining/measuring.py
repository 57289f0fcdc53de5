"""Measures what changes add: their lines, and what these look like. Runs in workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pygit2
from pygit2.enums import ObjectType

from ..hosts import hosts_in_each
from .content import FORMS, MEASURES, UNKNOWN, binary_form
from .lines import LineDifference, line_difference
from .merged import added_by_all
from .opened import EMPTY, NOTHING, Worker, worker
from .patches import Content
from .store import LARGEST_BLOB, MEGABYTE, Store
from .text import TEXT, measure_texts
from .trees import Side

BINARY_SNIFF = 8_000  # bytes in which git looks for a NUL (buffer_is_binary in xdiff-interface.c)
_TEXT_HELD = MEGABYTE  # of added text that waits to be measured

_NOTED = np.dtype(
    [(name, MEASURES[name]) for name in MEASURES.names or () if name not in (TEXT.names or ())]
)
"""What is measured of a change, but for its text."""


Measuring = tuple[np.ndarray, Mapping[int, tuple[Side, ...]]]
"""Some rows of `CHANGE`, and of those that merges made themselves, by index, the distinct sides of
the parents."""


@dataclass(frozen=True)
class Measured:
    """What is measured of some changes."""

    measures: np.ndarray
    """Of `MEASURES`, a row for each."""
    hosts: np.ndarray
    """For each, an index into `lists`."""
    lists: list[str]
    """Hosts that added lines name, by spaces; the first is empty."""


def measure_changes(path: str, changes: Measuring) -> Measured:
    """Compare the sides of each change as `git log --numstat` does, and look at what is added.

    What a merge has is compared with what each of its parents has.

    Parameters
    ----------
    changes
        In the order of each path's history, so that what one is compared with is there from
        one before it: the last contents are kept.
    """
    rows, sides = changes
    at_work, measured = worker(path), _Measurer(len(rows))
    for i, change in enumerate(rows.tolist()):
        if i in sides:
            _measure_merge(at_work, measured, change, sides[i])
        else:
            _measure_change(at_work, measured, change)
    return measured.result()


def _measure_change(at_work: Worker, measured: "_Measurer", change: tuple) -> None:
    _, _, status, old_mode, new_mode, old_id, new_id, looked_at, *_ = change
    old = EMPTY if status == b"A" else at_work.content(old_mode, old_id)
    new = at_work.content(new_mode, new_id)
    size = _size(at_work.store, new, new_id)
    if old is None or new is None:
        measured.unknown(size, cut=size > LARGEST_BLOB)
    elif _is_binary(old) or _is_binary(new):
        measured.binary(size, new)
    else:
        difference = line_difference(old, new)
        if status == b"A" and old_id != NOTHING and looked_at and difference is not None:
            difference = _without_moved(at_work.content(new_mode, old_id), new, difference)
        measured.lines(size, difference, looked_at=looked_at)


def _without_moved(
    origin: Content | None, new: Content, difference: LineDifference
) -> LineDifference:
    """Leave out of an added file's text what it had where it was moved from."""
    if origin is None or _is_binary(origin):
        return difference
    changed = line_difference(origin, new)
    if changed is None:
        return difference
    return replace(difference, new=changed.new, text=changed.text)


def _measure_merge(
    at_work: Worker, measured: "_Measurer", change: tuple, sides: Sequence[Side]
) -> None:
    _, _, _, _, new_mode, _, new_id, looked_at, *_ = change
    after = at_work.content(new_mode, new_id) if looked_at else None
    befores = [at_work.content(*(side or (0, NOTHING))) for side in sides]
    known = [before for before in befores if before is not None]
    size = _size(at_work.store, after, new_id)
    if after is None or len(known) < len(befores):
        measured.unknown(size, cut=not looked_at or size > LARGEST_BLOB)
    elif any(map(_is_binary, [after, *known])):
        measured.binary(size, after)
    else:
        measured.lines(size, added_by_all(known, after), looked_at=True)


class _Measurer:
    """Measures some changes, one by one; their texts are measured together."""

    def __init__(self, count: int) -> None:
        self._rows = np.full(count, UNKNOWN, MEASURES)
        self._hosts = np.zeros(count, np.int32)
        self._lists = {"": 0}
        self._noted: list[tuple] = []
        self._texts: list[bytes] = []
        self._text_rows: list[int] = []
        self._held = 0

    def unknown(self, size: int, *, cut: bool) -> None:
        """Note a change of which only the new size is known, if that."""
        self._noted.append((-1, -1, False, size, -1, -1, 0, cut))

    def binary(self, size: int, new: Content) -> None:
        """Note a change of a file that is, or was, no text."""
        form = binary_form(new.data) if _is_binary(new) else ""
        self._noted.append((-1, -1, True, size, -1, -1, FORMS.index(form), False))

    def lines(self, size: int, difference: LineDifference | None, *, looked_at: bool) -> None:
        """Note a change of text; None if it was too much to compare."""
        if difference is None:
            self.unknown(size, cut=True)
            return
        added, deleted, text = difference.added, difference.deleted, difference.text
        if not looked_at:
            self._noted.append((added, deleted, False, size, -1, -1, 0, True))
            return
        self._texts.append(text)
        self._text_rows.append(len(self._noted))
        self._held += len(text)
        noted = added, deleted, False, size, difference.new, len(text), 0, difference.cut
        self._noted.append(noted)
        if self._held > _TEXT_HELD:
            self._measure_texts()

    def result(self) -> Measured:
        """Give what was measured of all."""
        self._measure_texts()
        noted = np.array(self._noted, _NOTED)
        for name in _NOTED.names or ():
            self._rows[name] = noted[name]
        return Measured(self._rows, self._hosts, list(self._lists))

    def _measure_texts(self) -> None:
        measures = measure_texts(self._texts)
        for name in TEXT.names or ():
            self._rows[name][self._text_rows] = measures[name]
        for row, hosts in zip(self._text_rows, hosts_in_each(self._texts), strict=True):
            names = " ".join(hosts)
            self._hosts[row] = self._lists.setdefault(names, len(self._lists))
        self._texts, self._text_rows, self._held = [], [], 0


def _size(store: Store, content: Content | None, oid: bytes) -> int:
    """Give the bytes of a side, of one that is too large to read as well."""
    if content is not None:
        return len(content.data)
    header = store.header(pygit2.Oid(raw=oid))
    return header[1] if header is not None and header[0] == ObjectType.BLOB else -1


def _is_binary(content: Content) -> bool:
    return content.data.find(b"\0", 0, BINARY_SNIFF) >= 0
