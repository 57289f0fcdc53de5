"""How much a commit changes, and in what form."""

import numpy as np

from ..commit_facts import EXECUTABLE, GITLINK, SYMLINK, CommitFacts
from ..feature import commit_feature


@commit_feature(
    unit="lines", concerning="both", compared_with="all projects", says="adds {value:,.0f} lines"
)
def added_lines(facts: CommitFacts) -> np.ndarray:
    """Text lines added, as numstat counts them."""
    return facts.total(facts.changes["added"].to_numpy())


@commit_feature(
    unit="lines",
    concerning="both",
    compared_with="all projects",
    says="adds {value:,.0f} lines that were not there before",
)
def new_lines(facts: CommitFacts) -> np.ndarray:
    """Text lines added but for those that are only moved, indented or ended otherwise.

    What a file loses and gains in the same commit, blanks aside, says nothing new, and neither
    does what a moved file had before. All that is told of added text is told of new lines.
    """
    return facts.total(facts.content("new_lines"))


@commit_feature(
    unit="lines",
    concerning="both",
    compared_with="all projects",
    says="deletes {value:,.0f} lines",
)
def deleted_lines(facts: CommitFacts) -> np.ndarray:
    """Text lines deleted, as numstat counts them."""
    return facts.total(facts.changes["deleted"].to_numpy())


@commit_feature(
    unit="files", concerning="both", compared_with="all projects", says="changes {value:,.0f} files"
)
def changed_files(facts: CommitFacts) -> np.ndarray:
    """Paths that differ from the first parent."""
    return facts.files


@commit_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="{value:.0%} of its changed lines are deletions",
)
def deleted_share(facts: CommitFacts) -> np.ndarray:
    """Deleted lines as a share of all changed lines."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return facts.total(facts.changes["deleted"].to_numpy()) / facts.churn


@commit_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="{value:.0%} of its changed lines are in one file",
)
def largest_file_share(facts: CommitFacts) -> np.ndarray:
    """Share of the changed lines that the most changed file holds."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return facts.largest(facts.churn_of_change) / facts.churn


@commit_feature(
    unit="folders",
    concerning="both",
    compared_with="all projects",
    says="touches {value:,.0f} folders",
)
def folders(facts: CommitFacts) -> np.ndarray:
    """Distinct folders of the changed paths."""
    return facts.distinct(facts.folder_of_change)


@commit_feature(
    unit="kinds",
    concerning="both",
    compared_with="all projects",
    says="touches {value:,.0f} kinds of files",
)
def file_kinds(facts: CommitFacts) -> np.ndarray:
    """Distinct file-name endings of the changed paths."""
    return facts.distinct(facts.kind_of_change)


@commit_feature(
    unit="bits",
    concerning="both",
    compared_with="all projects",
    says="its changes are spread over files with an entropy of {value:.1f} bits",
)
def spread(facts: CommitFacts) -> np.ndarray:
    """Shannon entropy of the changed lines over files (Hassan 2009, "change entropy")."""
    churn = facts.churn_of_change
    with np.errstate(divide="ignore", invalid="ignore"):
        part = churn / facts.churn[facts.owner]
        bits = np.where(part > 0, -part * np.log2(part), 0.0)
    return np.where(np.isnan(facts.churn), np.nan, facts.total(bits))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="adds or changes {value:,.0f} binary files",
)
def binary_files(facts: CommitFacts) -> np.ndarray:
    """Binary files added or changed; deletions are not counted."""
    return facts.total(facts.binary_of_change & (facts.changes["status"] != "D").to_numpy())


@commit_feature(
    unit="bytes",
    concerning="both",
    compared_with="all projects",
    says="its largest binary file has {value:,.0f} bytes",
)
def largest_binary(facts: CommitFacts) -> np.ndarray:
    """Size of the largest binary file after the commit; no value without one."""
    sizes = facts.changes["size"].to_numpy()
    return facts.largest(np.where(facts.binary_of_change & (sizes > 0), sizes, np.nan))


@commit_feature(
    unit="files", concerning="both", compared_with="all projects", says="adds {value:,.0f} files"
)
def added_files(facts: CommitFacts) -> np.ndarray:
    """Paths that did not exist in the first parent."""
    return facts.total((facts.changes["status"] == "A").to_numpy())


@commit_feature(
    unit="files",
    concerning="both",
    compared_with="all projects",
    says="deletes {value:,.0f} files",
)
def deleted_files(facts: CommitFacts) -> np.ndarray:
    """Paths that exist no more."""
    return facts.total((facts.changes["status"] == "D").to_numpy())


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="makes {value:,.0f} existing files executable",
)
def made_executable(facts: CommitFacts) -> np.ndarray:
    """Existing files that gain an executable bit."""
    old = facts.changes["old_mode"].to_numpy()
    new = facts.changes["new_mode"].to_numpy()
    return facts.total((old > 0) & (old & EXECUTABLE == 0) & (new & EXECUTABLE > 0))


@commit_feature(
    unit="links",
    concerning="high",
    compared_with="all projects",
    says="adds or moves {value:,.0f} symbolic links or submodules",
)
def links(facts: CommitFacts) -> np.ndarray:
    """Symbolic links and submodules added or pointed elsewhere."""
    new = facts.changes["new_mode"].to_numpy()
    return facts.total((new == GITLINK) | (new == SYMLINK))


@commit_feature(
    unit="lines",
    concerning="high",
    compared_with="all projects",
    says="takes {value:,.0f} lines away from tests that stay",
)
def test_lines_lost(facts: CommitFacts) -> np.ndarray:
    """Lines of existing tests deleted in excess of those added; tests removed whole aside."""
    stays = facts.role("test") & (facts.changes["status"] == "M").to_numpy()
    net = (facts.changes["deleted"] - facts.changes["added"]).to_numpy()
    return np.maximum(facts.total(np.where(stays, net, 0.0)), 0.0)
