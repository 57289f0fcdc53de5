"""Isolation forest: grown by scikit-learn, kept and walked as flat arrays."""

from typing import Any, ClassVar, Self

import numpy as np

from ..extent import Comparisons, compared
from ..rows import Rows, occluded
from .trees import Trees, average_path

TREES = 200
SAMPLE = 256  # rows a tree, as in the paper; its depth is then at most 8


class IsolationForest:
    """Isolates vectors by random splits: few splits, an unusual vector.

    Liu, Ting and Zhou 2008 (ICDM), on normal scores in place of raw values, so that no unit or
    heavy tail decides where splits fall. Of a feature with a concerning direction only that side
    is seen: nobody becomes unusual by what speaks for them. The score is the paper's,
    2^(−E[h(x)] / c(SAMPLE)), in (0, 1). Scoring needs numpy alone.
    """

    name: ClassVar[str] = "isolation_forest"
    looks_back: ClassVar[bool] = False
    watches: ClassVar[tuple[str, ...]] = ()
    among: ClassVar[Comparisons] = compared("all")

    def __init__(self, trees: Trees) -> None:
        self._trees = trees

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Grow the trees. Needs the extra `train`."""
        from sklearn.ensemble import IsolationForest as Grown

        sample = min(SAMPLE, len(rows))
        options: dict[str, Any] = {"max_samples": sample, "random_state": seed}
        grown = Grown(n_estimators=TREES, **options).fit(rows.scores.astype(np.float32))
        trees = [tree.tree_ for tree in grown.estimators_]
        return cls(_complete(trees, max(tree.max_depth for tree in trees), sample))

    def score(self, rows: Rows) -> np.ndarray:
        """Give the anomaly score in (0, 1)."""
        return self._trees.anomaly(rows.scores)

    def contributions(self, rows: Rows) -> np.ndarray:
        """Say how far each score falls when one feature is set to its most ordinary value."""
        return occluded(self._trees.anomaly, rows.scores)

    def tensors(self) -> dict[str, np.ndarray]:
        """Give the trees."""
        return self._trees.tensors()

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore the trees."""
        return cls(Trees(**tensors))


def _complete(grown: list[Any], depth: int, sample: int) -> Trees:
    """Lay scikit-learn's trees out as complete ones: level by level, all trees at once."""
    inner = 2**depth - 1
    feature = np.zeros((1, len(grown), inner), dtype=np.int16)
    threshold = np.full((len(grown), inner), np.inf, dtype=np.float32)
    length = np.zeros((len(grown), inner + 1), dtype=np.float32)
    for number, tree in enumerate(grown):
        source = np.zeros(1, dtype=int)  # node of the grown tree at each place of this level
        own_length = _lengths(tree)
        for level in range(depth):
            place = 2**level - 1 + np.arange(2**level)
            splits = tree.children_left[source] >= 0
            feature[0, number, place] = np.where(splits, tree.feature[source], 0)
            threshold[number, place] = np.where(splits, _down(tree.threshold[source]), np.inf)
            left = np.where(splits, tree.children_left[source], source)
            right = np.where(splits, tree.children_right[source], source)
            source = np.stack([left, right], axis=1).ravel()
        length[number] = own_length[source]
    weight = np.zeros(0, dtype=np.float32)
    return Trees(feature, weight, threshold, length, np.array([sample]))


def _down(thresholds: np.ndarray) -> np.ndarray:
    """Round down to float32: a float32 number is at most the one if it is at most the other."""
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)


def _lengths(tree: Any) -> np.ndarray:
    """Give each node's depth, and what the rows in it would still need."""
    depth = np.zeros(tree.node_count)
    for node in range(tree.node_count):  # children come after their parent
        if tree.children_left[node] >= 0:
            depth[[tree.children_left[node], tree.children_right[node]]] = depth[node] + 1
    return depth + average_path(tree.n_node_samples)
