"""Computes every feature of a history: commits, contributor-windows and project-windows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .catalog import digest, features
from .commit_facts import CommitFacts
from .errors import NotEnoughHistory
from .feature import Level
from .history import History
from .window_facts import WindowFacts
from .windows import DAY, Windows


@dataclass(frozen=True)
class Vectors:
    """Features of one level, a row a subject.

    `subjects` and `values` have the same length and order. Subjects have the columns `project`,
    `known_time` (seconds since 1970 UTC: when the vector could first be known) and

    - for commits: `sha`, `person`, `position` (row in the history's commits)
    - for contributors: `person`, `window_end`
    - for projects: `window_end`
    """

    level: Level
    subjects: pd.DataFrame
    values: pd.DataFrame
    digest: str

    def __len__(self) -> int:
        return len(self.subjects)

    def where(self, mask: np.ndarray) -> "Vectors":
        """Keep some rows."""
        return Vectors(
            self.level,
            self.subjects[mask].reset_index(drop=True),
            self.values[mask].reset_index(drop=True),
            self.digest,
        )


def describe(history: History, windows: Windows | None = None) -> dict[Level, Vectors]:
    """Compute the vectors of all three levels.

    A vector depends on nothing that came to be known after its own time.

    Parameters
    ----------
    history
        As mined.
    windows
        How time is cut; 90 days every 30, on the calendar common to all projects, if None.

    Raises
    ------
    NotEnoughHistory
        If there is no commit.
    """
    if history.commits.empty:
        raise NotEnoughHistory(f"{history.project} has no commits to describe")
    facts = WindowFacts(history, windows or Windows())
    return {
        "commit": describe_commits(history),
        "contributor": _contributor_vectors(history, facts),
        "project": _project_vectors(history, facts),
    }


def describe_commits(history: History) -> Vectors:
    """Compute the vectors of commits alone, for those who need no windows."""
    return _commit_vectors(history, CommitFacts(history))


def _values(level: Level, facts: CommitFacts | WindowFacts) -> pd.DataFrame:
    """Call each feature; infinities and absent values are NaN alike."""
    columns = {}
    for feature in features(level):
        with np.errstate(divide="ignore", invalid="ignore"):
            numbers = np.asarray(feature.compute(facts), dtype=float)
        columns[feature.name] = np.where(np.isfinite(numbers), numbers, np.nan)
    return pd.DataFrame(columns)


def _commit_vectors(history: History, facts: CommitFacts) -> Vectors:
    commits = facts.commits
    subjects = pd.DataFrame(
        {
            "project": history.project,
            "known_time": commits["known_time"],
            "sha": commits["sha"],
            "person": commits["author"],
            "position": np.arange(facts.n),
        }
    )
    every = Vectors("commit", subjects, _values("commit", facts), digest())
    return every.where(facts.changing)


def _window_subjects(history: History, ends: np.ndarray) -> pd.DataFrame:
    seconds = np.round(ends * DAY).astype("int64")
    return pd.DataFrame(
        {
            "project": history.project,
            "known_time": seconds,
            "window_end": pd.to_datetime(seconds, unit="s"),
        }
    )


def _contributor_vectors(history: History, facts: WindowFacts) -> Vectors:
    subjects = _window_subjects(history, facts.row_end)
    subjects["person"] = np.asarray(facts.people, dtype=object)[facts.row_person]
    return Vectors("contributor", subjects, _values("contributor", facts), digest())


def _project_vectors(history: History, facts: WindowFacts) -> Vectors:
    subjects = _window_subjects(history, facts.ends)
    return Vectors("project", subjects, _values("project", facts), digest())
