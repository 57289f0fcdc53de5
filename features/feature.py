"""What a feature is, and the decorators that declare one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["commit", "contributor", "project"]
Concern = Literal["high", "low", "both"]
Reference = Literal["own past", "this project", "all projects"]

LEVELS: tuple[Level, ...] = ("commit", "contributor", "project")


@dataclass(frozen=True)
class Feature:
    """One named number, with all that is needed to compute, compare and explain it."""

    name: str
    level: Level
    unit: str
    concerning: Concern
    """The direction that deserves a look: a one-sided tail for high and low, none for both."""
    compared_with: Reference
    says: str
    """A sentence part about one subject, with `{value}` in it."""
    description: str
    family: str
    learned: bool
    """Whether detectors learn it; if not, only signs read it."""
    compute: Callable[..., Any]


DECLARED: dict[tuple[Level, str], Feature] = {}


def _declare(level: Level) -> Callable[..., Callable[[Callable], Callable]]:
    def declare(
        *,
        unit: str,
        concerning: Concern,
        compared_with: Reference,
        says: str,
        learned: bool = True,
    ) -> Callable[[Callable], Callable]:
        def register(function: Callable) -> Callable:
            name = function.__name__
            if (level, name) in DECLARED:
                raise ValueError(f"two {level} features are called {name}")
            if not function.__doc__:
                raise ValueError(f"the {level} feature {name} has no docstring")
            DECLARED[level, name] = Feature(
                name=name,
                level=level,
                unit=unit,
                concerning=concerning,
                compared_with=compared_with,
                says=says,
                description=" ".join(function.__doc__.split()),
                family=function.__module__.rpartition(".")[2],
                learned=learned,
                compute=function,
            )
            return function

        return register

    return declare


commit_feature = _declare("commit")
"""Declare a feature of commits: a function of `CommitFacts` that gives one number a commit."""

contributor_feature = _declare("contributor")
"""Declare a feature of contributor-windows: a function of `WindowFacts`, one number a row."""

project_feature = _declare("project")
"""Declare a feature of project-windows: a function of `WindowFacts`, one number a window."""
