"""Fits the time until projects fall silent, from the project-windows of a corpus."""

import numpy as np
import pandas as pd

from ..features.vectors import Vectors
from ..features.windows import DAY
from ..models.hazard import COVARIATES, SILENCE_DAYS, Hazard, covariates

YEAR = 365 * DAY
PENALTY = 0.01
"""Of the coefficients' squares, a landmark: few events must not make them run away."""


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
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.util import Surv

    middle = seen[list(COVARIATES)].median()
    centred = (seen[list(COVARIATES)].fillna(middle) - middle).to_numpy()
    fitter = CoxPHSurvivalAnalysis(alpha=PENALTY * len(seen))  # pyright: ignore[reportArgumentType]
    fitter.fit(centred, Surv.from_arrays(seen["ended"], seen["days"]))
    at_reference = fitter.predict_survival_function(np.zeros((1, len(COVARIATES))))[0]
    survival = float(at_reference(SILENCE_DAYS))
    coefficients = {
        name: round(float(value), 6) for name, value in zip(COVARIATES, fitter.coef_, strict=True)
    }
    return Hazard(coefficients, {str(n): round(float(v), 6) for n, v in middle.items()},
                  round(survival, 6))  # fmt: skip


def concordance(risk: np.ndarray, seen: pd.DataFrame) -> float:
    """Give Harrell's C: of pairs whose order is known, the share that a risk orders rightly."""
    from sksurv.metrics import concordance_index_censored

    ended, days = seen["ended"].to_numpy(dtype=bool), seen["days"].to_numpy(dtype=float)
    return float(concordance_index_censored(ended, days, risk)[0])
