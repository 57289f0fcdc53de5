"""The replay: every year with a baseline of earlier years, every month's list, every case."""

import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

import numpy as np

from ...features.feature import LEVELS, Level
from ...models.baseline import Baseline
from ..dataset import Say
from ..settings import Settings
from .cases import Cases, HarmfulCommit, Incident, Succession
from .population import ALL_REFS, CORPUS, HEAD, Gathered, Rows
from .standing import Standing, in_month, in_year_before
from .yearly import LevelYear, score_year

EXPOSURE = timedelta(days=3 * 365)
"""How long before its end a case is followed: an owner of ten years would else meet 120 lists."""

VIEWS = {"all_refs": ALL_REFS, "head": HEAD}
"""Names of the two ways to look at an incident."""


@dataclass(frozen=True)
class Course:
    """The standings of one subject from month to month, and what was said of the best."""

    standings: tuple[Standing, ...]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class IncidentSeen:
    """One incident, seen in one of the two ways."""

    incident: Incident
    absent: str
    """Why it could not be evaluated; else empty."""
    contributor: Course
    """Of the actor, up to disclosure."""
    project: Course
    commits: tuple[tuple[HarmfulCommit, Standing | None], ...]
    """None where the commit cannot be reached in this way, or merges."""


@dataclass(frozen=True)
class SuccessionSeen:
    """One honest hand-over."""

    succession: Succession
    absent: str
    contributor: Course
    """Of the successor, up to the end of the year in which they got ahead."""


@dataclass(frozen=True)
class Replay:
    """All that came of it."""

    incidents: dict[str, tuple[IncidentSeen, ...]]
    """By the name of the view."""
    successions: tuple[SuccessionSeen, ...]
    rows: dict[Level, Rows]
    scores: dict[Level, np.ndarray]
    """One number a row, NaN for years that were not replayed."""
    years: tuple[int, ...]
    gathered: Gathered


@dataclass(frozen=True)
class _Followed:
    """The rows of one case."""

    contributor: np.ndarray
    project: np.ndarray
    commits: tuple[int | None, ...]

    def years(self, rows: dict[Level, Rows]) -> set[int]:
        """Say in which years something of it is ranked, or ranked with."""
        windows = {_year(rows["contributor"], number) for number in self.contributor}
        windows |= {_year(rows["project"], number) for number in self.project}
        commits = {_year(rows["commit"], n) for n in self.commits if n is not None}
        return windows | commits | {year - 1 for year in commits}


_NOBODY = _Followed(np.zeros(0, dtype=int), np.zeros(0, dtype=int), ())


def replay(
    gathered: Gathered,
    cases: Cases,
    settings: Settings,
    *,
    baseline: Baseline | None = None,
    workers: int = 1,
    say: Say = lambda line: None,
) -> Replay:
    """Rank every case in the lists of its time.

    Parameters
    ----------
    baseline
        Score all years with this one, which may know what came later; else a year's baseline is
        fitted on what was known before it.
    workers
        Years at a time.
    """
    rows: dict[Level, Rows] = {level: gathered.rows(level) for level in LEVELS}
    seen = {
        name: [_follow_incident(rows, incident, view) for incident in cases.incidents]
        for name, view in VIEWS.items()
    }
    successors = [_follow_succession(rows, case) for case in cases.successions]
    every = [case for part in seen.values() for case in part] + successors
    years = sorted(set().union(*(case.years(rows) for case in every)))
    scores: dict[Level, np.ndarray] = {
        level: np.full(len(rows[level].values), np.nan) for level in LEVELS
    }
    said: dict[Level, dict[int, tuple[str, ...]]] = {level: {} for level in LEVELS}
    work = partial(score_year, gathered, settings=settings, asked=_asked(every), baseline=baseline)
    for year, found in zip(years, _run(work, years, workers), strict=True):
        say(f"{year}: {', '.join(found) or 'too little was known before'}")
        for level, part in found.items():
            scores[level][part.rows] = part.scores
            said[level] |= part.reasons

    def course(level: Level, numbers: np.ndarray) -> Course:
        found = [in_month(rows[level], scores[level], int(number)) for number in numbers]
        standings = tuple(standing for standing in found if standing is not None)
        top = min(standings, key=lambda standing: standing.share, default=None)
        return Course(standings, said[level].get(top.row, ()) if top else ())

    def commit(number: int | None) -> Standing | None:
        if number is None:
            return None
        return in_year_before(rows["commit"], scores["commit"], number)

    return Replay(
        incidents={
            name: tuple(
                IncidentSeen(
                    incident,
                    gathered.failures.get(incident.repo, ""),
                    course("contributor", case.contributor),
                    course("project", case.project),
                    tuple(
                        (harm, commit(number))
                        for harm, number in zip(incident.malicious, case.commits, strict=True)
                    ),
                )
                for incident, case in zip(cases.incidents, seen[name], strict=True)
            )
            for name in VIEWS
        },
        successions=tuple(
            SuccessionSeen(
                case,
                "" if len(followed.contributor) else _why_not(gathered, case),
                course("contributor", followed.contributor),
            )
            for case, followed in zip(cases.successions, successors, strict=True)
        ),
        rows=rows,
        scores=scores,
        years=tuple(years),
        gathered=gathered,
    )


def _run(work: "partial[dict[Level, LevelYear]]", years: list[int], workers: int) -> Iterable:
    if workers == 1 or len(years) < 2:
        return map(work, years)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as executor:
        return list(executor.map(work, years))


def _why_not(gathered: Gathered, case: Succession) -> str:
    known = case.repo in gathered.projects
    return "nobody is known by that commit" if known else "the repository is not there"


def _follow_incident(rows: dict[Level, Rows], incident: Incident, view: int) -> _Followed:
    table = rows["commit"].table
    own = ((table["project"] == incident.repo) & (table["view"] == view)).to_numpy()
    numbers = dict(zip(table["sha"][own], np.flatnonzero(own).tolist(), strict=True))
    stop = _seconds(incident.stop)
    return _Followed(
        _windows_of(rows, incident.repo, view, incident.actor_commit, stop),
        _windows(rows["project"], incident.repo, view, stop),
        tuple(numbers.get(commit.sha) for commit in incident.malicious),
    )


def _follow_succession(rows: dict[Level, Rows], case: Succession) -> _Followed:
    table = rows["commit"].table
    views = table["view"][table["project"] == case.repo]
    if views.empty:
        return _NOBODY
    view = CORPUS if (views == CORPUS).any() else HEAD
    stop = _seconds(date(case.ahead + 1, 1, 1))
    numbers = _windows_of(rows, case.repo, view, case.actor_commit, stop)
    return _Followed(numbers, np.zeros(0, dtype=int), ())


def _windows_of(rows: dict[Level, Rows], repo: str, view: int, sha: str, stop: int) -> np.ndarray:
    """List the windows of a commit's author."""
    table = rows["commit"].table
    own = (table["project"] == repo) & (table["view"] == view) & (table["sha"] == sha)
    if not own.any():
        return np.zeros(0, dtype=int)
    person = table["person"][own].iloc[0]
    numbers = _windows(rows["contributor"], repo, view, stop)
    return numbers[(rows["contributor"].table["person"].iloc[numbers] == person).to_numpy()]


def _windows(rows: Rows, repo: str, view: int, stop: int) -> np.ndarray:
    """List the windows of a project that end before `stop`, not too long before it."""
    table = rows.table
    time = table["time"]
    inside = (time < stop) & (time >= stop - EXPOSURE.total_seconds())
    own = (table["project"] == repo) & (table["view"] == view)
    return np.flatnonzero((inside & own).to_numpy())


def _asked(every: list[_Followed]) -> dict[Level, np.ndarray]:
    empty = np.zeros(0, dtype=int)
    commits = [number for case in every for number in case.commits if number is not None]
    return {
        "commit": np.array(sorted(set(commits)), dtype=int),
        "contributor": np.unique(np.concatenate([empty, *(c.contributor for c in every)])),
        "project": np.unique(np.concatenate([empty, *(c.project for c in every)])),
    }


def _year(rows: Rows, number: int) -> int:
    return datetime.fromtimestamp(int(rows.table["time"].iloc[number]), UTC).year


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
