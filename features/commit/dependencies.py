"""Which packages a commit comes to depend on, and who had declared them before."""

import numpy as np

from ..commit_facts import CommitFacts
from ..feature import commit_feature
from ..manifests import DIRECT, USES

_FIXED = r"@(?:v?\d[\w.-]*|[0-9a-f]{40})$"


@commit_feature(
    unit="packages",
    concerning="high",
    compared_with="this project",
    says="declares {value:,.0f} packages that the project never depended on",
)
def new_packages(facts: CommitFacts) -> np.ndarray:
    """Packages declared in manifests and workflows that nothing here declared before."""
    return facts.count_of(facts.new_packages)


@commit_feature(
    unit="projects",
    concerning="low",
    compared_with="all projects",
    says="declares a package that {value:,.0f} projects of the reference corpus had declared",
)
def package_spread(facts: CommitFacts) -> np.ndarray:
    """Corpus projects that had declared the least known of the new packages before that day.

    No value where a commit declares nothing new; fewer than two projects count as none.
    """
    return facts.least_spread(facts.new_packages)


@commit_feature(
    unit="yes or no",
    concerning="high",
    compared_with="own past",
    says="is the first commit by which this author adds a dependency",
)
def first_dependency(facts: CommitFacts) -> np.ndarray:
    """Whether an author of ten commits or more declares a new package for the first time."""
    adds = np.zeros(facts.n, dtype=bool)
    adds[facts.new_packages["commit"].to_numpy(dtype=int)] = True
    return facts.first_by_regular(adds)


@commit_feature(
    unit="actions",
    concerning="high",
    compared_with="this project",
    says="takes {value:,.0f} known actions from references that the project never used",
)
def repointed_actions(facts: CommitFacts) -> np.ndarray:
    """Actions that workflows used before, taken from a tag, branch or commit new to the project."""
    return facts.declared_anew(USES)


@commit_feature(
    unit="actions",
    concerning="high",
    compared_with="this project",
    says="takes {value:,.0f} actions from a branch, so that they can change at any time",
)
def unpinned_actions(facts: CommitFacts) -> np.ndarray:
    """Actions newly taken from what is neither a version nor the digest of a commit."""
    new = facts.declared_for_the_first_time(USES)
    return facts.count_of(new[~new["name"].str.contains(_FIXED)])


@commit_feature(
    unit="packages",
    concerning="high",
    compared_with="this project",
    says="takes {value:,.0f} packages from an address in place of their registry",
)
def direct_packages(facts: CommitFacts) -> np.ndarray:
    """Packages newly declared by a URL or a repository, which no registry has checked."""
    return facts.count_of(facts.declared_for_the_first_time(DIRECT))
