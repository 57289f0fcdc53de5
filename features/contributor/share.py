"""How much of the project a person carries, and at whose place."""

import numpy as np

from ..feature import contributor_feature
from ..window_facts import FEWEST_ACTS, YEAR, WindowFacts, ratio


def _is_incumbent(facts: WindowFacts) -> np.ndarray:
    return facts.incumbent["person"].to_numpy()[facts.row_window] == facts.row_person


def _loss(facts: WindowFacts) -> np.ndarray:
    return facts.incumbent["share"].to_numpy() - facts.incumbent_share_now


@contributor_feature(
    unit="commits",
    concerning="both",
    compared_with="all projects",
    says="made {value:,.0f} commits",
)
def commits(facts: WindowFacts) -> np.ndarray:
    """Commits authored in the window, merges aside."""
    return facts.count(facts.authored)


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="this project",
    says="made {value:.0%} of the project's commits",
)
def share(facts: WindowFacts) -> np.ndarray:
    """Share of the window's authored commits; no value, here and below, if they are under five."""
    return facts.share(facts.authored)


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="own past",
    says="their share of the commits grew by {value:.0%} of the whole since the window before",
)
def share_growth(facts: WindowFacts) -> np.ndarray:
    """Share now, less the share in the window just before."""
    return share(facts) - facts.share_before(facts.authored, facts.length)


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="own past",
    says="their share of the commits grew by {value:.0%} of the whole against the year before",
)
def share_growth_year(facts: WindowFacts) -> np.ndarray:
    """Share now, less the share over the year before the window."""
    return share(facts) - facts.share_before(facts.authored, YEAR)


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="this project",
    says="changed {value:.0%} of the lines",
)
def churn_share(facts: WindowFacts) -> np.ndarray:
    """Share of the window's added and deleted lines."""
    churn = facts.by_commit.churn
    return ratio(facts.sum_commits(churn), facts.sum_windows(churn)[facts.row_window])


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="this project",
    says="made {value:+.0%} of the project's commits more than the next most active person",
)
def lead(facts: WindowFacts) -> np.ndarray:
    """Share of the window's commits, less the largest share of anybody else."""
    own = facts.count(facts.authored)
    rows = facts.rows.assign(own=own)
    ranked = rows.sort_values(["window", "own"], ascending=[True, False]).groupby("window")["own"]
    first, second = (ranked.nth(i).groupby(rows["window"]).sum() for i in (0, 1))
    best = first.reindex(range(len(facts.ends)), fill_value=0).to_numpy()[facts.row_window]
    next_best = second.reindex(range(len(facts.ends)), fill_value=0).to_numpy()[facts.row_window]
    total = facts.count_all(facts.authored)[facts.row_window]
    return ratio(own - np.where(own == best, next_best, best), total, FEWEST_ACTS)


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="this project",
    says="the share of the person who carried the project before fell by {value:.0%} of the whole",
)
def incumbents_loss(facts: WindowFacts) -> np.ndarray:
    """Share over the year before of the person who led it, less that person's share now."""
    return np.where(_is_incumbent(facts), np.nan, _loss(facts)[facts.row_window])


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="this project",
    says="grew by as much as {value:.0%} of the whole while the former leader faded by as much",
)
def displacement(facts: WindowFacts) -> np.ndarray:
    """The smaller of one's own growth and the incumbent's loss: both must hold."""
    loss = np.where(_is_incumbent(facts), 0.0, np.nan_to_num(_loss(facts)[facts.row_window]))
    return np.clip(np.minimum(share_growth_year(facts), loss), 0.0, None)


@contributor_feature(
    unit="share",
    concerning="low",
    compared_with="this project",
    says="the person who carried the project before still makes {value:.0%} of the commits",
)
def incumbents_share(facts: WindowFacts) -> np.ndarray:
    """Share of the window's commits by whoever led the year before, if that is somebody else."""
    return np.where(_is_incumbent(facts), np.nan, facts.incumbent_share_now[facts.row_window])


@contributor_feature(
    unit="people",
    concerning="low",
    compared_with="this project",
    says="{value:,.0f} other people were active",
)
def others_active(facts: WindowFacts) -> np.ndarray:
    """Other people with an authored commit in the window."""
    active = (facts.count(facts.authored) > 0).astype(float)
    everybody = np.bincount(facts.row_window, active, len(facts.ends))
    return everybody[facts.row_window] - active
