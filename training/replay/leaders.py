"""People of ordinary projects who came to lead: hand-overs by the hundred, none of them picked."""

from datetime import date

import numpy as np
import pandas as pd

from ...features.windows import first_second
from .population import CORPUS, Subjects

FEWEST_COMMITS = 20
"""Of a project's year; with fewer, leading says little."""

LEAST_SHARE = 0.3
"""Of the year's commits that a leader made."""

GROWN = 2
"""Years of a project in which everybody is new, and nobody comes to lead."""


def first_time_leaders(commits: Subjects) -> pd.DataFrame:
    """List who made the largest share of a year's commits for the first time, after somebody else.

    As nobody chose them, and no ordinary project is known to have been taken over, they tell what a
    list costs in honest successors better than a few that were picked.

    Returns
    -------
    A row a person and project: `project`, `person`, `year`, and `stop`, the end of the year after
    in seconds since 1970 UTC.
    """
    table = commits.table[commits.table["view"] == CORPUS]
    year = pd.to_datetime(table["time"], unit="s").dt.year
    keys = [table["project"].astype(str), year.rename("year")]
    counts = table.groupby([*keys, table["person"].astype(str)]).size().rename("own").reset_index()
    counts["all"] = counts.groupby(["project", "year"])["own"].transform("sum")
    ranked = counts.sort_values(["project", "year", "own"], ascending=[True, True, False])
    leaders = ranked.drop_duplicates(["project", "year"])
    begun = leaders.groupby("project")["year"].transform("min")
    first = leaders.groupby(["project", "person"])["year"].transform("min") == leaders["year"]
    clear = (leaders["own"] >= LEAST_SHARE * leaders["all"]) & (leaders["all"] >= FEWEST_COMMITS)
    found = leaders[first & clear & (leaders["year"] >= begun + GROWN)]
    stops = np.array([first_second(date(year + 2, 1, 1)) for year in found["year"]], dtype=np.int64)
    return found[["project", "person", "year"]].assign(stop=stops).reset_index(drop=True)
