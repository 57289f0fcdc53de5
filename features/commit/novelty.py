"""What is new in a commit: for its author, and for the project."""

import numpy as np

from ..commit_facts import CommitFacts
from ..feature import commit_feature
from ..past import earlier_count, previous


def _new_share(facts: CommitFacts, codes: np.ndarray) -> np.ndarray:
    """Share of the changed paths with a code that is new for an author who has a past here."""
    share = facts.share(facts.first_by_author(codes))
    return np.where(facts.past_commits >= 1, share, np.nan)


@commit_feature(
    unit="share",
    concerning="both",
    compared_with="own past",
    says="{value:.0%} of its files were never touched by this author before",
)
def new_paths(facts: CommitFacts) -> np.ndarray:
    """Share of the changed paths that the author had not touched before."""
    return _new_share(facts, facts.path_of_change)


@commit_feature(
    unit="share",
    concerning="high",
    compared_with="own past",
    says="{value:.0%} of its files are in folders new to this author",
)
def new_folders(facts: CommitFacts) -> np.ndarray:
    """Share of the changed paths that lie in folders the author had not touched before."""
    return _new_share(facts, facts.folder_of_change)


@commit_feature(
    unit="share",
    concerning="high",
    compared_with="own past",
    says="{value:.0%} of its files are of kinds new to this author",
)
def new_kinds(facts: CommitFacts) -> np.ndarray:
    """Share of the changed paths whose file-name ending the author had not touched before."""
    return _new_share(facts, facts.kind_of_change)


@commit_feature(
    unit="files",
    concerning="both",
    compared_with="this project",
    says="brings {value:,.0f} files of kinds that the project never had",
)
def kinds_new_to_project(facts: CommitFacts) -> np.ndarray:
    """Files whose file-name ending nobody had used in this project before."""
    return facts.total(facts.first_in_project(facts.kind_of_change))


def _existing(facts: CommitFacts) -> np.ndarray:
    return (facts.changes["status"] != "A").to_numpy()


@commit_feature(
    unit="days",
    concerning="both",
    compared_with="this project",
    says="its files had lain untouched for {value:,.0f} days on average",
)
def path_age(facts: CommitFacts) -> np.ndarray:
    """Mean time since the changed paths, where they existed, were touched before."""
    idle = facts.time_of_change - previous(facts.time_of_change, facts.path_of_change)
    there = ~np.isnan(idle) & _existing(facts)
    with np.errstate(divide="ignore", invalid="ignore"):
        return facts.total(np.where(there, idle, 0)) / facts.total(there)


@commit_feature(
    unit="share",
    concerning="both",
    compared_with="this project",
    says="{value:.0%} of its existing files were last changed by somebody else",
)
def others_paths(facts: CommitFacts) -> np.ndarray:
    """Share of the changed paths, where they existed, that another author touched last."""
    last = previous(facts.author_of_change, facts.path_of_change)
    there = ~np.isnan(last) & _existing(facts)
    with np.errstate(divide="ignore", invalid="ignore"):
        return facts.total(there & (last != facts.author_of_change)) / facts.total(there)


@commit_feature(
    unit="touches",
    concerning="both",
    compared_with="this project",
    says="its files had been changed {value:,.0f} times before on average",
)
def path_familiarity(facts: CommitFacts) -> np.ndarray:
    """Mean number of earlier changes, by anybody, to the changed paths."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return facts.total(earlier_count(facts.path_of_change)) / facts.files


@commit_feature(
    unit="yes or no",
    concerning="high",
    compared_with="own past",
    says="is this author's first change of build files",
)
def first_build_change(facts: CommitFacts) -> np.ndarray:
    """Whether an author of ten commits or more changes build files for the first time."""
    return facts.first_by_regular(facts.total(facts.role("build")) > 0)


@commit_feature(
    unit="yes or no",
    concerning="high",
    compared_with="own past",
    says="is this author's first change of continuous integration",
)
def first_ci_change(facts: CommitFacts) -> np.ndarray:
    """Whether an author of ten commits or more changes workflows for the first time."""
    return facts.first_by_regular(facts.total(facts.role("ci")) > 0)


@commit_feature(
    unit="yes or no",
    concerning="high",
    compared_with="own past",
    says="is this author's first binary file",
)
def first_binary(facts: CommitFacts) -> np.ndarray:
    """Whether an author of ten commits or more brings a binary file for the first time."""
    present = (facts.changes["status"] != "D").to_numpy()
    return facts.first_by_regular(facts.total(facts.binary_of_change & present) > 0)
