"""One list: criticality, fragility and anomaly beside each other, and in one order."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...features.errors import ConfigurationError
from ...models.hazard import SILENCE_DAYS
from .aggregate import aggregated

PARTS = ("criticality", "fragility", "anomaly")
VIEWS = {"look": PARTS, "fund": ("criticality", "fragility")}
"""Which parts order a list: where to look, and whom to fund."""

ORDINARY = 0.05
"""Whom to fund is asked of projects in which nothing is less probable than this."""


@dataclass(frozen=True)
class Carried:
    """What a batch says of projects, a row a project, by its name."""

    measures: pd.DataFrame
    """Of fragility."""
    anomaly: pd.Series
    figures: pd.DataFrame
    """The newest window's."""


def match(names: list[str], projects: list[str], given: Mapping[str, str]) -> dict[str, str]:
    """Tell which project each package is of.

    Parameters
    ----------
    given
        Packages whose projects somebody wrote down; others are of the one project whose last name
        is theirs, if there is just one.
    """
    by_last: dict[str, list[str]] = {}
    for project in projects:
        by_last.setdefault(project.rpartition("/")[2].lower(), []).append(project)
    found = {}
    for name in names:
        alike = by_last.get(name.lower(), [])
        project = given.get(name) or (alike[0] if len(alike) == 1 else "")
        if project in projects:
            found[name] = project
    return found


def joint(
    criticality: pd.DataFrame, carried: Carried, packages: Mapping[str, str], view: str
) -> pd.DataFrame:
    """Put projects in one order, and keep what it comes from.

    Each part is a rank among these projects; the order is that of the ranks' geometric mean.

    Parameters
    ----------
    criticality
        A ranking by name (`aggregated`); a project has its most critical package's place.
    packages
        Project by package.
    view
        One of `VIEWS`.

    Returns
    -------
    A row a project: `rank`, the three parts' ranks, the place that it would have if one part were
    a middle one (`rank_without_…`), what stands behind them, and `words`, the project's side.

    Raises
    ------
    ConfigurationError
        If no package belongs to a project of the batch.
    """
    ranked = criticality.loc[criticality.index.isin(list(packages))]
    if ranked.empty:
        raise ConfigurationError(
            "no package is of a project of the batch",
            hint="write down which is which: --projects with the columns name and project",
        )
    best = ranked.assign(project=ranked.index.map(packages), package=ranked.index)
    best = best.sort_values("rank", kind="stable").drop_duplicates("project").set_index("project")
    measures = carried.measures.loc[best.index]
    table = pd.DataFrame({
        "package": best["package"],
        "criticality": best["rank"].rank(method="min"),
        "fragility": aggregated(measures)["rank"].reindex(best.index),
        "anomaly": carried.anomaly.loc[best.index].rank(method="min"),
        "overall_criticality": best["rank"], "p_anomaly": carried.anomaly.loc[best.index],
        **{name: measures[name] for name in measures},
    })  # fmt: skip
    if view == "fund":
        table = table[table["p_anomaly"] > ORDINARY]
    if table.empty:
        raise ConfigurationError("in every project something is unusual", hint="see --view look")
    logs = table[list(VIEWS[view])].apply(np.log)
    table.insert(1, "rank", _places(logs.mean(axis=1)))
    for part in VIEWS[view]:
        middle = logs.assign(**{part: logs[part].median()})
        table[f"rank_without_{part}"] = _places(middle.mean(axis=1))
    figures = carried.figures
    table["words"] = [in_words(figures.loc[p], table.loc[p]) for p in table.index]
    return table.astype(dict.fromkeys(PARTS, int)).sort_values("rank", kind="stable")


def _places(joined: pd.Series) -> pd.Series:
    return joined.round(9).rank(method="min").astype(int)


def in_words(figures: pd.Series, row: pd.Series) -> str:
    """Say how a project stands, without blame."""
    people, share = max(figures["truck_factor"], 1), figures["top_share"]
    carried = "one person makes" if people <= 1 else f"{people:.0f} people make"
    parts = [f"{carried} half of the year's commits"]
    if np.isfinite(share):
        parts.append(f"{share:.0%} are one person's")
    if row["carried_elsewhere"] >= 1:
        more = f"{row['carried_elsewhere']:.0f} more of these projects"
        parts.append(f"who carries {more}")
    silence = figures["silence"]
    if silence > SILENCE_DAYS:
        parts.append(f"silent for {silence:,.0f} days")
    else:
        parts.append(f"of projects like it {row['abandonment']:.0%} fall silent within a year")
        parts.append(f"last commit {silence:.0f} days before")
    if row["p_anomaly"] > ORDINARY:
        parts.append("nothing in its history is unusual for a project of its size")
    return "; ".join(parts)
