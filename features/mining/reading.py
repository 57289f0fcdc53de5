"""Reads what is new of a history in pieces that several processes share, and puts it together."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..manifests import form_of
from .bounds import Meter
from .changes import CHANGE, Written, read_batch, read_declarations
from .content import MEASURES
from .earlier import Earlier
from .graph import Ordered
from .measuring import Measuring, measure_changes
from .scratch import Scratch, among, release, scattered, shown
from .tables import FACT, ChangeTable, Numbers, facts_of_commits, joined, no_texts
from .trees import Side
from .workers import Share

Progress = Callable[[str, float], None]
"""Called with a stage's name and the share of it that is done."""

CHUNK = 256  # changes in one call of a worker; commits, at least
LONGEST_STRETCH = 4_096  # commits in one call: neighbours share most trees, which a worker keeps
STRETCHES = 32  # calls that commits are spread over, if they are enough
SHARED = 8  # calls that little is spread over, so that all processes have some of it
SORTED = 4_000_000  # changes that are put in order at once
FACTS_HELD = 8_192  # commits whose facts wait to become columns


@dataclass(frozen=True)
class Read:
    """What the objects say, by position in the order of commits."""

    people: list[tuple[Written, Written]]
    """Author and committer of the commits that were read in this run, in their order."""
    facts: np.ndarray
    """Of `FACT`."""
    identities: np.ndarray
    """Numbers of author and committer, of the commits that were not."""
    texts: Numbers
    changes: ChangeTable
    merge_changes: ChangeTable
    unreadable: int


def read_objects(
    share: Share,
    meter: Meter,
    report: Progress,
    order: Ordered,
    new: np.ndarray,
    earlier: Earlier | None,
    where: np.ndarray,
    scratch: Scratch,
) -> Read:
    """Read what is new, and put it to what an earlier run had read.

    Parameters
    ----------
    share
        A map over pieces of work.
    order
        All commits.
    new
        Positions of those to read, ascending.
    earlier
        What an earlier run wrote.
    where
        Position of each of its commits, −1 for those that are not reused.

    Raises
    ------
    LimitExceeded
    ConfigurationError
        If `scratch` has no room left.
    """
    known = no_texts() if earlier is None else earlier.texts
    texts = {name: dict(numbers) for name, numbers in known.items()}
    gathered = _gathered(share, order, new, texts["path"], meter, report, scratch)
    changes, merge_changes = _measured(
        share, gathered, len(texts["path"]), texts["hosts"], report, scratch
    )
    manifests = {number: path for path, number in texts["path"].items() if form_of(path)}
    rows, sides = gathered.changes, gathered.merge_sides
    _declare(
        share,
        rows,
        lambda index: [(side,) for side in rows[index][["old_mode", "old"]].tolist()],
        manifests,
        texts["declares"],
    )
    _declare(
        share,
        gathered.merge_changes,
        lambda index: [sides[i] for i in index.tolist()],
        manifests,
        texts["declares"],
    )
    facts = gathered.facts
    identities = np.zeros((len(order), 2), dtype=np.int32)
    if earlier is not None:
        kept = where >= 0
        identities[where[kept]] = earlier.people[kept]
        facts = scattered(
            [(facts, new.__getitem__), (earlier.facts, where.__getitem__)], len(order), scratch
        )
        changes = joined(earlier.changes, where, changes, len(order), scratch)
        merge_changes = joined(earlier.merge_changes, where, merge_changes, len(order), scratch)
    return Read(
        people=gathered.people,
        facts=facts,
        identities=identities,
        texts=texts,
        changes=changes,
        merge_changes=merge_changes,
        unreadable=gathered.unreadable,
    )


@dataclass(frozen=True)
class _Gathered:
    """What the batches of all commits say, put together."""

    facts: np.ndarray
    people: list[tuple[Written, Written]]
    changes: np.ndarray
    merge_changes: np.ndarray
    merge_sides: list[tuple[Side, ...]]
    unreadable: int


def _gathered(
    share: Share,
    order: Ordered,
    new: np.ndarray,
    numbers: dict[str, int],
    meter: Meter,
    report: Progress,
    scratch: Scratch,
) -> _Gathered:
    """Put the batches of all commits into one, paths numbered by `numbers`.

    What Python objects would hold of each commit becomes columns every few thousand commits.
    """
    waiting, people, sides, unreadable, total = [], [], [], 0, 0
    met: dict[tuple[Written, Written], tuple[Written, Written]] = {}
    stretch = max(_piece(len(new)), min(len(new) // STRETCHES, LONGEST_STRETCH))
    work = (
        list(zip(piece.tolist(), order.names.texts(piece), order.parents_of(piece), strict=True))
        for piece in _pieces(new, stretch)
    )
    with (
        scratch.spool(FACT) as facts,
        scratch.spool(CHANGE) as changes,
        scratch.spool(CHANGE) as merges,
    ):
        for batch in share(read_batch, work):
            waiting += batch.facts
            if len(waiting) >= FACTS_HELD:
                facts.add(facts_of_commits(waiting))
                waiting = []
            people += [met.setdefault(pair, pair) for pair in batch.people]
            sides += batch.merge_sides
            unreadable += batch.unreadable
            known = np.array([numbers.setdefault(path, len(numbers)) for path in batch.paths], "i4")
            for rows, every in ((batch.changes, changes), (batch.merge_changes, merges)):
                if len(rows):
                    rows["path"] = known[rows["path"]]
                    every.add(rows)
            total += len(batch.changes)
            meter.changes(total)
            report("paths", len(people) / len(new))
        facts.add(facts_of_commits(waiting))
        return _Gathered(
            facts=facts.rows(),
            people=people,
            changes=changes.rows(),
            merge_changes=merges.rows(),
            merge_sides=sides,
            unreadable=unreadable,
        )


def _measured(
    share: Share,
    gathered: _Gathered,
    paths: int,
    hosts: dict[str, int],
    report: Progress,
    scratch: Scratch,
) -> tuple[ChangeTable, ChangeTable]:
    """Measure what commits change and what merges change themselves, each path's history in turn.

    Both have much in common that is then read once.

    Parameters
    ----------
    paths
        How many there are.
    hosts
        Gains the lists of hosts that it lacks.
    """
    changes, merges = gathered.changes, gathered.merge_changes
    both = changes, merges
    measures = [scratch.empty(len(rows), MEASURES) for rows in both]
    waiting: deque[np.ndarray] = deque()

    def work_of(index: np.ndarray) -> Measuring:
        waiting.append(index)
        own = index >= len(changes)
        rows = np.empty(len(index), CHANGE)
        rows[~own], rows[own] = changes[index[~own]], merges[index[own] - len(changes)]
        release(*both)
        at = np.flatnonzero(own).tolist()
        return rows, {i: gathered.merge_sides[index[i] - len(changes)] for i in at}

    done, every = 0, len(changes) + len(merges)
    for part in share(measure_changes, map(work_of, _path_by_path(*both, paths))):
        index = waiting.popleft()
        own = index >= len(changes)
        named = np.array([hosts.setdefault(names, len(hosts)) for names in part.lists])[part.hosts]
        for rows, found, at, taken in (
            (changes, measures[0], index[~own], ~own),
            (merges, measures[1], index[own] - len(changes), own),
        ):
            found[at], rows["hosts"][at] = part.measures[taken], named[taken]
        done += len(index)
        release(*both, *measures)
        report("lines", done / every)
    return ChangeTable(changes, measures[0]), ChangeTable(merges, measures[1])


def _path_by_path(changes: np.ndarray, merges: np.ndarray, paths: int) -> Iterator[np.ndarray]:
    """Give the indices of all rows in pieces, each path's in turn, by the position of the commit.

    Rows of `merges` are numbered on from those of `changes`. No more are put in order at once than
    `SORTED`, unless one path has more.
    """
    every = (0, changes), (len(changes), merges)
    held = np.zeros(paths, np.int64)
    for _, rows in every:
        for _, part in shown(rows):
            held += np.bincount(part["path"], minlength=paths)
    turn = (np.cumsum(held) - held) // SORTED
    for now in np.unique(turn[held > 0]).tolist():
        index, path, commit = [], [], []
        for before, rows in every:
            for start, part in shown(rows):
                mine = np.flatnonzero(turn[part["path"]] == now)
                index.append(before + start + mine)
                path.append(part["path"][mine])
                commit.append(part["commit"][mine])
        order = np.lexsort((np.concatenate(commit), np.concatenate(path)))
        yield from _pieces(np.concatenate(index)[order])


def _declare(
    share: Share,
    changes: np.ndarray,
    befores_of: Callable[[np.ndarray], Sequence[tuple[Side, ...]]],
    manifests: dict[int, str],
    declarations: dict[str, int],
) -> None:
    """Fill in what changed manifests come to declare.

    Parameters
    ----------
    befores_of
        Gives the sides before the changes of some indices.
    manifests
        Paths by their numbers.
    declarations
        Gains the lists that it lacks.
    """
    found = among(changes, "path", list(manifests))
    rows = changes[found]
    found = found[np.lexsort((rows["commit"], rows["path"]))]
    found = found[changes["looked_at"][found]]
    work = [
        (manifests[path], (mode, oid), befores)
        for (path, mode, oid), befores in zip(
            changes[found][["path", "new_mode", "new"]].tolist(), befores_of(found), strict=True
        )
    ]
    lists = (names for part in share(read_declarations, _pieces(work)) for names in part)
    changes["declares"][found] = [
        declarations.setdefault(names, len(declarations)) for names in lists
    ]


def _piece(items: int) -> int:
    return max(1, min(CHUNK, items // SHARED))


def _pieces(items: Any, size: int | None = None) -> Iterator:
    size = size or _piece(len(items))
    for start in range(0, len(items), size):
        yield items[start : start + size]
