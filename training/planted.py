"""Oddities planted in ordinary rows: what a detector should find, known by construction."""

from collections.abc import Callable

import numpy as np

from ..features.catalog import features
from ..models.reference import GRID, Reference
from ..models.rows import sides
from .sample import Sample

FAR, SLIGHT = 0.001, 0.05
"""Share of all that lie where a value is moved to."""

RISEN = 0.01
"""Share of all who gained as much at the leader's cost."""

_BEHIND = ("tenure", "commits_before", "push_age", "time_to_push")

MANY = 10


def plant(sample: Sample, reference: Reference, seed: int = 0) -> dict[str, Sample]:
    """Change ordinary rows, one by one, in several ways.

    `one_feature`, `three_features`: a value, or three, moved to where 1 in 1,000 of all lie, on
    the side that deserves a look. `many_slightly`: ten values moved to where 1 in 20 lie, as when
    somebody quietly gains ground everywhere. `family`: the values of one family of features taken
    from a row of another project, each of them ordinary. `person` (contributors): the whole window
    of somebody in another project, after this person's past. `rise` (contributors): such a window
    of somebody who gained as much at the leader's cost as 1 in 100 do, with as little behind it
    as 1 in 20 have: what takeovers have in common, where most who gain have been there for years.

    Parameters
    ----------
    reference
        Where the quantiles come from: the baseline that is evaluated must not be the judge of
        what is odd for another, so callers that compare baselines pass one to all.

    Returns
    -------
    By kind, as many rows as `sample` has, in its order.
    """
    rng = np.random.default_rng(seed)
    kinds: dict[str, Callable[[], np.ndarray]] = {
        "one_feature": lambda: _pushed(sample, reference, 1, FAR, rng),
        "three_features": lambda: _pushed(sample, reference, 3, FAR, rng),
        "many_slightly": lambda: _pushed(sample, reference, MANY, SLIGHT, rng),
        "family": lambda: _family(sample, rng),
    }
    if sample.level == "contributor":
        kinds["person"] = lambda: sample.values[_elsewhere(sample, rng)]
        kinds["rise"] = lambda: _risen(sample, reference, rng)
    return {kind: sample.replaced(make()) for kind, make in kinds.items()}


def _pushed(
    sample: Sample, reference: Reference, many: int, share: float, rng: np.random.Generator
) -> np.ndarray:
    high, low = sides(features(sample.level))
    upper, lower = (reference.quantiles[:, np.searchsorted(GRID, p)] for p in (1 - share, share))
    target = np.where(high, upper, lower)
    learned = np.array([feature.learned for feature in features(sample.level)])
    counts = (high | low) & learned
    movable = np.flatnonzero(counts & (target != reference.typical) & ~np.isnan(target))
    values = sample.values.copy()
    if len(movable) < many:
        return values
    for row in values:
        columns = rng.choice(movable, many, replace=False)
        farther = np.where(
            high[columns], target[columns] > row[columns], target[columns] < row[columns]
        )
        row[columns] = np.where(farther | np.isnan(row[columns]), target[columns], row[columns])
    return values


def _family(sample: Sample, rng: np.random.Generator) -> np.ndarray:
    family = np.array([feature.family for feature in features(sample.level)])
    learned = {feature.family for feature in features(sample.level) if feature.learned}
    drawn = rng.choice(sorted(learned), len(sample))
    return np.where(family == drawn[:, None], sample.values[_elsewhere(sample, rng)], sample.values)


def _risen(sample: Sample, reference: Reference, rng: np.random.Generator) -> np.ndarray:
    names = [feature.name for feature in features(sample.level)]
    gained = np.nan_to_num(sample.values[:, names.index("displacement")])
    donors = np.flatnonzero(gained >= np.quantile(gained, 1 - RISEN))
    values = sample.values[_elsewhere(sample, rng, donors)]
    columns = [names.index(name) for name in _BEHIND]
    little = reference.quantiles[columns, np.searchsorted(GRID, SLIGHT)]
    values[:, columns] = np.fmin(values[:, columns], little)
    return values


def _elsewhere(
    sample: Sample, rng: np.random.Generator, among: np.ndarray | None = None
) -> np.ndarray:
    """Draw for each row one of another project, among some if told."""
    donors = np.arange(len(sample)) if among is None else among
    drawn = rng.choice(donors, len(sample))
    for _ in range(100):
        same = sample.project[drawn] == sample.project
        if not same.any():
            break
        drawn[same] = rng.choice(donors, int(same.sum()))
    return drawn
