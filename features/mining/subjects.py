"""Reads the subjects of a few commits for a local report; they are stored nowhere."""

from collections.abc import Iterable
from pathlib import Path

import pygit2

from ..wording import printable
from .commits import parse_commit
from .repository import open_repository
from .store import store_of


def read_subjects(path: Path, shas: Iterable[str]) -> dict[str, str]:
    """Give the first line of each commit's message, shortened to 100 characters."""
    repository = open_repository(path)
    subjects = {}
    for sha in shas:
        found = store_of(repository).read(pygit2.Oid(hex=sha))
        if found is not None:
            lines = parse_commit(found[1]).message.strip().splitlines()
            subjects[sha] = _shortened(lines[0] if lines else "")
    return subjects


def _shortened(line: str) -> str:
    clean = printable(line)
    return clean if len(clean) <= 100 else clean[:99] + "…"
