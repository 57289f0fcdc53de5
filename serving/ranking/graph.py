"""A graph of who needs whom, and what it says of each package's weight."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from .reach import Order, reached_and_cones, reached_from

DAMPING = 0.85
_ITERATIONS = 200
_CLOSE = 1e-10


@dataclass(frozen=True)
class Graph:
    """n packages, and pairs of them: the first needs the second."""

    names: list[str]
    needs: np.ndarray
    """m by 2, numbers of packages; no pair twice, no package with itself."""

    @classmethod
    def of(cls, edges: Iterable[tuple[str, str]], names: Iterable[str] = ()) -> "Graph":
        """Number the packages as they come; `names` may add some that no edge has."""
        number: dict[str, int] = {}
        for name in names:
            number.setdefault(name, len(number))
        pairs = [
            (number.setdefault(one, len(number)), number.setdefault(other, len(number)))
            for one, other in edges
        ]
        needs = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        needs = needs[needs[:, 0] != needs[:, 1]]
        return cls(list(number), np.unique(needs, axis=0))

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def order(self) -> Order:
        """The graph without its circles, those who need before those who are needed."""
        return Order.of(len(self), self.needs)

    def measures(self) -> pd.DataFrame:
        """Measure every package.

        Returns
        -------
        A row a package, by name:

        - `dependents`: packages that name it
        - `all_dependents`: packages that need it, however indirectly
        - `pagerank`: of a walk from packages to what they need (Brin and Page 1998), times n
        - `cone_mass`: sum over the packages u that need it of 1 / (how many packages u needs):
          its share in what others stand on
        """
        direct = np.bincount(self.needs[:, 1], minlength=len(self))
        backwards = Order.of(len(self), self.needs[:, ::-1])
        dependents, cones = reached_and_cones(self.order, reached_from(backwards))
        return pd.DataFrame(
            {
                "dependents": direct,
                "all_dependents": dependents,
                "pagerank": len(self) * pagerank(len(self), self.needs),
                "cone_mass": cones,
            },
            index=pd.Index(self.names, name="name"),
        )


def pagerank(n: int, needs: np.ndarray) -> np.ndarray:
    """Give the share of time that a random walk along needs spends at each package.

    Who needs nothing passes the walk on to everybody alike.
    """
    from scipy.sparse import csr_array

    out = np.bincount(needs[:, 0], minlength=n)
    weight = 1.0 / out[needs[:, 0]]
    onward = csr_array((weight, (needs[:, 1], needs[:, 0])), shape=(n, n))
    rank, idle = np.full(n, 1.0 / max(n, 1)), out == 0
    for _ in range(_ITERATIONS):
        spread = (1 - DAMPING + DAMPING * rank[idle].sum()) / n
        fresh = spread + DAMPING * (onward @ rank)
        if np.abs(fresh - rank).sum() < _CLOSE:
            return fresh
        rank = fresh
    return rank
