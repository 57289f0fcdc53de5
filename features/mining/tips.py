"""Where a history ends and where it began."""

import hashlib
from pathlib import Path

import pygit2

from .bounds import Bounds, Meter
from .graph import walk
from .repository import open_repository, resolve_tips
from .store import open_store


def tip(path: Path, ref: str | None = None) -> tuple[str, int]:
    """Give the SHA and committer time (seconds since 1970 UTC) of a reference; HEAD if None.

    Raises
    ------
    SourceError
        If the repository cannot be read, or has no such commit.
    """
    repository = open_repository(path)
    commit = repository[resolve_tips(repository, ref, all_refs=False)[0]].peel(pygit2.Commit)
    return str(commit.id), commit.commit_time


def roots(path: Path, ref: str) -> set[str]:
    """Give the SHAs of the commits without parents that a reference goes back to.

    Raises
    ------
    SourceError
        If the repository cannot be read.
    """
    repository = open_repository(path)
    tips = [str(tip) for tip in resolve_tips(repository, ref, all_refs=False)]
    nodes, _ = walk(open_store(Path(repository.path)), tips, {}, Meter(str(path), Bounds()))
    return {sha for sha, node in nodes.items() if not node.parents}


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
