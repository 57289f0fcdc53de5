"""Sums over what came before: each number here uses only rows earlier in order than its own."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

YEAR = 365.0


def earlier(values: ArrayLike, group: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give count, mean and standard deviation of the earlier members of each row's group.

    Parameters
    ----------
    values
        n numbers in time order; NaN is left out.
    group
        n codes from 0.

    Returns
    -------
    count, mean, deviation
        n each; mean is NaN without an earlier member, deviation without two.
    """
    numbers = np.asarray(values, dtype=float)
    there = ~np.isnan(numbers)
    count = earlier_sum(there.astype(float), group)
    # Centred on the group's first known value: sums of squares of large numbers would lose the
    # digits that matter, and a centre taken from later rows would let the future in.
    centre = pd.Series(numbers).groupby(group).transform("first").to_numpy()
    shifted = np.where(there, numbers - centre, 0.0)
    total = earlier_sum(shifted, group)
    squares = earlier_sum(shifted**2, group)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / count
        variance = np.maximum(squares / count - mean**2, 0.0)
    return count, mean + centre, np.where(count >= 2, np.sqrt(variance), np.nan)


def earlier_sum(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Sum the values of earlier members of each row's group."""
    return (pd.Series(values).groupby(group).cumsum() - values).to_numpy()


def earlier_count(group: np.ndarray) -> np.ndarray:
    """Count the earlier members of each row's group."""
    return earlier_sum(np.ones(len(group)), group)


def previous(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Give the value of the member of the group just before each row; NaN for the first."""
    order = np.argsort(group, kind="stable")
    shifted = np.r_[np.nan, np.asarray(values, dtype=float)[order][:-1]] if len(order) else values
    same = np.r_[False, group[order][1:] == group[order][:-1]]
    result = np.empty(len(order))
    result[order] = np.where(same, shifted, np.nan)
    return result


def smallest(values: np.ndarray, codes: np.ndarray, count: int) -> np.ndarray:
    """Give the smallest value of each of `count` codes; infinite for those without any."""
    least = np.full(count, np.inf)
    np.minimum.at(least, codes, values)
    return least


def surprise(
    bins: np.ndarray, group: np.ndarray, size: int, kernel: tuple[float, ...], at_least: int
) -> np.ndarray:
    """Give −log2 of how often the group's past fell near this row's bin, in bits.

    Past bins are smoothed by a circular kernel and by a uniform prior worth one kernel's width
    of observations (Laplace smoothing); NaN for rows without a bin or with a shorter past.

    Parameters
    ----------
    bins
        n bin numbers as floats, NaN if unknown.
    size
        How many bins there are on the circle.
    kernel
        Odd number of weights, the middle one for the bin itself.
    at_least
        Observations below which there is no habit to speak of.
    """
    known = ~np.isnan(bins)
    index = np.where(known, bins, 0).astype(int)
    half = len(kernel) // 2
    weights = np.array(kernel) / max(kernel)
    past = np.zeros(len(bins))
    for shift, weight in zip(range(-half, half + 1), weights, strict=True):
        near = (index + shift) % size
        past += weight * _earlier_in_bin(index, near, known, group, size)
    count = earlier_sum(known.astype(float), group)
    chance = weights.sum() / size
    probability = (past + 1.0) / (count + 1.0 / chance)
    return np.where(known & (count >= at_least), -np.log2(np.minimum(probability, 1.0)), np.nan)


def _earlier_in_bin(
    index: np.ndarray, wanted: np.ndarray, known: np.ndarray, group: np.ndarray, size: int
) -> np.ndarray:
    """Count earlier known rows of the same group in the wanted bin.

    Each row asks about one bin and adds to one bin: interleaved as (question, contribution)
    pairs, a grouped running sum answers all questions at once.
    """
    n = len(index)
    keys = np.empty(2 * n, dtype=np.int64)
    keys[0::2] = group.astype(np.int64) * size + wanted
    keys[1::2] = group.astype(np.int64) * size + index
    values = np.zeros(2 * n)
    values[1::2] = known
    return earlier_sum(values, keys)[0::2]


def count_between(
    codes: np.ndarray, times: np.ndarray, asked: np.ndarray, after: np.ndarray, until: np.ndarray
) -> np.ndarray:
    """Count events of a code in (after, until] for each question.

    Parameters
    ----------
    codes, times
        m events: code and time in days.
    asked, after, until
        k questions.
    """
    event = _SortedEvents(codes, times)
    return event.up_to(asked, until) - event.up_to(asked, after)


class _SortedEvents:
    def __init__(self, codes: np.ndarray, times: np.ndarray) -> None:
        order = np.lexsort((times, codes))
        self.keys = codes[order].astype(float) * _SPAN + times[order]

    def up_to(self, asked: np.ndarray, time: np.ndarray) -> np.ndarray:
        start = np.searchsorted(self.keys, asked * _SPAN - _SPAN / 2, side="left")
        stop = np.searchsorted(self.keys, asked * _SPAN + np.asarray(time), side="right")
        return (stop - start).astype(float)


_SPAN = 1e6  # days; more than any time between two commits, so that codes never mix
