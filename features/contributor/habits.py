"""How far a person departs from their own past."""

import numpy as np

from ..feature import contributor_feature
from ..window_facts import WindowFacts, ratio


@contributor_feature(
    unit="bits",
    concerning="high",
    compared_with="own past",
    says="worked at hours unusual for them ({value:.1f} bits of surprise a commit)",
)
def hour_surprise(facts: WindowFacts) -> np.ndarray:
    """Mean surprise of local hours under the person's own past."""
    return facts.mean_commits(facts.by_commit.hour_surprise)


@contributor_feature(
    unit="bits",
    concerning="high",
    compared_with="own past",
    says="used clock settings unusual for them ({value:.1f} bits of surprise a commit)",
)
def offset_surprise(facts: WindowFacts) -> np.ndarray:
    """Mean surprise of UTC offsets under the person's own past, daylight saving aside."""
    return facts.mean_commits(facts.by_commit.offset_surprise)


@contributor_feature(
    unit="standard deviations",
    concerning="both",
    compared_with="own past",
    says="their commits are {value:+.1f} standard deviations from their usual size",
)
def size_shift(facts: WindowFacts) -> np.ndarray:
    """Mean deviation of the commits' size from the person's own past."""
    return facts.mean_commits(facts.by_commit.size_against_own)


@contributor_feature(
    unit="standard deviations",
    concerning="both",
    compared_with="own past",
    says="their messages are {value:+.1f} standard deviations from their usual length",
)
def message_shift(facts: WindowFacts) -> np.ndarray:
    """Mean deviation of the messages' length from the person's own past."""
    return facts.mean_commits(facts.by_commit.message_against_own)


@contributor_feature(
    unit="days",
    concerning="both",
    compared_with="all projects",
    says="was active on {value:,.0f} days",
)
def active_days(facts: WindowFacts) -> np.ndarray:
    """Days with an authored commit."""
    day = np.floor(facts.authored.time).astype(np.int64)
    pair = facts.authored.person * 100_000 + day
    first = np.full(facts.by_commit.n, False)
    first[facts.authored_rows[np.unique(pair, return_index=True)[1]]] = True
    return facts.sum_commits(first)


@contributor_feature(
    unit="commits per day",
    concerning="both",
    compared_with="all projects",
    says="made {value:.1f} commits on each active day",
)
def commits_per_day(facts: WindowFacts) -> np.ndarray:
    """Commits per day with a commit."""
    return ratio(facts.count(facts.authored), active_days(facts))


@contributor_feature(
    unit="addresses",
    concerning="high",
    compared_with="own past",
    says="used {value:,.0f} addresses new for them",
)
def new_addresses(facts: WindowFacts) -> np.ndarray:
    """Commits with a name and address that the known person had not used."""
    return facts.sum_commits(facts.by_commit.column("author_new_alias"))
