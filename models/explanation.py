"""Says why a vector is unusual: one ranked list of reasons, in units, with what is typical."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..features.catalog import features
from ..features.feature import Feature
from ..features.wording import singular
from .baseline import LevelBaseline, Scores

MOST_REASONS = 5
SMALLEST_PART = 0.04  # of the whole score; below, a reason only distracts
NOTABLE_TAIL = 0.25  # a value that more than a quarter of all reach explains nothing

_SUBJECTS = {
    "commit": "commits",
    "contributor": "contributors' windows",
    "project": "projects' windows",
}


@dataclass(frozen=True)
class Reason:
    """One feature that makes a subject unusual."""

    feature: str
    value: float
    unit: str
    typical: float | None
    """Median of the baseline's projects."""
    compared_with: str
    text: str
    weight: float
    """Its share of the score, over all detectors."""


def reasons(
    baseline: LevelBaseline, values: pd.DataFrame, scores: Scores, rows: list[int]
) -> list[list[Reason]]:
    """Explain some of the scored vectors.

    Each detector splits its surprisal over the features by their contributions; a feature's
    weight is what it gets from all of them.

    Parameters
    ----------
    values
        The k vectors to explain.
    rows
        Their rows in `scores`.
    """
    numbers = values.to_numpy(dtype=float)
    weight = np.zeros(numbers.shape)
    for detector in baseline.detectors:
        parts = detector.contributions(numbers)
        total = parts.sum(axis=1, keepdims=True)
        split = np.divide(parts, total, out=np.zeros_like(parts), where=total > 0)
        weight += split * scores.surprisal[detector.name][rows][:, None]
    whole = np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    return _ranked(baseline, numbers, weight / whole)


def _ranked(
    baseline: LevelBaseline, numbers: np.ndarray, weight: np.ndarray
) -> list[list[Reason]]:
    columns = features(baseline.level)
    upper = baseline.reference.upper_tail(numbers)
    lower = baseline.reference.lower_tail(numbers)
    typical = baseline.reference.typical
    explained = []
    for row in range(len(numbers)):
        found = []
        for column in np.argsort(-weight[row], kind="stable"):
            feature, part = columns[column], float(weight[row, column])
            tail = _tail(feature, float(upper[row, column]), float(lower[row, column]))
            if part < SMALLEST_PART or len(found) == MOST_REASONS:
                break
            if tail[0] <= NOTABLE_TAIL:
                found.append(
                    _reason(feature, float(numbers[row, column]), typical[column], tail, part)
                )
        explained.append(found)
    return explained


def _tail(feature: Feature, upper: float, lower: float) -> tuple[float, str]:
    """Give the tail that counts and its name; NaN becomes a tail of everybody."""
    high = 1.0 if np.isnan(upper) else upper
    low = 1.0 if np.isnan(lower) else lower
    if feature.concerning == "high" or (feature.concerning == "both" and high <= low):
        return high, "as much or more"
    return low, "as little or less"


def _reason(
    feature: Feature, value: float, typical: float, tail: tuple[float, str], weight: float
) -> Reason:
    share, side = tail
    median = None if np.isnan(typical) else float(typical)
    usual = "" if median is None or feature.unit == "yes or no" else _typical(feature, median)
    said = singular(feature.says.format(value=value))
    text = f"{said} ({usual}{_rarity(share)} of all {_SUBJECTS[feature.level]} {_shows(feature, side)})"
    return Reason(
        feature.name, value, feature.unit, median, feature.compared_with, text, weight
    )


def _shows(feature: Feature, side: str) -> str:
    return "do" if feature.unit == "yes or no" else f"have {side}"


def _typical(feature: Feature, median: float) -> str:
    if feature.unit == "share":
        return f"typical: {median:.0%}; "
    return f"typical: {median:,.3g}; "


def _rarity(share: float) -> str:
    if share >= 0.01:
        return f"{share:.0%}"
    return f"1 in {1 / share:,.0f}" if share > 0 else "none"
