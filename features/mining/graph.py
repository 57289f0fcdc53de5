"""Walks the commit graph from raw objects and dates what it finds, whatever the clocks say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pygit2
from pygit2.enums import ObjectType

from ..errors import IncompleteRepository
from .bounds import Meter
from .commits import parents_and_time
from .store import Store

EARLIEST = 315_532_800  # 1980-01-01: no revision control data is older


@dataclass(frozen=True, slots=True)
class Node:
    """What the order of commits depends on."""

    parents: tuple[str, ...]
    time: int | None
    """Of the committer, in seconds since 1970 UTC."""


def walk(
    store: Store, tips: Iterable[str], known: Mapping[str, Node], meter: Meter
) -> tuple[dict[str, Node], int]:
    """Find every commit reachable from `tips`.

    Parameters
    ----------
    known
        Commits that need not be read, by SHA.

    Returns
    -------
    nodes
        By SHA, in no particular order.
    unreadable
        How many commits are referred to but absent or damaged.

    Raises
    ------
    LimitExceeded
    """
    nodes: dict[str, Node] = {}
    unreadable: set[str] = set()
    same: dict[str, str] = {}  # a commit's name is kept once, however many children have it
    pending = list(tips)
    while pending:
        sha = pending.pop()
        if sha in nodes or sha in unreadable:
            continue
        node = known.get(sha) or _read_node(store, sha)
        if node is None:
            unreadable.add(sha)
            continue
        parents = tuple([same.setdefault(parent, parent) for parent in node.parents])
        nodes[same.setdefault(sha, sha)] = Node(parents, node.time)
        pending.extend(parents)
        if len(nodes) % 10_000 == 0:
            meter.commits(len(nodes))
    meter.commits(len(nodes))
    return nodes, len(unreadable)


def _read_node(store: Store, sha: str) -> Node | None:
    try:
        found = store.read(pygit2.Oid(hex=sha))
    except ValueError:
        return None
    if found is None or found[0] != ObjectType.COMMIT:
        return None
    return Node(*parents_and_time(found[1]))


def known_times(nodes: Mapping[str, Node], latest: int) -> dict[str, int]:
    """Date each commit by when it can first have been known, ancestors never later.

    A commit's own clock may be wrong or forged; it cannot have existed before its parents. Its
    known time is its committer time, or its newest parent's known time if that is later. Times
    before 1980 or after `latest` count as absent.

    Returns
    -------
    Seconds since 1970 UTC by SHA, in an order in which parents precede children.

    Raises
    ------
    IncompleteRepository
        If a commit is its own ancestor, which only objects with false names can be.
    """
    times: dict[str, int] = {}
    for sha in _parents_first(nodes):
        node = nodes[sha]
        known = node.time if node.time is not None and EARLIEST <= node.time <= latest else EARLIEST
        for parent in node.parents:
            if (before := times.get(parent, EARLIEST)) > known:
                known = before
        times[sha] = known
    return times


def _parents_first(nodes: Mapping[str, Node]) -> Iterable[str]:
    done: set[str] = set()
    opened: set[str] = set()
    for start in nodes:
        stack = [start]
        while stack:
            sha = stack[-1]
            if sha in done:
                stack.pop()
                continue
            opened.add(sha)
            waiting = [p for p in nodes[sha].parents if p not in done and p in nodes]
            if not waiting:
                stack.pop()
                done.add(sha)
                yield sha
            elif opened.isdisjoint(waiting):
                stack.extend(waiting)
            else:
                raise IncompleteRepository(
                    f"commit {sha} is its own ancestor: objects have false names",
                    hint="clone again; `git fsck` tells which",
                )


@dataclass(frozen=True)
class Ordered:
    """Commits sorted by known time, parents first."""

    shas: list[str]
    parents: list[tuple[str, ...]]
    times: np.ndarray
    """Known time of each, in seconds since 1970 UTC; ascending."""

    def until(self, time: int) -> "Ordered":
        """Keep those that were known at a time."""
        kept = int(self.times.searchsorted(time, "right"))
        return Ordered(self.shas[:kept], self.parents[:kept], self.times[:kept])


def in_order(nodes: Mapping[str, Node], latest: int) -> Ordered:
    """Sort by known time, then by depth in the graph: parents first, whatever was walked first."""
    known = known_times(nodes, latest)
    depth: dict[str, int] = {}
    for sha in known:
        depth[sha] = 1 + max([depth.get(parent, 0) for parent in nodes[sha].parents], default=0)
    shas = list(known)
    times = np.fromiter(known.values(), np.int64, len(shas))
    depths = np.fromiter(depth.values(), np.int64, len(shas))
    order = np.lexsort((np.array(shas, "S"), depths, times))
    shas = [shas[i] for i in order]
    return Ordered(shas, [nodes[sha].parents for sha in shas], times[order])
