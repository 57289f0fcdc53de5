"""Isolation trees as complete binary trees in flat arrays: walked by numpy, kept as tensors."""

from dataclasses import dataclass, fields

import numpy as np

_ROWS_AT_ONCE = 256  # so that what is looked up for them stays in the processor's cache


@dataclass(frozen=True)
class Trees:
    """t trees of depth b: 2^b − 1 inner nodes each, children of i at 2i + 1 and 2i + 2.

    A node sends a row to the right if the weighted sum of m of its features is above the
    threshold. Where a branch ends early its node sends all to the left.
    """

    feature: np.ndarray
    """m by t by (2^b − 1), int16."""
    weight: np.ndarray
    """m by t by (2^b − 1), float32; empty if m is 1 and every weight 1."""
    threshold: np.ndarray
    """t by (2^b − 1), float32."""
    length: np.ndarray
    """t by 2^b, float32: expected path length of a row that ends there."""
    sample: np.ndarray
    """How many rows each tree was grown on: one whole number."""

    def anomaly(self, rows: np.ndarray) -> np.ndarray:
        """Give Liu, Ting and Zhou's score 2^(−E[h(x)] / c(sample)) of n rows, n by d: in (0, 1)."""
        return np.exp2(-self.mean_length(rows) / average_path(self.sample[0]))

    def mean_length(self, rows: np.ndarray) -> np.ndarray:
        """Give the mean path length of n rows, n by d."""
        single = np.ascontiguousarray(rows, dtype=np.float32)
        parts = [
            self._some(single[start : start + _ROWS_AT_ONCE])
            for start in range(0, len(single), _ROWS_AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _some(self, rows: np.ndarray) -> np.ndarray:
        trees, inner = self.threshold.shape
        depth = (inner + 1).bit_length() - 1
        first = np.arange(trees) * inner
        row = (np.arange(len(rows)) * rows.shape[1])[:, None]
        node = np.zeros((len(rows), trees), dtype=np.intp)
        flat, threshold = rows.ravel(), self.threshold.ravel()
        for _ in range(depth):
            at = node + first
            node = 2 * node + 1 + (self._split(flat, row, at) > threshold.take(at))
        leaf = node - inner + np.arange(trees) * (inner + 1)
        return self.length.ravel().take(leaf).mean(axis=1, dtype=np.float64)

    def _split(self, flat: np.ndarray, row: np.ndarray, at: np.ndarray) -> np.ndarray:
        if not self.weight.size:
            return flat.take(row + self.feature[0].ravel().take(at))
        total = np.zeros(at.shape, dtype=np.float32)
        for feature, weight in zip(self.feature, self.weight, strict=True):
            total += flat.take(row + feature.ravel().take(at)) * weight.ravel().take(at)
        return total

    def tensors(self) -> dict[str, np.ndarray]:
        """Give the arrays by name."""
        return {own.name: getattr(self, own.name) for own in fields(self)}


def average_path(samples: np.ndarray | int) -> np.ndarray:
    """Give c(n), the mean length of an unsuccessful search in a binary tree of n rows."""
    n = np.asarray(samples, dtype=float)
    many = np.maximum(n, 3.0)
    length = 2 * (np.log(many - 1) + np.euler_gamma) - 2 * (many - 1) / many
    return np.where(n <= 1, 0.0, np.where(n == 2, 1.0, length))
