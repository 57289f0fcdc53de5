"""One order out of several measures, and how much of it hangs on their weights."""

import numpy as np
import pandas as pd

DRAWS = 200
LOW, HIGH = 0.05, 0.95


def aggregated(measures: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Order packages by the geometric mean of their ranks in all measures.

    Measures differ in scale and tails, so that only ranks are joined; the geometric mean lets
    the head of each list count. How steady a place is is told by drawing the measures' weights
    anew, all alike likely (a flat Dirichlet distribution).

    Parameters
    ----------
    measures
        A row a package, a number a measure, the higher the more others lean on it.

    Returns
    -------
    The measures with `rank`, `rank_low` and `rank_high`, the range of nine draws in ten, in order.
    """
    places = np.log(measures.rank(ascending=False, method="average").to_numpy())
    joined = places.mean(axis=1)
    rng = np.random.default_rng(seed)
    drawn = rng.dirichlet(np.ones(places.shape[1]), DRAWS)
    ranks = np.array([_ranks(places @ weights) for weights in drawn], dtype=np.float32)
    low, high = np.quantile(ranks, [LOW, HIGH], axis=0)
    table = measures.assign(
        rank=_ranks(joined),
        rank_low=np.floor(low).astype(int),
        rank_high=np.ceil(high).astype(int),
    )
    names = ["rank", "rank_low", "rank_high", *measures.columns]
    return table.sort_values("rank", kind="stable")[names]


def _ranks(joined: np.ndarray) -> np.ndarray:
    """Give 1 to the lowest; ties share the better place, up to the last bits of a sum."""
    return pd.Series(np.round(joined, 9)).rank(method="min").to_numpy().astype(np.int64)
