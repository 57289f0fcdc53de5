"""Reads the subjects of a few commits for a local report; they are stored nowhere."""

from collections.abc import Iterable
from pathlib import Path

import pygit2

from .commits import parse_commit
from .repository import open_repository, read_object


def read_subjects(path: Path, shas: Iterable[str]) -> dict[str, str]:
    """Give the first line of each commit's message, shortened to 100 characters."""
    repository = open_repository(path)
    subjects = {}
    for sha in shas:
        found = read_object(repository, pygit2.Oid(hex=sha))
        if found is not None:
            lines = parse_commit(sha, found[1]).message.strip().splitlines()
            subjects[sha] = _printable(lines[0] if lines else "")
    return subjects


def _printable(line: str) -> str:
    """Drop control and invisible characters: a message must not steer a reader's terminal."""
    clean = "".join(c for c in line if c.isprintable())
    return clean if len(clean) <= 100 else clean[:99] + "…"
