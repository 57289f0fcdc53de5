"""How each feature is distributed over many projects: quantiles, tails and normal scores."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

_TAIL = np.logspace(-5, -2, 61)[:-1]
GRID = np.concatenate([_TAIL, np.linspace(0.01, 0.99, 197), 1 - _TAIL[::-1]])
"""Probabilities at which quantiles are kept: dense in both tails, where anomalies are told."""

_NORMAL = np.array([NormalDist().inv_cdf(p) for p in GRID])


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

    @property
    def typical(self) -> np.ndarray:
        """The d medians."""
        return self.quantiles[:, len(GRID) // 2]

    def upper_tail(self, values: np.ndarray) -> np.ndarray:
        """Give for each value how many of all are at least as high: n by d, NaN if unknown.

        Never too small: between two quantiles the share of the lower one is given.
        """
        return self._tail(values, lambda known, x: 1 - _below(known, x))

    def lower_tail(self, values: np.ndarray) -> np.ndarray:
        """Give for each value how many of all are at most as high: n by d, NaN if unknown."""
        return self._tail(values, _up_to)

    def normal_scores(self, values: np.ndarray) -> np.ndarray:
        """Map each value to the normal quantile of its middle rank; 0 where unknown.

        Van der Waerden scores: they make features of any scale and skew comparable, and a
        missing value the most ordinary one.
        """
        scores = np.zeros(values.shape)
        for column, known in enumerate(self.quantiles):
            if np.isnan(known[0]):
                continue
            x = values[:, column]
            left = np.searchsorted(known, x, side="left")
            right = np.searchsorted(known, x, side="right")
            middle = np.clip((left + right - 1) / 2, 0, len(GRID) - 1)
            scores[:, column] = np.where(
                np.isnan(x), 0.0, np.interp(middle, np.arange(len(GRID)), _NORMAL)
            )
        return scores

    def _tail(
        self, values: np.ndarray, tail: Callable[[np.ndarray, np.ndarray], np.ndarray]
    ) -> np.ndarray:
        result = np.full(values.shape, np.nan)
        for column, known in enumerate(self.quantiles):
            x = values[:, column]
            there = ~np.isnan(x)
            if not np.isnan(known[0]):
                result[there, column] = np.maximum(tail(known, x[there]), 1 / (self.rows + 1))
        return result


def _below(known: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Lower bound of the share of values below x."""
    return np.r_[0.0, GRID][np.searchsorted(known, x, side="left")]


def _up_to(known: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Upper bound of the share of values up to x."""
    return np.r_[GRID, 1.0][np.searchsorted(known, x, side="right")]
