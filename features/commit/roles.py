"""What the changed files are for."""

import numpy as np

from ..commit_facts import CommitFacts
from ..feature import commit_feature


def _present(facts: CommitFacts) -> np.ndarray:
    return (facts.changes["status"] != "D").to_numpy()


@commit_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="{value:.0%} of its files are source code",
)
def source_share(facts: CommitFacts) -> np.ndarray:
    """Share of the changed paths that are source code."""
    return facts.share(facts.role("source"))


@commit_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="{value:.0%} of its files are tests",
)
def test_share(facts: CommitFacts) -> np.ndarray:
    """Share of the changed paths that lie among tests."""
    return facts.share(facts.role("test"))


@commit_feature(
    unit="share",
    concerning="both",
    compared_with="all projects",
    says="{value:.0%} of its files are documentation",
)
def documentation_share(facts: CommitFacts) -> np.ndarray:
    """Share of the changed paths that are documentation."""
    return facts.share(facts.role("documentation"))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="changes {value:,.0f} build files",
)
def build_files(facts: CommitFacts) -> np.ndarray:
    """Files that steer the build: configure, CMake, Makefiles, setup scripts."""
    return facts.total(facts.role("build"))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="changes {value:,.0f} files of the continuous integration",
)
def ci_files(facts: CommitFacts) -> np.ndarray:
    """Workflow and pipeline files, which run with the project's secrets."""
    return facts.total(facts.role("ci"))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="changes {value:,.0f} dependency manifests",
)
def manifest_files(facts: CommitFacts) -> np.ndarray:
    """Files that name dependencies or install steps."""
    return facts.total(facts.role("manifest"))


@commit_feature(
    unit="files",
    concerning="both",
    compared_with="all projects",
    says="changes {value:,.0f} lock files",
)
def lock_files(facts: CommitFacts) -> np.ndarray:
    """Lock files of package managers."""
    return facts.total(facts.role("lock"))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="adds or changes {value:,.0f} files that tools run unasked",
)
def autorun_files(facts: CommitFacts) -> np.ndarray:
    """Git hooks, editor and agent settings, install scripts: what runs without being called."""
    return facts.total(facts.role("autorun") & _present(facts))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="changes {value:,.0f} security-related files",
)
def security_files(facts: CommitFacts) -> np.ndarray:
    """Security policy, code owners, maintainers' lists, keys and certificates."""
    return facts.total(facts.role("security"))


@commit_feature(
    unit="files",
    concerning="both",
    compared_with="all projects",
    says="changes {value:,.0f} packaging or release files",
)
def release_files(facts: CommitFacts) -> np.ndarray:
    """Packaging, version and release files."""
    return facts.total(facts.role("release"))


@commit_feature(
    unit="files",
    concerning="both",
    compared_with="all projects",
    says="changes {value:,.0f} generated or vendored files",
)
def generated_files(facts: CommitFacts) -> np.ndarray:
    """Vendored, minified and generated files, which few people read."""
    return facts.total(facts.role("generated"))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="adds or changes {value:,.0f} binary files among the tests",
)
def binary_fixtures(facts: CommitFacts) -> np.ndarray:
    """Binary files added or changed in test folders."""
    return facts.total(facts.role("test") & facts.binary_of_change & _present(facts))


@commit_feature(
    unit="share",
    concerning="high",
    compared_with="all projects",
    says="{value:.0%} of its files are binary",
)
def binary_share(facts: CommitFacts) -> np.ndarray:
    """Share of the changed paths that are binary and still there."""
    return facts.share(facts.binary_of_change & _present(facts))
