"""Says why a vector is unusual: one ranked list of reasons, in units, with what is typical."""

from dataclasses import dataclass

import numpy as np

from ..features.feature import Feature
from ..features.wording import SUBJECTS, Figure, rarity, singular
from .baseline import LevelBaseline, Scores
from .combination import COMBINATIONS
from .detector import Foretelling, contributions
from .detectors.surprise import beyond
from .rows import Rows

MOST_REASONS = 5
SMALLEST_PART = 0.04  # of the whole score; below, a reason only distracts
NOTABLE_TAIL = 0.1  # a value that more than a tenth of all reach explains nothing by itself
UNFORESEEN = 1.0  # normal scores from what was expected: a third of all lie as far from the middle


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
    tail: float
    """Share of all subjects that lie as far out, on the side that counts."""
    expected: float | None = None
    """What a detector that knows the rest of it expected, if the value is far from that on the side
    that deserves a look."""

    @property
    def is_unforeseen(self) -> bool:
        """Whether a detector expected something else."""
        return self.expected is not None


@dataclass(frozen=True)
class Explanation:
    """Why one subject is unusual."""

    reasons: tuple[Reason, ...]
    """At most five, by falling weight; at least one where anything has weight."""
    weights: np.ndarray
    """Every feature's share of the score, d numbers that add up to 1, or 0 where nothing counts."""


def explain(baseline: LevelBaseline, scores: Scores, rows: list[int]) -> list[Explanation]:
    """Explain some of the scored vectors.

    Each detector splits its share of the joined score over the features by their contributions; a
    feature's weight is what it gets from all of them. What can be foretold is compared with what
    the detector that gave most of the weight expected.

    Parameters
    ----------
    rows
        Which of the rows in `scores`.
    """
    chosen = scores.rows.where(np.asarray(rows, dtype=int))
    judged = [scores.surprisal[detector.name][:, rows] for detector in baseline.detectors]
    shares = COMBINATIONS[baseline.combination].shares(judged, baseline.votes)
    weight, most = np.zeros(chosen.values.shape), np.zeros(chosen.values.shape)
    foretold = _Foretold(np.full(weight.shape, np.nan), np.full(weight.shape, "", dtype=object))
    for detector, share in zip(baseline.detectors, shares, strict=True):
        parts = contributions(detector, chosen)
        total = parts.sum(axis=1, keepdims=True)
        split = np.divide(parts, total, out=np.zeros_like(parts), where=total > 0)
        split *= share[:, None]
        weight += split
        if isinstance(detector, Foretelling):
            leads = split > most
            foretold.scores[leads] = chosen.laid_out(detector.expected(chosen.learned))[leads]
            foretold.going_by[leads] = detector.going_by
            most = np.maximum(most, split)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    ranked = _ranked(baseline, chosen, weight, foretold)
    return [Explanation(tuple(found), row) for found, row in zip(ranked, weight, strict=True)]


@dataclass(frozen=True)
class _Foretold:
    """What detectors expected of n rows and d features."""

    scores: np.ndarray
    """Normal scores, NaN where nobody foretells."""
    going_by: np.ndarray
    """From what, in words."""


def _ranked(
    baseline: LevelBaseline, rows: Rows, weight: np.ndarray, foretold: _Foretold
) -> list[list[Reason]]:
    reference = baseline.reference
    upper, lower = reference.upper_tail(rows.values), reference.lower_tail(rows.values)
    unforeseen = np.abs(beyond(rows.scores, foretold.scores, rows.features)) >= UNFORESEEN
    expected = np.where(unforeseen, reference.at(np.nan_to_num(foretold.scores)), np.nan)

    def reason(row: int, column: int) -> Reason:
        return _reason(
            rows.features[column],
            value=float(rows.values[row, column]),
            typical=_known(reference.typical[column]),
            expected=_known(expected[row, column]),
            going_by=foretold.going_by[row, column],
            tails=(float(upper[row, column]), float(lower[row, column])),
            weight=float(weight[row, column]),
        )

    explained = []
    for row in range(len(rows)):
        order = np.argsort(-weight[row], kind="stable")
        large = [reason(row, column) for column in order if weight[row, column] >= SMALLEST_PART]
        telling = [found for found in large if found.tail <= NOTABLE_TAIL or found.is_unforeseen]
        first = [reason(row, order[0])] if weight[row, order[0]] > 0 else []
        explained.append((telling or first)[:MOST_REASONS])
    return explained


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def _tail(feature: Feature, upper: float, lower: float) -> tuple[float, str]:
    """Give the tail that counts and its name; NaN becomes a tail of everybody."""
    high = 1.0 if np.isnan(upper) else upper
    low = 1.0 if np.isnan(lower) else lower
    if feature.concerning == "high" or (feature.concerning == "both" and high <= low):
        return high, "as much or more"
    return low, "as little or less"


def _reason(
    feature: Feature,
    *,
    value: float,
    typical: float | None,
    expected: float | None,
    going_by: str,
    tails: tuple[float, float],
    weight: float,
) -> Reason:
    tail, side = _tail(feature, *tails)
    said = singular(feature.says.format(value=Figure(value)))
    notes = f"{side} {rarity(tail, SUBJECTS[feature.level])}"
    if feature.unit == "yes or no":
        notes = notes.replace(side, "so")
    elif typical is not None:
        notes = f"typically {_figure(feature, typical)}; {notes}"
    if expected is not None and _figure(feature, expected) == _figure(feature, value):
        expected = None
    if expected is not None and (expected != typical or tail > NOTABLE_TAIL):
        notes += f"; {going_by} made one expect {_expectation(feature, expected)}"
    return Reason(
        feature=feature.name,
        value=value,
        unit=feature.unit,
        typical=typical,
        compared_with=feature.compared_with,
        text=f"{said} ({notes})",
        weight=weight,
        tail=tail,
        expected=expected,
    )


def _expectation(feature: Feature, expected: float) -> str:
    if feature.unit == "yes or no":
        return "it" if expected > 0.5 else "otherwise"
    return f"about {_figure(feature, expected)}"


def _figure(feature: Feature, median: float) -> str:
    if feature.unit == "share":
        return f"{Figure(median):.0%}"
    if feature.unit == "standard deviations":
        return f"{round(median, 1) + 0.0:+.1f}"  # never −0.0
    return f"{median:,.0f}" if abs(median) >= 100 else f"{median:.3g}"
