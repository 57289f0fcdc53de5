"""Who reaches whom in a graph: exact counts by sets of bits, estimates where there are too many.

Circles are contracted to one node each. What is left has an order, in which sets are handed on
level by level, a block of 4,096 packages at a time, so that memory is bounded whatever the graph.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

BLOCK = 4_096
MOST_EXACT = 150_000
"""Packages above which sets are estimated by the smallest of random numbers."""

SKETCHES = 256
_AT_ONCE = 16


@dataclass(frozen=True)
class Order:
    """A graph of c circles (most of one package), in levels."""

    circle: np.ndarray
    """Number of each package's circle, n."""
    circles: int
    levels: tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]
    """For each level but the first: circles that are reached, where each one's sources start, and
    these sources, which are on earlier levels."""

    @classmethod
    def of(cls, n: int, pairs: np.ndarray) -> "Order":
        """Contract circles and sort."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        graph = csr_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
        circles, circle = connected_components(graph, directed=True, connection="strong")
        between = np.unique(circle[pairs].reshape(-1, 2), axis=0).astype(np.int64)
        between = between[between[:, 0] != between[:, 1]]
        level = _levels(circles, between)
        by_target = between[np.lexsort((between[:, 1], level[between[:, 1]]))]
        steps = []
        bounds = np.searchsorted(level[by_target[:, 1]], np.arange(1, level.max(initial=0) + 2))
        for start, stop in pairwise(bounds):
            source, target = by_target[start:stop].T
            reached, first = np.unique(target, return_index=True)
            steps.append((reached, first, source))
        return cls(circle, circles, tuple(steps))

    @property
    def sizes(self) -> np.ndarray:
        """Packages in each circle."""
        return np.bincount(self.circle, minlength=self.circles)


def _levels(n: int, pairs: np.ndarray) -> np.ndarray:
    """Give each node's longest way from a node that nobody reaches."""
    source = pairs[np.argsort(pairs[:, 0], kind="stable")]
    start = np.searchsorted(source[:, 0], np.arange(n + 1))
    waiting = np.bincount(pairs[:, 1], minlength=n)
    level = np.zeros(n, dtype=np.int64)
    front = np.flatnonzero(waiting == 0)
    depth = 0
    while len(front):
        level[front] = depth
        counts = start[front + 1] - start[front]
        offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        reached = source[np.repeat(start[front], counts) + offset, 1]
        np.subtract.at(waiting, reached, 1)
        front = np.unique(reached[waiting[reached] == 0])
        depth += 1
    return level


def reached_from(order: Order) -> np.ndarray:
    """Count for each package the others that reach it: n numbers.

    Exact for up to `MOST_EXACT` packages; else estimated (Cohen 1997, JCSS) with a standard error
    of about 6 %.
    """
    n = len(order.circle)
    if n > MOST_EXACT:
        return np.rint(np.maximum(_estimated(order, np.ones(n)) - 1, 0.0))[order.circle]
    found = np.zeros(order.circles, dtype=np.int64)
    for _, sets in _blocks(order):
        found += np.bitwise_count(sets).sum(axis=1, dtype=np.int64)
    return (found - 1)[order.circle].astype(float)


def reached_and_cones(order: Order, needed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count for each package the others that reach it, and sum 1 / `needed` over them: n each.

    Parameters
    ----------
    needed
        How many packages each one needs.
    """
    weight = np.divide(1.0, needed, out=np.zeros(len(needed)), where=needed > 0)
    if len(needed) > MOST_EXACT:
        cones = np.maximum(_estimated(order, weight)[order.circle] - weight, 0.0)
        return reached_from(order), cones
    counts, cones = np.zeros(order.circles, dtype=np.int64), np.zeros(order.circles)
    for start, sets in _blocks(order):
        counts += np.bitwise_count(sets).sum(axis=1, dtype=np.int64)
        octets = np.ascontiguousarray(sets.view(np.uint8).T)
        table = _sums_of_octets(weight[start : start + BLOCK], len(octets))
        for sums, values in zip(table, octets, strict=True):
            cones += sums[values]
    return (counts - 1)[order.circle].astype(float), cones[order.circle] - weight


def _blocks(order: Order):
    """Give for each block of packages where it starts, and which of them reach each circle."""
    n = len(order.circle)
    for start in range(0, n, BLOCK):
        own = np.arange(start, min(start + BLOCK, n))
        sets = np.zeros((order.circles, BLOCK // 64), dtype=np.uint64)
        place, bit = np.divmod(own - start, 64)
        np.bitwise_or.at(sets, (order.circle[own], place), np.uint64(1) << bit.astype(np.uint64))
        for reached, first, source in order.levels:
            sets[reached] |= np.bitwise_or.reduceat(sets[source], first, axis=0)
        yield start, sets


def _sums_of_octets(weight: np.ndarray, octets: int) -> np.ndarray:
    """Give for each octet of a block the sum of weights for each of its 256 values."""
    padded = np.zeros(8 * octets)
    padded[: len(weight)] = weight
    bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little")
    return padded.reshape(octets, 8) @ bits.T


def _estimated(order: Order, weight: np.ndarray) -> np.ndarray:
    """Estimate for each circle the sum of weights of all packages that reach it, its own included.

    The least of exponential random numbers with these rates has the sum as its rate; the mean of
    several tells it (Cohen 1997).
    """
    rng = np.random.default_rng(0)
    total = np.zeros(order.circles)
    with np.errstate(divide="ignore"):
        for _ in range(SKETCHES // _AT_ONCE):
            drawn = rng.exponential(size=(len(weight), _AT_ONCE)) / weight[:, None]
            least = np.full((order.circles, _AT_ONCE), np.inf)
            np.minimum.at(least, order.circle, drawn)
            for reached, first, source in order.levels:
                from_others = np.minimum.reduceat(least[source], first, axis=0)
                least[reached] = np.minimum(least[reached], from_others)
            total += least.sum(axis=1)
    return np.where(np.isfinite(total), (SKETCHES - 1) / total, 0.0)
