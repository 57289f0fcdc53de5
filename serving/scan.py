"""The main job: one repository in, leads out."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from ..features.errors import NotEnoughHistory
from ..features.feature import LEVELS, Level
from ..features.history import Coverage, History
from ..features.mining import mine, read_subjects
from ..features.mining.mine import Progress
from ..features.vectors import Vectors, describe
from ..features.windows import Windows
from ..models.baseline import Baseline, Scores
from ..models.leads import Lead, find_leads
from .stewardship import Stewardship, stewardship

DAY = 86_400
YEAR_SECONDS = 365 * DAY
NOTABLE = 0.05  # p-value above which nothing is listed
MOST_EVIDENCE = 5
MOST_PROJECT_WINDOWS = 3


@dataclass(frozen=True)
class Tally:
    """How many subjects were scored, and how many stand out against how many would by chance."""

    scored: int
    unusual: int
    """With a p-value of 0.01 or less."""

    @property
    def expected(self) -> float:
        """How many of them ordinary projects would have."""
        return 0.01 * self.scored


@dataclass(frozen=True)
class Scan:
    """What a scan found; reports are made from this alone."""

    project: str
    since: date
    until: date
    commits: int
    people: int
    coverage: Coverage
    baseline: dict[str, str | int]
    tallies: dict[Level, Tally]
    leads: dict[Level, list[Lead]]
    stewardship: Stewardship
    names: dict[str, str] = field(default_factory=dict)
    """Pseudonym to name; empty where names must not be shown."""
    subjects: dict[str, str] = field(default_factory=dict)
    """SHA to the first line of its message; empty likewise."""
    people_of: dict[str, str] = field(default_factory=dict)
    """SHA to its author's pseudonym, for the commits that leads mention."""
    dates: dict[str, str] = field(default_factory=dict)
    """SHA to the date at which it could be known, likewise."""


def scan(
    path: Path,
    *,
    key: bytes,
    baseline: Baseline,
    project: str | None = None,
    ref: str | None = None,
    all_refs: bool = False,
    since: date | None = None,
    until: date | None = None,
    top: int = 10,
    names: bool = True,
    workers: int = 1,
    progress: Progress | None = None,
) -> Scan:
    """Mine, describe and score a repository, and list what is worth a look.

    Parameters
    ----------
    since
        Start of the stretch that leads are taken from; a year before the last commit if None.
        What lies before is only compared with.
    until
        Answer as of the end of this day (UTC).
    top
        Leads a level at most.
    names
        Whether reports may show names and subjects.

    Raises
    ------
    SourceError
        If the repository cannot be read.
    NotEnoughHistory
        If no commit lies in the stretch.
    """
    stop = None if until is None else _seconds(until) + DAY - 1
    history = mine(
        path,
        key=key,
        project=project,
        ref=ref,
        all_refs=all_refs,
        until=stop,
        workers=workers,
        progress=progress,
    )
    last = history.last_time
    start = last - YEAR_SECONDS if since is None else _seconds(since)
    if start > last:
        raise NotEnoughHistory(
            f"{history.project} has no commit between {since} and {_day(last)}",
            hint="choose an earlier --since",
        )
    every = describe(history, Windows(anchor_days=last / DAY))
    recent: dict[Level, Vectors] = {
        level: v.where(_between(v, start)) for level, v in every.items()
    }
    scores = {level: baseline.levels[level].score(recent[level]) for level in LEVELS}
    leads: dict[Level, list[Lead]] = {
        level: find_leads(
            baseline.levels[level],
            recent[level],
            scores[level],
            top=min(top, MOST_PROJECT_WINDOWS) if level == "project" else top,
            level=NOTABLE,
        )
        for level in LEVELS
    }
    leads = _with_evidence(leads, recent, scores["commit"], history)
    shown = sorted({sha for part in leads.values() for lead in part for sha in lead.evidence})
    by_sha = history.commits.set_index("sha").loc[shown]
    return Scan(
        project=history.project,
        since=_day(start),
        until=_day(last),
        commits=len(history.commits),
        people=int(history.commits.query("author_kind == 'person'")["author"].nunique()),
        coverage=history.coverage,
        baseline=_described(baseline),
        tallies={level: _tally(recent[level], scores[level]) for level in LEVELS},
        leads=leads,
        stewardship=stewardship(history),
        names={code: person.name for code, person in history.people.items()} if names else {},
        subjects=read_subjects(path, shown) if names else {},
        people_of={str(sha): str(who) for sha, who in by_sha["author"].items()},
        dates={str(sha): str(_day(int(time))) for sha, time in by_sha["known_time"].items()},
    )


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


def _between(vectors: Vectors, start: int) -> np.ndarray:
    return (vectors.subjects["known_time"] >= start).to_numpy()


def _tally(vectors: Vectors, scores: Scores) -> Tally:
    return Tally(len(vectors), int((scores.p_value <= 0.01).sum()))


def _described(baseline: Baseline) -> dict[str, str | int]:
    facts = baseline.provenance
    return {
        "version": baseline.version,
        "catalog": baseline.digest,
        "projects": int(facts.get("projects", 0)),
        "corpus": str(facts.get("corpus", "")),
    }


def _with_evidence(
    leads: dict[Level, list[Lead]],
    vectors: dict[Level, Vectors],
    commit_scores: Scores,
    history: History,
) -> dict[Level, list[Lead]]:
    """Name the commits that show each lead: itself, or the most unusual ones of its window."""
    commits = vectors["commit"].subjects.assign(score=commit_scores.combined)
    found: dict[Level, list[Lead]] = {}
    for level, part in leads.items():
        found[level] = []
        for lead in part:
            at = vectors[level].subjects.iloc[lead.row]
            evidence = (
                (str(at["sha"]),) if level == "commit" else _window_evidence(commits, at, history)
            )
            found[level].append(replace(lead, evidence=evidence))
    return found


def _window_evidence(commits: pd.DataFrame, at: pd.Series, history: History) -> tuple[str, ...]:
    stop = int(at["known_time"])
    inside = commits["known_time"].between(stop - Windows().length_days * DAY, stop)
    if "person" in at.index:
        inside &= commits["person"] == at["person"]
    best = commits[inside].nlargest(MOST_EVIDENCE, "score")["sha"]
    return tuple(str(sha) for sha in best)
