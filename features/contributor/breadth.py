"""Where in the project a person works."""

import numpy as np

from ..feature import contributor_feature
from ..window_facts import WindowFacts


@contributor_feature(
    unit="files",
    concerning="both",
    compared_with="all projects",
    says="touched {value:,.0f} files",
)
def files_touched(facts: WindowFacts) -> np.ndarray:
    """Distinct paths changed."""
    return facts.distinct_changes(facts.by_commit.path_of_change)


@contributor_feature(
    unit="folders",
    concerning="both",
    compared_with="all projects",
    says="worked in {value:,.0f} folders",
)
def folders_touched(facts: WindowFacts) -> np.ndarray:
    """Distinct folders of changed paths."""
    return facts.distinct_changes(facts.by_commit.folder_of_change)


@contributor_feature(
    unit="kinds",
    concerning="both",
    compared_with="all projects",
    says="worked on {value:,.0f} kinds of files",
)
def kinds_touched(facts: WindowFacts) -> np.ndarray:
    """Distinct file-name endings of changed paths."""
    return facts.distinct_changes(facts.by_commit.kind_of_change)


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="own past",
    says="{value:.0%} of their changes are in folders new to them",
)
def new_folder_share(facts: WindowFacts) -> np.ndarray:
    """Share of changes in folders that the person had not touched before the commit."""
    fresh = facts.by_commit.first_by_author(facts.by_commit.folder_of_change)
    old_hand = facts.by_commit.past_commits[facts.by_commit.owner] > 0
    return facts.share_changes(fresh & old_hand)


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="{value:.0%} of their changes are source code",
)
def source_share(facts: WindowFacts) -> np.ndarray:
    """Share of changes to source code."""
    return facts.share_changes(facts.by_commit.role("source"))


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="{value:.0%} of their changes are tests",
)
def test_share(facts: WindowFacts) -> np.ndarray:
    """Share of changes among tests."""
    return facts.share_changes(facts.by_commit.role("test"))


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="{value:.0%} of their changes are documentation",
)
def documentation_share(facts: WindowFacts) -> np.ndarray:
    """Share of changes to documentation."""
    return facts.share_changes(facts.by_commit.role("documentation"))


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="all projects",
    says="{value:.0%} of their changes are build files",
)
def build_share(facts: WindowFacts) -> np.ndarray:
    """Share of changes to files that steer the build."""
    return facts.share_changes(facts.by_commit.role("build"))


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="all projects",
    says="{value:.0%} of their changes are continuous integration",
)
def ci_share(facts: WindowFacts) -> np.ndarray:
    """Share of changes to workflows and pipelines."""
    return facts.share_changes(facts.by_commit.role("ci"))


@contributor_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="{value:.0%} of their changes are dependency manifests",
)
def manifest_share(facts: WindowFacts) -> np.ndarray:
    """Share of changes to files that name dependencies."""
    return facts.share_changes(facts.by_commit.role("manifest"))


@contributor_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="changed {value:,.0f} security, hook or release files",
)
def sensitive_files(facts: WindowFacts) -> np.ndarray:
    """Changes to security, unasked-run and release files."""
    roles = [facts.by_commit.role(name) for name in ("security", "autorun", "release")]
    return facts.sum_changes(np.logical_or.reduce(roles))


@contributor_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="brought {value:,.0f} binary test files",
)
def binary_fixtures(facts: WindowFacts) -> np.ndarray:
    """Binary files added or changed among tests."""
    kept = (facts.by_commit.changes["status"] != "D").to_numpy()
    return facts.sum_changes(facts.by_commit.binary_of_change & kept & facts.by_commit.role("test"))
