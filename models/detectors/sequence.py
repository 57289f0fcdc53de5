"""Sequence model: what comes next for a person like this in a project like this."""

from typing import ClassVar, Self

import numpy as np

from ..extent import Comparisons, compared
from ..rows import Rows, one_sided
from .learning import dense, learn
from .surprise import gaussian_loss, squared_deviations

WIDTH = 48
_ROWS_AT_ONCE = 8_192


class Sequence:
    """Surprise at a contributor's window, given the year before and the project.

    A gated recurrent unit (Cho et al. 2014, EMNLP) reads the person's four windows before this
    one, oldest first, and then the median of the project's contributors; from its state a linear
    layer tells mean and variance of each normal score. The score is the mean over features of the
    squared deviation, in units of the variance, on the side that deserves a look. Learned by
    torch with the Gaussian likelihood, scored by numpy.
    """

    name: ClassVar[str] = "sequence"
    looks_back: ClassVar[bool] = True
    watches: ClassVar[tuple[str, ...]] = ()
    among: ClassVar[Comparisons] = compared("all")
    going_by: ClassVar[str] = "the year before"

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._weights = weights

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Learn the weights. Needs the extra `train`."""
        import torch
        from torch import nn

        d = rows.scores.shape[1]

        def network() -> nn.Module:
            return nn.ModuleDict(
                {"gru": nn.GRU(2 * d, WIDTH, batch_first=True), "tell": nn.Linear(WIDTH, 2 * d)}
            )

        def loss(
            net: nn.ModuleDict, before: torch.Tensor, scores: torch.Tensor, known: torch.Tensor
        ) -> torch.Tensor:
            there = ~before.isnan()
            inputs = torch.cat([before.nan_to_num(0.0), there.float()], dim=2)
            return gaussian_loss(net["tell"](net["gru"](inputs)[1][0]), scores, known)

        inputs = (rows.earlier_scores.astype(np.float32), rows.scores, rows.known)
        return cls(learn(network, inputs, loss, seed=seed))

    def score(self, rows: Rows) -> np.ndarray:
        """Give the mean over features of the squared deviations."""
        return self.contributions(rows).mean(axis=1)

    def contributions(self, rows: Rows) -> np.ndarray:
        """Give each feature's squared deviation from what was to be expected."""
        parts = [np.zeros((0, rows.scores.shape[1]))]
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = slice(start, start + _ROWS_AT_ONCE)
            mean, spread = self._told(rows.earlier_scores[some])
            squares = squared_deviations(rows.scores[some], mean, spread, rows.features)
            parts.append(squares * rows.known[some])
        return np.concatenate(parts)

    def expected(self, rows: Rows) -> np.ndarray:
        """Give the means that the past makes likely."""
        return one_sided(self._told(rows.earlier_scores)[0], rows.features)

    def _told(self, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Run the recurrent unit by the equations of torch's documentation of `GRU`."""
        there = ~np.isnan(before)
        inputs = np.concatenate([np.nan_to_num(before), there], axis=2, dtype=np.float32)
        hidden = np.zeros((len(before), WIDTH), dtype=np.float32)
        for step in range(inputs.shape[1]):
            reset_in, update_in, new_in = _gates(inputs[:, step], self._weights, "ih")
            reset_on, update_on, new_on = _gates(hidden, self._weights, "hh")
            reset, update = _sigmoid(reset_in + reset_on), _sigmoid(update_in + update_on)
            new = np.tanh(new_in + reset * new_on)
            hidden = (1 - update) * new + update * hidden
        mean, spread = np.split(dense(hidden, self._weights, "tell").astype(float), 2, axis=1)
        return mean, spread

    def tensors(self) -> dict[str, np.ndarray]:
        """Give the weights."""
        return self._weights

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore the weights."""
        return cls(tensors)


def _gates(rows: np.ndarray, weights: dict[str, np.ndarray], side: str) -> list[np.ndarray]:
    every = rows @ weights[f"gru_weight_{side}_l0"].T + weights[f"gru_bias_{side}_l0"]
    return np.split(every, 3, axis=1)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -60, 60)))
