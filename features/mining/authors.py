"""Reads who wrote each commit, and nothing else: addresses in plain text, never stored."""

import time as clock
from collections.abc import Iterator
from pathlib import Path

import pygit2

from ..windows import DAY
from .commits import parse_commit
from .graph import in_order
from .tips import reached


def commit_authors(path: Path, ref: str | None = None) -> Iterator[tuple[str, str, int]]:
    """Give root commits and authors' addresses: the SHA if a root, address and known time.

    Of all commits that a reference goes back to, HEAD if None; times in seconds since 1970 UTC.

    Raises
    ------
    SourceError
        If the repository cannot be read, or has no such commit.
    """
    store, graph = reached(path, ref)
    order = in_order(graph, latest=int(clock.time()) + DAY)
    counts = order.parents.counts.tolist()
    names = order.names.texts()
    for sha, parents, time in zip(names, counts, order.times.tolist(), strict=True):
        if (found := store.read(pygit2.Oid(hex=sha))) is not None:
            yield "" if parents else sha, parse_commit(found[1]).author.address, time
