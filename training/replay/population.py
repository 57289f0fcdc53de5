"""All that is ranked and all that is learned from, as arrays on disk that workers share."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from ...features.errors import SourceError, TrustdriftError
from ...features.feature import LEVELS, Level
from ...features.files import parquet_frame
from ...features.mining import state, tip
from ...features.vectors import Vectors
from ...models.looking_back import earlier
from ..corpus import Entry, git_directory, repositories
from ..dataset import Say, each_project, renew, require_history
from .cases import Cases

CORPUS, HEAD, ALL_REFS = 0, 1, 2
"""Views: an ordinary project's head, an incident's head, an incident from every reference."""


@dataclass(frozen=True)
class Subjects:
    """All rows of one level, in the order of the arrays."""

    values: np.ndarray
    """n by d."""
    earlier: np.ndarray | None
    """n by k by d, for contributors."""
    table: pd.DataFrame
    """n rows: `project`, `view`, `time` (seconds since 1970 UTC), and `sha` or `person`."""


@dataclass(frozen=True)
class Gathered:
    """What was brought together."""

    folder: Path
    projects: tuple[str, ...]
    """Ordinary ones, which are learned from."""
    failures: dict[str, str]
    """Repositories that could not be read, and why."""

    def rows(self, level: Level) -> Subjects:
        """Map one level's arrays into memory."""
        place = self.folder / level
        before = place / "earlier.npy"
        return Subjects(
            np.load(place / "values.npy", mmap_mode="r"),
            np.load(before, mmap_mode="r") if before.exists() else None,
            parquet_frame(place / "table.parquet"),
        )


def corpus_entries(histories: Path, cases: Cases, say: Say = lambda line: None) -> list[Entry]:
    """List all repositories of a mirror at their heads, but those of incidents.

    `say` is told of those that cannot be read, which are left out.
    """
    names = [name for name in repositories(histories) if name not in cases.repositories]
    entries, failures = _entries(histories, names)
    for name, reason in failures.items():
        say(f"{name}: left out, {reason}")
    return entries


def gather_population(
    corpus: Iterable[Entry],
    cases: Cases,
    histories: Path,
    vectors: Path,
    folder: Path,
    *,
    key: bytes,
    workers: int = 1,
    say: Say = lambda line: None,
) -> Gathered:
    """Renew all vectors and lay them out as arrays.

    Parameters
    ----------
    corpus
        Ordinary projects; those of incidents are left out.
    vectors
        Folder of the dataset (`training.dataset`); incidents from all references lie in
        `all-refs` below it.
    folder
        Where the arrays go.
    """
    ordinary = [entry for entry in corpus if entry.repo not in cases.repositories]
    wanted = sorted(cases.repositories)
    present = [name for name in wanted if git_directory(histories, name) is not None]
    failures = {name: f"not in {histories}" for name in wanted if name not in present}
    heads, broken = _entries(histories, present)
    failures |= broken
    wide = [replace(e, sha=state(require_history(histories, e.repo))) for e in heads]

    def failed(entry: Entry, error: TrustdriftError) -> None:
        failures[entry.repo] = str(error)
        say(f"{entry.repo}: left out, {error}")

    everywhere = vectors / "all-refs"
    for entries, place, all_refs in ((ordinary + heads, vectors, False), (wide, everywhere, True)):
        renew(
            entries, histories, place, key=key, workers=workers, all_refs=all_refs, failed=failed,
            say=say,
        )  # fmt: skip
    views = (
        (CORPUS, [e for e in ordinary if e.repo not in failures], vectors),
        (HEAD, [e for e in heads if e.repo not in failures], vectors),
        (ALL_REFS, [e for e in wide if e.repo not in failures], everywhere),
    )
    _lay_out(views, folder)
    return Gathered(folder, tuple(entry.repo for entry in views[0][1]), failures)


def _entries(histories: Path, names: list[str]) -> tuple[list[Entry], dict[str, str]]:
    found, failures = [], {}
    for name in names:
        try:
            sha, seconds = tip(require_history(histories, name))
        except SourceError as error:
            failures[name] = str(error)
            continue
        day = datetime.fromtimestamp(seconds, UTC).date()
        found.append(Entry(name, sha, day, "", "", ""))
    return found, failures


def _lay_out(views: Iterable[tuple[int, list[Entry], Path]], folder: Path) -> None:
    parts: dict[Level, list[tuple[int, Vectors]]] = {level: [] for level in LEVELS}
    for view, entries, place in views:
        for project in each_project(entries, place):
            for level in LEVELS:
                parts[level].append((view, project[level]))
    for level in LEVELS:
        place = folder / level
        place.mkdir(parents=True)
        values = [part.values.to_numpy(dtype=float) for _, part in parts[level]]
        np.save(place / "values.npy", np.concatenate(values))
        if level == "contributor":
            before = [earlier(part) for _, part in parts[level]]
            np.save(place / "earlier.npy", np.concatenate(before))
        tables = [_table(view, part) for view, part in parts[level]]
        pd.concat(tables, ignore_index=True).to_parquet(place / "table.parquet")


def _table(view: int, vectors: Vectors) -> pd.DataFrame:
    subjects = vectors.subjects.rename(columns={"known_time": "time"})
    kept = [name for name in ("project", "time", "sha", "person") if name in subjects]
    return subjects[kept].assign(view=view)
