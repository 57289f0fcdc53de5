"""Walks the commit graph from raw objects and dates what it finds, whatever the clocks say."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pygit2
from pygit2.enums import ObjectType

from ..errors import IncompleteRepository
from .bounds import Meter
from .commits import parents_and_time
from .names import LENGTH, Names, Seen, binary
from .store import Store

EARLIEST = 315_532_800  # 1980-01-01: no revision control data is older

NO_TIME = np.iinfo(np.int64).min
ABSENT = -1
NO_NAME = bytes(LENGTH)
"""Stands for a parent whose name is none; no object is called so."""


@dataclass(frozen=True)
class Parents:
    """The parents of n commits in two arrays, first parents first: some 10 bytes a commit."""

    starts: np.ndarray
    """n + 1 places in `numbers`: those of commit i are from the i-th to the one after it."""
    numbers: np.ndarray
    """Of the parents; −1 for one that is absent or damaged."""

    @classmethod
    def of(cls, counts: np.ndarray, numbers: np.ndarray) -> "Parents":
        """Put together what n commits have: how many, and which."""
        return cls(np.r_[0, np.cumsum(counts)], numbers.astype(np.int32))

    @property
    def counts(self) -> np.ndarray:
        """Number of parents of each commit."""
        return np.diff(self.starts)

    def where(self, order: np.ndarray, number: np.ndarray) -> "Parents":
        """Take some commits, in an order, under other numbers.

        Parameters
        ----------
        order
            Commits to take.
        number
            The new number of each old one.
        """
        counts = self.counts[order]
        starts = np.r_[0, np.cumsum(counts)]
        at = np.repeat(self.starts[order] - starts[:-1], counts) + np.arange(starts[-1])
        old = self.numbers[at]
        return Parents(starts, np.where(old == ABSENT, ABSENT, number[old]).astype(np.int32))

    def children(self) -> "Parents":
        """Turn every edge round."""
        every = np.repeat(np.arange(len(self.starts) - 1), self.counts)
        there = self.numbers != ABSENT
        counts = np.bincount(self.numbers[there], minlength=len(self.starts) - 1)
        order = np.argsort(self.numbers[there], kind="stable")
        return Parents.of(counts, every[there][order])


@dataclass(frozen=True)
class Graph:
    """Commits by number, and what their order depends on."""

    names: Names
    parents: Parents
    times: np.ndarray
    """Of the committers, in seconds since 1970 UTC; `NO_TIME` where there is none."""

    def __len__(self) -> int:
        return len(self.names)


NOTHING = Graph(
    Names.of([]), Parents(np.zeros(1, np.int64), np.empty(0, np.int32)), np.empty(0, np.int64)
)


@dataclass(frozen=True)
class Walk:
    """What can be reached from some tips."""

    graph: Graph
    known: np.ndarray
    """Number of each commit in the graph that was known before; −1 for new ones."""
    unreadable: int
    """How many commits are referred to but absent or damaged."""


def walk(store: Store, tips: Iterable[str], known: Graph, meter: Meter) -> Walk:
    """Find every commit reachable from `tips`.

    Parameters
    ----------
    known
        Commits that need not be read, parents before children, with all that these come from.

    Raises
    ------
    LimitExceeded
    """
    seen = Seen()
    new, above = bytearray(), bytearray()
    counts, times = array("i"), array("q")
    met = bytearray(len(known))
    unreadable: set[bytes] = set()
    pending = [bytes.fromhex(tip) for tip in tips]
    while pending:
        name = pending.pop()
        if name in seen or name in unreadable:
            continue
        if len(known) and (at := known.names.places(Names.of([name]))[0]) != ABSENT:
            met[at] = True
            continue
        node = _read_node(store, name)
        if node is None:
            unreadable.add(name)
            continue
        parents, time = node
        seen.add(name)
        new += name
        counts.append(len(parents))
        times.append(NO_TIME if time is None else time)
        for parent in parents:
            above += parent
        pending += parents
        if len(counts) % 10_000 == 0:
            meter.commits(len(counts))
    del seen
    names = known.names.and_then(Names.within(new))
    kept = np.flatnonzero(_reached(known, met))
    meter.commits(len(kept) + len(counts))
    numbers = names.places(Names.within(above))
    every = Graph(
        names,
        Parents.of(
            np.r_[known.parents.counts, np.array(counts)],
            np.r_[known.parents.numbers, numbers],
        ),
        np.r_[known.times, np.array(times)],
    )
    known_as = np.r_[np.arange(len(known), dtype=np.int32), np.full(len(counts), ABSENT, np.int32)]
    if len(kept) < len(known):
        taken = np.r_[kept, np.arange(len(known), len(every))]
        every, known_as = _taken(every, taken), known_as[taken]
    return Walk(every, known_as, len(unreadable))


def _reached(known: Graph, met: bytearray) -> np.ndarray:
    """Tell which known commits are those met, or what these come from."""
    starts, numbers = known.parents.starts.tolist(), known.parents.numbers.tolist()
    for at in range(len(known) - 1, -1, -1):
        if met[at]:
            for parent in numbers[starts[at] : starts[at + 1]]:
                met[parent] = True
    return np.frombuffer(met, bool)


def _taken(graph: Graph, order: np.ndarray) -> Graph:
    number = np.full(len(graph), ABSENT, np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    return Graph(graph.names.take(order), graph.parents.where(order, number), graph.times[order])


def _read_node(store: Store, name: bytes) -> tuple[list[bytes], int | None] | None:
    """Give parents and time of a commit; a parent's name that can be none becomes another such."""
    try:
        found = store.read(pygit2.Oid(raw=name))
    except ValueError:
        return None
    if found is None or found[0] != ObjectType.COMMIT:
        return None
    parents, time = parents_and_time(found[1])
    return [binary(parent) or NO_NAME for parent in parents], time


@dataclass(frozen=True)
class Ordered:
    """Commits sorted by known time, parents first."""

    names: Names
    parents: Parents
    """By position."""
    times: np.ndarray
    """Known time of each, in seconds since 1970 UTC; ascending."""
    numbers: np.ndarray
    """Of each, in the graph that was put in order."""

    def __len__(self) -> int:
        return len(self.names)

    def parents_of(self, positions: np.ndarray) -> list[tuple[str, ...]]:
        """Give the names of some commits' parents, none of which is absent."""
        starts, ends = (self.parents.starts[positions + i] for i in (0, 1))
        counts = ends - starts
        at = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        texts = iter(self.names.texts(self.parents.numbers[at]))
        return [tuple(islice(texts, count)) for count in counts.tolist()]

    def line_before(self, name: str, kept: int) -> str:
        """Give the newest of a commit, its first parent and so on, among the first `kept`.

        Empty if there is none, or no such commit.
        """
        at = int(self.names.places(Names.of([bytes.fromhex(name)]))[0]) if name else ABSENT
        while at >= kept:
            start, end = self.parents.starts[at : at + 2]
            at = int(self.parents.numbers[start]) if start < end else ABSENT
        return self.names[at] if at != ABSENT else ""

    def until(self, time: int) -> "Ordered":
        """Keep those that were known at a time."""
        kept = int(self.times.searchsorted(time, "right"))
        starts = self.parents.starts[: kept + 1]
        parents = Parents(starts, self.parents.numbers[: starts[-1]])
        return Ordered(
            Names(self.names.rows[:kept]), parents, self.times[:kept], self.numbers[:kept]
        )


def in_order(graph: Graph, latest: int) -> Ordered:
    """Sort by known time, then by depth in the graph: parents first, whatever was walked first.

    A commit's own clock may be wrong or forged; it cannot have existed before its parents. Its
    known time is its committer time, or its newest parent's known time if that is later. Times
    before 1980 or after `latest` count as absent.

    Raises
    ------
    IncompleteRepository
        If a commit is its own ancestor, which only objects with false names can be.
    """
    times, depths = _known_times(graph, latest)
    order = np.lexsort((depths, times))
    _sort_ties(order, times, depths, graph.names)
    taken = _taken(graph, order)
    return Ordered(taken.names, taken.parents, times[order], order)


def _known_times(graph: Graph, latest: int) -> tuple[np.ndarray, np.ndarray]:
    """Give known times, and the longest way from each commit to a root."""
    plausible = (graph.times >= EARLIEST) & (graph.times <= latest)
    known = _numbers(np.where(plausible, graph.times, EARLIEST))
    depth = array("q", [1]) * len(graph)
    children = graph.parents.children()
    starts, below = _numbers(children.starts), _numbers(children.numbers)
    waits = np.bincount(children.numbers, minlength=len(graph))
    waiting = _numbers(waits)
    ready = _numbers(np.flatnonzero(waits == 0))
    for number in ready:  # grows on the way
        time, deep = known[number], depth[number] + 1
        for child in below[starts[number] : starts[number + 1]]:
            if known[child] < time:
                known[child] = time
            if depth[child] < deep:
                depth[child] = deep
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    if len(ready) < len(graph):
        sha = graph.names[_in_a_circle(graph.parents, np.array(waiting) > 0)]
        raise IncompleteRepository(
            f"commit {sha} is its own ancestor: objects have false names",
            hint="clone again; `git fsck` tells which",
        )
    return np.array(known), np.array(depth)


def _numbers(of: np.ndarray) -> "array[int]":
    """Give whole numbers in a form that is small and read one by one faster than numpy's."""
    return array("q", of.astype(np.int64).tobytes())


def _in_a_circle(parents: Parents, waiting: np.ndarray) -> int:
    """Find a commit that is its own ancestor, going up from one that waits for such."""
    passed: set[int] = set()
    at = int(np.flatnonzero(waiting)[0])
    while at not in passed:
        passed.add(at)
        above = parents.numbers[parents.starts[at] : parents.starts[at + 1]]
        at = int(next(parent for parent in above if parent != ABSENT and waiting[parent]))
    return at


def _sort_ties(order: np.ndarray, times: np.ndarray, depths: np.ndarray, names: Names) -> None:
    """Sort by name what is known at the same time and lies at the same depth."""
    time, depth = times[order], depths[order]
    ties = np.r_[False, (time[1:] == time[:-1]) & (depth[1:] == depth[:-1]), False]
    edges = np.flatnonzero(np.diff(ties.astype(np.int8)))
    for start, end in edges.reshape(-1, 2).tolist():
        order[start : end + 1] = sorted(order[start : end + 1].tolist(), key=names.__getitem__)
