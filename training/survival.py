"""Fits the time until projects fall silent, from the project-windows of a corpus."""

import numpy as np
import pandas as pd

from ..features.vectors import Vectors
from ..models.hazard import COVARIATES, SILENCE_DAYS, Hazard, covariates

DAY = 86_400
YEAR = 365 * DAY
PENALTY = 0.01
"""Of the coefficients' squares, so that few events do not make them run away."""


def landmarks(vectors: Vectors, first_year: int, stop: int) -> pd.DataFrame:
    """See every project at every new year, and how long it went on from there.

    Landmarking (van Houwelingen 2007, Scandinavian Journal of Statistics): a row a project and
    year, with what was known then. A project falls silent with its last commit before
    `SILENCE_DAYS` without one; whoever has been silent for so long already is left out, and a
    silence that has begun, but is shorter yet, is a day away.

    Parameters
    ----------
    vectors
        Project-windows; a window's `silence` says when the last commit was.
    stop
        Seconds since 1970 UTC until which is seen: a silence that is shorter by then is none yet.

    Returns
    -------
    `project`, `year`, `days` until the silence or the end of sight, `ended` (whether it fell
    silent), and the covariates.
    """
    times = vectors.subjects["known_time"].to_numpy()
    last_commit = times - np.nan_to_num(vectors.values["silence"].to_numpy(dtype=float)) * DAY
    rows = []
    for project, places in vectors.subjects.groupby("project").indices.items():
        commits = np.unique(np.round(last_commit[places]))
        commits = commits[commits <= stop]
        if not len(commits):
            continue
        gaps = np.append(commits[1:], stop) - commits
        ends = commits[gaps > SILENCE_DAYS * DAY]
        for year in range(first_year, pd.Timestamp(stop, unit="s").year + 1):
            at = int(pd.Timestamp(year=year, month=1, day=1).timestamp())
            before = places[times[places] <= at]
            if at >= stop or not len(before) or at - last_commit[before[-1]] > SILENCE_DAYS * DAY:
                continue
            later = ends[ends >= last_commit[before[-1]]]
            ended = len(later) > 0
            until = later[0] if ended else commits[-1]
            days = max((until - at) / DAY, 1.0)
            rows.append((project, year, days, ended, before[-1]))
    table = pd.DataFrame(rows, columns=pd.Index(["project", "year", "days", "ended", "row"]))
    known = covariates(vectors.values.iloc[table["row"]]).reset_index(drop=True)
    return pd.concat([table.drop(columns="row"), known], axis=1)


def fit_hazard(seen: pd.DataFrame) -> Hazard:
    """Fit Cox's model to landmarks. Needs the extra `train`."""
    from lifelines import CoxPHFitter

    middle = seen[list(COVARIATES)].median()
    centred = seen[list(COVARIATES)].fillna(middle) - middle
    table = centred.assign(days=seen["days"], ended=seen["ended"], project=seen["project"])
    fitter = CoxPHFitter(penalizer=PENALTY)
    fitter.fit(table, duration_col="days", event_col="ended", cluster_col="project")
    reference = pd.DataFrame([dict.fromkeys(COVARIATES, 0.0)])
    survival = float(fitter.predict_survival_function(reference, times=[365.0]).iloc[0, 0])
    coefficients = {str(name): round(float(value), 6) for name, value in fitter.params_.items()}
    return Hazard(coefficients, {str(n): round(float(v), 6) for n, v in middle.items()},
                  round(survival, 6))  # fmt: skip


def concordance(hazard: Hazard, windows: pd.DataFrame, seen: pd.DataFrame) -> float:
    """Give Harrell's C: of pairs whose order is known, the share that the model orders rightly."""
    from lifelines.utils import concordance_index

    return float(concordance_index(seen["days"], -hazard.probability(windows), seen["ended"]))
