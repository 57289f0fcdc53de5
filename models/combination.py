"""Joins the detectors' calibrated surprisals into one number."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

_MOST = 300.0  # 10^−300 is about the smallest number there is
_CUT_OFF = 0.75
_LEAST = 1e-12


def fisher(surprisals: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Sum the surprisals (Fisher 1932): what several detectors half agree on counts.

    Its chi-squared law would need independent detectors of one weight, which these are not; so
    the sum only orders, and its own calibration gives the p-value.
    """
    return np.sum(weights[:, None] * surprisals, axis=0)


def cauchy(surprisals: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Give −log10 of the p-value of the mean Cauchy quantile (Liu and Xie 2020, JASA).

    Its far tail holds under any dependence of the p-values and for any weights; the most surprised
    detector rules. p-values are cut off (Fang et al. 2023, Statistica Sinica), at three quarters:
    what is ordinary to one detector takes next to nothing from what another finds.
    """
    p_values = np.minimum(10.0 ** -np.minimum(surprisals, _MOST), _CUT_OFF)
    quantile = np.sum(weights[:, None] / np.tan(np.pi * p_values), axis=0) / weights.sum()
    return -np.log10(np.arctan2(1.0, quantile) / np.pi)


def fisher_shares(surprisals: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Say how much of the sum is each one's: m by n, 0 where nobody is surprised."""
    parts = weights[:, None] * surprisals
    return parts / np.maximum(parts.sum(axis=0), _LEAST)


def cauchy_shares(surprisals: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Say how much of the mean quantile is each one's, m by n: nearly all the surprised one's.

    In the far tail the quantile of p is 1 / (πp), so that p-values stand in for quantiles.
    """
    parts = np.asarray(surprisals, dtype=float)
    weight = weights[:, None] * 10.0 ** (parts - parts.max(axis=0))
    return weight / weight.sum(axis=0)


_Way = Callable[[Sequence[np.ndarray], np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Vote:
    """What a detector has to say where several are joined."""

    weight: float = 1.0
    """What each of its comparisons counts by."""
    bound: float = math.inf
    """Surprisal that it is heard up to: what finds all that is odd, harmful or not, can bring a
    subject that far up the list, and no farther by itself (winsorized, Tukey 1962)."""


@dataclass(frozen=True)
class Combination:
    """One way to join detectors' surprisals at n rows.

    Each of m detectors has v by n of them, a row for each of its comparisons, and a vote.
    """

    together: _Way
    """From surprisals and their weights to n numbers."""
    apart: _Way
    """How much each surprisal has to do with that."""

    def join(self, judged: Sequence[np.ndarray], votes: Sequence[Vote]) -> np.ndarray:
        """Give n numbers: the higher, the more surprising."""
        return self.together(*_heard(judged, votes))

    def shares(self, judged: Sequence[np.ndarray], votes: Sequence[Vote]) -> np.ndarray:
        """Say how much each detector has to do with that, m by n: explanations weigh them so."""
        each = self.apart(*_heard(judged, votes))
        bounds = np.cumsum([len(comparisons) for comparisons in judged])[:-1]
        return np.array([comparisons.sum(axis=0) for comparisons in np.split(each, bounds)])


def _heard(
    judged: Sequence[np.ndarray], votes: Sequence[Vote]
) -> tuple[list[np.ndarray], np.ndarray]:
    """Give every comparison's surprisals, up to its detector's bound, and weight."""
    pairs = list(zip(judged, votes, strict=True))
    heard = [row for comparisons, vote in pairs for row in np.minimum(comparisons, vote.bound)]
    return heard, np.array([vote.weight for comparisons, vote in pairs for _ in comparisons])


COMBINATIONS = {
    "fisher": Combination(fisher, fisher_shares),
    "cauchy": Combination(cauchy, cauchy_shares),
}
