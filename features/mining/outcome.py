"""What came of mining into a folder: light to import, as it goes from process to process."""

from dataclasses import dataclass

from ..coverage import Coverage


@dataclass(frozen=True)
class Outcome:
    """What was written."""

    commits: int
    changes: int
    read: int
    """Commits that were read; the others were there from an earlier run."""
    coverage: Coverage
