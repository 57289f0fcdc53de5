"""Directional tails: how far a vector lies out in the directions that deserve a look."""

from typing import ClassVar, Self

import numpy as np

from ..features.feature import Feature
from .reference import Reference


class DirectionalTails:
    """Sums the one-sided empirical tails of the features that have a concerning direction.

    A feature whose tail probability is p adds −log10(2p) if p is below one half, else nothing;
    an unknown value adds nothing. This is ECOD (Li et al. 2022, IEEE TKDE) with the side of each
    tail told by the catalog in place of the sample's skewness.
    """

    name: ClassVar[str] = "directional_tails"

    def __init__(self, features: tuple[Feature, ...], reference: Reference) -> None:
        self._reference = reference
        self._high = np.array([f.concerning == "high" for f in features])
        self._low = np.array([f.concerning == "low" for f in features])

    @classmethod
    def fit(
        cls, values: np.ndarray, features: tuple[Feature, ...], reference: Reference, seed: int
    ) -> Self:
        """Keep the reference; nothing else is learned."""
        return cls(features, reference)

    def score(self, values: np.ndarray) -> np.ndarray:
        """Give the sum over features."""
        return self.contributions(values).sum(axis=1)

    def contributions(self, values: np.ndarray) -> np.ndarray:
        """Give each feature's part of the sum."""
        upper, lower = self._reference.upper_tail(values), self._reference.lower_tail(values)
        tail = np.where(self._high, upper, np.where(self._low, lower, np.nan))
        return np.nan_to_num(np.maximum(-np.log10(2 * tail), 0.0))

    def tensors(self) -> dict[str, np.ndarray]:
        """Give nothing: the reference is kept beside the detectors."""
        return {}

    @classmethod
    def from_tensors(
        cls,
        tensors: dict[str, np.ndarray],
        features: tuple[Feature, ...],
        reference: Reference,
    ) -> Self:
        """Restore from the reference alone."""
        return cls(features, reference)
