"""Reads the facts of a git repository; the only place that touches git.

What is here is loaded when it is first used: a process that has others do the work starts at once.
"""

from typing import TYPE_CHECKING

from ..lazy import loading

if TYPE_CHECKING:
    from .authors import commit_authors
    from .bounds import Bounds
    from .confined import mine_confined
    from .miner import mine, mine_into
    from .outcome import Outcome
    from .remote import Reach, clone, is_url, local_repository, public_addresses, remote_state
    from .subjects import read_subjects
    from .text import measure_text
    from .tips import reachable, roots, state, tip

__all__ = [
    "Bounds",
    "Outcome",
    "Reach",
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

__getattr__ = loading(
    __name__,
    {
        "Bounds": "bounds",
        "Outcome": "outcome",
        "Reach": "remote",
        "clone": "remote",
        "commit_authors": "authors",
        "is_url": "remote",
        "local_repository": "remote",
        "measure_text": "text",
        "mine": "miner",
        "mine_confined": "confined",
        "mine_into": "miner",
        "public_addresses": "remote",
        "reachable": "tips",
        "read_subjects": "subjects",
        "remote_state": "remote",
        "roots": "tips",
        "state": "tips",
        "tip": "tips",
    },
)
