"""Reads what is new of a history in pieces that several processes share, and puts it together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..history import Rows
from ..manifests import form_of
from .bounds import Meter
from .changes import (
    CHANGE,
    Written,
    measure_changes,
    measure_merges,
    read_batch,
    read_declarations,
)
from .commits import FACTS
from .content import MEASURES
from .earlier import Earlier
from .graph import Ordered
from .tables import ChangeTable, facts_columns, joined
from .trees import Side
from .workers import Share

Progress = Callable[[str, float], None]
"""Called with a stage's name and the share of it that is done."""

CHUNK = 256  # changes in one call of a worker; commits, at least
LONGEST_STRETCH = 4_096  # commits in one call: neighbours share most trees, which a worker keeps
STRETCHES = 32  # calls that commits are spread over, if they are enough
FACTS_HELD = 8_192  # commits whose facts wait to become columns


@dataclass(frozen=True)
class Read:
    """What the objects say, by position in the order of commits."""

    people: list[tuple[Written, Written]]
    """Author and committer of the commits that were read in this run, in their order."""
    facts: Rows
    """Of `FACTS`."""
    identities: np.ndarray
    """Numbers of author and committer, of the commits that were not."""
    numbers: dict[str, int]
    """Of paths."""
    declarations: dict[str, int]
    """Of lists of packages."""
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
    """
    numbers = {} if earlier is None else dict(earlier.numbers)
    gathered = _gathered(share, order, new, numbers, meter, report)
    rows, merges, sides = gathered.changes, gathered.merge_changes, gathered.merge_sides
    merge_changes = _measured(
        share,
        measure_merges,
        merges,
        lambda index: (merges[index], [sides[i] for i in index.tolist()]),
        lambda stage, done: None,
    )
    changes = _measured(share, measure_changes, rows, lambda index: rows[index], report)
    declarations = {"": 0} if earlier is None else dict(earlier.declarations)
    manifests = {number: path for path, number in numbers.items() if form_of(path)}
    _declare(
        share,
        rows,
        lambda index: [(side,) for side in rows[index][["old_mode", "old"]].tolist()],
        manifests,
        declarations,
    )
    _declare(
        share,
        merges,
        lambda index: [sides[i] for i in index.tolist()],
        manifests,
        declarations,
    )
    facts = gathered.facts
    identities = np.zeros((len(order), 2), dtype=np.int32)
    if earlier is not None:
        kept = where >= 0
        identities[where[kept]] = earlier.people[kept]
        for name, fresh in facts.items():
            column = np.empty(len(order), fresh.dtype)
            column[new], column[where[kept]] = fresh, earlier.facts[name][kept]
            facts[name] = column
        changes = joined(earlier.changes.moved(where), changes)
        merge_changes = joined(earlier.merge_changes.moved(where), merge_changes)
    return Read(
        people=gathered.people,
        facts=facts,
        identities=identities,
        numbers=numbers,
        declarations=declarations,
        changes=changes,
        merge_changes=merge_changes,
        unreadable=gathered.unreadable,
    )


@dataclass(frozen=True)
class _Gathered:
    """What the batches of all commits say, put together."""

    facts: Rows
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
) -> _Gathered:
    """Put the batches of all commits into one, paths numbered by `numbers`.

    What Python objects would hold of each commit becomes columns every few thousand commits.
    """
    facts, parts, people, sides, unreadable, total = [], [], [], [], 0, 0
    met: dict[tuple[Written, Written], tuple[Written, Written]] = {}
    changes, merges = [np.empty(0, CHANGE)], [np.empty(0, CHANGE)]
    stretch = min(max(CHUNK, len(new) // STRETCHES), LONGEST_STRETCH)
    work = (
        [(i, order.shas[i], order.parents_of(i)) for i in piece.tolist()]
        for piece in _pieces(new, stretch)
    )
    for batch in share(read_batch, work):
        facts += batch.facts
        if len(facts) >= FACTS_HELD:
            parts.append(facts_columns(facts))
            facts = []
        people += [met.setdefault(pair, pair) for pair in batch.people]
        sides += batch.merge_sides
        unreadable += batch.unreadable
        number = np.array([numbers.setdefault(path, len(numbers)) for path in batch.paths], "i4")
        for rows, every in ((batch.changes, changes), (batch.merge_changes, merges)):
            if len(rows):
                rows["path"] = number[rows["path"]]
                every.append(rows)
        total += len(batch.changes)
        meter.changes(total)
        report("paths", len(people) / len(new))
    parts.append(facts_columns(facts))
    return _Gathered(
        facts={name: np.concatenate([part[name] for part in parts]) for name in FACTS},
        people=people,
        changes=np.concatenate(changes),
        merge_changes=np.concatenate(merges),
        merge_sides=sides,
        unreadable=unreadable,
    )


def _measured(
    share: Share,
    measure: Callable,
    changes: np.ndarray,
    work_of: Callable[[np.ndarray], Any],
    report: Progress,
) -> ChangeTable:
    """Measure all changes, each path's history in turn.

    Parameters
    ----------
    measure
        What a worker is to do.
    work_of
        Gives it what belongs to the changes of some indices.
    """
    order = np.lexsort((changes["commit"], changes["path"]))
    measures = np.empty(len(changes), MEASURES)
    done = 0
    for part in share(measure, map(work_of, _pieces(order))):
        measures[order[done : done + len(part)]] = part
        done += len(part)
        report("lines", done / len(order))
    return ChangeTable(changes, measures)


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
    found = np.flatnonzero(np.isin(changes["path"], list(manifests)) & changes["looked_at"])
    found = found[np.lexsort((changes["commit"][found], changes["path"][found]))]
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


def _pieces(items: Any, size: int = CHUNK) -> Iterator:
    for start in range(0, len(items), size):
        yield items[start : start + size]
