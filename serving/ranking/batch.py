"""Reads what a batch says of projects and people."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ...features.errors import ConfigurationError
from ...models.hazard import Hazard
from ..batch.store import Store
from .edges import read_table
from .fragility import anomaly, carriers, fragility, seen_together
from .joint import Carried, match


def dataset(place: str, name: str) -> pd.DataFrame:
    """Read one dataset of a batch.

    Raises
    ------
    ConfigurationError
        If the batch has none.
    """
    table = Store.open(place).table(name)
    if table is None:
        raise ConfigurationError(
            f"{place} has no {name}", hint="name what `trustdrift batch` has written"
        )
    return table.to_pandas()


def carried(place: str) -> Carried:
    """Measure the projects of a batch.

    Raises
    ------
    ConfigurationError
    """
    projects = seen_together(dataset(place, "projects"))
    return Carried(
        fragility(projects, people_of(place), Hazard.load()), anomaly(projects),
        projects.set_index("project"),
    )  # fmt: skip


def people_of(place: str) -> pd.DataFrame:
    """Read who did how much in which project.

    Raises
    ------
    ConfigurationError
    """
    return dataset(place, "people")


def carried_by(people: pd.DataFrame, person: str) -> set[str]:
    """Give the projects that a person carries."""
    mine = carriers(people)
    return set(mine[mine == person].index)


def packages_of(place: str, names: Iterable[str], given: Path | None) -> dict[str, str]:
    """Tell which project of a batch each package is of.

    Raises
    ------
    ConfigurationError
        If the table that says so lacks a column.
    """
    told: dict[str, str] = {}
    if given is not None:
        table = read_table(given)
        if not {"name", "project"} <= set(table.columns):
            raise ConfigurationError(f"{given} lacks the columns name and project")
        pairs = table[["name", "project"]].dropna().astype(str)
        told = dict(pairs.itertuples(index=False, name=None))
    projects = dataset(place, "projects")["project"].tolist()
    return match(list(names), projects, told)
