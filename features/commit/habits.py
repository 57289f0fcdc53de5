"""How far a commit departs from its author's and its project's habits."""

import numpy as np

from ..commit_facts import HABIT, CommitFacts
from ..feature import commit_feature
from ..past import earlier, previous, surprise
from ..paths import ROLES
from ..windows import DAY


@commit_feature(
    unit="bits",
    concerning="high",
    compared_with="own past",
    says="was made at an hour unusual for this author ({value:.1f} bits of surprise)",
)
def hour_surprise(facts: CommitFacts) -> np.ndarray:
    """Surprise of the local hour under the author's own past hours, smoothed over ±2 hours."""
    return facts.hour_surprise


@commit_feature(
    unit="bits",
    concerning="both",
    compared_with="own past",
    says="was made on a weekday unusual for this author ({value:.1f} bits of surprise)",
)
def weekday_surprise(facts: CommitFacts) -> np.ndarray:
    """Surprise of the local weekday under the author's own past weekdays."""
    return surprise(facts.local_seconds // DAY % 7, facts.author, 7, (1.0,), HABIT)


@commit_feature(
    unit="bits",
    concerning="high",
    compared_with="own past",
    says="carries a clock setting unusual for this author ({value:.1f} bits of surprise)",
)
def offset_surprise(facts: CommitFacts) -> np.ndarray:
    """Surprise of the UTC offset under the author's own past offsets, ±1 hour counting as one.

    A change to or from daylight saving is no surprise, and no zone is as such: only leaving
    one's own habit counts.
    """
    return facts.offset_surprise


@commit_feature(
    unit="standard deviations",
    concerning="both",
    compared_with="own past",
    says="is {value:+.1f} standard deviations from this author's usual size",
)
def size_against_own(facts: CommitFacts) -> np.ndarray:
    """Logarithm of the changed lines, against the author's own past."""
    return facts.size_against_own


@commit_feature(
    unit="standard deviations",
    concerning="both",
    compared_with="this project",
    says="is {value:+.1f} standard deviations from this project's usual size",
)
def size_against_project(facts: CommitFacts) -> np.ndarray:
    """Logarithm of the changed lines, against the project's past."""
    return facts.deviation(np.log1p(facts.churn), facts.project)


@commit_feature(
    unit="standard deviations",
    concerning="both",
    compared_with="own past",
    says="its number of files is {value:+.1f} standard deviations from this author's usual",
)
def files_against_own(facts: CommitFacts) -> np.ndarray:
    """Logarithm of the number of changed paths, against the author's own past."""
    return facts.deviation(np.log1p(facts.files), facts.author)


@commit_feature(
    unit="standard deviations",
    concerning="both",
    compared_with="own past",
    says="its message is {value:+.1f} standard deviations from this author's usual length",
)
def message_against_own(facts: CommitFacts) -> np.ndarray:
    """Logarithm of the message's length, against the author's own past."""
    return facts.message_against_own


@commit_feature(
    unit="standard deviations",
    concerning="both",
    compared_with="this project",
    says="its message is {value:+.1f} standard deviations from this project's usual length",
)
def message_against_project(facts: CommitFacts) -> np.ndarray:
    """Logarithm of the message's length, against the project's past."""
    return facts.deviation(np.log1p(facts.column("message_length")), facts.project)


@commit_feature(
    unit="days",
    concerning="high",
    compared_with="own past",
    says="comes {value:,.0f} days after this author's commit before it",
)
def own_gap(facts: CommitFacts) -> np.ndarray:
    """Time since the author's commit before this one."""
    return facts.time - previous(facts.time, facts.author)


@commit_feature(
    unit="standard deviations",
    concerning="high",
    compared_with="own past",
    says="the pause before it is {value:+.1f} standard deviations from this author's usual",
)
def gap_against_own(facts: CommitFacts) -> np.ndarray:
    """Logarithm of the pause before the commit, against the author's own pauses."""
    return facts.deviation(np.log1p(own_gap(facts)), facts.author)


@commit_feature(
    unit="days",
    concerning="both",
    compared_with="this project",
    says="comes {value:,.1f} days after the project's commit before it",
)
def project_gap(facts: CommitFacts) -> np.ndarray:
    """Time since anybody's commit before this one."""
    return facts.time - previous(facts.time, facts.project)


@commit_feature(
    unit="share",
    concerning="both",
    compared_with="own past",
    says="{value:.0%} of this author's earlier commits carried a signature, this one does not",
)
def signature_dropped(facts: CommitFacts) -> np.ndarray:
    """Share of the author's signed commits so far if this one is unsigned, else 0."""
    signed = (facts.commits["signature"] != "").to_numpy(dtype=float)
    count, mean, _ = earlier(signed, facts.author)
    return np.where(count >= HABIT, mean * (1 - signed), np.nan)


@commit_feature(
    unit="share",
    concerning="both",
    compared_with="this project",
    says="{value:.0%} of the project's earlier commits were signed off, this one is not",
)
def sign_off_missing(facts: CommitFacts) -> np.ndarray:
    """Share of the project's signed-off commits so far if this one is not, else 0."""
    signed = (facts.column("signed_off") > 0).astype(float)
    count, mean, _ = earlier(signed, facts.project)
    return np.where(count >= HABIT, mean * (1 - signed), np.nan)


@commit_feature(
    unit="bits",
    concerning="high",
    compared_with="own past",
    says="touches a kind of file unusual for this author ({value:.1f} bits of surprise)",
)
def role_surprise(facts: CommitFacts) -> np.ndarray:
    """Surprise of a changed path's role under the author's past changes, the highest of all."""
    roles = facts.main_role_of_change.astype(float)
    size = len(ROLES) + 1
    return facts.largest(surprise(roles, facts.author_of_change, size, (1.0,), HABIT))
