"""What would be without its support if a project, or a person, were gone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .graph import Graph

MOST_LISTED = 20


@dataclass(frozen=True)
class Cascade:
    """What leans on some packages."""

    packages: tuple[str, ...]
    """Those that are gone."""
    levels: tuple[int, ...]
    """How many packages need them directly, at second hand, and so on."""
    weight: float | None
    """Sum of the users' own weights of all that need them, if there are weights."""
    heaviest: tuple[str, ...]
    """Those among them that others need most, or that have most weight."""
    others: dict[str, tuple[tuple[str, float], ...]]
    """By project that is gone: who else made commits in the last year, and their share of them."""

    @property
    def affected(self) -> int:
        """How many packages lose something that they need."""
        return sum(self.levels)


def cascade(
    graph: Graph, gone: list[str], weights: pd.Series | None, others: pd.DataFrame | None = None,
    projects: Mapping[str, str] | None = None, person: str = "",
) -> Cascade:  # fmt: skip
    """Walk from what is gone to everything that needs it, level by level.

    Parameters
    ----------
    gone
        Names of packages in the graph.
    others
        The batch's people, if there is one, to tell who else carries a project.
    projects
        Project by package.
    person
        Pseudonym of the person who is gone; not counted among the others.
    """
    number = {name: place for place, name in enumerate(graph.names)}
    seen = np.zeros(len(graph), dtype=bool)
    front = np.array([number[name] for name in gone])
    seen[front] = True
    who, needed = graph.needs[:, 0], graph.needs[:, 1]
    levels = []
    while len(front):
        hit = np.zeros(len(graph), dtype=bool)
        hit[front] = True
        front = np.unique(who[hit[needed]])
        front = front[~seen[front]]
        seen[front] = True
        if len(front):
            levels.append(len(front))
    seen[[number[name] for name in gone]] = False
    affected = np.flatnonzero(seen)
    names = [graph.names[place] for place in affected]
    load = np.bincount(needed, minlength=len(graph))[affected].astype(float)
    total = None
    if weights is not None:
        load = weights.reindex(names).fillna(0.0).to_numpy(dtype=float)
        total = float(load.sum())
    order = np.argsort(-load, kind="stable")[:MOST_LISTED]
    return Cascade(
        tuple(sorted(gone)), tuple(levels), total, tuple(names[place] for place in order),
        _others(others, sorted({(projects or {}).get(name, "") for name in gone} - {""}), person),
    )  # fmt: skip


def _others(
    people: pd.DataFrame | None, projects: list[str], person: str
) -> dict[str, tuple[tuple[str, float], ...]]:
    if people is None:
        return {}
    found = {}
    for project in projects:
        own = people[(people["project"] == project) & (people["year_share"] > 0)]
        left = own[own["person"] != person].nlargest(5, "year_share")
        found[project] = tuple(
            (str(who), float(share))
            for who, share in zip(left["person"], left["year_share"], strict=True)
        )
    return found


def as_text(found: Cascade) -> str:
    """Say it in lines."""
    what = ", ".join(found.packages[:5]) + (" …" if len(found.packages) > 5 else "")
    lines = [f"without {what}: {found.affected:,} packages lose something that they need"]
    for distance, number in enumerate(found.levels, 1):
        lines.append(f"  {number:>8,}  " + ("name it" if distance == 1 else f"at {distance} steps"))
    if found.weight is not None:
        lines.append(f"  their weights add up to {found.weight:,.0f}")
    if found.heaviest:
        lines.append("  the heaviest: " + ", ".join(found.heaviest[:10]))
    for project, people in found.others.items():
        if not people:
            lines.append(f"  {project}: nobody else made a commit in its last year")
        for who, share in people:
            lines.append(
                f"  {project}: person {who[:8]} made {share:.0%} of the last year's commits"
            )
    return "\n".join(lines) + "\n"
