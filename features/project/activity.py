"""How much happens, how evenly, and what is left undone."""

import numpy as np

from ..feature import project_feature
from ..window_facts import NEWCOMER_DAYS, YEAR, WindowFacts, ratio
from ..windows import members


def _last(times: np.ndarray, ends: np.ndarray) -> np.ndarray:
    ordered = np.r_[np.nan, np.sort(times)]
    return ordered[np.searchsorted(ordered[1:], ends, side="right")]


def _all(facts: WindowFacts, of_commit: np.ndarray) -> np.ndarray:
    """Count commits of anybody, bots and merges included, per window."""
    event, window = members(facts.by_commit.time, facts.ends, facts.length)
    return np.bincount(window, of_commit[event].astype(float), len(facts.ends))


def _share(facts: WindowFacts, of_commit: np.ndarray) -> np.ndarray:
    return ratio(facts.sum_windows(of_commit), facts.count_all(facts.authored))


@project_feature(
    unit="commits",
    concerning="both",
    compared_with="all projects",
    says="saw {value:,.0f} commits",
)
def commits(facts: WindowFacts) -> np.ndarray:
    """Commits authored by people in the window, merges aside."""
    return facts.count_all(facts.authored)


@project_feature(
    unit="ratio",
    concerning="low",
    compared_with="this project",
    says="saw {value:.2f} times as many commits as the year before would lead one to expect",
)
def commits_trend(facts: WindowFacts) -> np.ndarray:
    """Commits per day now, over commits per day in the year before the window."""
    before = facts.count_all(facts.authored, facts.length, YEAR) / YEAR
    return ratio(commits(facts) / facts.length, before)


@project_feature(
    unit="lines",
    concerning="both",
    compared_with="all projects",
    says="changed {value:,.0f} lines",
)
def churn(facts: WindowFacts) -> np.ndarray:
    """Lines added and deleted in the window."""
    return facts.sum_windows(facts.by_commit.churn)


@project_feature(
    unit="index",
    concerning="both",
    compared_with="all projects",
    says="its commits come in bursts (index {value:+.2f})",
)
def burstiness(facts: WindowFacts) -> np.ndarray:
    """(σ − μ) / (σ + μ) of the times between five commits or more (Goh and Barabási 2008)."""
    gap = np.r_[np.nan, np.diff(facts.by_commit.time[facts.authored_rows])]
    event, window = members(facts.authored.time, facts.ends, facts.length)
    known = ~np.isnan(gap[event])
    count = np.bincount(window, known, len(facts.ends))
    filled = np.nan_to_num(gap[event])
    mean = ratio(np.bincount(window, filled, len(facts.ends)), count)
    square = ratio(np.bincount(window, filled**2, len(facts.ends)), count)
    spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    return np.where(count >= 5, ratio(spread - mean, spread + mean), np.nan)


@project_feature(
    unit="days",
    concerning="high",
    compared_with="this project",
    says="was silent for the last {value:,.0f} days",
)
def silence(facts: WindowFacts) -> np.ndarray:
    """Time from the last authored commit to the window's end."""
    return facts.ends - _last(facts.authored.time, facts.ends)


@project_feature(
    unit="days",
    concerning="high",
    compared_with="this project",
    says="its last annotated tag is {value:,.0f} days old",
)
def since_release(facts: WindowFacts) -> np.ndarray:
    """Time from the last annotated tag to the window's end; no value without one."""
    return facts.ends - _last(facts.tagged.time, facts.ends)


@project_feature(
    unit="tags",
    concerning="both",
    compared_with="this project",
    says="made {value:,.0f} releases",
)
def releases(facts: WindowFacts) -> np.ndarray:
    """Annotated tags in the window."""
    return facts.count_all(facts.tagged)


@project_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="robots wrote {value:.0%} of the commits",
)
def bots_share(facts: WindowFacts) -> np.ndarray:
    """Share of the window's non-merge commits with a bot as author."""
    plain = facts.by_commit.plain
    bots = plain & (facts.by_commit.commits["author_kind"] == "bot").to_numpy()
    return ratio(_all(facts, bots), _all(facts, plain))


@project_feature(
    unit="share",
    concerning="both",
    compared_with="this project",
    says="{value:.0%} of the commits are merges",
)
def merges_share(facts: WindowFacts) -> np.ndarray:
    """Share of all commits in the window that are merges."""
    return ratio(_all(facts, ~facts.by_commit.plain), _all(facts, facts.by_commit.plain | True))


@project_feature(
    unit="share",
    concerning="both",
    compared_with="this project",
    says="{value:.0%} of the commits carry a signature",
)
def signed_share(facts: WindowFacts) -> np.ndarray:
    """Share of people's commits with a signature, not verified."""
    return _share(facts, (facts.by_commit.commits["signature"] != "").to_numpy())


@project_feature(
    unit="share",
    concerning="low",
    compared_with="this project",
    says="{value:.0%} of the commits were committed by another person or name a reviewer",
)
def reviewed_share(facts: WindowFacts) -> np.ndarray:
    """Share of people's commits that a second person committed or that name a reviewer."""
    table = facts.by_commit.commits
    other = (table["committer_kind"] == "person").to_numpy() & (facts.author != facts.committer)
    return _share(facts, other | (facts.by_commit.column("reviews") > 0))


@project_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="gained or changed {value:,.0f} binary test files",
)
def binary_fixtures(facts: WindowFacts) -> np.ndarray:
    """Binary files added or changed among tests in the window."""
    kept = (facts.by_commit.changes["status"] != "D").to_numpy()
    hits = facts.by_commit.binary_of_change & kept & facts.by_commit.role("test")
    return facts.sum_windows(facts.by_commit.total(hits))


@project_feature(
    unit="share",
    concerning="high",
    compared_with="this project",
    says=(
        "people here for less than a year made {value:.0%} of the changes to build and "
        "integration files"
    ),
)
def newcomers_build_share(facts: WindowFacts) -> np.ndarray:
    """Share of changes to build and CI files by authors who came within a year."""
    steering = facts.by_commit.total(facts.by_commit.role("build") | facts.by_commit.role("ci"))
    young = facts.by_commit.tenure < NEWCOMER_DAYS
    share = ratio(facts.sum_windows(steering * young), facts.sum_windows(steering))
    return np.where(facts.ends > facts.begin + 2 * YEAR, share, np.nan)
