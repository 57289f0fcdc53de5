"""Fits a baseline on earlier vectors and calibrates it on later ones."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..features.catalog import digest, features
from ..features.errors import NotEnoughHistory
from ..features.feature import LEVELS, Level
from ..features.vectors import Vectors
from ..models.baseline import Baseline, LevelBaseline
from ..models.calibration import Calibration
from ..models.detectors import PANEL
from ..models.reference import Reference

MOST_ROWS: dict[Level, int] = {"commit": 3_000, "contributor": 1_000, "project": 200}
"""Rows that one project may contribute to fit and to calibration each: no project is the norm."""

FEWEST_ROWS = 50


def sample(vectors: Vectors, split: int, rng: np.random.Generator) -> Vectors:
    """Keep at most the allowed number of a project's rows on either side of `split`.

    Parameters
    ----------
    split
        Seconds since 1970 UTC: earlier rows are for the fit, later ones for the calibration.
    """
    early = (vectors.subjects["known_time"] < split).to_numpy()
    keep = np.zeros(len(vectors), dtype=bool)
    for side in (early, ~early):
        at = np.flatnonzero(side)
        most = MOST_ROWS[vectors.level]
        keep[rng.choice(at, most, replace=False) if len(at) > most else at] = True
    return vectors.where(keep)


def fit(
    corpus: Iterable[dict[Level, Vectors]],
    *,
    split: int,
    seed: int = 0,
    provenance: dict[str, Any] | None = None,
) -> Baseline:
    """Learn from all vectors known before `split`, and calibrate on those after it.

    Parameters
    ----------
    corpus
        One item a project, consumed once.
    split
        Seconds since 1970 UTC.
    provenance
        What to keep about the corpus; counts are added.

    Raises
    ------
    NotEnoughHistory
        If a level has fewer than 50 rows on one side of the split.
    """
    rng = np.random.default_rng(seed)
    kept: dict[Level, list[Vectors]] = {level: [] for level in LEVELS}
    for project in corpus:
        for level in LEVELS:
            kept[level].append(sample(project[level], split, rng))
    learned: dict[Level, LevelBaseline] = {}
    counts: dict[str, dict[str, int]] = {}
    for level in LEVELS:
        values, times = _joined(kept[level])
        early = times < split
        counts[level] = {"fit": int(early.sum()), "calibration": int((~early).sum())}
        if min(counts[level].values()) < FEWEST_ROWS:
            raise NotEnoughHistory(
                f"{counts[level]['fit']} {level} vectors before the split and "
                f"{counts[level]['calibration']} after it are too few to learn from",
                hint="add projects to the corpus, or move the split",
            )
        learned[level] = _fit_level(level, values[early], values[~early], seed)
    facts = (provenance or {}) | {"seed": seed, "split": split, "rows": counts}
    return Baseline(learned, facts, digest())


def _joined(parts: list[Vectors]) -> tuple[np.ndarray, np.ndarray]:
    values = pd.concat([part.values for part in parts]).to_numpy(dtype=float)
    return values, pd.concat([part.subjects["known_time"] for part in parts]).to_numpy()


def _fit_level(level: Level, early: np.ndarray, late: np.ndarray, seed: int) -> LevelBaseline:
    reference = Reference.fit(early)
    detectors = tuple(kind.fit(early, features(level), reference, seed) for kind in PANEL)
    scores = [detector.score(late) for detector in detectors]
    calibrations = tuple(Calibration.fit(score) for score in scores)
    combined = np.sum(
        [
            calibration.surprisal(score)
            for calibration, score in zip(calibrations, scores, strict=True)
        ],
        axis=0,
    )
    return LevelBaseline(level, reference, detectors, calibrations, Calibration.fit(combined))
