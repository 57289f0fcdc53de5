"""Whose files a person works on."""

import numpy as np

from ..feature import contributor_feature
from ..window_facts import WindowFacts


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="this project",
    says="{value:.0%} of their changes are to files that somebody else changed last",
)
def others_share(facts: WindowFacts) -> np.ndarray:
    """Share of changes to paths whose change before was another author's."""
    former = facts.former_toucher
    known = ~np.isnan(former)
    return facts.share_changes(known & (former != facts.by_commit.author_of_change))


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="this project",
    says="{value:.0%} of their changes are first steps into others' files",
)
def entered_share(facts: WindowFacts) -> np.ndarray:
    """Share of changes to existing paths that the person had never touched."""
    fresh = facts.by_commit.first_by_author(facts.by_commit.path_of_change)
    return facts.share_changes(fresh & ~np.isnan(facts.former_toucher))


@contributor_feature(
    unit="files",
    concerning="high",
    compared_with="this project",
    says="became the main author of {value:,.0f} files that were mostly others'",
)
def taken_over_files(facts: WindowFacts) -> np.ndarray:
    """Paths of which the person came to hold half of all changes, others having held it before."""
    return facts.sum_changes(facts.taken_over)


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="this project",
    says="{value:.0%} of their changes made them the main author of others' files",
)
def taken_over_share(facts: WindowFacts) -> np.ndarray:
    """Share of changes that brought the person half of a path's changes."""
    return facts.share_changes(facts.taken_over)
