"""Principal components: what the main directions of ordinary vectors cannot rebuild."""

from typing import ClassVar, Self

import numpy as np

from ..extent import Comparisons, compared
from ..rows import Rows, occluded
from .surprise import beyond

_LEAST_SPREAD = 0.1  # normal scores; a feature that never varies must not rule


def bottleneck(d: int) -> int:
    """Give how many dimensions d features are squeezed into: a quarter, whatever squeezes."""
    return max(2, d // 4)


class Pca:
    """Mean squared residual after projection on the first principal components.

    Shyu et al. 2003 (ICDM workshop) in the reconstruction form, each residual in units of its
    feature's usual one: the linear peer that an autoencoder has to beat, as narrow in the middle.
    """

    name: ClassVar[str] = "pca"
    looks_back: ClassVar[bool] = False
    watches: ClassVar[tuple[str, ...]] = ()
    among: ClassVar[Comparisons] = compared("all")

    def __init__(self, mean: np.ndarray, components: np.ndarray, spread: np.ndarray) -> None:
        self._mean = mean
        self._components = components
        self._spread = spread

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Find the directions. Needs the extra `train`."""
        from sklearn.decomposition import PCA

        d = rows.scores.shape[1]
        fitted = PCA(bottleneck(d), svd_solver="covariance_eigh", random_state=seed)
        fitted.fit(rows.scores)
        made = cls(fitted.mean_, np.ascontiguousarray(fitted.components_), np.ones(d))
        squares = (rows.scores - made._rebuild(rows.scores)) ** 2 * rows.known
        usual = np.sqrt(squares.sum(axis=0) / np.maximum(rows.known.sum(axis=0), 1))
        return cls(made._mean, made._components, np.maximum(usual, _LEAST_SPREAD))

    def score(self, rows: Rows) -> np.ndarray:
        """Give the mean over features of the squared residuals."""
        return self._score(rows, rows.scores)

    def contributions(self, rows: Rows) -> np.ndarray:
        """Say how far each score falls when one feature is set to its most ordinary value.

        A feature's own residual would name what an odd value drags along, too.
        """
        return occluded(lambda scores: self._score(rows, scores), rows.scores)

    def _score(self, rows: Rows, scores: np.ndarray) -> np.ndarray:
        off = beyond(scores, self._rebuild(scores), rows.features) / self._spread
        return (off**2 * rows.known).mean(axis=1)

    def _rebuild(self, scores: np.ndarray) -> np.ndarray:
        return (scores - self._mean) @ self._components.T @ self._components + self._mean

    def tensors(self) -> dict[str, np.ndarray]:
        """Give mean, directions and usual residuals."""
        return {"mean": self._mean, "components": self._components, "spread": self._spread}

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore what `tensors` gave."""
        return cls(**tensors)
