"""Who wrote and who committed, with what standing, and how the message stands to the change."""

import numpy as np

from ..commit_facts import CommitFacts
from ..feature import commit_feature
from ..past import YEAR, count_between, earlier_count, smallest
from ..windows import DAY


@commit_feature(
    unit="commits",
    concerning="low",
    compared_with="this project",
    says="its author had {value:,.0f} commits here before",
)
def past_commits(facts: CommitFacts) -> np.ndarray:
    """Earlier commits of the author in this project."""
    return facts.past_commits


@commit_feature(
    unit="days",
    concerning="low",
    compared_with="this project",
    says="its author's first commit here lies {value:,.0f} days back",
)
def tenure(facts: CommitFacts) -> np.ndarray:
    """Time since the author's first commit in this project."""
    return facts.tenure


@commit_feature(
    unit="share",
    concerning="both",
    compared_with="this project",
    says="its author made {value:.0%} of the project's commits in the year before",
)
def share_of_year(facts: CommitFacts) -> np.ndarray:
    """The author's share of the project's commits in the year before."""
    return facts.share_of_year


@commit_feature(
    unit="commits",
    concerning="both",
    compared_with="own past",
    says="is one of {value:,.0f} commits by its author within a day",
)
def same_day_commits(facts: CommitFacts) -> np.ndarray:
    """Commits of the author in the 24 hours up to this one, itself included."""
    return count_between(facts.author, facts.time, facts.author, facts.time - 1, facts.time)


@commit_feature(
    unit="yes or no",
    concerning="both",
    compared_with="all projects",
    says="was committed by another person than its author",
)
def committed_by_another(facts: CommitFacts) -> np.ndarray:
    """Whether author and committer are two people."""
    return (_by_another(facts)).astype(float)


def _by_another(facts: CommitFacts) -> np.ndarray:
    return _by_hand(facts) & (facts.author != facts.committer)


def _by_hand(facts: CommitFacts) -> np.ndarray:
    return (facts.commits["committer_kind"] == "person").to_numpy()


@commit_feature(
    unit="yes or no",
    concerning="both",
    compared_with="all projects",
    says="was committed by a forge or a robot",
)
def committed_by_forge(facts: CommitFacts) -> np.ndarray:
    """Whether a forge's web page or a bot is the committer."""
    return (~_by_hand(facts)).astype(float)


@commit_feature(
    unit="commits",
    concerning="low",
    compared_with="this project",
    says="its committer had committed {value:,.0f} commits of others before",
)
def committers_experience(facts: CommitFacts) -> np.ndarray:
    """Others' commits that the committer committed before; no value if author and committer agree.

    Committing somebody else's work needs the right to push.
    """
    other = _by_another(facts)
    lone = facts.committer.max(initial=0) + 1 + np.arange(facts.n)
    return np.where(other, earlier_count(np.where(other, facts.committer, lone)), np.nan)


@commit_feature(
    unit="days",
    concerning="low",
    compared_with="this project",
    says="its committer, another person, first appeared here {value:,.0f} days before",
)
def committers_tenure(facts: CommitFacts) -> np.ndarray:
    """Days since the committer first wrote or committed anything here.

    No value if author and committer agree, or in the project's first two years: nobody is old
    there.
    """
    people = np.r_[facts.author, facts.committer]
    first = smallest(np.r_[facts.time, facts.time], people, int(people.max(initial=0)) + 1)
    old = facts.time >= facts.time.min(initial=np.inf) + 2 * YEAR
    return np.where(_by_another(facts) & old, facts.time - first[facts.committer], np.nan)


@commit_feature(
    unit="days",
    concerning="both",
    compared_with="all projects",
    says="was committed {value:,.1f} days after it was written",
)
def commit_delay(facts: CommitFacts) -> np.ndarray:
    """Time from the author line's to the committer line's clock."""
    return _delay(facts)


def _delay(facts: CommitFacts) -> np.ndarray:
    return (facts.column("commit_time") - facts.column("author_time")) / DAY


@commit_feature(
    unit="days",
    concerning="high",
    compared_with="all projects",
    says="was committed by hand {value:,.0f} days after it was written",
)
def rewritten_after(facts: CommitFacts) -> np.ndarray:
    """Time from writing to committing; no value where a forge or robot committed it.

    A rebase or a patch taken up does that within weeks. Who amends a commit of last year, so that
    the history looks as before, leaves the old date and a new one.
    """
    return np.where(_by_hand(facts), _delay(facts), np.nan)


@commit_feature(
    unit="days",
    concerning="both",
    compared_with="all projects",
    says="its committer's clock is {value:,.1f} days behind its parents'",
)
def clock_behind(facts: CommitFacts) -> np.ndarray:
    """How far the committer's clock lies before the newest ancestor's; 0 in order."""
    return facts.time - facts.column("commit_time") / DAY


@commit_feature(
    unit="yes or no",
    concerning="high",
    compared_with="own past",
    says="uses an address that this known author had not used here before",
)
def new_address(facts: CommitFacts) -> np.ndarray:
    """Whether a known person appears under a new address."""
    return facts.column("author_new_alias")


@commit_feature(
    unit="yes or no",
    concerning="both",
    compared_with="all projects",
    says="is authored by an account that looks automatic",
)
def automatic_author(facts: CommitFacts) -> np.ndarray:
    """Whether the author is recognised as a bot."""
    return (facts.commits["author_kind"] == "bot").to_numpy(dtype=float)


@commit_feature(
    unit="characters",
    concerning="both",
    compared_with="all projects",
    says="its subject has {value:,.0f} characters",
)
def subject_length(facts: CommitFacts) -> np.ndarray:
    """Characters of the message's first line."""
    return facts.column("subject_length")


@commit_feature(
    unit="lines",
    concerning="both",
    compared_with="all projects",
    says="its message has {value:,.0f} lines below the subject",
)
def body_lines(facts: CommitFacts) -> np.ndarray:
    """Non-empty lines of the message below the subject, trailers aside."""
    return facts.column("body_lines")


@commit_feature(
    unit="lines per character",
    concerning="high",
    compared_with="all projects",
    says="changes {value:,.1f} lines per character of its message",
)
def terseness(facts: CommitFacts) -> np.ndarray:
    """Changed lines per character of the message: much change, few words."""
    return facts.churn / (facts.column("message_length") + 1)


@commit_feature(
    unit="mentions",
    concerning="both",
    compared_with="all projects",
    says="mentions {value:,.0f} issues or requests",
)
def references(facts: CommitFacts) -> np.ndarray:
    """Issues and pull requests that the message mentions."""
    return facts.column("references")


@commit_feature(
    unit="trailers",
    concerning="both",
    compared_with="all projects",
    says="names {value:,.0f} reviewers or testers",
)
def review_trailers(facts: CommitFacts) -> np.ndarray:
    """Reviewed-by, Acked-by, Tested-by and Approved-by trailers."""
    return facts.column("reviews")
