"""Turns scores into p-values by data that the detectors never saw."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_EXACT = 2_000  # largest scores kept one by one; below them a logarithmic grid suffices
_GRID = 1_000


@dataclass(frozen=True)
class Calibration:
    """The upper tail of n calibration scores, compressed without ever understating a p-value."""

    scores: np.ndarray
    """Some of the distinct scores, falling."""
    above: np.ndarray
    """How many of all n scores are higher than each."""
    size: int
    """n."""

    @classmethod
    def fit(cls, scores: np.ndarray) -> "Calibration":
        """Keep the tail of the scores of ordinary data, disjoint in time from what was learned."""
        rising = np.sort(scores)
        distinct = np.unique(rising)[::-1]
        kept = np.arange(min(_EXACT, len(distinct)))
        if len(distinct) > _EXACT:
            kept = np.unique(
                np.r_[kept, np.geomspace(_EXACT, len(distinct) - 1, _GRID)].astype(int)
            )
        above = len(rising) - np.searchsorted(rising, distinct[kept], side="right")
        return cls(distinct[kept], above.astype(np.int64), len(rising))

    def p_values(self, scores: np.ndarray) -> np.ndarray:
        """Give conformal p-values, (1 + #{calibration ≥ s}) / (n + 1) (Vovk et al. 2005)."""
        return (1 + self._at_least(scores)) / (self.size + 1)

    def surprisal(self, scores: np.ndarray) -> np.ndarray:
        """Give −log10 of the p-value, carried on beyond the highest calibration score.

        There an exponential tail is assumed, with the mean excess of the top hundred scores (the
        maximum-likelihood fit): it only ranks what no calibration score reaches.
        """
        inside = -np.log10(self.p_values(scores))
        top = self.scores[: min(100, len(self.scores))]
        scale = max(float(np.mean(top - top[-1])), 1e-12)
        beyond = np.maximum(scores - self.scores[0], 0.0) / scale / np.log(10)
        return inside + beyond

    def _at_least(self, scores: np.ndarray) -> np.ndarray:
        """Count calibration scores at least as high, or, between kept ones, all that may be."""
        kept = len(self.scores) - np.searchsorted(self.scores[::-1], scores, side="left")
        return np.r_[self.above, self.size][kept]


@dataclass(frozen=True)
class Mondrian:
    """Calibrations of c classes, each score judged within its own.

    A Mondrian conformal predictor (Vovk et al. 2005, chapter 4.5): its p-values hold in every
    class, and not on the average alone.
    """

    parts: tuple[Calibration, ...]
    """By number of class."""

    @classmethod
    def fit(cls, scores: np.ndarray, number: np.ndarray) -> "Mondrian":
        """Calibrate each class by its own of n scores.

        Parameters
        ----------
        number
            n numbers of classes; none below the highest is absent.
        """
        classes = range(int(number.max()) + 1)
        return cls(tuple(Calibration.fit(scores[number == present]) for present in classes))

    def surprisal(self, scores: np.ndarray, number: np.ndarray) -> np.ndarray:
        """Give `Calibration.surprisal` of n scores, each by its class."""
        found = np.empty(len(scores))
        for present in np.unique(number):
            mine = number == present
            found[mine] = self.parts[present].surprisal(scores[mine])
        return found


def surprisals(
    calibrations: Sequence[Mondrian], scores: np.ndarray, numbers: Sequence[np.ndarray]
) -> np.ndarray:
    """Give a detector's surprisals, one row a comparison: v by n.

    Parameters
    ----------
    numbers
        For each comparison the n numbers of classes.
    """
    each = zip(calibrations, numbers, strict=True)
    return np.array([part.surprisal(scores, number) for part, number in each])
