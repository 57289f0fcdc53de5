"""Whether vectors have moved away from what a baseline was learned from."""

from dataclasses import dataclass

import numpy as np

from ..features.catalog import features
from ..features.errors import NotEnoughHistory
from ..features.feature import Level
from ..features.vectors import Vectors
from .baseline import LevelBaseline
from .reference import GRID, Reference

DECILES = np.linspace(0.1, 0.9, 9)
SOMEWHAT, FAR = 0.1, 0.25
"""Customary bounds of the index (Siddiqi 2006, "Credit Risk Scorecards")."""

_LEAST_SHARE = 1e-4
_NORMAL_95 = 1.645


@dataclass(frozen=True)
class FeatureDrift:
    """How one feature has moved."""

    feature: str
    psi: float
    by_chance: float
    """What 19 of 20 samples of this size from the baseline's own distribution stay below."""
    verdict: str
    """stable, moved somewhat, or moved far"""


@dataclass(frozen=True)
class Drift:
    """How the vectors of a level have moved."""

    level: Level
    rows: int
    features: tuple[FeatureDrift, ...]
    """By falling index."""
    psi: float
    """Mean of the features' indices."""
    distance: float
    """Kolmogorov and Smirnov's, of the p-values from the uniform distribution."""
    unusual: float
    """Share of the rows with a p-value up to 0.01."""

    @property
    def moved(self) -> int:
        """How many features have moved far."""
        return sum(part.verdict == "moved far" for part in self.features)


def drift(baseline: LevelBaseline, vectors: Vectors) -> Drift:
    """Compare vectors with the quantiles that a baseline keeps of its own.

    The population stability index (PSI) is the sum over bins of (a − e) ln(a / e), a the share of
    these vectors and e of the baseline's; bins are the baseline's deciles, ties joined, and one
    for unknown values. A feature has moved only if its index is also above what chance gives: of
    n rows with b bins and N of the baseline, (1/n + 1/N) times a chi-squared quantile with b − 1
    degrees of freedom (Yurdakul and Naranjo 2020, Journal of Risk Model Validation).

    Raises
    ------
    NotEnoughHistory
        If there are no vectors.
    """
    if not len(vectors):
        raise NotEnoughHistory(f"there are no {baseline.level} vectors to compare")
    scores = baseline.score(vectors)
    known = baseline.reference
    found = []
    for column, feature in enumerate(features(baseline.level)):
        now, before = _shares(scores.rows.values[:, column], known, column)
        psi = float(np.sum((now - before) * np.log(now / before)))
        chance = (1 / len(vectors) + 1 / known.rows) * _chi_squared_95(max(len(now) - 1, 1))
        found.append(FeatureDrift(feature.name, psi, chance, _verdict(psi, chance)))
    return Drift(
        level=baseline.level,
        rows=len(vectors),
        features=tuple(sorted(found, key=lambda part: -part.psi)),
        psi=float(np.mean([part.psi for part in found])),
        distance=distance_from_uniform(scores.p_value),
        unusual=float((scores.p_value <= 0.01).mean()),
    )


def distance_from_uniform(p_values: np.ndarray) -> float:
    """Give Kolmogorov and Smirnov's distance of n p-values from the uniform distribution."""
    rising = np.sort(p_values)
    share = np.arange(1, len(rising) + 1) / len(rising)
    return float(np.abs(share - rising).max())


def _verdict(psi: float, chance: float) -> str:
    if psi <= max(SOMEWHAT, chance):
        return "stable"
    return "moved far" if psi > FAR else "moved somewhat"


def _shares(values: np.ndarray, known: Reference, column: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the shares of the bins, now and in the baseline.

    Half a row is added to each bin now (Jeffreys' prior), or a few rows would look like a move by
    leaving bins empty; bins that are empty on both sides are left out, and in the baseline none
    is below 1 in 10,000.
    """
    quantiles, covered = known.quantiles[column], float(known.coverage[column])
    there = values[~np.isnan(values)]
    if np.isnan(quantiles[0]):
        edges, up_to = np.zeros(0), np.zeros(0)
    else:
        edges = np.unique(quantiles[np.searchsorted(GRID, DECILES - 1e-9)])
        up_to = np.r_[GRID, 1.0][np.searchsorted(quantiles, edges, side="right")]
    before = np.diff(np.r_[0.0, up_to, 1.0]) * covered
    bins = np.bincount(np.searchsorted(edges, there, side="left"), minlength=len(edges) + 1)
    counts, before = np.r_[bins, len(values) - len(there)], np.r_[before, 1 - covered]
    used = (counts > 0) | (before > _LEAST_SHARE)
    now = (counts[used] + 0.5) / (len(values) + 0.5 * used.sum())
    return now, np.maximum(before[used], _LEAST_SHARE)


def _chi_squared_95(degrees: int) -> float:
    """Approximate the 95 % quantile (Wilson and Hilferty 1931, PNAS)."""
    part = 2 / (9 * degrees)
    return degrees * (1 - part + _NORMAL_95 * part**0.5) ** 3
