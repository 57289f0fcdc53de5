"""Reads the facts of a git repository; the only place that touches git."""

from .authors import commit_authors
from .bounds import Bounds
from .confined import mine_confined
from .mine import Written, mine, mine_into
from .remote import Reach, clone, is_url, local_repository, public_addresses, remote_state
from .subjects import read_subjects
from .text import measure_text
from .tips import reachable, roots, state, tip

__all__ = [
    "Bounds",
    "Reach",
    "Written",
    "clone",
    "commit_authors",
    "is_url",
    "local_repository",
    "measure_text",
    "mine",
    "mine_confined",
    "mine_into",
    "public_addresses",
    "reachable",
    "read_subjects",
    "remote_state",
    "roots",
    "state",
    "tip",
]
