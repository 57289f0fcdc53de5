"""Fits a baseline on earlier rows and calibrates it on later ones."""

from typing import Any

import numpy as np

from ..features.catalog import digest
from ..features.errors import NotEnoughHistory
from ..features.feature import Level
from ..models.baseline import Baseline, LevelBaseline
from ..models.calibration import Calibration, Mondrian, surprisals
from ..models.combination import COMBINATIONS
from ..models.detector import Detector, Tallying, shown_to
from ..models.detectors import DETECTORS
from ..models.extent import Classes, extent
from ..models.reference import Reference
from ..models.rows import Rows
from .sample import Sample
from .settings import FEWEST_ROWS, Settings


def fit(
    samples: dict[Level, Sample],
    settings: Settings,
    *,
    split: int,
    provenance: dict[str, Any] | None = None,
) -> Baseline:
    """Learn from all rows known before `split`, and calibrate on those after it.

    Parameters
    ----------
    split
        Seconds since 1970 UTC.
    provenance
        What to keep about the corpus; counts and settings are added.

    Raises
    ------
    NotEnoughHistory
        If a level has fewer than 50 rows on one side of the split.
    """
    counts = {level: _counts(sample, split) for level, sample in samples.items()}
    learned: dict[Level, LevelBaseline] = {
        level: fit_level(sample, settings, split) for level, sample in samples.items()
    }
    facts = settings.facts() | {"split": split, "rows": counts}
    return Baseline(learned, (provenance or {}) | facts, digest())


def _counts(sample: Sample, split: int) -> dict[str, int]:
    early = int((sample.time < split).sum())
    late = len(sample) - early
    if min(early, late) < FEWEST_ROWS:
        raise NotEnoughHistory(
            f"{early} {sample.level} vectors before the split and {late} after it are too few to "
            "learn from",
            hint="add projects to the corpus, or move the split",
        )
    return {"fit": early, "calibration": late}


def fit_level(sample: Sample, settings: Settings, split: int) -> LevelBaseline:
    """Learn one level.

    The reference is taken from all early rows, so that "1 in 1,000" means what it says; a
    detector's second fit leaves out what its first found most unusual, so that a few odd or
    planted rows do not become part of what is ordinary. Scores are calibrated among later rows.
    """
    early, late = sample.where(sample.time < split), sample.where(sample.time >= split)
    reference = Reference.fit(early.values)
    before = early.rows(reference)
    names = settings.panel[sample.level]
    detectors = tuple(
        fit_trimmed(DETECTORS[n], shown_to(DETECTORS[n], before), settings) for n in names
    )
    return calibrated(detectors, late.rows(reference), settings)


def calibrated(detectors: tuple[Detector, ...], later: Rows, settings: Settings) -> LevelBaseline:
    """Turn fitted detectors into a baseline by rows that they did not learn from.

    A detector is calibrated among all rows, or among those of like extent, as it says.
    """
    level = later.features[0].level
    scores = [detector.score(shown_to(detector, later)) for detector in detectors]
    classes = Classes.fit(extent(later), settings.classes[level])
    by_comparison = classes.numbers(later)
    numbers = [[by_comparison[among] for among in part.among[level]] for part in detectors]
    calibrations = tuple(
        tuple(Mondrian.fit(score, number) for number in own)
        for score, own in zip(scores, numbers, strict=True)
    )
    judged = [surprisals(*each) for each in zip(calibrations, scores, numbers, strict=True)]
    votes = settings.votes(level, (detector.name for detector in detectors))
    combined = COMBINATIONS[settings.combination[level]].join(judged, votes)
    return LevelBaseline(
        level=level,
        reference=later.reference,
        detectors=detectors,
        classes=classes,
        calibrations=calibrations,
        combination=settings.combination[level],
        votes=votes,
        panel=Calibration.fit(combined),
    )


def fit_trimmed(kind: type[Detector], rows: Rows, settings: Settings) -> Detector:
    """Fit a detector, leave out the most unusual rows, and fit it again.

    One that counts what is rare is fitted once.

    Left out is what the detector itself finds most unusual, and as many rows that lie farthest out
    on the sides that count: a cluster of odd rows that a flexible detector has learned by heart
    looks ordinary to it, but not to the tails.
    """
    first = kind.fit(rows, settings.seed)
    if not first.tensors() or not settings.trim or isinstance(first, Tallying):
        return first
    own, tails = first.score(rows), rows.signed_surprisal.sum(axis=1)
    ordinary = [part <= np.quantile(part, 1 - settings.trim) for part in (own, tails)]
    return kind.fit(rows.where(np.logical_and(*ordinary)), settings.seed)
