"""What a commit is the first of its project to name: packages, and hosts in code."""

from collections.abc import Collection

import pandas as pd

from .commit_facts import CommitFacts
from .history import History

MOST = 5
"""Names kept of one commit: those that the fewest other projects had."""


def named_first(history: History, shas: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Give what some commits are the first to name, by SHA, the least known first.

    Packages have the prefix of their registry (`npm:left-pad`), hosts none. Commits that name
    nothing new are left out.
    """
    facts = CommitFacts(history)
    position = facts.commits.index[facts.commits["sha"].isin(shas)]
    every = pd.concat([facts.new_packages, facts.new_hosts])
    mine = every[every["commit"].isin(position)].drop_duplicates(["commit", "name"])
    ordered = mine.sort_values(["commit", "spread", "name"], kind="stable").groupby("commit")
    sha = facts.commits["sha"]
    return {sha[commit]: tuple(part["name"].head(MOST)) for commit, part in ordered}
