"""How much a vector surprises a model that tells a mean and a variance for each feature."""

from typing import TYPE_CHECKING

import numpy as np

from ...features.feature import Feature
from ..rows import one_sided, sides

if TYPE_CHECKING:
    import torch

LEAST, MOST = -3.0, 2.0  # of the log-variance: a feature that never varies must not rule


def squared_deviations(
    scores: np.ndarray, mean: np.ndarray, log_variance: np.ndarray, features: tuple[Feature, ...]
) -> np.ndarray:
    """Give squared deviations in units of the variance, on the side that deserves a look.

    Parameters
    ----------
    scores, mean, log_variance
        n by d normal scores, and what a model told of them.
    """
    off = beyond(scores, mean, features)
    return off**2 / np.exp(np.clip(log_variance, LEAST, MOST))


def beyond(scores: np.ndarray, expected: np.ndarray, features: tuple[Feature, ...]) -> np.ndarray:
    """Give how far scores lie beyond what was expected, on the side that counts: n by d."""
    high, low = sides(features)
    left_over = scores - one_sided(expected, features)
    left_over = np.where(high, np.maximum(left_over, 0.0), left_over)
    return np.where(low, np.minimum(left_over, 0.0), left_over)


def gaussian_loss(
    told: "torch.Tensor", scores: "torch.Tensor", known: "torch.Tensor"
) -> "torch.Tensor":
    """Give the mean negative log-likelihood of the known scores, constants aside.

    Parameters
    ----------
    told
        n by 2d: d means, then d log-variances.
    """
    mean, spread = told.split(scores.shape[1], dim=1)
    spread = spread.clamp(LEAST, MOST)
    return (((scores - mean) ** 2 / spread.exp() + spread) * known).sum() / known.sum()
