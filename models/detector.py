"""What every detector promises; `tests/models/test_detectors.py` holds each one to it."""

from typing import ClassVar, Protocol, Self

import numpy as np

from ..features.feature import Feature
from .reference import Reference


class Detector(Protocol):
    """Gives each vector a number: the higher, the more anomalous.

    The same seed and rows give the same scores, in whatever order; saving and loading change
    nothing; the input is not written to; an unknown value counts as an ordinary one.
    """

    name: ClassVar[str]

    @classmethod
    def fit(
        cls, values: np.ndarray, features: tuple[Feature, ...], reference: Reference, seed: int
    ) -> Self:
        """Learn from vectors, n by d, NaN where unknown, in the order of `features`."""
        ...

    def score(self, values: np.ndarray) -> np.ndarray:
        """Score vectors, n by d: n numbers."""
        ...

    def contributions(self, values: np.ndarray) -> np.ndarray:
        """Say how much each feature raises each score: n by d, 0 where it does not."""
        ...

    def tensors(self) -> dict[str, np.ndarray]:
        """Give all that was learned, as named arrays."""
        ...

    @classmethod
    def from_tensors(
        cls,
        tensors: dict[str, np.ndarray],
        features: tuple[Feature, ...],
        reference: Reference,
    ) -> Self:
        """Restore what `tensors` gave."""
        ...
