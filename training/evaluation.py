"""What a baseline is worth on projects that it never saw."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..features.feature import Level
from ..models.baseline import Baseline, LevelBaseline, Scores
from ..models.reference import Reference
from .corpus import Corpus, Entry
from .planted import plant
from .ranking import MEASURES, Estimate, draws, estimate, resampled
from .sample import Sample

MAIN = "average_precision"
"""The measure that panels are chosen and champions compared by."""


def development(corpus: Corpus) -> tuple[Entry, ...]:
    """Give the held-out half on which panels are chosen."""
    return corpus.held_out[0::2]


def final(corpus: Corpus) -> tuple[Entry, ...]:
    """Give the held-out half on which nothing was chosen: gates and reports use it."""
    return corpus.held_out[1::2]


@dataclass(frozen=True)
class Uniformity:
    """Whether ordinary rows of unseen projects get the p-values that they should."""

    p_values: np.ndarray
    distance: Estimate
    """Kolmogorov and Smirnov's, from the uniform distribution."""
    at_1_percent: Estimate
    """Share of p-values up to 0.01."""


@dataclass(frozen=True)
class LevelEvaluation:
    """What a level's panel finds of planted oddities, and how honest its p-values are."""

    figures: dict[str, dict[str, np.ndarray]]
    """By kind of oddity, and `mean` over kinds; by measure; the figure and 200 resamples."""
    alone: dict[str, np.ndarray]
    """Mean average precision of each detector of the panel by itself, likewise."""
    uniformity: Uniformity
    rows: int
    projects: int

    def estimate(self, kind: str, measure: str) -> Estimate:
        """Give a figure with its interval."""
        return estimate(self.figures[kind][measure], self.projects)


def evaluate(baseline: Baseline, held: dict[Level, Sample]) -> dict[Level, LevelEvaluation]:
    """Evaluate all levels on rows of held-out projects, later than what was learned."""
    return {level: evaluate_level(baseline.levels[level], part) for level, part in held.items()}


def evaluate_level(learned: LevelBaseline, held: Sample) -> LevelEvaluation:
    """Evaluate one level.

    What is odd is told by the held-out rows' own quantiles, so that the oddities and resamples
    are the same for every baseline that is compared on the same rows.
    """

    def score(sample: Sample) -> Scores:
        return learned.score_rows(sample.rows(learned.reference))

    def take(scores: Callable[[Scores], np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
        odd = {kind: scores(part) for kind, part in planted.items()}
        return figures(scores(ordinary), odd, held.project)

    ordinary = score(held)
    planted = {kind: score(part) for kind, part in plant(held, Reference.fit(held.values)).items()}
    return LevelEvaluation(
        figures=take(lambda scores: scores.combined),
        alone={
            detector.name: take(lambda scores, name=detector.name: scores.by_detector[name])[
                "mean"
            ][MAIN]
            for detector in learned.detectors
        },
        uniformity=_uniformity(ordinary.p_value, held.project),
        rows=len(held),
        projects=len(np.unique(held.project)),
    )


def figures(
    ordinary: np.ndarray, planted: dict[str, np.ndarray], projects: np.ndarray
) -> dict[str, dict[str, np.ndarray]]:
    """Take all measures of each kind of oddity, and their mean over kinds, on all resamples."""
    each = {kind: resampled(ordinary, scores, projects) for kind, scores in planted.items()}
    mean = {name: np.mean([taken[name] for taken in each.values()], axis=0) for name in MEASURES}
    return {"mean": mean} | each


def _uniformity(p_values: np.ndarray, projects: np.ndarray) -> Uniformity:
    order = np.argsort(p_values, kind="stable")
    counts = draws(projects)
    number = int((counts[0] > 0).sum())

    def over_resamples(measure: Callable[[np.ndarray], float]) -> Estimate:
        return estimate(np.array([measure(count[projects][order]) for count in counts]), number)

    rising = p_values[order]

    def distance(weight: np.ndarray) -> float:
        share = np.cumsum(weight) / weight.sum()
        return float(np.abs(share - rising).max())

    def at_1_percent(weight: np.ndarray) -> float:
        return float(weight[rising <= 0.01].sum() / weight.sum())

    return Uniformity(rising, over_resamples(distance), over_resamples(at_1_percent))
