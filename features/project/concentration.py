"""On how few people a project rests."""

import numpy as np
import pandas as pd

from ..feature import project_feature
from ..window_facts import YEAR, WindowFacts, ratio
from ..windows import members

_NOBODY = -2  # sorts before every person and before −1, "no incumbent"


def _by_window(facts: WindowFacts, values: pd.Series) -> np.ndarray:
    return values.reindex(range(len(facts.ends))).to_numpy(dtype=float)


def _touches(facts: WindowFacts, inside: tuple[np.ndarray, np.ndarray]) -> pd.DataFrame:
    event, window = inside
    commits = pd.DataFrame({"commit": facts.authored_rows[event], "window": window})
    changes = pd.DataFrame(
        {
            "commit": facts.by_commit.owner,
            "path": facts.by_commit.path_of_change,
            "person": facts.by_commit.author_of_change,
        }
    )
    return commits.merge(changes, on="commit")


@project_feature(
    unit="people",
    concerning="low",
    compared_with="all projects",
    says="{value:,.0f} people make half of the year's commits",
)
def truck_factor(facts: WindowFacts) -> np.ndarray:
    """Fewest people who together made half of the year's commits: a commit-based truck factor."""
    year = facts.yearly(0.0)
    reached = year.groupby("window")["share"].cumsum() - year["share"] < 0.5
    count = np.bincount(year["window"], reached, len(facts.ends))
    return np.where(count > 0, count, np.nan)


@project_feature(
    unit="share",
    concerning="high",
    compared_with="all projects",
    says="one person made {value:.0%} of the year's commits",
)
def top_share(facts: WindowFacts) -> np.ndarray:
    """Largest share of the year's commits."""
    return _by_window(facts, facts.yearly(0.0).groupby("window")["share"].max())


@project_feature(
    unit="index",
    concerning="high",
    compared_with="all projects",
    says="the year's commits are concentrated with a Herfindahl index of {value:.2f}",
)
def concentration(facts: WindowFacts) -> np.ndarray:
    """Sum of squared shares of the year's commits (Herfindahl-Hirschman index)."""
    year = facts.yearly(0.0)
    return _by_window(facts, (year["share"] ** 2).groupby(year["window"]).sum())


@project_feature(
    unit="index",
    concerning="both",
    compared_with="this project",
    says="the concentration of the commits changed by {value:+.2f} in a year",
)
def concentration_growth(facts: WindowFacts) -> np.ndarray:
    """Herfindahl-Hirschman index of the year, less that of the year before."""
    year = facts.yearly(float(YEAR))
    before = _by_window(facts, (year["share"] ** 2).groupby(year["window"]).sum())
    return concentration(facts) - before


@project_feature(
    unit="share",
    concerning="high",
    compared_with="this project",
    says="the share of the person who carried the project fell by {value:.0%} of the whole",
)
def incumbents_loss(facts: WindowFacts) -> np.ndarray:
    """Share over the year before of whoever led it, less that person's share now."""
    return facts.incumbent["share"].to_numpy() - facts.incumbent_share_now


@project_feature(
    unit="days",
    concerning="high",
    compared_with="this project",
    says="the person who carried the project had been silent for {value:,.0f} days",
)
def incumbents_silence(facts: WindowFacts) -> np.ndarray:
    """Time from the incumbent's last authored commit to the window's end."""
    person = facts.incumbent["person"].to_numpy()
    order = np.lexsort((facts.authored.time, facts.authored.person))
    times = np.r_[0.0, facts.authored.time[order]]
    people = np.r_[_NOBODY, facts.authored.person[order]]
    known = np.nan_to_num(person, nan=-1).astype(int)
    at = np.searchsorted(people * 1e6 + times, known * 1e6 + facts.ends, side="right") - 1
    return np.where(people[at] == known, facts.ends - times[at], np.nan)


@project_feature(
    unit="share",
    concerning="high",
    compared_with="all projects",
    says="{value:.0%} of the changes were to files that one person alone changed",
)
def lone_files_share(facts: WindowFacts) -> np.ndarray:
    """Share of the window's changes to paths that one author alone changed within it."""
    commit_window = members(facts.authored.time, facts.ends, facts.length)
    table = _touches(facts, commit_window)
    people = table.groupby(["window", "path"])["person"].transform("nunique")
    lone = np.bincount(table["window"], people == 1, len(facts.ends))
    return ratio(lone, np.bincount(table["window"], minlength=len(facts.ends)))


@project_feature(
    unit="index",
    concerning="high",
    compared_with="all projects",
    says="what is committed for others rests on few people (index {value:.2f})",
)
def committer_concentration(facts: WindowFacts) -> np.ndarray:
    """Herfindahl-Hirschman index of who committed others' work in the window."""
    squares = np.bincount(facts.row_window, facts.count(facts.committed) ** 2, len(facts.ends))
    return ratio(squares, facts.count_all(facts.committed) ** 2)
