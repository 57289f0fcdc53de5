"""What happens to the checks by which a build learns what a machine can do."""

import numpy as np

from ..commit_facts import CommitFacts
from ..feature import commit_feature
from ..manifests import BROKEN, PROBE


@commit_feature(
    unit="checks",
    concerning="high",
    compared_with="this project",
    says="changes {value:,.0f} programs that the build tries to compile",
)
def edited_probes(facts: CommitFacts) -> np.ndarray:
    """Programs of known checks in CMake, Autoconf or Meson files that become new ones."""
    return facts.declared_anew(PROBE)


@commit_feature(
    unit="checks",
    concerning="high",
    compared_with="this project",
    says="has {value:,.0f} checks of the build that can never succeed",
)
def broken_probes(facts: CommitFacts) -> np.ndarray:
    """Checks that come to try a program that nothing can compile: a bracket open, a stray mark."""
    return facts.count_of(facts.declared_for_the_first_time(BROKEN))
