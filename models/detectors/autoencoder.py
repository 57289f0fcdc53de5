"""Autoencoder: what a narrow network that learned ordinary vectors cannot rebuild."""

from typing import ClassVar, Self

import numpy as np

from ..extent import Comparisons, compared
from ..rows import Rows, occluded, one_sided
from .learning import dense, learn
from .pca import bottleneck
from .surprise import gaussian_loss, squared_deviations

WIDTH = 128
HIDDEN = 0.15  # share of values hidden from the network in training, which it has to guess


class Autoencoder:
    """Surprise of a denoising autoencoder (Vincent et al. 2010, JMLR) that knows its doubts.

    For each feature it tells a mean and a variance (Nix and Weigend 1994, ICNN), so that a
    feature that others foretell well counts more than one that varies at will. The score is the
    mean over features of the squared deviation in units of the variance. Each value comes with
    whether it is known; unknown ones are 0, and count neither in the loss nor in the score.
    Learned by torch, scored by numpy.
    """

    name: ClassVar[str] = "autoencoder"
    looks_back: ClassVar[bool] = False
    watches: ClassVar[tuple[str, ...]] = ()
    among: ClassVar[Comparisons] = {**compared("all"), "contributor": ("alike",)}
    going_by: ClassVar[str] = "the other figures"
    trained: ClassVar[bool] = True

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._weights = weights

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Learn the weights. Needs the extra `train`."""
        import torch
        from torch import nn

        d = rows.scores.shape[1]

        def network() -> nn.Module:
            parts = {
                "narrow": nn.Linear(2 * d, WIDTH),
                "middle": nn.Linear(WIDTH, bottleneck(d)),
                "widen": nn.Linear(bottleneck(d), WIDTH),
                "tell": nn.Linear(WIDTH, 2 * d),
            }
            return nn.ModuleDict(parts)

        def loss(net: nn.ModuleDict, scores: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
            shown = known * (torch.rand(known.shape).to(known.device) >= HIDDEN)
            inputs = torch.cat([scores * shown, shown], dim=1)
            inside = net["middle"](torch.relu(net["narrow"](inputs)))
            return gaussian_loss(net["tell"](torch.relu(net["widen"](inside))), scores, known)

        inputs = (rows.scores, rows.known)
        return cls(learn(network, inputs, loss, seed=seed, trained=cls.trained))

    def score(self, rows: Rows) -> np.ndarray:
        """Give the mean over features of the squared deviations."""
        return self._score(rows, rows.scores)

    def contributions(self, rows: Rows) -> np.ndarray:
        """Say how far each score falls when one feature is set to its most ordinary value."""
        return occluded(lambda scores: self._score(rows, scores), rows.scores)

    def expected(self, rows: Rows) -> np.ndarray:
        """Give the mean that the network tells of each feature while it is hidden from it."""
        means = np.zeros_like(rows.scores)
        for column in range(len(rows.features)):
            scores, known = rows.scores.copy(), rows.known.copy()
            scores[:, column], known[:, column] = 0.0, False
            means[:, column] = self._told(scores, known)[0][:, column]
        return one_sided(means, rows.features)

    def _score(self, rows: Rows, scores: np.ndarray) -> np.ndarray:
        mean, spread = self._told(scores, rows.known)
        parts = squared_deviations(scores, mean, spread, rows.features)
        return (parts * rows.known).mean(axis=1)

    def _told(self, scores: np.ndarray, known: np.ndarray) -> list[np.ndarray]:
        """Run the network: means and log-variances."""
        inputs = np.concatenate([scores, known], axis=1, dtype=np.float32)
        inside = dense(
            np.maximum(dense(inputs, self._weights, "narrow"), 0), self._weights, "middle"
        )
        wide = np.maximum(dense(inside, self._weights, "widen"), 0)
        return np.split(dense(wide, self._weights, "tell").astype(float), 2, axis=1)

    def tensors(self) -> dict[str, np.ndarray]:
        """Give the weights."""
        return self._weights

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore the weights."""
        return cls(tensors)


class UntrainedAutoencoder(Autoencoder):
    """The same network with the weights that it was drawn with: what learning has to beat."""

    name: ClassVar[str] = "untrained_autoencoder"
    trained: ClassVar[bool] = False
