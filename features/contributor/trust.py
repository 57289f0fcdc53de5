"""How long a person has been here, and when which right was first used."""

import numpy as np

from ..feature import contributor_feature
from ..past import previous
from ..window_facts import YEAR, WindowFacts

_EVER = 1e5  # days; longer than any history


def _time_to(facts: WindowFacts, gained: np.ndarray) -> np.ndarray:
    """Give the days from first commit to what was gained, if both lie before the window's end."""
    start, stop = facts.first_commit[facts.row_person], gained[facts.row_person]
    known = (stop <= facts.row_end) & (start <= facts.row_end) & ~facts.young
    days = np.where(known, stop, 0.0) - np.where(known, start, 0.0)
    return np.where(known, np.maximum(days, 0.0), np.nan)


@contributor_feature(
    unit="days",
    concerning="low",
    compared_with="this project",
    says="made their first commit here {value:,.0f} days ago",
)
def tenure(facts: WindowFacts) -> np.ndarray:
    """Time from the person's first authored commit to the window's end.

    No value in the project's first two years, here and below: nobody is older there.
    """
    return np.where(facts.young, np.nan, facts.age(facts.authored))


@contributor_feature(
    unit="commits",
    concerning="low",
    compared_with="this project",
    says="had {value:,.0f} commits here before",
)
def commits_before(facts: WindowFacts) -> np.ndarray:
    """Commits authored before the window."""
    return facts.count(facts.authored, facts.length, _EVER)


@contributor_feature(
    unit="days",
    concerning="low",
    compared_with="this project",
    says="first used the right to push {value:,.0f} days ago",
)
def push_age(facts: WindowFacts) -> np.ndarray:
    """Time since the first proof of the right to push: others' commits, a merge, or a tag."""
    return np.where(facts.young, np.nan, facts.since(facts.first_push[facts.row_person]))


@contributor_feature(
    unit="days",
    concerning="low",
    compared_with="all projects",
    says="needed {value:,.0f} days from the first commit to the right to push",
)
def time_to_push(facts: WindowFacts) -> np.ndarray:
    """Time from the first authored commit to the first proof of the right to push."""
    return _time_to(facts, facts.first_push)


@contributor_feature(
    unit="days",
    concerning="low",
    compared_with="this project",
    says="first merged a request {value:,.0f} days ago",
)
def merge_age(facts: WindowFacts) -> np.ndarray:
    """Time since the person's first merge of a request."""
    return np.where(facts.young, np.nan, facts.age(facts.merged))


@contributor_feature(
    unit="days",
    concerning="low",
    compared_with="this project",
    says="first tagged a release {value:,.0f} days ago",
)
def tag_age(facts: WindowFacts) -> np.ndarray:
    """Time since the person's first annotated tag."""
    return np.where(facts.young, np.nan, facts.age(facts.tagged))


@contributor_feature(
    unit="days",
    concerning="low",
    compared_with="this project",
    says="first committed others' work {value:,.0f} days ago",
)
def commit_others_age(facts: WindowFacts) -> np.ndarray:
    """Time since the person first committed somebody else's work."""
    return np.where(facts.young, np.nan, facts.age(facts.committed))


@contributor_feature(
    unit="days",
    concerning="low",
    compared_with="all projects",
    says="needed {value:,.0f} days from the first commit to the first release",
)
def time_to_tag(facts: WindowFacts) -> np.ndarray:
    """Time from first authored commit to first annotated tag, if there is one by now."""
    return _time_to(facts, facts.tagged.first(facts.person_count))


@contributor_feature(
    unit="tags",
    concerning="both",
    compared_with="all projects",
    says="tagged {value:,.0f} releases",
)
def tags(facts: WindowFacts) -> np.ndarray:
    """Annotated tags made in the window."""
    return facts.count(facts.tagged)


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="this project",
    says="made {value:.0%} of the releases",
)
def tag_share(facts: WindowFacts) -> np.ndarray:
    """Share of the window's annotated tags."""
    return facts.share(facts.tagged)


@contributor_feature(
    unit="commits",
    concerning="both",
    compared_with="all projects",
    says="committed {value:,.0f} commits that others wrote",
)
def commits_of_others(facts: WindowFacts) -> np.ndarray:
    """Commits written by others and committed by this person in the window."""
    return facts.count(facts.committed)


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="this project",
    says="committed {value:.0%} of all that was committed for others",
)
def commits_of_others_share(facts: WindowFacts) -> np.ndarray:
    """Share of the window's commits that were committed for somebody else."""
    return facts.share(facts.committed)


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="own past",
    says="their share of what is committed for others grew by {value:.0%} of the whole",
)
def gatekeeping_growth(facts: WindowFacts) -> np.ndarray:
    """Share of commits committed for others, less the share over the year before the window."""
    return commits_of_others_share(facts) - facts.share_before(facts.committed, YEAR)


@contributor_feature(
    unit="merges",
    concerning="both",
    compared_with="all projects",
    says="merged {value:,.0f} requests",
)
def merged_requests(facts: WindowFacts) -> np.ndarray:
    """Merges of requests authored in the window."""
    return facts.count(facts.merged)


@contributor_feature(
    unit="days",
    concerning="both",
    compared_with="own past",
    says="had been away for {value:,.0f} days before",
)
def return_after(facts: WindowFacts) -> np.ndarray:
    """Longest pause between two commits of the person that ended in the window."""
    gap = facts.by_commit.time - previous(facts.by_commit.time, facts.author)
    commit, row = facts.commit_members
    longest = np.full(len(facts.rows), -np.inf)
    there = ~np.isnan(gap[commit])
    np.maximum.at(longest, row[there], gap[commit][there])
    return np.where(np.isinf(longest), np.nan, longest)
