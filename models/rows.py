"""Vectors as detectors see them: through the reference, in the directions that count."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..features.feature import Feature
from .reference import Reference, normal_scores


@dataclass(frozen=True)
class Rows:
    """n vectors of d features, with the earlier windows that a detector may compare them with."""

    values: np.ndarray
    """n by d, NaN where unknown."""
    features: tuple[Feature, ...]
    reference: Reference
    earlier: np.ndarray | None = None
    """n by k by d, as `looking_back.earlier` gives them; None if nobody asked for them."""

    def __len__(self) -> int:
        return len(self.values)

    def column(self, name: str) -> np.ndarray:
        """Give one feature's n values."""
        return self.values[:, self.place(name)]

    def place(self, name: str) -> int:
        """Give the number of one feature's column."""
        return [feature.name for feature in self.features].index(name)

    @cached_property
    def _is_learned(self) -> np.ndarray:
        return np.array([feature.learned for feature in self.features])

    @cached_property
    def learned(self) -> "Rows":
        """Keep the features that detectors learn."""
        kept = self._is_learned
        if kept.all():
            return self
        features = tuple(feature for feature in self.features if feature.learned)
        earlier = None if self.earlier is None else self.earlier[:, :, kept]
        return Rows(self.values[:, kept], features, self.reference.where(kept), earlier)

    def laid_out(self, of_learned: np.ndarray) -> np.ndarray:
        """Put n numbers of each learned feature where it stands among all; 0 for the others."""
        numbers = np.zeros((len(of_learned), len(self.features)), of_learned.dtype)
        numbers[:, self._is_learned] = of_learned
        return numbers

    def where(self, mask: np.ndarray) -> "Rows":
        """Keep some rows."""
        earlier = None if self.earlier is None else self.earlier[mask]
        return Rows(self.values[mask], self.features, self.reference, earlier)

    @cached_property
    def _ranks(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        ranks = self.reference.ranks(self.values)
        signed = self._signed(ranks.left, ranks.right)
        return one_sided(normal_scores(ranks), self.features), ranks.known, signed

    @property
    def scores(self) -> np.ndarray:
        """Normal scores, n by d, 0 where unknown or on the side that deserves no look.

        What works on them can hold nothing against a person that speaks for them.
        """
        return self._ranks[0]

    @property
    def known(self) -> np.ndarray:
        """Whether a value is there to be judged: n by d."""
        return self._ranks[1]

    @property
    def signed_surprisal(self) -> np.ndarray:
        """How far out a value lies on the side that counts, below 0 on the other: n by d.

        −log10(2p), p the tail's share, where p is under one half; 0 for features without a
        concerning direction and for unknown values.
        """
        return self._ranks[2] * self._ranks[1]

    def _signed(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        high, low = sides(self.features)
        upper = _surprisal(self.reference.upper_tails)[left]
        lower = _surprisal(self.reference.lower_tails)[right]
        return (upper - lower) * (high.astype(float) - low)

    @cached_property
    def earlier_scores(self) -> np.ndarray:
        """Normal scores of the earlier windows, n by k by d, NaN where unknown."""
        if self.earlier is None:
            raise ValueError("these rows were made without the earlier windows")
        n, k, d = self.earlier.shape
        ranks = self.reference.ranks(self.earlier.reshape(n * k, d).astype(float))
        return np.where(ranks.known, normal_scores(ranks), np.nan).reshape(n, k, d)


def sides(features: tuple[Feature, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Tell which of d features deserve a look when high, and which when low."""
    high = np.array([feature.concerning == "high" for feature in features])
    low = np.array([feature.concerning == "low" for feature in features])
    return high, low


def one_sided(scores: np.ndarray, features: tuple[Feature, ...]) -> np.ndarray:
    """Flatten the unconcerning side of each feature to 0."""
    high, low = sides(features)
    floor = np.where(high, 0.0, -np.inf)
    ceiling = np.where(low, 0.0, np.inf)
    return np.clip(scores, floor, ceiling)


def occluded(score: Callable[[np.ndarray], np.ndarray], scores: np.ndarray) -> np.ndarray:
    """Say how far each row's score falls when one feature is set to its most ordinary value.

    Parameters
    ----------
    score
        From normal scores, n by d, to n numbers.

    Returns
    -------
    n by d, 0 where the score does not fall.
    """
    whole = score(scores)
    parts = np.zeros(scores.shape)
    for column in np.flatnonzero((scores != 0).any(axis=0)):
        ordinary = scores.copy()
        ordinary[:, column] = 0.0
        parts[:, column] = np.maximum(whole - score(ordinary), 0.0)
    return parts


def _surprisal(tail: np.ndarray) -> np.ndarray:
    return np.maximum(-np.log10(2 * tail), 0.0)
