"""Fits how long newcomers take to be trusted, from the contributor-windows of a corpus."""

import numpy as np
import pandas as pd

from ..features.vectors import Vectors
from ..features.windows import DAY
from ..models.growth import RIGHTS, Growth

YOUNG = 2 * 365  # days; who came in a project's first two years is a founder
DAYS = tuple(float(day) for day in np.unique(np.round(np.geomspace(1, 3_650, 80))))


def newcomers(vectors: Vectors) -> pd.DataFrame:
    """List people who came when their project was two years old or older, and what they reached.

    Parameters
    ----------
    vectors
        Contributor-windows of any number of projects.

    Returns
    -------
    A row a person and project: `days` for which they were seen to be active, and a column for each
    of `RIGHTS`: days until it was first used, NaN if never.
    """
    columns = ["tenure", *RIGHTS.values()]
    table = pd.concat([vectors.subjects, vectors.values[columns]], axis=1)
    begin = table.groupby("project")["known_time"].transform("min")
    came = table["known_time"] - table["tenure"] * DAY
    table = table[(came - begin) / DAY >= YOUNG]
    each = table.groupby(["project", "person"])
    firsts = {right: each[column].min() for right, column in RIGHTS.items()}
    return pd.DataFrame({"days": each["tenure"].max(), **firsts}).reset_index()


def fit_growth(people: pd.DataFrame) -> Growth:
    """Fit curves to newcomers; somebody who left is counted until then. Needs the extra `train`."""
    from sksurv.nonparametric import kaplan_meier_estimator

    reached = {}
    for right in RIGHTS:
        used = people[right].notna().to_numpy()
        time = np.maximum(np.where(used, people[right], people["days"]), 0.5)
        when, not_yet = kaplan_meier_estimator(used, time)[:2]
        at = np.searchsorted(when, DAYS, side="right") - 1
        by = np.where(at >= 0, 1 - not_yet[np.maximum(at, 0)], 0.0)
        reached[right] = tuple(round(float(share), 5) for share in by)
    return Growth(len(people), DAYS, reached)
