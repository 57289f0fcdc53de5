"""The earlier windows of a person and of their project, to compare a window with."""

import numpy as np
import pandas as pd

from ..features.vectors import Vectors
from ..features.windows import DAY

LAGS_DAYS = (360, 270, 180, 90)
"""Whole windows back, which share no commit with the present one or with one another."""

STEPS = len(LAGS_DAYS) + 1


def earlier(vectors: Vectors) -> np.ndarray:
    """Look up what was known of each contributor and project before the present window began.

    Parameters
    ----------
    vectors
        n windows of contributors, among them the earlier ones.

    Returns
    -------
    n by 5 by d, float32: the person's own vectors 360, 270, 180 and 90 days before, and the
    median over all contributors of the project 90 days before; NaN where there is none.

    Raises
    ------
    ValueError
        If these are not contributors' windows.
    """
    if vectors.level != "contributor":
        raise ValueError("only contributors' windows have earlier ones")
    subjects = vectors.subjects
    values = vectors.values.to_numpy(dtype=np.float32)
    time = subjects["known_time"].to_numpy()
    project = pd.factorize(subjects["project"])[0]
    person = pd.factorize(subjects["person"])[0]
    found = np.full((len(values), STEPS, values.shape[1]), np.nan, dtype=np.float32)
    own = pd.MultiIndex.from_arrays([project, person, time])
    for step, lag in enumerate(LAGS_DAYS):
        at = own.get_indexer(pd.MultiIndex.from_arrays([project, person, time - lag * DAY]))
        found[at >= 0, step] = values[at[at >= 0]]
    medians = vectors.values.groupby([project, time]).median()
    at = medians.index.get_indexer(pd.MultiIndex.from_arrays([project, time - LAGS_DAYS[-1] * DAY]))
    found[at >= 0, -1] = medians.to_numpy(dtype=np.float32)[at[at >= 0]]
    return found
