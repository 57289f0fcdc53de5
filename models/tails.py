"""Directional tails: how far a vector lies out in the directions that deserve a look."""

from typing import ClassVar, Self

import numpy as np

from ..features.feature import Feature
from .reference import Reference


class DirectionalTails:
    """Sums signed one-sided tails of the features that have a concerning direction.

    A value whose tail in the concerning direction is p adds −log10(2p) if p is below one half.
    One that lies as far on the other side takes as much away: long tenure speaks for a person as
    a recent arrival raises a question. An unknown value does neither. This is ECOD (Li et al.
    2022, IEEE TKDE) with the side of each tail told by the catalog in place of the sample's
    skewness, and with evidence in favour counted.
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
        return self._signed(values).sum(axis=1)

    def contributions(self, values: np.ndarray) -> np.ndarray:
        """Give each feature's part of the sum where it raises it."""
        return np.maximum(self._signed(values), 0.0)

    def _signed(self, values: np.ndarray) -> np.ndarray:
        upper, lower = self._reference.upper_tail(values), self._reference.lower_tail(values)
        raising = np.where(self._high, _surprisal(upper), 0.0) + np.where(
            self._low, _surprisal(lower), 0.0
        )
        lowering = np.where(self._high, _surprisal(lower), 0.0) + np.where(
            self._low, _surprisal(upper), 0.0
        )
        return raising - lowering

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


def _surprisal(tail: np.ndarray) -> np.ndarray:
    return np.nan_to_num(np.maximum(-np.log10(2 * tail), 0.0))
