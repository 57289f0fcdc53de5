"""Other ways to judge the same rows, as their papers tell them: what ours has to beat.

Each gives a number a row, from the row's own vector and earlier rows alone. Rows about which a peer
says nothing get its lowest number, so that all are ranked in lists of the same length.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...features.catalog import features
from ...features.feature import Level
from ...features.signals import SIGNALS
from ...features.windows import DAY
from .population import CORPUS, Subjects
from .replay import Plan, Scores
from .yearly import start_of

FOREST_ROWS = 50_000
FEWEST_DAYS = 20
"""Earlier days on which an author must have been active to have a machine of their own."""

Z = 3.0
"""Standard deviations beyond which a change property is an outlier."""

_NAIVE = {
    "commit": ("added_lines", "deleted_lines", "changed_files", "folders", "message_against_own",
               "hour_surprise", "past_commits", "tenure"),
    "contributor": ("commits", "share", "files_touched", "tenure", "commits_before", "active_days",
                    "hour_surprise"),
    "project": ("commits", "churn", "active_people", "arrivals", "top_share"),
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """The rows of one level, by feature."""

    rows: Subjects
    level: Level

    def __getitem__(self, name: str) -> np.ndarray:
        """Give one feature of all rows, NaN where unknown."""
        names = [feature.name for feature in features(self.level)]
        return np.asarray(self.rows.values[:, names.index(name)])

    @property
    def time(self) -> np.ndarray:
        """Seconds since 1970 UTC."""
        return self.rows.table["time"].to_numpy()

    def above(self, name: str, bound: float) -> np.ndarray:
        """Tell where a feature is above a bound; unknown is not."""
        return np.nan_to_num(self[name], nan=-np.inf) > bound


Peer = Callable[[Seen, tuple[int, ...]], np.ndarray]
"""From rows and the years that are replayed to a number a row."""


def random(seen: Seen, years: tuple[int, ...]) -> np.ndarray:
    """Draw lots."""
    return np.random.default_rng(0).random(len(seen.time))


def naive_forest(seen: Seen, years: tuple[int, ...]) -> np.ndarray:
    """scikit-learn's isolation forest on a handful of raw counts, fitted anew for each year."""
    from sklearn.ensemble import IsolationForest

    values = np.nan_to_num(np.column_stack([seen[name] for name in _NAIVE[seen.level]]))
    ordinary = (seen.rows.table["view"] == CORPUS).to_numpy()
    scores = np.full(len(values), -np.inf)
    rng = np.random.default_rng(0)
    for year in years:
        known = np.flatnonzero(ordinary & (seen.time < start_of(year)))
        now = _within(seen, year)
        if not len(known) or not now.any():
            continue
        some = rng.choice(known, min(FOREST_ROWS, len(known)), replace=False)
        forest = IsolationForest(n_estimators=200, random_state=0).fit(values[some])
        scores[now] = -forest.score_samples(values[now])
    return scores


def binary_by_newcomer(seen: Seen, years: tuple[int, ...]) -> np.ndarray:
    """A binary file touched by anybody but the project's first author."""
    table = seen.rows.table
    first = table.groupby(["project", "view"])["person"].transform("first")
    return (seen.above("binary_files", 0) & (table["person"] != first).to_numpy()).astype(float)


def churn_deviation(seen: Seen, years: tuple[int, ...]) -> np.ndarray:
    """How many standard deviations a commit's churn lies above the project's past.

    Hipcheck's churn analysis (MITRE), over earlier commits in place of all.
    """
    return np.nan_to_num(seen["size_against_project"], nan=-np.inf)


def entropy_deviation(seen: Seen, years: tuple[int, ...]) -> np.ndarray:
    """How many standard deviations the entropy of added code lies above the project's past.

    Hipcheck's entropy analysis (MITRE), of bytes in place of graphemes and over earlier commits.
    """
    return np.nan_to_num(seen["entropy_against_project"], nan=-np.inf)


def anomalicious(seen: Seen, years: tuple[int, ...]) -> np.ndarray:
    """Count the factors of Anomalicious that hold (Gonzalez et al. 2021, ICSE-SEIP).

    Outlier change properties, sensitive files, file history (files new to the author, files that
    others own), a request without review, and lack of trust in the author: seven yes or no.
    """
    roles = ("build_files", "ci_files", "manifest_files", "autorun_files", "security_files")
    sensitive = np.any([seen.above(role, 0) for role in roles], axis=0)
    factors = (
        seen.above("size_against_project", Z),
        seen.above("files_against_own", Z) | seen.above("message_against_own", Z),
        sensitive,
        seen.above("others_paths", 0.5),
        ~seen.above("path_familiarity", 0.0),
        ~seen.above("review_trailers", 0) & ~seen.above("committed_by_another", 0),
        ~seen.above("share_of_year", 0.02),
    )
    return np.sum(factors, axis=0).astype(float)


def author_machine(seen: Seen, years: tuple[int, ...]) -> np.ndarray:
    """A one-class support vector machine for each author, on daily statistics.

    Fitted for each year on the author's earlier days in the project, at least twenty: commits,
    files, added and deleted lines, and hour surprise of the day. A commit has its day's number.
    """
    table = seen.rows.table
    frame = pd.DataFrame(
        {
            "who": table.groupby(["project", "view", "person"]).ngroup(),
            "day": seen.time // DAY,
            "commits": 1.0,
            "files": np.nan_to_num(seen["changed_files"]),
            "added": np.log1p(np.nan_to_num(seen["added_lines"])),
            "deleted": np.log1p(np.nan_to_num(seen["deleted_lines"])),
            "hour": np.nan_to_num(seen["hour_surprise"]),
        }
    )
    days = frame.groupby(["who", "day"]).agg(
        commits=("commits", "sum"), files=("files", "sum"), added=("added", "sum"),
        deleted=("deleted", "sum"), hour=("hour", "max"),
    )  # fmt: skip
    number = days.index.get_indexer(pd.MultiIndex.from_frame(frame[["who", "day"]]))
    who = days.index.get_level_values("who").to_numpy()
    year = _year_of(days.index.get_level_values("day").to_numpy())
    return _by_author(days.to_numpy(), who, year, years)[number]


def _by_author(
    values: np.ndarray, who: np.ndarray, year: np.ndarray, years: tuple[int, ...]
) -> np.ndarray:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import OneClassSVM

    scores = np.full(len(values), -np.inf)
    ends = np.flatnonzero(np.diff(who)) + 1
    for part in np.split(np.arange(len(values)), ends):
        for now in np.intersect1d(years, year[part]):
            past, present = part[year[part] < now], part[year[part] == now]
            if len(past) >= FEWEST_DAYS:
                machine = make_pipeline(StandardScaler(), OneClassSVM(nu=0.05, gamma="scale"))
                scores[present] = -machine.fit(values[past[-500:]]).decision_function(
                    values[present]
                )
    return scores


def named_signs(seen: Seen, years: tuple[int, ...]) -> np.ndarray:
    """How many of our own named signs a row shows."""
    names = [feature.name for feature in features(seen.level)]
    columns = dict(zip(names, np.asarray(seen.rows.values).T, strict=True))
    shown = [sign.shown_by(columns) for sign in SIGNALS if sign.level == seen.level]
    return np.sum(shown, axis=0, dtype=float)


def newcomers_share(seen: Seen, years: tuple[int, ...]) -> np.ndarray:
    """Share of the project's commits, of people whose first commit is less than a year old."""
    young = ~seen.above("tenure", 365.0)
    return np.where(young, np.nan_to_num(seen["share"]), 0.0)


def displacement(seen: Seen, years: tuple[int, ...]) -> np.ndarray:
    """How much of the project somebody gained while the former leader lost as much."""
    return np.nan_to_num(seen["displacement"], nan=-np.inf)


COMMIT_PEERS: dict[str, Peer] = {
    "random": random,
    "binary file by a non-founder": binary_by_newcomer,
    "Hipcheck's churn": churn_deviation,
    "Hipcheck's entropy": entropy_deviation,
    "Anomalicious": anomalicious,
    "per-author one-class SVM": author_machine,
    "naive isolation forest": naive_forest,
    "our named signs, counted": named_signs,
}

CONTRIBUTOR_PEERS: dict[str, Peer] = {
    "random": random,
    "newcomer's share": newcomers_share,
    "displacement alone": displacement,
    "naive isolation forest": naive_forest,
    "our named signs, counted": named_signs,
}


def judged_by(planned: Plan, commits: Peer, contributors: Peer) -> Scores:
    """Let peers judge a plan's rows in the years that are replayed."""
    found = Scores({}, {"commit": {}, "contributor": {}, "project": {}})
    peers: dict[Level, Peer] = {"commit": commits, "contributor": contributors}
    for level, peer in peers.items():
        seen = Seen(planned.rows[level], level)
        inside = np.any([_within(seen, year) for year in planned.years], axis=0)
        found.by_level[level] = np.where(inside, peer(seen, planned.years), np.nan)
    found.by_level["project"] = np.full(len(planned.rows["project"].values), np.nan)
    return found


def _within(seen: Seen, year: int) -> np.ndarray:
    return (seen.time >= start_of(year)) & (seen.time < start_of(year + 1))


def _year_of(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
