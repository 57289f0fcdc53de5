"""What of a repository could not be read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Coverage:
    """What could not be read, so that nobody takes absence of evidence for evidence."""

    trees_unreadable: int = 0
    blobs_unreadable: int = 0
