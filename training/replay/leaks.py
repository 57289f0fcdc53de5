"""Looks for leaks in a replay: checks that must come out flat."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...features.mining import mine
from ...features.vectors import describe
from ...features.windows import DAY
from ..corpus import git_directory
from ..ranking import Estimate
from .population import ALL_REFS, CORPUS
from .replay import IncidentSeen, Replay
from .standing import SHARES
from .summary import harmful

DRAWS = 1_000
MOST_COMMITS = 3_000
"""Longer histories are not mined again."""


@dataclass(frozen=True)
class Leaks:
    """What the checks found."""

    shuffled: dict[float, Estimate]
    """Share of randomly drawn commits of the same projects and years that a list of each size
    holds: about the size itself, whatever the harmful ones reach."""
    recomputed: int
    """Vectors of harmful commits that were computed again from a history cut off at their time,
    under other pseudonyms."""
    changed: tuple[str, ...]
    """Those that came out otherwise: something knew the future, or a name."""


def leaks(replay: Replay, histories: Path) -> Leaks:
    """Run all checks on the incidents as seen from every reference."""
    cases = harmful(replay.incidents["all_refs"])
    recomputed, changed = _recompute(replay, cases, histories)
    return Leaks(_shuffled(replay, cases), recomputed, changed)


def _shuffled(replay: Replay, cases: list[IncidentSeen]) -> dict[float, Estimate]:
    table, scores = replay.plan.rows["commit"].table, replay.scores.by_level["commit"]
    time, view = table["time"].to_numpy(), table["view"].to_numpy()
    project = table["project"].to_numpy()
    rng = np.random.default_rng(0)
    shares = []
    for standing in (s for case in cases for _, s in case.commits if s is not None):
        inside = (time > standing.time - 365 * DAY) & (time <= standing.time)
        inside &= ~np.isnan(scores)
        others = np.sort(scores[inside & (view == CORPUS)])
        own = scores[inside & (view == ALL_REFS) & (project == project[standing.row])]
        drawn = rng.choice(own, DRAWS)
        above = len(others) - np.searchsorted(others, drawn, side="left")
        shares.append((above + 1) / (len(others) + 1))
    if not shares:
        return {}
    found = np.array(shares)
    return {size: _over_draws((found <= size).mean(axis=0)) for size in SHARES}


def _over_draws(means: np.ndarray) -> Estimate:
    low, high = np.quantile(means, [0.025, 0.975])
    return Estimate(float(means.mean()), float(low), float(high), len(means))


def _recompute(
    replay: Replay, cases: list[IncidentSeen], histories: Path
) -> tuple[int, tuple[str, ...]]:
    rows = replay.plan.rows["commit"]
    size = rows.table[rows.table["view"] == ALL_REFS].groupby("project").size()
    number, changed = 0, []
    for case in cases:
        path = git_directory(histories, case.incident.repo)
        seen = [(harm.sha, s) for harm, s in case.commits if s is not None]
        if path is None or not seen or size[case.incident.repo] > MOST_COMMITS:
            continue
        for sha, standing in seen:
            past = mine(path, key=bytes(range(32)), all_refs=True, until=standing.time)
            vectors = describe(past)["commit"]
            own = vectors.values[(vectors.subjects["sha"] == sha).to_numpy()].to_numpy()
            number += 1
            if not np.array_equal(own[0], rows.values[standing.row], equal_nan=True):
                changed.append(sha)
    return number, tuple(changed)
