"""Whether a commit does more than its message says: housekeeping is what nobody reads."""

import numpy as np

from ..commit_facts import CommitFacts
from ..feature import commit_feature


def _where_claimed(facts: CommitFacts, values: np.ndarray) -> np.ndarray:
    return np.where((facts.commits["claim"] != "").to_numpy(), values, np.nan)


@commit_feature(
    unit="names",
    concerning="high",
    compared_with="all projects",
    says="speaks of housekeeping alone, and adds {value:,.0f} names of what programs can do",
)
def capabilities_beyond_claim(facts: CommitFacts) -> np.ndarray:
    """Names of any capability in added code, where the message speaks of housekeeping alone.

    Documentation, versions, dependencies and upkeep are meant, as English and conventional
    messages put it. No value for any other message.
    """
    return _where_claimed(facts, facts.total(facts.code_of_change * facts.names_of_change))


@commit_feature(
    unit="bytes",
    concerning="high",
    compared_with="all projects",
    says="speaks of housekeeping alone, and adds {value:,.0f} bytes of code",
)
def code_beyond_claim(facts: CommitFacts) -> np.ndarray:
    """Bytes added to code but for manifests, lock and release files, where the message says less.

    No value where the message does not speak of housekeeping alone.
    """
    housekeeping = facts.role("manifest") | facts.role("lock") | facts.role("release")
    code = facts.code_of_change & ~housekeeping
    return _where_claimed(facts, facts.total(code * facts.content("added_bytes")))
