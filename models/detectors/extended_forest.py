"""Extended isolation forest: splits that lean over several features at once."""

from typing import ClassVar, Self

import numpy as np

from ..extent import Comparisons, compared
from ..rows import Rows, occluded
from .trees import Trees, average_path

TREES = 100
SAMPLE = 256
DEPTH = 8
FEATURES = 3  # in a split: hyperplanes in all 50 would see little but noise


class ExtendedForest:
    """Isolates vectors by random hyperplanes, and so sees unusual combinations.

    Hariri, Carrasco Kind and Brunner 2021 (IEEE TKDE), with extension level 2 and the threshold
    drawn between the smallest and largest projection of the node's rows, so that each split parts
    some. Otherwise as `IsolationForest`: normal scores, the concerning side only.
    """

    name: ClassVar[str] = "extended_forest"
    looks_back: ClassVar[bool] = False
    watches: ClassVar[tuple[str, ...]] = ()
    among: ClassVar[Comparisons] = compared("all")

    def __init__(self, trees: Trees) -> None:
        self._trees = trees

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Grow the trees."""
        rng = np.random.default_rng(seed)
        scores = rows.scores.astype(np.float32)
        sample = min(SAMPLE, len(scores))
        inner = 2**DEPTH - 1
        used = min(FEATURES, scores.shape[1])
        trees = Trees(
            np.zeros((used, TREES, inner), dtype=np.int16),
            np.zeros((used, TREES, inner), dtype=np.float32),
            np.full((TREES, inner), np.inf, dtype=np.float32),
            np.zeros((TREES, inner + 1), dtype=np.float32),
            np.array([sample]),
        )
        for tree in range(TREES):
            _grow(trees, tree, scores[rng.choice(len(scores), sample, replace=False)], rng)
        return cls(trees)

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


def _grow(trees: Trees, tree: int, rows: np.ndarray, rng: np.random.Generator) -> None:
    """Split level by level; `node` is where each row stands, `ended` where its branch ended."""
    inner = trees.threshold.shape[1]
    node = np.zeros(len(rows), dtype=int)
    ended = np.full(inner + 1 + inner, -1)  # depth at which the branch through a node ended
    for depth in range(DEPTH):
        for place in range(2**depth - 1, 2 ** (depth + 1) - 1):
            here = np.flatnonzero(node == place)
            above = ended[(place - 1) // 2] if place else -1
            split = None if above >= 0 else _split(rows[here], len(trees.feature), rng)
            if split is None:
                ended[place] = above if above >= 0 else depth
                node[here] = 2 * place + 1
                continue
            columns, weights, threshold = split
            trees.feature[:, tree, place] = columns
            trees.weight[:, tree, place] = weights
            trees.threshold[tree, place] = threshold
            projected = _project(rows[here], columns, weights)
            node[here] = 2 * place + 1 + (projected > threshold)
    leaves = np.arange(inner, 2 * inner + 1)
    reached = ended[(leaves - 1) // 2]
    rest = np.bincount(node - inner, minlength=inner + 1)
    trees.length[tree] = np.where(reached >= 0, reached, DEPTH) + average_path(rest)


def _split(
    rows: np.ndarray, used: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.float32] | None:
    if len(rows) < 2:
        return None
    varied = np.flatnonzero(rows.min(axis=0) < rows.max(axis=0))
    if not len(varied):
        return None
    columns = rng.choice(varied, used, replace=len(varied) < used)
    weights = rng.normal(size=used).astype(np.float32)
    projected = _project(rows, columns, weights)
    low, high = float(projected.min()), float(projected.max())
    threshold = np.float32(rng.uniform(low, high))
    return (columns, weights, threshold) if low <= threshold < high else None


def _project(rows: np.ndarray, columns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sum in the order of `Trees`, so that rows go where they will go when scored."""
    total = np.zeros(len(rows), dtype=np.float32)
    for column, weight in zip(columns, weights, strict=True):
        total += rows[:, column] * weight
    return total
