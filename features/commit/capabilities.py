"""What the added lines can reach for, and whether that is new here."""

from collections.abc import Callable

import numpy as np

from ..capabilities import CAPABILITIES
from ..commit_facts import CommitFacts
from ..feature import commit_feature
from ..manifests import HOOK
from ..past import earlier_sum
from ..paths import ROLES

FAMILIAR = 20  # changes of code after which a first time says something
RUNNING = ("evaluation", "programs")

First = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Which of the marked changes are the first of their group, as `CommitFacts` tells it."""


def _uses(facts: CommitFacts, name: str) -> np.ndarray:
    """How often each change of code names a capability."""
    return facts.code_of_change * facts.content(name)


def _declare(name: str, meaning: str) -> None:
    def uses(facts: CommitFacts) -> np.ndarray:
        return facts.total(_uses(facts, name))

    uses.__name__ = name
    uses.__module__ = __name__
    uses.__doc__ = f"Names in added code, tests aside, that stand for {meaning}."
    commit_feature(
        unit="names",
        concerning="high",
        compared_with="all projects",
        says=f"adds {{value:,.0f}} names to code that stand for {meaning}",
    )(uses)


for _name, _capability in CAPABILITIES.items():
    _declare(_name, _capability.meaning)


def _new(facts: CommitFacts, group: np.ndarray, first_among: First) -> np.ndarray:
    """Count per commit the capabilities that a group of changes shows for the first time.

    Groups that have seen fewer than `FAMILIAR` changes of code have no first times; a commit
    does not make its own changes familiar.
    """
    code = facts.code_of_change.astype(float)
    same = group.astype(np.int64) * (facts.n + 1) + facts.owner
    familiar = earlier_sum(code, group) - earlier_sum(code, same) >= FAMILIAR
    found = facts.none
    for name in CAPABILITIES:
        first = first_among(_uses(facts, name) > 0, group)
        found += facts.total(first & familiar) > 0
    return found


@commit_feature(
    unit="capabilities",
    concerning="high",
    compared_with="own past",
    says="does {value:,.0f} kinds of things in code that its author's changes never did before",
)
def capabilities_new_to_author(facts: CommitFacts) -> np.ndarray:
    """Capabilities that the author's changes of code, twenty or more, never named before."""
    return _new(facts, facts.author_of_change, facts.first_ever)


@commit_feature(
    unit="capabilities",
    concerning="high",
    compared_with="this project",
    says="does {value:,.0f} kinds of things that this project's code never did before",
)
def capabilities_new_to_project(facts: CommitFacts) -> np.ndarray:
    """Capabilities that the project's code, after twenty changes or more, never named before."""
    return _new(facts, np.zeros(len(facts.owner), dtype=np.int64), facts.first_among)


@commit_feature(
    unit="capabilities",
    concerning="high",
    compared_with="this project",
    says="does {value:,.0f} kinds of things that the code in the same folder never did before",
)
def capabilities_new_to_folder(facts: CommitFacts) -> np.ndarray:
    """Capabilities that the folder's code, after twenty changes or more, never named before."""
    return _new(facts, facts.folder_of_change, facts.first_among)


@commit_feature(
    unit="capabilities",
    concerning="high",
    compared_with="this project",
    says="does {value:,.0f} kinds of things that files of the same kind here never did before",
)
def capabilities_new_to_kind(facts: CommitFacts) -> np.ndarray:
    """Capabilities that files with the same name ending never named before in this project."""
    return _new(facts, facts.kind_of_change, facts.first_among)


@commit_feature(
    unit="capabilities",
    concerning="high",
    compared_with="all projects",
    says="adds {value:,.0f} kinds of things to one file of code",
)
def capabilities_in_one_file(facts: CommitFacts) -> np.ndarray:
    """Most capabilities that the lines added to one code file name together."""
    return facts.highest(facts.code_of_change * _kinds_of_change(facts))


def _kinds_of_change(facts: CommitFacts) -> np.ndarray:
    """Count the capabilities that the added lines of each change name."""
    return np.sum([facts.content(name) > 0 for name in CAPABILITIES], axis=0)


@commit_feature(
    unit="capabilities",
    concerning="high",
    compared_with="all projects",
    says="adds {value:,.0f} kinds of things to one test or example",
)
def capabilities_in_one_test(facts: CommitFacts) -> np.ndarray:
    """Most capabilities that the lines added to one program among tests and examples name."""
    aside = facts.program_of_change & ~facts.code_of_change
    return facts.highest(aside * _kinds_of_change(facts))


@commit_feature(
    unit="names",
    concerning="high",
    compared_with="all projects",
    says="adds {value:,.0f} names to build, workflow or manifest files that reach out of them",
)
def steering_reach(facts: CommitFacts) -> np.ndarray:
    """Names of any capability in what is added to build, workflow, manifest and autorun files."""
    return facts.total(facts.steering_of_change * facts.names_of_change)


@commit_feature(
    unit="names",
    concerning="high",
    compared_with="all projects",
    says="adds {value:,.0f} names that reach out to files of no known kind",
)
def reach_of_unknown_files(facts: CommitFacts) -> np.ndarray:
    """Names of any capability in what is added to files that have no role.

    Nobody expects a program there, and whatever reads such a file can run it.
    """
    unknown = facts.main_role_of_change == len(ROLES)
    return facts.total(unknown * facts.names_of_change)


@commit_feature(
    unit="steps",
    concerning="high",
    compared_with="this project",
    says="lets {value:,.0f} steps that manifests never had run by themselves at installation",
)
def installing_steps(facts: CommitFacts) -> np.ndarray:
    """Steps new to the project, by name and text, that manifests let run at installation or build.

    Lifecycle scripts of npm, scripts of Composer, a build program of Cargo, extensions of a gem, a
    build backend out of the project itself, what Maven's plugins, Gradle and MSBuild start.
    """
    return facts.count_of(facts.declared_for_the_first_time(HOOK))


def _together(facts: CommitFacts, one: str, others: tuple[str, ...]) -> np.ndarray:
    """Count per commit the code files whose added lines name one capability and another."""
    either = np.logical_or.reduce([_uses(facts, name) > 0 for name in others])
    return facts.total(either & (_uses(facts, one) > 0))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="adds lines to {value:,.0f} files that both read secrets and reach the network",
)
def secrets_with_network(facts: CommitFacts) -> np.ndarray:
    """Code files whose added lines name both credentials or environment and the network."""
    return _together(facts, "secrets", ("network",))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="adds lines to {value:,.0f} files that both decode and run something",
)
def decoding_with_running(facts: CommitFacts) -> np.ndarray:
    """Code files whose added lines both decode data and evaluate text or start programs."""
    return _together(facts, "decoding", RUNNING)


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="adds lines to {value:,.0f} files that both reach the network and run something",
)
def network_with_running(facts: CommitFacts) -> np.ndarray:
    """Code files whose added lines both reach the network and evaluate text or start programs."""
    return _together(facts, "network", RUNNING)
