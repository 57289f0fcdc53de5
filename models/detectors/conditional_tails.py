"""Conditional tails: how far a vector lies out among those of the same extent."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from ...features.catalog import features
from ..extent import Classes, Comparisons, compared, extent
from ..reference import Reference
from ..rows import Rows, sides

MOST_CLASSES = 16


@dataclass(frozen=True)
class ConditionalTails:
    """Sums one-sided tails, each told among subjects of like extent.

    Three lines that start a program are nothing in an import of ten thousand, and a lot in a
    change of four. Rows are put into classes by their extent (`extent.Classes`); one without any,
    such as a commit of binary files alone, is compared with all. Within its class a value whose
    tail in the concerning direction is p adds s = −log10 2p if p is below one half, as in
    `directional_tails`, and s² where s is above 1; one that lies as far out on the other side takes
    s away. The sum of logarithms is Fisher's (1932); the squares let a few strange features count
    for more than many that are a little unusual.
    """

    edges: np.ndarray
    """c − 1 extents between the classes."""
    quantiles: np.ndarray
    """c by k by g, as in `Reference`: of the k features with a concerning direction."""
    counts: np.ndarray
    """c numbers of rows that the quantiles come from."""

    name: ClassVar[str] = "conditional_tails"
    looks_back: ClassVar[bool] = False
    watches: ClassVar[tuple[str, ...]] = ()
    among: ClassVar[Comparisons] = compared("alike", "all")

    @classmethod
    def counted(cls, rows: Rows) -> np.ndarray:
        """Tell which of d features count: those with a concerning direction that it watches."""
        high, low = sides(rows.features)
        watched = [not cls.watches or feature.name in cls.watches for feature in rows.features]
        return (high | low) & watched

    @classmethod
    def extent(cls, rows: Rows) -> np.ndarray:
        """Give what n rows are alike by, 0 where it is not known."""
        return extent(rows)

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Take quantiles in each class of extent."""
        extents = cls.extent(rows)
        told = extents > 0 if (extents > 0).any() else extents == 0
        classes = Classes.fit(extents[told], MOST_CLASSES)
        directed, number = rows.values[told][:, cls.counted(rows)], classes.of(extents[told])
        members = [directed[number == present] for present in range(len(classes))]
        quantiles = [Reference.fit(part).quantiles for part in members]
        return cls(classes.edges, np.array(quantiles), np.array([len(part) for part in members]))

    def score(self, rows: Rows) -> np.ndarray:
        """Give the sum over features."""
        return self._parts(rows).sum(axis=1)

    def contributions(self, rows: Rows) -> np.ndarray:
        """Give each feature's part of the sum where it raises it."""
        parts = np.zeros(rows.values.shape)
        parts[:, self.counted(rows)] = np.maximum(self._parts(rows), 0.0)
        return parts

    def tensors(self) -> dict[str, np.ndarray]:
        """Give the classes and their quantiles."""
        return {"edges": self.edges, "quantiles": self.quantiles, "counts": self.counts}

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore a fitted one."""
        return cls(tensors["edges"], tensors["quantiles"], tensors["counts"])

    @cached_property
    def _references(self) -> list[Reference]:
        return [
            Reference(quantiles, np.ones(len(quantiles)), int(rows))
            for quantiles, rows in zip(self.quantiles, self.counts, strict=True)
        ]

    def _parts(self, rows: Rows) -> np.ndarray:
        """What each feature adds to the sum or takes away, n by k."""
        return squared(self.surprisal(rows))

    def surprisal(self, rows: Rows) -> np.ndarray:
        """Signed surprisals within the rows' classes, n by k."""
        directed = np.flatnonzero(self.counted(rows))
        some = tuple(rows.features[column] for column in directed)
        values = rows.values[:, directed]
        found = rows.signed_surprisal[:, directed]
        extents = self.extent(rows)
        number = np.where(extents > 0, Classes(self.edges).of(extents), -1)
        for present in np.unique(number[number >= 0]):
            mine = number == present
            found[mine] = Rows(values[mine], some, self._references[present]).signed_surprisal
        return found


def family(name: str) -> tuple[str, ...]:
    """Name the features of a family of commits' features."""
    return tuple(feature.name for feature in features("commit") if feature.family == name)


class CapabilityTails(ConditionalTails):
    """The same of what the added lines can reach for, and of the build's checks that they change.

    What takes secrets away needs several capabilities at once, in a place that had none: here the
    sum says more than the highest few.
    """

    name: ClassVar[str] = "capability_tails"
    watches: ClassVar[tuple[str, ...]] = (*family("capabilities"), *family("probes"))
    among: ClassVar[Comparisons] = compared("alike")


def squared(surprisal: np.ndarray) -> np.ndarray:
    """Square surprisals above 1: what a few strange features count for more by."""
    return np.where(surprisal > 1, surprisal**2, surprisal)
