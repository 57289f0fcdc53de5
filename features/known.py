"""How widely a package was declared, or a host named, across the projects of a corpus, by a day."""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

from .files import replacing
from .history import History, days
from .manifests import NO_PACKAGES

PACKAGES = Path(__file__).parent / "known_packages.json"
HOSTS = Path(__file__).parent / "known_hosts.json"
KNOWN = 2  # projects that have a name before it is kept: fewer say no more than none


@dataclass(frozen=True)
class Known:
    """When each project of a corpus first had each name."""

    projects: int
    since: Mapping[str, tuple[int, ...]]
    """By name: days since 1970 on which projects first had it, rising."""

    @classmethod
    def of(cls, firsts: Iterable[pd.Series]) -> Self:
        """Gather the days on which projects first had names; one of a single project is left out.

        Parameters
        ----------
        firsts
            Of each project, days since 1970 by name.
        """
        projects, found = 0, {}
        for first in firsts:
            projects += 1
            for name, day in first.items():
                found.setdefault(name, []).append(int(day))
        kept = {name: tuple(sorted(d)) for name, d in sorted(found.items()) if len(d) >= KNOWN}
        return cls(projects, kept)

    @classmethod
    @cache
    def load(cls, path: Path) -> Self:
        """Load a table that comes with the program, once."""
        document = json.loads(path.read_bytes())
        return cls(document["projects"], document["since"])

    def known_by(self, name: str, day: float) -> int:
        """Count the projects that had a name before a day (since 1970).

        Fewer than `KNOWN` count as none: to tell one from none would tell that the name was to
        become known.
        """
        count = bisect_left(self.since.get(name, ()), int(day))
        return count if count >= KNOWN else 0

    def save(self, path: Path) -> None:
        """Write the table, whole or not at all."""
        document = {"projects": self.projects, "since": self.since}
        with replacing(path) as part:
            part.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")


def digest() -> str:
    """Hash the tables that come with the program: features depend on them."""
    return hashlib.sha256(PACKAGES.read_bytes() + HOSTS.read_bytes()).hexdigest()[:16]


def token(host: str) -> str:
    """Give what stands for a host in the table: some are people's own."""
    return hashlib.blake2b(host.encode(), digest_size=6).hexdigest()


def listed(changes: pd.DataFrame, column: str) -> pd.DataFrame:
    """List the names in a column of changes, which has them by spaces.

    Returns
    -------
    Columns `commit`, `change` (the row's position) and `name`, a row for each name, in order.
    """
    at = np.flatnonzero((changes[column] != "").to_numpy(dtype=bool))
    lists = [str(names).split(" ") for names in changes[column].to_numpy()[at]]
    change = np.repeat(at, [len(names) for names in lists])
    return pd.DataFrame(
        {
            "commit": changes["commit"].to_numpy()[change],
            "change": change,
            "name": pd.Series([name for names in lists for name in names], dtype="string"),
        }
    )


def packages_among(declared: pd.DataFrame) -> pd.DataFrame:
    """Keep packages among all that is declared (see `manifests`)."""
    other = declared["name"].str.startswith(NO_PACKAGES)
    return declared[~other].reset_index(drop=True)


def first_declared(history: History) -> pd.Series:
    """Give the day, since 1970, on which each package was first declared, by package."""
    return _first_days(history, packages_among(_listed_of(history, "declares")))


def first_named(history: History) -> pd.Series:
    """Give the day, since 1970, on which each host was first named, by its `token`."""
    first = _first_days(history, _listed_of(history, "hosts"))
    return first.rename(index=token)


def _listed_of(history: History, column: str) -> pd.DataFrame:
    return listed(pd.concat([history.changes, history.merge_changes]), column)


def _first_days(history: History, found: pd.DataFrame) -> pd.Series:
    day = days(history.commits["known_time"].to_numpy())[found["commit"].to_numpy(dtype=int)]
    return pd.Series(np.floor(day)).groupby(found["name"]).min()
