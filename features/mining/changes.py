"""What each commit changes: paths by comparing trees, then lines and content. Runs in workers."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pygit2
from pygit2.enums import FileMode, ObjectType

from ..hosts import hosts_in
from ..manifests import declared
from .commits import facts_of, parse_commit, tree_of
from .content import FORMS, MEASURES, UNKNOWN, binary_form
from .lines import Content, LineDifference, added_by_all, line_difference
from .moves import moved_from
from .store import LARGEST_BLOB, MEGABYTE, Store
from .text import TEXT, measure_texts
from .trees import Side, Trees, UnreadableTree, differences, own_changes

BINARY_SNIFF = 8_000  # bytes in which git looks for a NUL (buffer_is_binary in xdiff-interface.c)
MEASURED_FILES = 5_000  # of a commit, whose content is looked at
MEASURED_PARENTS = 16  # of a merge, that its files are compared with
_KEPT_COMMITS = 4_096
_KEPT_CONTENTS = 1_024
_CONTENT_KEPT = 8 * MEGABYTE
_KEPT_DECLARATIONS = 64
_LARGEST_KEPT = 4 * MEGABYTE
_CHANGES_HELD = 65_536  # that wait to become columns
_TEXT_HELD = MEGABYTE  # of added text that waits to be measured

CHANGE = np.dtype(
    [
        ("commit", "i4"),
        ("path", "i4"),
        ("status", "S1"),
        ("old_mode", "i4"),
        ("new_mode", "i4"),
        ("old", "V20"),
        ("new", "V20"),
        ("looked_at", "?"),
        ("declares", "i4"),
        ("hosts", "i4"),
    ]
)
"""A changed path: position of the commit, number of the path, sides, whether to look inside, and
the numbers of the list of packages that it comes to declare and of the hosts that its added lines
name (0: none). An added file that was moved has as `old` what it was, and no `old_mode`."""

_NOTED = np.dtype(
    [(name, MEASURES[name]) for name in MEASURES.names or () if name not in (TEXT.names or ())]
)
"""What is measured of a change, but for its text."""

_SUBMODULE = int(FileMode.COMMIT)  # an enumeration compares slowly
_NOTHING = bytes(20)
_EMPTY = Content(b"")

Written = tuple[str, str]
"""A name and address as written."""


@dataclass(frozen=True)
class Batch:
    """What some commits are and change."""

    facts: list[tuple]
    """Of each commit, as `FACTS` names them."""
    people: list[tuple[Written, Written]]
    """Author and committer of each commit."""
    paths: list[str]
    changes: np.ndarray
    """Of `CHANGE`, `path` being an index into `paths`."""
    merge_changes: np.ndarray
    """Likewise; `old` is that of the first parent."""
    merge_sides: list[tuple[Side, ...]]
    """For each of `merge_changes`, the distinct sides of its parents."""
    unreadable: int
    """Commits of which a tree is absent, damaged or beyond a bound."""


class Worker:
    """One process' open repository and what it has just read."""

    def __init__(self, path: str) -> None:
        self.store = Store(Path(path))
        self.trees = Trees(self.store)
        self.contents: OrderedDict[bytes, Content] = OrderedDict()
        self.content_held = 0
        self.tree_ids: dict[str, bytes] = {}
        self.declarations: dict[tuple[str, Side], frozenset[str]] = {}

    def commit(self, sha: str) -> bytes:
        """Give a commit's raw bytes; none if it cannot be read."""
        found = self.store.read(pygit2.Oid(hex=sha))
        return b"" if found is None else found[1]

    def tree(self, sha: str, data: bytes | None = None) -> bytes:
        """Give the id of a commit's tree, once read for all its children.

        Raises
        ------
        ValueError
            As `tree_of`.
        """
        if sha not in self.tree_ids:
            if len(self.tree_ids) >= _KEPT_COMMITS:
                self.tree_ids.clear()
            self.tree_ids[sha] = tree_of(self.commit(sha) if data is None else data)
        return self.tree_ids[sha]

    def content(self, mode: int, oid: bytes) -> Content | None:
        """Give a side, a submodule as git prints it; None if absent, damaged or too large."""
        if oid == _NOTHING:
            return _EMPTY
        if mode == _SUBMODULE:
            return Content(f"Subproject commit {oid.hex()}\n".encode())
        if (kept := self.contents.get(oid)) is not None:
            return kept
        found = self.store.blob(pygit2.Oid(raw=oid))
        if found is None:
            return None
        content = Content(*found)
        if len(content.data) <= _LARGEST_KEPT:
            self.contents[oid] = content
            self.content_held += len(content.data)
            while self.content_held > _CONTENT_KEPT or len(self.contents) > _KEPT_CONTENTS:
                self.content_held -= len(self.contents.popitem(last=False)[1].data)
        return content

    def declared(self, path: str, side: Side) -> frozenset[str]:
        """Give the packages that a side declares, once parsed for the next pair, too."""
        key = path, side
        if key not in self.declarations:
            if len(self.declarations) >= _KEPT_DECLARATIONS:
                self.declarations.clear()
            content = self.content(*(side or (0, _NOTHING)))
            names = frozenset() if content is None else declared(path, content.data)
            self.declarations[key] = names
        return self.declarations[key]


_at_work = threading.local()


def worker(path: str) -> Worker:
    """Give this thread's open repository, which stays open for the next piece of work."""
    opened = getattr(_at_work, "opened", None)
    if opened is None or opened[0] != path:
        opened = _at_work.opened = path, Worker(path)
    return opened[1]


def close_worker() -> None:
    """Forget this thread's repository: it may have changed when it is mined next."""
    _at_work.opened = None


def read_batch(path: str, commits: Sequence[tuple[int, str, tuple[str, ...]]]) -> Batch:
    """Parse commits and list the paths that they change.

    Parameters
    ----------
    path
        Git directory, checked by the parent process.
    commits
        Position, SHA and parents of each. One without parents is compared with the empty tree.
    """
    at_work = worker(path)
    numbers: dict[str, int] = {}
    facts, people, changes, merges = [], [], [], []
    tables = []
    unreadable = 0
    for position, sha, parents in commits:
        data = at_work.commit(sha)
        raw = parse_commit(data)
        facts.append(facts_of(raw))
        people.append(
            ((raw.author.name, raw.author.address), (raw.committer.name, raw.committer.address))
        )
        try:
            new = at_work.tree(sha, data)
            olds = [at_work.tree(parent) for parent in parents]
            if len(parents) < 2:
                changes += _changes(at_work, position, olds[0] if olds else None, new, numbers)
            else:
                merges += _merge_changes(at_work, position, olds, new, numbers)
            if len(changes) >= _CHANGES_HELD:
                tables.append(np.array(changes, CHANGE))
                changes = []
        except (UnreadableTree, ValueError):
            unreadable += 1
    return Batch(
        facts=facts,
        people=people,
        paths=list(numbers),
        changes=np.concatenate([*tables, np.array(changes, CHANGE)]),
        merge_changes=np.array([change for change, _ in merges], CHANGE),
        merge_sides=[sides for _, sides in merges],
        unreadable=unreadable,
    )


def _changes(
    at_work: Worker, position: int, old: bytes | None, new: bytes, numbers: dict
) -> list[tuple]:
    found = differences(at_work.trees, old, new)
    origins = moved_from(found)
    return [
        _change(
            position, path, sides, numbers,
            looked_at=rank < MEASURED_FILES, origin=origins.get(path, _NOTHING),
        )
        for rank, (path, *sides) in enumerate(found)
    ]  # fmt: skip


def _change(
    position: int,
    path: bytes,
    sides: Sequence[Side],
    numbers: dict,
    *,
    looked_at: bool,
    origin: bytes = _NOTHING,
) -> tuple:
    old, new = sides
    if old is None or new is None:
        status = b"A" if old is None else b"D"
    else:
        status = b"M" if old[0] & 0o170000 == new[0] & 0o170000 else b"T"
    number = numbers.setdefault(path.decode("utf-8", "backslashreplace"), len(numbers))
    old_mode, old_id = old or (0, origin)
    new_mode, new_id = new or (0, _NOTHING)
    return position, number, status, old_mode, new_mode, old_id, new_id, looked_at, 0, 0


def _merge_changes(
    at_work: Worker, position: int, parents: Sequence[bytes], merge: bytes, numbers: dict
) -> list[tuple[tuple, tuple[Side, ...]]]:
    found = []
    for rank, (path, new, olds) in enumerate(own_changes(at_work.trees, merge, parents)):
        looked_at = rank < MEASURED_FILES and len(olds) <= MEASURED_PARENTS
        row = _change(position, path, (olds[0], new), numbers, looked_at=looked_at)
        status = b"D" if new is None else b"A" if not any(olds) else b"M"
        row = *row[:2], status, *row[3:]
        found.append((row, tuple(dict.fromkeys(olds)) if looked_at else ()))
    return found


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
    old = _EMPTY if status == b"A" else at_work.content(old_mode, old_id)
    new = at_work.content(new_mode, new_id)
    size = _size(at_work.store, new, new_id)
    if old is None or new is None:
        measured.unknown(size, cut=size > LARGEST_BLOB)
    elif _is_binary(old) or _is_binary(new):
        measured.binary(size, new)
    else:
        difference = line_difference(old, new)
        if status == b"A" and old_id != _NOTHING and looked_at and difference is not None:
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
    befores = [at_work.content(*(side or (0, _NOTHING))) for side in sides]
    known = [before for before in befores if before is not None]
    size = _size(at_work.store, after, new_id)
    if after is None or len(known) < len(befores):
        measured.unknown(size, cut=not looked_at or size > LARGEST_BLOB)
    elif any(map(_is_binary, [after, *known])):
        measured.binary(size, after)
    else:
        measured.lines(size, added_by_all(known, after), looked_at=True)


Declaring = tuple[str, Side, tuple[Side, ...]]
"""A manifest that changed: its path, what it is now, and what it was before."""


def read_declarations(path: str, manifests: Sequence[Declaring]) -> list[str]:
    """List what changed manifests come to declare, by spaces; see `declared`."""
    at_work, lists = worker(path), []
    for name, new, olds in manifests:
        before = [at_work.declared(name, old) for old in olds]
        lists.append(" ".join(sorted(at_work.declared(name, new).difference(*before))))
    return lists


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
        for row, text in zip(self._text_rows, self._texts, strict=True):
            names = " ".join(hosts_in(text))
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
