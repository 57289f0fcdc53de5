"""Which rows of a corpus a baseline is learned from and calibrated on."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..features.catalog import features
from ..features.feature import LEVELS, Level
from ..features.vectors import Vectors
from ..models.detectors import DETECTORS
from ..models.looking_back import earlier
from ..models.reference import Reference
from ..models.rows import Rows
from .settings import Settings


@dataclass(frozen=True)
class Sample:
    """n rows of one level, out of several projects."""

    level: Level
    values: np.ndarray
    """n by d."""
    earlier: np.ndarray | None
    """n by k by d, where a detector of the panel looks back."""
    time: np.ndarray
    """n times at which they could be known, in seconds since 1970 UTC."""
    project: np.ndarray
    """n numbers of projects, in the corpus' order."""

    def __len__(self) -> int:
        return len(self.values)

    def where(self, mask: np.ndarray) -> "Sample":
        """Keep some rows."""
        before = None if self.earlier is None else self.earlier[mask]
        return Sample(self.level, self.values[mask], before, self.time[mask], self.project[mask])

    def replaced(self, values: np.ndarray) -> "Sample":
        """Give the same rows with other values."""
        return Sample(self.level, values, self.earlier, self.time, self.project)

    def rows(self, reference: Reference) -> Rows:
        """See them through a reference."""
        return Rows(self.values, features(self.level), reference, self.earlier)


def gather(
    corpus: Iterable[dict[Level, Vectors]], settings: Settings, split: int
) -> dict[Level, Sample]:
    """Take at most the allowed number of each project's rows on either side of `split`.

    Parameters
    ----------
    corpus
        One item a project, consumed once.
    split
        Seconds since 1970 UTC: earlier rows are for the fit, later ones for the calibration.
    """
    rng = np.random.default_rng(settings.seed)
    back = {
        level: any(DETECTORS[name].looks_back for name in settings.panel[level]) for level in LEVELS
    }
    kept: dict[Level, list[Sample]] = {level: [] for level in LEVELS}
    for number, project in enumerate(corpus):
        for level in LEVELS:
            vectors = project[level]
            time = vectors.subjects["known_time"].to_numpy()
            chosen = _chosen(time < split, settings.most_rows[level], rng)
            kept[level].append(
                Sample(
                    level,
                    vectors.values.to_numpy(dtype=float)[chosen],
                    earlier(vectors)[chosen] if back[level] else None,
                    time[chosen],
                    np.full(len(chosen), number),
                )
            )
    return {level: _joined(parts) for level, parts in kept.items()}


def _chosen(early: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    sides = [np.flatnonzero(side) for side in (early, ~early)]
    drawn = [rng.choice(at, most, replace=False) if len(at) > most else at for at in sides]
    return np.sort(np.concatenate(drawn))


def _joined(parts: list[Sample]) -> Sample:
    before = [part.earlier for part in parts if part.earlier is not None]
    return Sample(
        parts[0].level,
        np.concatenate([part.values for part in parts]),
        np.concatenate(before) if before else None,
        np.concatenate([part.time for part in parts]),
        np.concatenate([part.project for part in parts]),
    )
