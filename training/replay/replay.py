"""The replay: every year with a baseline of earlier years, every month's list, every case."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial

import numpy as np

from ...features.feature import LEVELS, Level
from ...features.windows import first_second
from ...models.baseline import Baseline
from ..dataset import Say
from ..settings import Settings
from .cases import Cases, HarmfulCommit, Incident, Succession
from .population import ALL_REFS, CORPUS, HEAD, Gathered, Subjects
from .standing import Standing, best, in_month, in_own_project, in_year_before
from .yearly import LevelYear, score_year

EXPOSURE = timedelta(days=3 * 365)
"""How long before its end a case is followed: an owner of ten years would else meet 120 lists."""

MOST_WORKERS = 4
"""Years at a time: each takes about 2 GB at 250 projects."""

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
    at_home: tuple[Standing, ...]
    """Of those that can, each among the commits of its own project."""


@dataclass(frozen=True)
class SuccessionSeen:
    """One honest hand-over."""

    succession: Succession
    absent: str
    contributor: Course
    """Of the successor, up to the end of the year after the one in which they got ahead."""


@dataclass(frozen=True)
class Replay:
    """All that came of it."""

    incidents: dict[str, tuple[IncidentSeen, ...]]
    """By the name of the view."""
    successions: tuple[SuccessionSeen, ...]
    scores: "Scores"
    plan: "Plan"


@dataclass(frozen=True)
class Scores:
    """What a way of judging says of every row."""

    by_level: dict[Level, np.ndarray]
    """One number a row, the higher the more unusual; NaN where nothing is said."""
    reasons: dict[Level, dict[int, tuple[str, ...]]]
    """For some rows, by number."""


@dataclass(frozen=True)
class _Followed:
    """The rows of one case."""

    contributor: np.ndarray
    project: np.ndarray
    commits: tuple[int | None, ...]

    def years(self, rows: dict[Level, Subjects]) -> set[int]:
        """Say in which years something of it is ranked, or ranked with."""
        windows = {_year(rows["contributor"], number) for number in self.contributor}
        windows |= {_year(rows["project"], number) for number in self.project}
        commits = {_year(rows["commit"], n) for n in self.commits if n is not None}
        return windows | commits | {year - 1 for year in commits}


_NOBODY = _Followed(np.zeros(0, dtype=int), np.zeros(0, dtype=int), ())


@dataclass(frozen=True)
class Plan:
    """Which rows are followed, and which years that takes."""

    gathered: Gathered
    cases: Cases
    rows: dict[Level, Subjects]
    incidents: dict[str, tuple[_Followed, ...]]
    """By the name of the view, in the order of the cases."""
    successions: tuple[_Followed, ...]

    @property
    def followed(self) -> list[_Followed]:
        """Give all cases."""
        return [*(case for part in self.incidents.values() for case in part), *self.successions]

    @cached_property
    def years(self) -> tuple[int, ...]:
        """List the years in which something is ranked."""
        return tuple(sorted(set().union(*(case.years(self.rows) for case in self.followed))))


def plan(gathered: Gathered, cases: Cases) -> Plan:
    """Find the rows of all cases."""
    rows: dict[Level, Subjects] = {level: gathered.rows(level) for level in LEVELS}
    return Plan(
        gathered,
        cases,
        rows,
        {
            name: tuple(_follow_incident(rows, incident, view) for incident in cases.incidents)
            for name, view in VIEWS.items()
        },
        tuple(_follow_succession(rows, case) for case in cases.successions),
    )


def score(
    planned: Plan,
    settings: Settings,
    *,
    baseline: Baseline | None = None,
    workers: int = 1,
    say: Say = lambda line: None,
) -> Scores:
    """Score every year by a baseline that was fitted on what was known before it.

    Parameters
    ----------
    baseline
        Score all years with this one instead, which may know what came later.
    workers
        Years at a time.
    """
    scores: dict[Level, np.ndarray] = {
        level: np.full(len(planned.rows[level].values), np.nan) for level in LEVELS
    }
    said: dict[Level, dict[int, tuple[str, ...]]] = {level: {} for level in LEVELS}
    asked = _asked(planned.followed)
    work = partial(score_year, planned.gathered, settings=settings, asked=asked, baseline=baseline)
    for year, found in zip(planned.years, _run(work, planned.years, workers), strict=True):
        say(f"{year}: {', '.join(found) or 'too little was known before'}")
        for level, part in found.items():
            scores[level][part.rows] = part.scores
            said[level] |= part.reasons
    return Scores(scores, said)


def see(planned: Plan, scores: Scores) -> Replay:
    """Rank every case in the lists of its time."""
    cases, failures = planned.cases, planned.gathered.failures
    return Replay(
        incidents={
            name: tuple(
                _incident_seen(planned, scores, incident, case, failures.get(incident.repo, ""))
                for incident, case in zip(cases.incidents, followed, strict=True)
            )
            for name, followed in planned.incidents.items()
        },
        successions=tuple(
            SuccessionSeen(
                case,
                "" if len(followed.contributor) else _why_not(planned.gathered, case),
                _course(planned, scores, "contributor", followed.contributor),
            )
            for case, followed in zip(cases.successions, planned.successions, strict=True)
        ),
        scores=scores,
        plan=planned,
    )


def _incident_seen(
    planned: Plan, scores: Scores, incident: Incident, case: _Followed, absent: str
) -> IncidentSeen:
    rows, numbers = planned.rows["commit"], scores.by_level["commit"]
    at_home = [in_own_project(rows, numbers, row) for row in case.commits if row is not None]
    return IncidentSeen(
        incident,
        absent,
        _course(planned, scores, "contributor", case.contributor),
        _course(planned, scores, "project", case.project),
        tuple(
            (harm, None if number is None else in_year_before(rows, numbers, number))
            for harm, number in zip(incident.malicious, case.commits, strict=True)
        ),
        tuple(standing for standing in at_home if standing is not None),
    )


def _course(planned: Plan, scores: Scores, level: Level, numbers: np.ndarray) -> Course:
    rows, by_row = planned.rows[level], scores.by_level[level]
    found = [in_month(rows, by_row, int(number)) for number in numbers]
    standings = tuple(standing for standing in found if standing is not None)
    top = best(standings)
    return Course(standings, scores.reasons[level].get(top.row, ()) if top else ())


def _run(
    work: "partial[dict[Level, LevelYear]]", years: tuple[int, ...], workers: int
) -> Iterator[dict[Level, LevelYear]]:
    if workers == 1 or len(years) < 2:
        yield from map(work, years)
        return
    with ProcessPoolExecutor(
        min(workers, MOST_WORKERS), multiprocessing.get_context("spawn")
    ) as executor:
        yield from executor.map(work, years)


def _why_not(gathered: Gathered, case: Succession) -> str:
    known = case.repo in gathered.projects
    return "nobody is known by that commit" if known else "the repository is not there"


def _follow_incident(rows: dict[Level, Subjects], incident: Incident, view: int) -> _Followed:
    table = rows["commit"].table
    own = ((table["project"] == incident.repo) & (table["view"] == view)).to_numpy()
    numbers = dict(zip(table["sha"][own], np.flatnonzero(own).tolist(), strict=True))
    stop = first_second(incident.stop)
    return _Followed(
        _windows_of(rows, incident.repo, view, incident.actor_commit, stop),
        _windows(rows["project"], incident.repo, view, stop),
        tuple(numbers.get(commit.sha) for commit in incident.malicious),
    )


def _follow_succession(rows: dict[Level, Subjects], case: Succession) -> _Followed:
    table = rows["commit"].table
    views = table["view"][table["project"] == case.repo]
    if views.empty:
        return _NOBODY
    view = CORPUS if (views == CORPUS).any() else HEAD
    stop = first_second(date(case.ahead + 2, 1, 1))
    numbers = _windows_of(rows, case.repo, view, case.actor_commit, stop)
    return _Followed(numbers, np.zeros(0, dtype=int), ())


def _windows_of(
    rows: dict[Level, Subjects], repo: str, view: int, sha: str, stop: int
) -> np.ndarray:
    """List the windows of a commit's author."""
    table = rows["commit"].table
    own = (table["project"] == repo) & (table["view"] == view) & (table["sha"] == sha)
    if not own.any():
        return np.zeros(0, dtype=int)
    person = table["person"][own].iloc[0]
    numbers = _windows(rows["contributor"], repo, view, stop)
    return numbers[(rows["contributor"].table["person"].iloc[numbers] == person).to_numpy()]


def _windows(rows: Subjects, repo: str, view: int, stop: int) -> np.ndarray:
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


def _year(rows: Subjects, number: int) -> int:
    return datetime.fromtimestamp(int(rows.table["time"].iloc[number]), UTC).year
