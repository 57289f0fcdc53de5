"""What a merge itself changes, which most tools never show."""

import numpy as np

from ..commit_facts import CommitFacts
from ..feature import commit_feature


def _in_merges(facts: CommitFacts, of_change: np.ndarray) -> np.ndarray:
    return np.where(facts.plain, 0.0, facts.total(of_change))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="is a merge that has {value:,.0f} files as none of its parents has them",
)
def merge_files(facts: CommitFacts) -> np.ndarray:
    """Paths of a merge that differ from all its parents; 0 for other commits."""
    return _in_merges(facts, np.ones(len(facts.owner)))


@commit_feature(
    unit="lines",
    concerning="high",
    compared_with="all projects",
    says="is a merge with {value:,.0f} lines that none of its parents has",
)
def merge_lines(facts: CommitFacts) -> np.ndarray:
    """Lines of a merge that none of its parents has; 0 for other commits."""
    return _in_merges(facts, facts.content("added"))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="is a merge that brings {value:,.0f} files of which no parent knows",
)
def merge_new_files(facts: CommitFacts) -> np.ndarray:
    """Paths that a merge has and none of its parents; 0 for other commits."""
    return _in_merges(facts, (facts.changes["status"] == "A").to_numpy())
