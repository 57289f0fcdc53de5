"""How well scores part planted from ordinary rows, with intervals over projects."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

PREVALENCE = 0.01
"""Share of odd rows that average precision is stated for."""

FLAGGED = 0.01
"""Share of ordinary rows that may be flagged where recall is taken."""

RESAMPLES = 200


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    n: int
    """How many projects were resampled."""

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Curve:
    """Rates at each distinct score, from the highest down."""

    true_rate: np.ndarray
    false_rate: np.ndarray

    @classmethod
    def of(cls, scores: np.ndarray, odd: np.ndarray, weight: np.ndarray) -> "Curve":
        """Draw the curve of n scores; tied ones are taken together."""
        order = np.argsort(-scores, kind="stable")
        last = np.append(np.diff(scores[order]) != 0, True)
        found = np.cumsum(np.where(odd, weight, 0.0)[order])[last]
        wrong = np.cumsum(np.where(odd, 0.0, weight)[order])[last]
        return cls(np.r_[0, found / found[-1]], np.r_[0, wrong / wrong[-1]])

    @property
    def auroc(self) -> float:
        """Area under the receiver operating characteristic."""
        return float(np.trapezoid(self.true_rate, self.false_rate))

    @property
    def average_precision(self) -> float:
        """Average precision if 1 in 100 were odd."""
        odd, ordinary = PREVALENCE * self.true_rate, (1 - PREVALENCE) * self.false_rate
        precision = odd[1:] / np.maximum(odd[1:] + ordinary[1:], 1e-12)
        return float(np.sum(np.diff(self.true_rate) * precision))

    @property
    def recall(self) -> float:
        """Share of odd rows among those flagged with 1 in 100 ordinary ones."""
        return self.recall_at(FLAGGED)

    def recall_at(self, share: float) -> float:
        """Share of odd rows among those flagged with this share of the ordinary ones."""
        return float(self.true_rate[np.searchsorted(self.false_rate, share, side="right") - 1])


MEASURES: dict[str, Callable[[Curve], float]] = {
    "auroc": lambda curve: curve.auroc,
    "average_precision": lambda curve: curve.average_precision,
    "recall_at_1_percent": lambda curve: curve.recall,
}


def draws(projects: np.ndarray, seed: int = 0) -> np.ndarray:
    """Give how often each project is drawn in each of 200 resamples, and once each first.

    Returns
    -------
    201 by the number of projects' numbers, by which rows can be weighted.
    """
    present = np.unique(projects)
    rng = np.random.default_rng(seed)
    counts = np.zeros((RESAMPLES + 1, int(projects.max()) + 1))
    counts[0, present] = 1
    for row in counts[1:]:
        np.add.at(row, rng.choice(present, len(present)), 1)
    return counts


def resampled(
    ordinary: np.ndarray, planted: np.ndarray, projects: np.ndarray, seed: int = 0
) -> dict[str, np.ndarray]:
    """Take all measures on every resample of projects; the first is the sample itself.

    Parameters
    ----------
    ordinary, planted
        n scores each, of the same rows before and after the change.
    projects
        n numbers of projects.
    """
    scores = np.r_[ordinary, planted]
    odd = np.r_[np.zeros(len(ordinary), dtype=bool), np.ones(len(planted), dtype=bool)]
    every = np.r_[projects, projects]
    curves = [Curve.of(scores, odd, count[every]) for count in draws(projects, seed)]
    return {name: np.array([take(c) for c in curves]) for name, take in MEASURES.items()}


def estimate(values: np.ndarray, projects: int) -> Estimate:
    """Make an estimate of resampled values, the first of which is the figure itself."""
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return Estimate(float(values[0]), float(low), float(high), projects)
