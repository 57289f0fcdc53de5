"""Isolation forest: grown by scikit-learn, kept and walked as flat arrays."""

from typing import Any, ClassVar, Self

import numpy as np

from ..features.feature import Feature
from .reference import Reference

TREES = 200
SAMPLE = 256  # rows a tree, as in the paper; its depth is then at most 8
_ROWS_AT_ONCE = 4_096


class IsolationForest:
    """Isolates vectors by random splits: few splits, an unusual vector.

    Liu, Ting and Zhou 2008 (ICDM), on normal scores in place of raw values, so that no unit or
    heavy tail decides where splits fall. Of a feature with a concerning direction only that side
    is seen: nobody becomes unusual by what speaks for them. The score is the paper's,
    2^(−E[h(x)] / c(SAMPLE)), in (0, 1). Scoring needs numpy alone.
    """

    name: ClassVar[str] = "isolation_forest"

    def __init__(
        self, features: tuple[Feature, ...], reference: Reference, tensors: dict[str, np.ndarray]
    ) -> None:
        self._features = features
        self._reference = reference
        self._tensors = tensors
        self._depth = int(tensors["depth"][0])

    @classmethod
    def fit(
        cls, values: np.ndarray, features: tuple[Feature, ...], reference: Reference, seed: int
    ) -> Self:
        """Grow the trees. Needs the extra `train`."""
        from sklearn.ensemble import IsolationForest as Grown

        sample = min(SAMPLE, len(values))
        # float32, as scikit-learn compares: a stored threshold then decides exactly as its own
        scores = _concerning(values, features, reference).astype(np.float32)
        options: dict[str, Any] = {"max_samples": sample, "random_state": seed}
        grown = Grown(n_estimators=TREES, **options).fit(scores)
        trees = _flatten([tree.tree_ for tree in grown.estimators_], sample)
        return cls(features, reference, trees)

    def score(self, values: np.ndarray) -> np.ndarray:
        """Give the anomaly score in (0, 1)."""
        return self._score(_concerning(values, self._features, self._reference))

    def contributions(self, values: np.ndarray) -> np.ndarray:
        """Say how far each score falls when one feature is set to its most ordinary value."""
        scores = _concerning(values, self._features, self._reference)
        whole = self._score(scores)
        parts = np.zeros(scores.shape)
        for column in range(scores.shape[1]):
            ordinary = scores.copy()
            ordinary[:, column] = 0.0
            parts[:, column] = np.maximum(whole - self._score(ordinary), 0.0)
        return parts

    def _score(self, scores: np.ndarray) -> np.ndarray:
        rows = scores.astype(np.float32)
        parts = [
            self._score_some(rows[start : start + _ROWS_AT_ONCE])
            for start in range(0, len(rows), _ROWS_AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _score_some(self, rows: np.ndarray) -> np.ndarray:
        """Walk all trees at once; a leaf is its own child."""
        feature, threshold = self._tensors["feature"], self._tensors["threshold"]
        left, right, length = (self._tensors[name] for name in ("left", "right", "length"))
        node = np.broadcast_to(self._tensors["root"], (len(rows), len(self._tensors["root"])))
        row = np.arange(len(rows))[:, None]
        for _ in range(self._depth):
            goes_left = rows[row, feature[node]] <= threshold[node]
            node = np.where(goes_left, left[node], right[node])
        mean = length[node].mean(axis=1, dtype=np.float64)
        return np.exp2(-mean / float(self._tensors["normaliser"][0]))

    def tensors(self) -> dict[str, np.ndarray]:
        """Give the trees' nodes, one after another."""
        return self._tensors

    @classmethod
    def from_tensors(
        cls,
        tensors: dict[str, np.ndarray],
        features: tuple[Feature, ...],
        reference: Reference,
    ) -> Self:
        """Restore the trees."""
        return cls(features, reference, tensors)


def _concerning(
    values: np.ndarray, features: tuple[Feature, ...], reference: Reference
) -> np.ndarray:
    """Give normal scores, n by d, with the unconcerning side of each feature flattened to 0."""
    scores = reference.normal_scores(values)
    high = np.array([f.concerning == "high" for f in features])
    low = np.array([f.concerning == "low" for f in features])
    scores[:, high] = np.maximum(scores[:, high], 0.0)
    scores[:, low] = np.minimum(scores[:, low], 0.0)
    return scores


def _flatten(trees: list[Any], sample: int) -> dict[str, np.ndarray]:
    columns: dict[str, list[np.ndarray]] = {
        name: [] for name in ("feature", "threshold", "left", "right", "length")
    }
    roots, start, depth = [], 0, 0
    for tree in trees:
        own = np.arange(tree.node_count)
        leaf = tree.children_left < 0
        columns["feature"].append(np.where(leaf, 0, tree.feature))
        columns["threshold"].append(np.where(leaf, 0, tree.threshold))
        columns["left"].append(np.where(leaf, own, tree.children_left) + start)
        columns["right"].append(np.where(leaf, own, tree.children_right) + start)
        columns["length"].append(_depths(tree) + _average_path(tree.n_node_samples))
        roots.append(start)
        start += tree.node_count
        depth = max(depth, tree.max_depth)
    types = {"feature": np.int16, "left": np.int32, "right": np.int32}
    tensors = {
        name: np.concatenate(parts).astype(types.get(name, np.float64))
        for name, parts in columns.items()
    }
    tensors["root"] = np.array(roots, dtype=np.int32)
    tensors["depth"] = np.array([depth], dtype=np.int32)
    tensors["normaliser"] = _average_path(np.array([sample])).astype(np.float64)
    return tensors


def _depths(tree: Any) -> np.ndarray:
    depth = np.zeros(tree.node_count)
    for node in range(tree.node_count):  # children come after their parent
        if tree.children_left[node] >= 0:
            depth[[tree.children_left[node], tree.children_right[node]]] = depth[node] + 1
    return depth


def _average_path(samples: np.ndarray) -> np.ndarray:
    """Give c(n), the mean length of an unsuccessful search in a binary tree of n rows."""
    n = samples.astype(float)
    many = np.maximum(n, 3.0)
    length = 2 * (np.log(many - 1) + np.euler_gamma) - 2 * (many - 1) / many
    return np.where(n <= 1, 0.0, np.where(n == 2, 1.0, length))
