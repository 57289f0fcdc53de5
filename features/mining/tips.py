"""Where a history ends and where it began."""

import hashlib
from pathlib import Path

import numpy as np
import pygit2

from ..errors import SourceError
from .bounds import Bounds, Meter
from .commits import parents_and_time
from .graph import NOTHING, Graph, walk
from .repository import open_repository, resolve_tips
from .store import Store, store_of


def tip(path: Path, ref: str | None = None) -> tuple[str, int]:
    """Give the SHA and committer time (seconds since 1970 UTC) of a reference; HEAD if None.

    Raises
    ------
    SourceError
        If the repository cannot be read, or has no such commit.
    """
    repository = open_repository(path)
    sha = str(resolve_tips(repository, ref, all_refs=False)[0])
    found = store_of(repository).read(pygit2.Oid(hex=sha))
    time = None if found is None else parents_and_time(found[1])[1]
    if time is None:
        raise SourceError(f"commit {sha} of {path} has no date", hint="choose another")
    return sha, time


def roots(path: Path, ref: str) -> set[str]:
    """Give the SHAs of the commits without parents that a reference goes back to.

    Raises
    ------
    SourceError
        If the repository cannot be read.
    """
    graph = reached(path, ref)[1]
    return set(graph.names.texts(np.flatnonzero(graph.parents.counts == 0)))


def reachable(path: Path, ref: str) -> set[str]:
    """Give the SHAs of all commits that a reference goes back to, its own among them.

    Raises
    ------
    SourceError
        If the repository cannot be read, or has no such commit.
    """
    return set(reached(path, ref)[1].names.texts())


def reached(path: Path, ref: str | None) -> tuple[Store, Graph]:
    """Give a repository's objects, and the commits that a reference goes back to; HEAD if None.

    Raises
    ------
    SourceError
        If the repository cannot be read, or has no such commit.
    """
    repository = open_repository(path)
    store = store_of(repository)
    tips = [str(tip) for tip in resolve_tips(repository, ref, all_refs=False)]
    return store, walk(store, tips, NOTHING, Meter(str(path), Bounds())).graph


def state(path: Path) -> str:
    """Give 40 hexadecimal digits that change whenever any reference does.

    Raises
    ------
    SourceError
        If the repository cannot be read, or has no commit.
    """
    repository = open_repository(path)
    tips = sorted(str(tip) for tip in resolve_tips(repository, None, all_refs=True))
    return hashlib.sha256(" ".join(tips).encode()).hexdigest()[:40]
