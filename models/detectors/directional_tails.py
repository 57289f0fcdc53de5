"""Directional tails: how far a vector lies out in the directions that deserve a look."""

from typing import ClassVar, Self

import numpy as np

from ..extent import Comparisons, compared
from ..rows import Rows


class DirectionalTails:
    """Sums signed one-sided tails of the features that have a concerning direction.

    A value whose tail in the concerning direction is p adds −log10(2p) if p is below one half.
    One that lies as far on the other side takes as much away: long tenure speaks for a person as
    a recent arrival raises a question. An unknown value does neither. This is ECOD (Li et al.
    2022, IEEE TKDE) with the side of each tail told by the catalog in place of the sample's
    skewness, and with evidence in favour counted.
    """

    name: ClassVar[str] = "directional_tails"
    looks_back: ClassVar[bool] = False
    watches: ClassVar[tuple[str, ...]] = ()
    among: ClassVar[Comparisons] = compared("all")

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Learn nothing: the reference knows the tails."""
        return cls()

    def score(self, rows: Rows) -> np.ndarray:
        """Give the sum over features."""
        return rows.signed_surprisal.sum(axis=1)

    def contributions(self, rows: Rows) -> np.ndarray:
        """Give each feature's part of the sum where it raises it."""
        return np.maximum(rows.signed_surprisal, 0.0)

    def tensors(self) -> dict[str, np.ndarray]:
        """Give nothing: the reference is kept beside the detectors."""
        return {}

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore nothing."""
        return cls()
