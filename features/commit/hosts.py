"""Which hosts the added code names, and who had named them before."""

import numpy as np

from ..commit_facts import CommitFacts
from ..feature import commit_feature
from ..known import KNOWN


@commit_feature(
    unit="hosts",
    concerning="high",
    compared_with="this project",
    says="names {value:,.0f} hosts in code of which the project had never spoken",
)
def new_hosts(facts: CommitFacts) -> np.ndarray:
    """Hosts in added code that nothing here named, not even in tests or texts.

    What was not let in by then counts only where the commit goes on from it; so everywhere a
    project is said to know something.
    """
    return facts.count_of(facts.new_hosts)


@commit_feature(
    unit="projects",
    concerning="low",
    compared_with="all projects",
    says="names a host in code that {value:,.0f} projects of the reference corpus had named",
)
def host_spread(facts: CommitFacts) -> np.ndarray:
    """Corpus projects that had named the least known of the new hosts before that day.

    No value where a commit names nothing new; fewer than two projects count as none.
    """
    return facts.least_spread(facts.new_hosts)


@commit_feature(
    unit="hosts",
    concerning="high",
    compared_with="all projects",
    says="names {value:,.0f} hosts that hardly anybody knows in build, workflow or manifest files",
)
def steering_hosts(facts: CommitFacts) -> np.ndarray:
    """New hosts of hardly any corpus project in build, workflow, manifest and autorun files."""
    new = facts.new_hosts
    steers = facts.steering_of_change[new["change"].to_numpy(dtype=int)]
    return facts.count_of(new[steers & (new["spread"] < KNOWN)])


@commit_feature(
    unit="hosts",
    concerning="high",
    compared_with="all projects",
    says="names {value:,.0f} hosts that hardly anybody knows in code that can reach them",
)
def reached_hosts(facts: CommitFacts) -> np.ndarray:
    """New hosts of hardly any corpus project, in files whose added code names a capability."""
    new = facts.new_hosts
    reaches = facts.names_of_change[new["change"].to_numpy(dtype=int)] > 0
    return facts.count_of(new[reaches & (new["spread"] < KNOWN)])
