"""Who is there, who came, who left."""

import numpy as np

from ..feature import project_feature
from ..past import count_between
from ..window_facts import FEWEST_ACTS, NEWCOMER_DAYS, YEAR, Acts, WindowFacts, ratio


def _people(facts: WindowFacts, of_rows: np.ndarray) -> np.ndarray:
    return np.bincount(facts.row_window, of_rows.astype(float), len(facts.ends))


def _regulars(facts: WindowFacts) -> np.ndarray:
    before = facts.yearly(facts.length)
    regular = before[before["commits"] >= 3]
    return np.bincount(regular["window"], minlength=len(facts.ends)).astype(float)


def _staying(facts: WindowFacts) -> np.ndarray:
    before = facts.count(facts.authored, facts.length, YEAR)
    return _people(facts, (facts.count(facts.authored) > 0) & (before >= 3))


def _newcomers(facts: WindowFacts, acts: Acts, least: int = FEWEST_ACTS) -> np.ndarray:
    young = ~(facts.age(facts.authored) >= NEWCOMER_DAYS)
    return _grown(
        facts, ratio(_people(facts, facts.count(acts) * young), facts.count_all(acts), least)
    )


def _grown(facts: WindowFacts, of_ends: np.ndarray) -> np.ndarray:
    """Leave out a project's first two years, when nearly everybody is new."""
    return np.where(facts.ends > facts.begin + 2 * YEAR, of_ends, np.nan)


@project_feature(
    unit="people",
    concerning="low",
    compared_with="all projects",
    says="{value:,.0f} people were active",
)
def active_people(facts: WindowFacts) -> np.ndarray:
    """People who authored a commit in the window."""
    return _people(facts, facts.count(facts.authored) > 0)


@project_feature(
    unit="people",
    concerning="low",
    compared_with="all projects",
    says="{value:,.0f} people used the right to push",
)
def active_maintainers(facts: WindowFacts) -> np.ndarray:
    """People who committed others' work, merged or tagged in the window."""
    acts = sum(facts.count(acts) for acts in (facts.committed, facts.merged, facts.tagged))
    return _people(facts, np.asarray(acts) > 0)


@project_feature(
    unit="people",
    concerning="both",
    compared_with="this project",
    says="{value:,.0f} people made their first commit",
)
def arrivals(facts: WindowFacts) -> np.ndarray:
    """People whose first commit lies in the window."""
    return _people(facts, facts.age(facts.authored) < facts.length)


@project_feature(
    unit="people",
    concerning="high",
    compared_with="this project",
    says="{value:,.0f} people who worked here the year before made no commit",
)
def departures(facts: WindowFacts) -> np.ndarray:
    """People with three commits or more in the year before and none in the window."""
    return _regulars(facts) - _staying(facts)


@project_feature(
    unit="share",
    concerning="high",
    compared_with="this project",
    says="{value:.0%} of the year's regular people made no commit",
)
def departed_share(facts: WindowFacts) -> np.ndarray:
    """Departures as a share of those with three commits or more in the year before."""
    return ratio(departures(facts), _regulars(facts))


@project_feature(
    unit="people",
    concerning="both",
    compared_with="this project",
    says="{value:,.0f} people came back after a year or more",
)
def returns(facts: WindowFacts) -> np.ndarray:
    """People with an earlier commit, none in the year before, and some in the window."""
    before = facts.count(facts.authored, facts.length, YEAR)
    came = facts.count(facts.authored) > 0
    return _people(facts, came & (before == 0) & (facts.age(facts.authored) > YEAR))


@project_feature(
    unit="people",
    concerning="high",
    compared_with="this project",
    says="{value:,.0f} people used the right to push for the first time",
)
def new_maintainers(facts: WindowFacts) -> np.ndarray:
    """People whose first proof of the right to push lies in the window."""
    return _people(facts, facts.since(facts.first_push[facts.row_person]) < facts.length)


@project_feature(
    unit="share",
    concerning="high",
    compared_with="this project",
    says="people here for less than a year made {value:.0%} of the commits",
)
def newcomers_share(facts: WindowFacts) -> np.ndarray:
    """Share of the window's commits by people whose first commit is younger than a year."""
    return _newcomers(facts, facts.authored)


@project_feature(
    unit="share",
    concerning="high",
    compared_with="this project",
    says="the newcomers' share of the commits grew by {value:.0%} of the whole",
)
def newcomers_growth(facts: WindowFacts) -> np.ndarray:
    """Newcomers' share now, less that of the same calendar length a year before."""
    young = facts.by_commit.tenure < NEWCOMER_DAYS
    mine = facts.authored_rows
    time = facts.authored.time
    then = facts.ends - YEAR
    now_then = np.zeros(len(mine), dtype=int)
    asked = np.zeros(len(facts.ends), dtype=int)
    fresh = young[mine]
    part = count_between(now_then[fresh], time[fresh], asked, then - facts.length, then)
    whole = count_between(now_then, time, asked, then - facts.length, then)
    return newcomers_share(facts) - ratio(part, whole, FEWEST_ACTS)


@project_feature(
    unit="share",
    concerning="high",
    compared_with="this project",
    says="people here for less than a year committed {value:.0%} of the work of others",
)
def newcomers_gatekeeping(facts: WindowFacts) -> np.ndarray:
    """Share of commits committed for others by people whose first commit is younger than a year."""
    return _newcomers(facts, facts.committed)


@project_feature(
    unit="share",
    concerning="high",
    compared_with="this project",
    says="people here for less than a year made {value:.0%} of the releases",
)
def newcomers_releases(facts: WindowFacts) -> np.ndarray:
    """Share of the window's annotated tags by people whose first commit is younger than a year."""
    return _newcomers(facts, facts.tagged, least=1)
