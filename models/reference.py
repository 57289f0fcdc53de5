"""How each feature is distributed over many projects: quantiles, tails and normal scores."""

from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np

_TAIL = np.logspace(-5, -2, 61)[:-1]
GRID = np.concatenate([_TAIL, np.linspace(0.01, 0.99, 197), 1 - _TAIL[::-1]])
"""Probabilities at which quantiles are kept: dense in both tails, where anomalies are told."""

_NORMAL = np.array([NormalDist().inv_cdf(p) for p in GRID])
_MIDDLE = np.interp(np.arange(2 * len(GRID)) / 2, np.arange(len(GRID)), _NORMAL)
_ROWS_WORTH_SEARCHING = 64  # below, comparing with every quantile at once is quicker


@dataclass(frozen=True)
class Ranks:
    """Where n values of d features lie among the quantiles: what tails and scores follow from."""

    left: np.ndarray
    """n by d: how many quantiles are lower."""
    right: np.ndarray
    """n by d: how many quantiles are at most as high."""
    known: np.ndarray
    """n by d: whether there is a value, and something to compare it with."""


@dataclass(frozen=True)
class Reference:
    """Quantiles of d features at the g probabilities of `GRID`."""

    quantiles: np.ndarray
    """d by g, float64; NaN for a feature that was never known."""
    coverage: np.ndarray
    """d shares of the rows in which the feature was known."""
    rows: int
    """How many rows were looked at."""

    @classmethod
    def fit(cls, values: np.ndarray) -> "Reference":
        """Take quantiles of vectors, n by d, NaN left out.

        A quantile is always a value that occurred (the inverse of the empirical distribution
        function), so that ties are told from neighbours.
        """
        quantiles = np.full((values.shape[1], len(GRID)), np.nan)
        for column, numbers in enumerate(values.T):
            known = numbers[~np.isnan(numbers)]
            if len(known):
                quantiles[column] = np.quantile(known, GRID, method="inverted_cdf")
        return cls(quantiles, (~np.isnan(values)).mean(axis=0), len(values))

    def where(self, mask: np.ndarray) -> "Reference":
        """Keep some features."""
        return Reference(self.quantiles[mask], self.coverage[mask], self.rows)

    @property
    def typical(self) -> np.ndarray:
        """The d medians."""
        return self.quantiles[:, len(GRID) // 2]

    def ranks(self, values: np.ndarray) -> Ranks:
        """Place values, n by d, among the quantiles."""
        known = ~np.isnan(values) & ~np.isnan(self.quantiles[:, 0])
        if len(values) < _ROWS_WORTH_SEARCHING:
            left = (self.quantiles < values[:, :, None]).sum(axis=2)
            right = (self.quantiles <= values[:, :, None]).sum(axis=2)
            return Ranks(left, right, known)
        left = np.empty(values.shape, dtype=np.int16)
        right = np.empty(values.shape, dtype=np.int16)
        for column, quantiles in enumerate(self.quantiles):
            left[:, column] = np.searchsorted(quantiles, values[:, column], side="left")
            right[:, column] = np.searchsorted(quantiles, values[:, column], side="right")
        return Ranks(left, right, known)

    @cached_property
    def upper_tails(self) -> np.ndarray:
        """Share of all that are at least as high as a value above 0, 1, … g quantiles.

        Never too small: between two quantiles the share of the lower one is given.
        """
        return np.maximum(1 - np.r_[0.0, GRID], 1 / (self.rows + 1))

    @cached_property
    def lower_tails(self) -> np.ndarray:
        """Share of all that are at most as high as a value from 0, 1, … g quantiles on."""
        return np.maximum(np.r_[GRID, 1.0], 1 / (self.rows + 1))

    def upper_tail(self, values: np.ndarray) -> np.ndarray:
        """Give for each value how many of all are at least as high: n by d, NaN if unknown."""
        ranks = self.ranks(values)
        return np.where(ranks.known, self.upper_tails[ranks.left], np.nan)

    def lower_tail(self, values: np.ndarray) -> np.ndarray:
        """Give for each value how many of all are at most as high: n by d, NaN if unknown."""
        ranks = self.ranks(values)
        return np.where(ranks.known, self.lower_tails[ranks.right], np.nan)

    def normal_scores(self, values: np.ndarray) -> np.ndarray:
        """Map each value to the normal quantile of its middle rank; 0 where unknown."""
        return normal_scores(self.ranks(values))

    def at(self, scores: np.ndarray) -> np.ndarray:
        """Map normal scores, n by d, back to the nearest quantile: what `normal_scores` undoes."""
        nearest = np.rint(np.interp(scores, _NORMAL, np.arange(len(GRID)))).astype(int)
        return self.quantiles[np.arange(scores.shape[1]), nearest]


def normal_scores(ranks: Ranks) -> np.ndarray:
    """Map ranks to the normal quantile of their middle; 0 where unknown.

    Van der Waerden scores: they make features of any scale and skew comparable, and a missing
    value the most ordinary one.
    """
    middle = ranks.left.astype(np.int32) + ranks.right - 1
    return np.where(ranks.known, _MIDDLE[np.clip(middle, 0, 2 * (len(GRID) - 1))], 0.0)
