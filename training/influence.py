"""Which projects shape a baseline most: where a poisoned history would have to show."""

import numpy as np
import pandas as pd

from ..features.feature import Level
from ..models.baseline import Baseline, LevelBaseline
from .sample import Sample

FAR_OUT = 2.0  # −log10(2p): values that 1 in 200 reach


def influence(
    baseline: Baseline, samples: dict[Level, Sample], projects: list[str], split: int
) -> pd.DataFrame:
    """Say how much of what counts as far out comes from each project.

    Parameters
    ----------
    samples
        What the baseline was learned from.
    projects
        Their names, in the order of the samples' numbers.

    Returns
    -------
    A row a level and project, by falling `tail_share`:

    - `rows_share`: of the rows that were learned from
    - `tail_share`: of the values that lie as far out as 1 in 200, on the sides that count; a
      project with many makes them ordinary for all
    - `calibration_share`: of the most unusual hundredth of the calibration rows
    - `p_ratio`: by what the p-value 0.01 would be multiplied without the project's calibration
      rows; exact, as conformal p-values are counts
    """
    tables = [
        _of_level(baseline.levels[level], sample, projects, split)
        for level, sample in samples.items()
    ]
    return pd.concat(tables, ignore_index=True)


def _of_level(
    learned: LevelBaseline, sample: Sample, projects: list[str], split: int
) -> pd.DataFrame:
    early, late = sample.where(sample.time < split), sample.where(sample.time >= split)
    far = (early.rows(learned.reference).signed_surprisal >= FAR_OUT).sum(axis=1)
    scores = learned.score_rows(late.rows(learned.reference)).combined
    unusual = scores >= np.quantile(scores, 0.99)
    count = len(projects)
    above, size = _by_project(late, unusual, count), _by_project(late, np.ones(len(late)), count)
    n, k = len(late), unusual.sum()
    table = pd.DataFrame(
        {
            "level": learned.level,
            "project": projects,
            "rows_share": _by_project(early, np.ones(len(early)), count) / len(early),
            "tail_share": _by_project(early, far, count) / max(far.sum(), 1),
            "calibration_share": above / k,
            "p_ratio": ((1 + k - above) / (n - size + 1)) / ((1 + k) / (n + 1)),
        }
    )
    return table.sort_values("tail_share", ascending=False, kind="stable")


def _by_project(sample: Sample, weight: np.ndarray, count: int) -> np.ndarray:
    return np.bincount(sample.project, weights=weight, minlength=count)
