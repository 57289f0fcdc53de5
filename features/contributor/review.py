"""Who stands behind a person's work besides the person."""

import numpy as np

from ..feature import contributor_feature
from ..past import earlier
from ..window_facts import WindowFacts


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="another person committed {value:.0%} of their work",
)
def committed_by_another(facts: WindowFacts) -> np.ndarray:
    """Share of own commits that another person committed."""
    commits = facts.by_commit.commits
    person = (commits["committer_kind"] == "person").to_numpy()
    return facts.mean_commits((person & (facts.author != facts.committer)).astype(float))


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="{value:.0%} of their work was committed through a forge",
)
def committed_by_forge(facts: WindowFacts) -> np.ndarray:
    """Share of own commits with a forge or robot as committer."""
    return facts.mean_commits(
        (facts.by_commit.commits["committer_kind"] != "person").to_numpy(float)
    )


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="{value:.0%} of their commits name a reviewer or tester",
)
def reviewed_share(facts: WindowFacts) -> np.ndarray:
    """Share of own commits with review trailers."""
    return facts.mean_commits((facts.by_commit.column("reviews") > 0).astype(float))


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="{value:.0%} of their commits carry a signature",
)
def signed_share(facts: WindowFacts) -> np.ndarray:
    """Share of own commits with a signature, not verified."""
    return facts.mean_commits((facts.by_commit.commits["signature"] != "").to_numpy(float))


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="own past",
    says="the part of their work that nobody else committed grew by {value:.0%}",
)
def self_reliance_growth(facts: WindowFacts) -> np.ndarray:
    """Share of own commits that the person committed, less that share before the window."""
    commits = facts.by_commit.commits
    person = (commits["committer_kind"] == "person").to_numpy()
    alone = (person & (facts.author == facts.committer)).astype(float)
    _, before, _ = earlier(alone, facts.author)
    return facts.mean_commits(alone - before)
