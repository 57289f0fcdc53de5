"""How widely a package was declared, across the projects of a corpus, by a day."""

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
from .manifests import BROKEN, DIRECT, PROBE, USES

SHIPPED = Path(__file__).parent / "known_packages.json"
KNOWN = 2  # projects that declare a package before it is kept: fewer say no more than none


@dataclass(frozen=True)
class Packages:
    """When each project of a corpus first declared each package."""

    projects: int
    declared: Mapping[str, tuple[int, ...]]
    """By package: days since 1970 on which projects first declared it, rising."""

    @classmethod
    def of(cls, histories: Iterable[History]) -> Self:
        """Gather what the histories of a corpus declare; a package of one project is left out."""
        projects, found = 0, {}
        for history in histories:
            projects += 1
            for package, day in first_declared(history).items():
                found.setdefault(package, []).append(int(day))
        kept = {name: tuple(sorted(d)) for name, d in sorted(found.items()) if len(d) >= KNOWN}
        return cls(projects, kept)

    def known_by(self, package: str, day: float) -> int:
        """Count the projects that had declared a package before a day (since 1970).

        Fewer than `KNOWN` count as none: to tell one from none would tell that the package was
        to become known.
        """
        count = bisect_left(self.declared.get(package, ()), int(day))
        return count if count >= KNOWN else 0

    def save(self, path: Path) -> None:
        """Write the table, whole or not at all."""
        document = {"projects": self.projects, "declared": self.declared}
        with replacing(path) as part:
            part.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")


@cache
def shipped() -> Packages:
    """Load the table that comes with the program."""
    document = json.loads(SHIPPED.read_bytes())
    return Packages(document["projects"], document["declared"])


@cache
def shipped_digest() -> str:
    """Hash the table that comes with the program: features depend on it."""
    return hashlib.sha256(SHIPPED.read_bytes()).hexdigest()[:16]


def packages_among(declared: pd.DataFrame) -> pd.DataFrame:
    """Keep packages among all that is declared (see `manifests`)."""
    other = declared["package"].str.startswith((USES, DIRECT, PROBE, BROKEN))
    return declared[~other].reset_index(drop=True)


def declarations(changes: pd.DataFrame) -> pd.DataFrame:
    """List all that changes come to declare: columns `commit` and `package`, a row for each."""
    some = changes.loc[changes["declares"] != "", ["commit", "declares"]]
    lists = [str(names).split(" ") for names in some["declares"]]
    return pd.DataFrame(
        {
            "commit": np.repeat(some["commit"].to_numpy(), [len(names) for names in lists]),
            "package": pd.Series([name for names in lists for name in names], dtype="string"),
        }
    )


def first_declared(history: History) -> pd.Series:
    """Give the day, since 1970, on which each package was first declared, by package."""
    changes = pd.concat([history.changes, history.merge_changes])
    found = packages_among(declarations(changes))
    day = days(history.commits["known_time"].to_numpy())[found["commit"].to_numpy(dtype=int)]
    return pd.Series(np.floor(day)).groupby(found["package"]).min()
