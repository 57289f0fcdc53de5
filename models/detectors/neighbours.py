"""Nearest neighbours: how far a vector lies from the ones most like it."""

from typing import ClassVar, Self

import numpy as np

from ..extent import Comparisons, compared
from ..rows import Rows

KEPT = 2_000
NEIGHBOURS = 5
_ROWS_AT_ONCE = 2_048


class Neighbours:
    """Mean Euclidean distance to the nearest of a random sample of ordinary vectors.

    Distance to a subsample finds outliers as well as, or better than, distance to all rows, for
    the sample has few outliers near one another (Sugiyama and Borgwardt 2013, NeurIPS). On normal
    scores, the concerning side only.
    """

    name: ClassVar[str] = "neighbours"
    looks_back: ClassVar[bool] = False
    watches: ClassVar[tuple[str, ...]] = ()
    among: ClassVar[Comparisons] = compared("all")

    def __init__(self, kept: np.ndarray) -> None:
        self._kept = kept
        self._norms = (kept.astype(np.float32) ** 2).sum(axis=1)

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Draw the sample."""
        rng = np.random.default_rng(seed)
        chosen = np.sort(rng.choice(len(rows), min(KEPT, len(rows)), replace=False))
        return cls(rows.scores[chosen].astype(np.float16))

    def score(self, rows: Rows) -> np.ndarray:
        """Give the mean distance in normal scores."""
        return self._nearest(rows.scores)[0]

    def contributions(self, rows: Rows) -> np.ndarray:
        """Give each feature's mean squared difference to the neighbours; 0 where ordinary."""
        neighbours = self._kept[self._nearest(rows.scores)[1]].astype(float)
        parts = ((rows.scores[:, None, :] - neighbours) ** 2).mean(axis=1)
        return np.where(rows.scores != 0, parts, 0.0)

    def _nearest(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give mean distances and the neighbours' numbers."""
        k = min(NEIGHBOURS, len(self._kept))
        kept = self._kept.astype(np.float32)
        means, numbers = [np.zeros(0)], [np.zeros((0, k), dtype=int)]
        for start in range(0, len(scores), _ROWS_AT_ONCE):
            some = scores[start : start + _ROWS_AT_ONCE]
            rough = self._norms - 2 * (some.astype(np.float32) @ kept.T)
            nearest = np.argpartition(rough, k - 1, axis=1)[:, :k]
            exact = np.sqrt(((some[:, None, :] - kept[nearest]) ** 2).sum(axis=2))
            means.append(exact.mean(axis=1))
            numbers.append(nearest)
        return np.concatenate(means), np.concatenate(numbers)

    def tensors(self) -> dict[str, np.ndarray]:
        """Give the sample."""
        return {"kept": self._kept}

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore the sample."""
        return cls(tensors["kept"])
