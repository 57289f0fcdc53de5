"""ECOD: tails on the side to which the sample is skewed, fitted by PyOD."""

from typing import ClassVar, Self

import numpy as np

from ..extent import Comparisons, compared
from ..reference import Reference
from ..rows import Rows

MOST_ROWS = 50_000


class Ecod:
    """Sum over features of −log of the tail's share, on the sample's longer side.

    Li et al. 2022 (IEEE TKDE). PyOD fits it; kept are the quantiles of the scores' concerning
    side and the side that PyOD took for each feature, for PyOD's own `decision_function` makes a
    row's score depend on the rows it is scored with.
    """

    name: ClassVar[str] = "ecod"
    looks_back: ClassVar[bool] = False
    watches: ClassVar[tuple[str, ...]] = ()
    among: ClassVar[Comparisons] = compared("all")

    def __init__(self, quantiles: np.ndarray, rightward: np.ndarray, rows: int) -> None:
        self._tails = Reference(quantiles, np.ones(len(quantiles)), rows)
        self._rightward = rightward

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Fit PyOD's detector. Needs the extra `train`."""
        from pyod.models.ecod import ECOD

        rng = np.random.default_rng(seed)
        chosen = rng.choice(len(rows), min(MOST_ROWS, len(rows)), replace=False)
        scores = rows.scores[np.sort(chosen)]
        fitted = ECOD().fit(scores)
        gap_left = np.abs(fitted.U_skew - fitted.U_l).sum(axis=0)
        gap_right = np.abs(fitted.U_skew - fitted.U_r).sum(axis=0)
        own = Reference.fit(scores)
        return cls(own.quantiles, gap_right <= gap_left, own.rows)

    def score(self, rows: Rows) -> np.ndarray:
        """Give the largest of the three sums: left tails, right tails, the longer ones."""
        left, right = self._surprisals(rows.scores)
        longer = np.where(self._rightward, right, left)
        return np.max([part.sum(axis=1) for part in (left, right, longer)], axis=0)

    def contributions(self, rows: Rows) -> np.ndarray:
        """Give each feature's larger tail; 0 where ordinary."""
        left, right = self._surprisals(rows.scores)
        return np.where(rows.scores != 0, np.maximum(left, right), 0.0)

    def _surprisals(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        lower = -np.log(self._tails.lower_tail(scores))
        return lower, -np.log(self._tails.upper_tail(scores))

    def tensors(self) -> dict[str, np.ndarray]:
        """Give quantiles, sides and the number of rows."""
        return {
            "quantiles": self._tails.quantiles,
            "rightward": self._rightward.astype(np.uint8),
            "rows": np.array([self._tails.rows]),
        }

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore what `tensors` gave."""
        sides = tensors["rightward"].astype(bool)
        return cls(tensors["quantiles"], sides, int(tensors["rows"][0]))
