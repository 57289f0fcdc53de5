"""Reads who wrote each commit, and nothing else: addresses in plain text, never stored."""

import time as clock
from collections.abc import Iterator
from pathlib import Path

import pygit2

from ..windows import DAY
from .bounds import Bounds, Meter
from .commits import parse_commit
from .graph import in_order, walk
from .repository import open_repository, resolve_tips
from .store import store_of


def commit_authors(path: Path, ref: str | None = None) -> Iterator[tuple[str, str, int]]:
    """Give root commits and authors' addresses: the SHA if a root, address and known time.

    Of all commits that a reference goes back to, HEAD if None; times in seconds since 1970 UTC.

    Raises
    ------
    SourceError
        If the repository cannot be read, or has no such commit.
    """
    repository = open_repository(path)
    store = store_of(repository)
    tips = [str(tip) for tip in resolve_tips(repository, ref, all_refs=False)]
    nodes, _ = walk(store, tips, {}, Meter(str(path), Bounds()))
    order, times = in_order(nodes, latest=int(clock.time()) + DAY)
    for sha in order:
        if (found := store.read(pygit2.Oid(hex=sha))) is not None:
            root = "" if nodes[sha].parents else sha
            yield root, parse_commit(found[1]).author.address, times[sha]
