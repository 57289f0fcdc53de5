"""Strangest features: how far the few features lie out that lie out farthest."""

from typing import ClassVar

import numpy as np

from ..extent import Comparisons, compared
from ..rows import Rows
from .conditional_tails import ConditionalTails, family

MOST = 3
"""Features that count: one can be strange by chance, and of many, most are ordinary."""


class StrangestFeatures(ConditionalTails):
    """Sums the three highest surprisals among subjects of like extent, and no others.

    The sum is compared with all, too: what is strange for a small change is strange anywhere.

    In a sum over all features, what is ordinary takes away from what is not: a change with one
    invisible payload, a usual size and a usual hour is ordinary on the whole. Here the ordinary
    does not count. Surprisals are those of `conditional_tails`.
    """

    name: ClassVar[str] = "strangest_features"
    among: ClassVar[Comparisons] = compared("alike", "all")

    def _parts(self, rows: Rows) -> np.ndarray:
        found = np.maximum(self.surprisal(rows), 0.0)
        ordinary = np.argsort(-found, axis=1, kind="stable")[:, MOST:]
        np.put_along_axis(found, ordinary, 0.0, axis=1)
        return found


class StrangestContent(StrangestFeatures):
    """The same of what the added text looks like, whatever it says.

    Compared with all commits only: large and unreadable is a kind of its own.
    """

    name: ClassVar[str] = "strangest_content"
    watches: ClassVar[tuple[str, ...]] = family("content")
    among: ClassVar[Comparisons] = compared("all")
