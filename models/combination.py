"""Joins the detectors' calibrated surprisals into one number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

_MOST = 300.0  # 10^−300 is about the smallest number there is
_CUT_OFF = 0.99
_LEAST = 1e-12


def fisher(surprisals: Sequence[np.ndarray]) -> np.ndarray:
    """Sum the surprisals (Fisher 1932): what several detectors half agree on counts.

    Its chi-squared law would need independent detectors, which these are not; so the sum only
    orders, and its own calibration gives the p-value.
    """
    return np.sum(surprisals, axis=0)


def cauchy(surprisals: Sequence[np.ndarray]) -> np.ndarray:
    """Give −log10 of the p-value of the mean Cauchy quantile (Liu and Xie 2020, JASA).

    Its far tail holds under any dependence of the p-values; the most surprised detector rules.
    p-values are cut off at 0.99 (Fang et al. 2023, Statistica Sinica): else a single detector that
    finds a row most ordinary would silence all others.
    """
    p_values = np.minimum(10.0 ** -np.minimum(surprisals, _MOST), _CUT_OFF)
    quantile = np.mean(1 / np.tan(np.pi * p_values), axis=0)
    return -np.log10(np.arctan2(1.0, quantile) / np.pi)


def fisher_shares(surprisals: Sequence[np.ndarray]) -> np.ndarray:
    """Say how much of the sum is each detector's: m by n, 0 where nobody is surprised."""
    parts = np.asarray(surprisals, dtype=float)
    return parts / np.maximum(parts.sum(axis=0), _LEAST)


def cauchy_shares(surprisals: Sequence[np.ndarray]) -> np.ndarray:
    """Say how much of the mean quantile is each detector's, m by n: nearly all the surprised one's.

    In the far tail the quantile of p is 1 / (πp), so that p-values stand in for quantiles.
    """
    parts = np.asarray(surprisals, dtype=float)
    weight = 10.0 ** (parts - parts.max(axis=0))
    return weight / weight.sum(axis=0)


@dataclass(frozen=True)
class Combination:
    """One way to join m detectors' surprisals at n rows."""

    join: Callable[[Sequence[np.ndarray]], np.ndarray]
    """Gives n numbers."""
    shares: Callable[[Sequence[np.ndarray]], np.ndarray]
    """How much each detector has to do with that, m by n: explanations weigh them so."""


COMBINATIONS = {
    "fisher": Combination(fisher, fisher_shares),
    "cauchy": Combination(cauchy, cauchy_shares),
}
