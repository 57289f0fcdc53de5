"""What people do across projects: a second pass over the people of all results.

Nothing is compared pair by pair: people are sorted once by pseudonym and time, and arrivals are
grouped by project and month. Pseudonyms are the same in all projects of a batch, as it has one key.
"""

from itertools import combinations

import numpy as np
import pandas as pd
import pyarrow as pa

from ...features.windows import DAY
from .store import Store

MONTH_SECONDS = 30 * DAY
MOST_ARRIVALS = 30
"""In a project's month: of larger crowds, such as at imports, nothing is concluded."""

LEAST_SHARED = 2
"""Projects in which two people arrived in the same month, to be told."""


def write_across(store: Store) -> dict[str, int]:
    """Write `presence` and `arrivals` beside the datasets.

    Returns
    -------
    Rows by dataset.
    """
    table = store.table("people", ["project", "person", "first_time"])
    people = pd.DataFrame() if table is None else table.to_pandas()
    tables = {"presence": presence(people), "arrivals": arrivals(people)}
    for name, table in tables.items():
        store.write_table(
            f"{name}/part-00000.parquet", pa.Table.from_pandas(table, preserve_index=False)
        )
    return {name: len(table) for name, table in tables.items()}


def presence(people: pd.DataFrame) -> pd.DataFrame:
    """Tell what each person had done elsewhere when they first appeared in a project.

    Parameters
    ----------
    people
        A row a person and project, with `first_time` in seconds since 1970 UTC.

    Returns
    -------
    `project`, `person`, `first_time`; `projects_before`, how many others they had appeared in;
    `days_known`, since the first of them; both 0 for whoever is new everywhere.
    """
    if people.empty:
        return pd.DataFrame(
            {"project": [], "person": [], "first_time": [], "projects_before": [], "days_known": []}
        )
    table = people.sort_values(["person", "first_time", "project"], kind="stable")
    grouped = table.groupby("person")["first_time"]
    earlier = grouped.rank(method="min").astype("int64") - 1
    known = (table["first_time"] - grouped.transform("min")) / DAY
    found = table[["project", "person", "first_time"]].assign(
        projects_before=earlier, days_known=known
    )
    return found.sort_values(["project", "person"], kind="stable").reset_index(drop=True)


def arrivals(people: pd.DataFrame) -> pd.DataFrame:
    """Find people who arrived together, in the same months, in several projects.

    Returns
    -------
    `one`, `other`, `projects`: how many projects; most projects first. It is what colleagues do,
    too.
    """
    pairs: dict[tuple[str, str], int] = {}
    if not people.empty:
        month = (people["first_time"] // MONTH_SECONDS).rename("month")
        several = people.groupby("person")["project"].transform("size") >= LEAST_SHARED
        size = people.groupby(["project", month])["person"].transform("size")
        kept = people[several & (size <= MOST_ARRIVALS)]
        for _, group in kept.groupby(["project", month])["person"]:
            for pair in combinations(sorted(group), 2):
                pairs[pair] = pairs.get(pair, 0) + 1
    found = [(*pair, number) for pair, number in pairs.items() if number >= LEAST_SHARED]
    table = pd.DataFrame(found, columns=pd.Index(["one", "other", "projects"]))
    table = table.astype({"projects": np.int64})
    return table.sort_values(["projects", "one", "other"], ascending=[False, True, True])
