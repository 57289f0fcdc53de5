"""What every detector promises; `tests/models/test_detectors.py` holds each one to it."""

from typing import ClassVar, Protocol, Self, runtime_checkable

import numpy as np

from .extent import Comparisons
from .rows import Rows


class Detector(Protocol):
    """Gives each vector a number: the higher, the more anomalous.

    The same seed and rows give the same scores, in whatever order; saving and loading change
    nothing; the input is not written to; an unknown value counts as an ordinary one.
    """

    name: ClassVar[str]
    looks_back: ClassVar[bool]
    """Whether it needs `Rows.earlier`: then it can only judge contributors' windows."""
    watches: ClassVar[tuple[str, ...]]
    """Names of the features that it looks at; none if it looks at all, and so suits any level."""

    among: ClassVar[Comparisons]
    """Whom its scores are compared with."""

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Learn from rows. Needs the extra `train`."""
        ...

    def score(self, rows: Rows) -> np.ndarray:
        """Score n rows: n numbers."""
        ...

    def contributions(self, rows: Rows) -> np.ndarray:
        """Say how much each feature raises each score: n by d, 0 where it does not."""
        ...

    def tensors(self) -> dict[str, np.ndarray]:
        """Give all that was learned, as named arrays."""
        ...

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore what `tensors` gave."""
        ...


@runtime_checkable
class Foretelling(Protocol):
    """A detector that says what each figure should have been: explanations show it."""

    going_by: ClassVar[str]
    """What it foretells from, in words."""

    def expected(self, rows: Rows) -> np.ndarray:
        """Give the expected normal scores, n by d, 0 on the side that deserves no look."""
        ...


@runtime_checkable
class Tallying(Protocol):
    """A detector that counts what is rare: fitted without the most unusual rows it has nothing."""

    tallies: ClassVar[str]
    """What it counts, in words."""


def shown_to(detector: Detector | type[Detector], rows: Rows) -> Rows:
    """Give what a detector sees of rows: the features that are learned, or all if it counts."""
    return rows if isinstance(detector, Tallying) else rows.learned


def contributions(detector: Detector, rows: Rows) -> np.ndarray:
    """Give a detector's contributions of all features, n by d; 0 of those that it does not see."""
    seen = shown_to(detector, rows)
    parts = detector.contributions(seen)
    return parts if seen is rows else rows.laid_out(parts)
