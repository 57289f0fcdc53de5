"""Says why a vector is unusual: one ranked list of reasons, in units, with what is typical."""

from dataclasses import dataclass

import numpy as np

from ..features.catalog import features
from ..features.feature import Feature
from ..features.wording import Figure, rarity, singular
from .baseline import LevelBaseline, Scores

MOST_REASONS = 5
SMALLEST_PART = 0.04  # of the whole score; below, a reason only distracts
NOTABLE_TAIL = 0.1  # a value that more than a tenth of all reach explains nothing

_SUBJECTS = {
    "commit": "commits",
    "contributor": "contributor-windows",
    "project": "project-windows",
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


def reasons(baseline: LevelBaseline, scores: Scores, rows: list[int]) -> list[list[Reason]]:
    """Explain some of the scored vectors.

    Each detector splits its surprisal over the features by their contributions; a feature's
    weight is what it gets from all of them.

    Parameters
    ----------
    rows
        Which of the rows in `scores`.
    """
    chosen = scores.rows.where(np.asarray(rows, dtype=int))
    weight = np.zeros(chosen.values.shape)
    for detector in baseline.detectors:
        parts = detector.contributions(chosen)
        total = parts.sum(axis=1, keepdims=True)
        split = np.divide(parts, total, out=np.zeros_like(parts), where=total > 0)
        weight += split * scores.surprisal[detector.name][rows][:, None]
    whole = np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    return _ranked(baseline, chosen.values, weight / whole)


def _ranked(baseline: LevelBaseline, numbers: np.ndarray, weight: np.ndarray) -> list[list[Reason]]:
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
                    _reason(
                        feature, float(numbers[row, column]), float(typical[column]), tail, part
                    )
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
    said = singular(feature.says.format(value=Figure(value)))
    notes = f"{side} {rarity(share, _SUBJECTS[feature.level])}"
    if feature.unit == "yes or no":
        notes = notes.replace(side, "so")
    elif median is not None:
        notes = f"typically {_figure(feature, median)}; {notes}"
    return Reason(
        feature.name,
        value,
        feature.unit,
        median,
        feature.compared_with,
        f"{said} ({notes})",
        weight,
    )


def _figure(feature: Feature, median: float) -> str:
    if feature.unit == "share":
        return f"{Figure(median):.0%}"
    return f"{median:,.0f}" if abs(median) >= 100 else f"{median:.3g}"
