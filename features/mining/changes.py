"""What each commit changes: paths by comparing trees, and packages declared. Runs in workers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .commits import facts_of, parse_commit
from .moves import moved_from
from .opened import NOTHING, Worker, worker
from .trees import Side, UnreadableTree, differences, own_changes

MEASURED_FILES = 5_000  # of a commit, whose content is looked at
MEASURED_PARENTS = 16  # of a merge, that its files are compared with
_CHANGES_HELD = 65_536  # that wait to become columns

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
            looked_at=rank < MEASURED_FILES, origin=origins.get(path, NOTHING),
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
    origin: bytes = NOTHING,
) -> tuple:
    old, new = sides
    if old is None or new is None:
        status = b"A" if old is None else b"D"
    else:
        status = b"M" if old[0] & 0o170000 == new[0] & 0o170000 else b"T"
    number = numbers.setdefault(path.decode("utf-8", "backslashreplace"), len(numbers))
    old_mode, old_id = old or (0, origin)
    new_mode, new_id = new or (0, NOTHING)
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


Declaring = tuple[str, Side, tuple[Side, ...]]
"""A manifest that changed: its path, what it is now, and what it was before."""


def read_declarations(path: str, manifests: Sequence[Declaring]) -> list[str]:
    """List what changed manifests come to declare, by spaces; see `declared`."""
    at_work, lists = worker(path), []
    for name, new, olds in manifests:
        before = [at_work.declared(name, old) for old in olds]
        lists.append(" ".join(sorted(at_work.declared(name, new).difference(*before))))
    return lists
