"""Classes of like extent: a commit of three lines is not held against an import of ten thousand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from ..features.feature import LEVELS, Level
from .rows import Rows

EXTENT: dict[Level, Mapping[str, float]] = {
    "commit": {"added_bytes": 0.8, "new_lines": 0.2},
    "contributor": {"share": 1.0},
    "project": {"commits": 1.0},
}
"""What says how much a subject did, of people how much of the whole: a large commit, or whoever
carries a project, reaches far in many features by that alone. Features and their weights in a
geometric mean: four lines of a quarter of a megabyte are not like an import of as many bytes."""

Among = Literal["all", "alike"]
"""Whom a subject is compared with: all subjects, or those of the same class of extent."""

Comparisons = Mapping[Level, tuple[Among, ...]]
"""Whom a level's subjects are compared with; each comparison gives a p-value of its own."""

_ANYTHING = np.finfo(float).tiny
FEWEST_ROWS = 500  # in a class; tails of fewer say little


def compared(*among: Among) -> Comparisons:
    """Compare the subjects of every level so."""
    return dict.fromkeys(LEVELS, among)


def extent(rows: Rows) -> np.ndarray:
    """Give how much each of n subjects did, 0 where nothing is known of it.

    In single precision, so that equal ones stay equal on machines whose powers round otherwise.
    """
    found = np.ones(len(rows))
    for name, weight in EXTENT[rows.features[0].level].items():
        found *= np.nan_to_num(rows.column(name)) ** weight
    return found.astype(np.float32).astype(float)


@dataclass(frozen=True)
class Classes:
    """Bounds of c classes of extent; what has none, such as a commit of binary files, is apart."""

    edges: np.ndarray
    """c − 1 least extents of all classes but the first, rising."""

    @classmethod
    def fit(cls, extents: np.ndarray, most: int) -> Self:
        """Part rows by their extent into at most `most` classes of like number, 500 or more each.

        The uppermost is halved again and again while 500 remain: in extent, it reaches over as
        many powers of ten as all others together. Rows without extent are one class more where
        they are as many, and else belong to the first. A single class holds all.
        """
        told = extents[extents > 0]
        number = min(most, len(told) // FEWEST_ROWS)
        if most == 1 or number < 1:
            return cls(np.zeros(0))
        halvings = int(np.log2(len(told) / number / FEWEST_ROWS))
        upper = 1 - 0.5 ** np.arange(1, halvings + 1) / number
        steps = np.r_[np.linspace(0, 1, number + 1)[1:-1], upper]
        inner = np.unique(np.quantile(told, steps, method="inverted_cdf"))
        inner = inner[inner > told.min()]  # a class below the least extent would be empty
        apart = len(extents) - len(told) >= FEWEST_ROWS
        return cls(np.r_[[_ANYTHING] if apart else [], inner])

    def __len__(self) -> int:
        return len(self.edges) + 1

    def of(self, extents: np.ndarray) -> np.ndarray:
        """Give the number of each one's class, from 0."""
        return np.searchsorted(self.edges, extents, side="right")

    def numbers(self, rows: Rows) -> dict[Among, np.ndarray]:
        """Give for each comparison the n numbers of the classes in which rows are compared."""
        return {"all": np.zeros(len(rows), dtype=int), "alike": self.of(extent(rows))}
