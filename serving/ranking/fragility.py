"""How easily a project could end or change hands, from the projects of a batch."""

import numpy as np
import pandas as pd

from ...features.windows import DAY
from ...models.hazard import SILENCE_DAYS, Hazard

MEASURES = {
    "abandonment": "probability that nobody commits for a year, beginning within the next one",
    "few_people": "1 / truck factor: of how few people half of the year's commits are",
    "concentration": "Herfindahl index of the year's commits",
    "departed_share": "share of the year's regular people who have stopped",
    "newcomers_share": "share of the commits by people here for less than a year",
    "carried_elsewhere": "other projects that the person who carries it carries, too",
}
"""The higher, the more fragile."""

CARRIES = 0.5
"""Share of a year's commits from which on a person carries a project."""


def seen_together(projects: pd.DataFrame) -> pd.DataFrame:
    """Look at all projects from one day: that of the newest commit in any of them.

    A project's newest window ends with its own last commit; how long it has been silent since is
    known only by the others.
    """
    since = (projects["known_time"].max() - projects["known_time"]) / DAY
    return projects.assign(silence=projects["silence"].fillna(0.0) + since)


def fragility(projects: pd.DataFrame, people: pd.DataFrame, hazard: Hazard) -> pd.DataFrame:
    """Measure every project of a batch.

    Parameters
    ----------
    projects, people
        The datasets of that name, the projects seen from one day (`seen_together`).

    Returns
    -------
    A row a project, by name, with the columns of `MEASURES`; unknown figures are the middle ones.
    """
    table = projects.set_index("project")
    carried = carriers(people)
    load = carried.map(carried.value_counts()) - 1
    found = pd.DataFrame(
        {
            "abandonment": np.where(
                table["silence"] > SILENCE_DAYS, 1.0, hazard.probability(table)
            ),
            "few_people": 1 / table["truck_factor"].clip(lower=1),
            "concentration": table["concentration"],
            "departed_share": table["departed_share"],
            "newcomers_share": table["newcomers_share"],
            "carried_elsewhere": load.reindex(table.index).fillna(0.0),
        },
        index=table.index,
    )
    return found.fillna(found.median())


def carriers(people: pd.DataFrame) -> pd.Series:
    """Give, by project, the pseudonym of the person who carries it, where one does."""
    leading = people[people["year_share"] >= CARRIES]
    return leading.drop_duplicates("project").set_index("project")["person"]


def anomaly(projects: pd.DataFrame) -> pd.Series:
    """Give, by project, how probable its most unusual lead is where all is ordinary.

    Of n subjects the least p-value is at most p with probability 1 − (1 − p)ⁿ (Šidák 1967, JASA),
    or a large project would be unusual by its size alone; of the three levels the least counts,
    three times. Windows overlap, so that this errs on the side of the project.
    """
    table = projects.set_index("project")
    levels = ("commit", "contributor", "project")
    least = np.array([
        -np.expm1(table[f"scored_{level}"] * np.log1p(-table[f"p_{level}"].clip(upper=1 - 1e-12)))
        for level in levels
    ])  # fmt: skip
    joined = np.minimum(len(levels) * least.min(axis=0), 1.0)
    return pd.Series(joined, index=table.index)
