"""Compares trees, from their raw bytes: what a commit changes, and what a merge itself changes."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence

import pygit2
from pygit2.enums import ObjectType

from .entries import Entry, MalformedTree, differing, entry_of, parsed
from .store import Store

DEEPEST = 256  # folders within folders; git itself stops at 2,048
LONGEST_PATH = 4_096  # bytes, as Linux has it
MOST_PATHS = 500_000  # changed by one commit, and folders looked into for it
TREES_KEPT = 2_048

DIRECTORY = 0o040000

Side = tuple[int, bytes] | None
"""Mode and object id (20 bytes) of a path; None where there is none."""


class UnreadableTree(Exception):
    """A tree is absent, malformed or beyond a bound; never leaves mining."""


class Trees:
    """Reads trees and keeps the latest: a commit's tree is mostly its parent's."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.visited = 0
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()

    def read(self, oid: bytes) -> bytes:
        """Give a tree's raw bytes."""
        found = self._store.read(pygit2.Oid(raw=oid))
        if found is None or found[0] != ObjectType.TREE:
            raise UnreadableTree(oid.hex())
        return found[1]

    def entries(self, oid: bytes | None) -> list[Entry]:
        """Give all entries; none for an absent tree."""
        return [] if oid is None else _parsed(self.read(oid))

    def differing(self, old: bytes | None, new: bytes | None) -> tuple[list[Entry], list[Entry]]:
        """Give the entries of two trees, most of those left out that they share."""
        if old is None or new is None:
            return self.entries(old), self.entries(new)
        before, kept = self._checked(old), self._kept.get(new)
        after = self.read(new) if kept is None else kept
        try:
            removed, added = differing(before, after)
        except MalformedTree as error:
            raise UnreadableTree(new.hex()) from error
        if kept is None:
            self._keep(new, after)
        return removed, added

    def side(self, oid: bytes | None, name: bytes) -> Side:
        """Give what a tree has under a name."""
        if oid is None:
            return None
        found = entry_of(self._checked(oid), name)
        return None if found is None else _side(*found)

    def _checked(self, oid: bytes) -> bytes:
        """Give a tree of which all entries are well-formed."""
        if (kept := self._kept.get(oid)) is not None:
            return kept
        raw = self.read(oid)
        _parsed(raw)
        return self._keep(oid, raw)

    def _keep(self, oid: bytes, raw: bytes) -> bytes:
        self._kept[oid] = raw
        if len(self._kept) > TREES_KEPT:
            self._kept.popitem(last=False)
        return raw


def _parsed(raw: bytes) -> list[Entry]:
    try:
        return parsed(raw)
    except MalformedTree as error:
        raise UnreadableTree("malformed") from error


Difference = tuple[bytes, Side, Side]
"""Path, old side, new side."""


def differences(trees: Trees, old: bytes | None, new: bytes | None) -> list[Difference]:
    """List the paths that differ between two trees (20-byte ids; None for the empty tree).

    Modes are reduced to those that git knows. Sorted by path, bytes compared.

    Raises
    ------
    UnreadableTree
        If a tree is absent, malformed, too deep, or more than `MOST_PATHS` paths differ.
    """
    trees.visited = 0
    found: list[Difference] = []
    for difference in _differences(trees, old, new, b"", 0):
        found.append(difference)
        if len(found) > MOST_PATHS:
            raise UnreadableTree("too many paths")
    return sorted(found)


def _differences(
    trees: Trees, old: bytes | None, new: bytes | None, folder: bytes, depth: int
) -> Iterator[Difference]:
    _within_bounds(trees, folder, depth)
    for name, (one, other) in _differing_sides(trees, old, new).items():
        path = folder + name
        below, files = (_tree(one), _tree(other)), (_file(one), _file(other))
        if below != (None, None):
            yield from _differences(trees, *below, path + b"/", depth + 1)
        if files != (None, None):
            yield path, *files


def _differing_sides(
    trees: Trees, old: bytes | None, new: bytes | None
) -> dict[bytes, tuple[Side, Side]]:
    """Give old and new side of each name that differs between two folders."""
    one, other = map(set, trees.differing(old, new))
    olds = {name: _side(mode, oid) for mode, name, oid in one - other}
    news = {name: _side(mode, oid) for mode, name, oid in other - one}
    return {
        name: sides
        for name in olds.keys() | news.keys()
        if (sides := (olds.get(name), news.get(name)))[0] != sides[1]
    }


def own_changes(trees: Trees, new: bytes, parents: Sequence[bytes]) -> list[tuple]:
    """List the paths of a merge that differ from every parent, as `git diff-tree -c` does.

    Returns
    -------
    Path, new side, and the side of each parent; sorted by path.

    Raises
    ------
    UnreadableTree
        As `differences`.
    """
    trees.visited = 0
    found = []
    for change in _own_changes(trees, new, parents, b"", 0):
        found.append(change)
        if len(found) > MOST_PATHS:
            raise UnreadableTree("too many paths")
    return sorted(found, key=lambda change: change[0])


def _own_changes(
    trees: Trees, new: bytes | None, parents: Sequence[bytes | None], folder: bytes, depth: int
) -> Iterator[tuple]:
    _within_bounds(trees, folder, depth)
    first, *rest = parents
    sides = _differing_sides(trees, first, new)
    for name, (one, side) in sides.items():
        others = [one]
        for parent in rest:
            others.append(trees.side(parent, name))
            if others[-1] == side:
                break
        else:
            path, below = folder + name, [_tree(other) for other in others]
            if _tree(side) is not None or all(tree is not None for tree in below):
                yield from _own_changes(trees, _tree(side), below, path + b"/", depth + 1)
            files = [_file(other) for other in others]
            if all(other != _file(side) for other in files):
                yield path, _file(side), files


def _within_bounds(trees: Trees, folder: bytes, depth: int) -> None:
    trees.visited += 1
    if depth > DEEPEST or len(folder) > LONGEST_PATH:
        raise UnreadableTree("too deep")
    if trees.visited > MOST_PATHS:
        raise UnreadableTree("too many folders")


def _side(mode: bytes, oid: bytes) -> tuple[int, bytes]:
    """Reduce a regular file's mode to the two that git knows (canon_mode in its cache.h)."""
    bits = int(mode, 8)
    if bits & 0o170000 == 0o100000:
        bits = 0o100755 if bits & 0o100 else 0o100644
    return bits, oid


def _tree(side: Side) -> bytes | None:
    return side[1] if side is not None and side[0] == DIRECTORY else None


def _file(side: Side) -> Side:
    return None if side is not None and side[0] == DIRECTORY else side
