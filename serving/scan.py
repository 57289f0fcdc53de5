"""The main job: one repository in, leads out."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from ..features.coverage import Coverage
from ..features.errors import NotEnoughHistory
from ..features.feature import LEVELS, Level
from ..features.firsts import named_first
from ..features.history import History
from ..features.mining import mine, reachable, read_subjects
from ..features.mining.reading import Progress
from ..features.paths import steering
from ..features.vectors import Vectors, describe
from ..features.windows import DAY, Windows, first_second
from ..models.baseline import Baseline, Scores
from ..models.leads import Lead, Limits, find_leads, signals_shown
from ..models.presence import Presence
from .elsewhere import credited
from .pictures import Pictures, pictures
from .stewardship import Stewardship, stewardship

YEAR_SECONDS = 365 * DAY
WINDOW_SECONDS = Windows().length_days * DAY
MOST_EVIDENCE = 5
MOST_PROJECT_WINDOWS = 3
MOST_PATHS = 10


@dataclass(frozen=True)
class Tally:
    """How many subjects were scored, and how many stand out against how many would by chance."""

    scored: int
    unusual: int
    """With a p-value of 0.01 or less."""
    people: int
    """To how many people these belong; 0 at the project's level."""

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
    paths_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """SHA to the paths that it changes, likewise: ten at most, what steers builds first."""
    pictures: Pictures = field(default_factory=Pictures)


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
    base: str | None = None,
    limits: Limits | None = None,
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
    base
        Look at those commits alone that this reference does not have, as for a request to merge.
    limits
        How much a reader has time for; up to ten leads a level if None.
    names
        Whether reports may show names and subjects.

    Raises
    ------
    SourceError
        If the repository cannot be read.
    NotEnoughHistory
        If no commit lies in the stretch.
    """
    stop = None if until is None else first_second(until) + DAY - 1
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
    start = None if since is None else first_second(since)
    only = None if base is None else _new_commits(path, history, base)
    told = report_on(history, baseline, since=start, limits=limits, only=only)
    told = replace(told, leads=credited(told.leads, history, Presence.load()))
    if not names:
        return told
    return replace(
        told,
        names={code: person.name for code, person in history.people.items()},
        subjects=read_subjects(path, sorted(told.people_of)),
    )


def _new_commits(path: Path, history: History, base: str) -> set[str]:
    new = set(history.commits["sha"]) - reachable(path, base)
    if not new:
        raise NotEnoughHistory(
            f"{history.project} has no commit that {base} lacks", hint="swap --ref and --base?"
        )
    return new


def report_on(
    history: History,
    baseline: Baseline,
    *,
    since: int | None,
    limits: Limits | None = None,
    only: set[str] | None = None,
) -> Scan:
    """Judge a mined history, and collect what reports need, without names; as `judge_vectors`."""
    every = _described(history)
    judged = judge_vectors(every, history, baseline, since=since, limits=limits, only=only)
    shown = sorted(
        {sha for part in judged.leads.values() for lead in part for sha in lead.evidence}
    )
    by_sha = history.commits.set_index("sha").loc[shown]
    return Scan(
        project=history.project,
        since=_day(judged.start),
        until=_day(history.last_time),
        commits=len(history.commits),
        people=int(history.commits.query("author_kind == 'person'")["author"].nunique()),
        coverage=history.coverage,
        baseline=described(baseline),
        tallies=judged.tallies,
        leads=judged.leads,
        stewardship=stewardship(history),
        people_of={str(sha): str(who) for sha, who in by_sha["author"].items()},
        dates={str(sha): str(_day(int(time))) for sha, time in by_sha["known_time"].items()},
        paths_of=_paths_of(history, shown),
        pictures=pictures(every, history, baseline, judged.leads),
    )


def _paths_of(history: History, shas: list[str]) -> dict[str, tuple[str, ...]]:
    commits = history.commits["sha"]
    wanted = commits[commits.isin(shas)]
    both = pd.concat([history.changes, history.merge_changes])
    changes = both[both["commit"].isin(wanted.index)]
    changes = changes.assign(first=~steering(changes["path"]))
    ordered = changes.sort_values(["commit", "first", "path"], kind="stable").groupby("commit")
    return {wanted[i]: tuple(part["path"].head(MOST_PATHS)) for i, part in ordered}


@dataclass(frozen=True)
class Judgement:
    """What a baseline says of a history."""

    start: int
    """First second of the stretch that leads were taken from."""
    tallies: dict[Level, Tally]
    leads: dict[Level, list[Lead]]


def judge(
    history: History, baseline: Baseline, *, since: int | None, limits: Limits | None = None
) -> Judgement:
    """Describe and score a mined history, and list its leads with their evidence.

    Parameters
    ----------
    since
        Seconds since 1970 UTC; a year before the last commit if None.
    limits
        How much a reader has time for; up to ten leads a level if None.

    Raises
    ------
    NotEnoughHistory
        If no commit lies in the stretch.
    """
    return judge_vectors(_described(history), history, baseline, since=since, limits=limits)


def _described(history: History) -> dict[Level, Vectors]:
    return describe(history, Windows(anchor_days=history.last_time / DAY))


def judge_vectors(
    every: dict[Level, Vectors],
    history: History,
    baseline: Baseline,
    *,
    since: int | None,
    limits: Limits | None = None,
    only: set[str] | None = None,
) -> Judgement:
    """Do what `judge` does with vectors that were described to the history's end.

    Parameters
    ----------
    only
        SHAs to look at, whenever they were made, in place of all; then of commits alone.

    Raises
    ------
    NotEnoughHistory
        As `judge`.
    """
    last = history.last_time
    if only is None:
        start = last - YEAR_SECONDS if since is None else since
    else:
        known = history.commits["known_time"][history.commits["sha"].isin(only)]
        start = int(known.min())
    if start > last:
        raise NotEnoughHistory(
            f"{history.project} has no commit between {_day(start)} and {_day(last)}",
            hint="choose an earlier --since",
        )
    tallies: dict[Level, Tally] = {}
    leads: dict[Level, list[Lead]] = {}
    commits = _scored(baseline, _after(every["commit"], start - WINDOW_SECONDS))
    for level in LEVELS:
        learned, keep = baseline.levels[level], _looked_at(every[level], start, only)
        if not keep.any():
            tallies[level], leads[level] = Tally(0, 0, 0), []
            continue
        recent, scores = every[level].where(keep), learned.score(every[level], keep=keep)
        found = find_leads(learned, recent, scores, _of_level(limits or Limits(), level))
        leads[level] = [
            replace(lead, evidence=_evidence(recent.subjects.iloc[lead.row], commits))
            for lead in found
        ]
        tallies[level] = _tally(recent, scores)
    return Judgement(start, tallies, _with_names(_with_signals(leads, every["commit"]), history))


def _with_names(leads: dict[Level, list[Lead]], history: History) -> dict[Level, list[Lead]]:
    """Say what the commits that are evidence name for the first time."""
    shown = {sha for part in leads.values() for lead in part for sha in lead.evidence}
    found = named_first(history, shown) if shown else {}
    return {
        level: [
            replace(lead, named_first={sha: found[sha] for sha in lead.evidence if sha in found})
            for lead in part
        ]
        for level, part in leads.items()
    }


def _with_signals(leads: dict[Level, list[Lead]], commits: Vectors) -> dict[Level, list[Lead]]:
    """Say which signs the commits show that are evidence for people and projects."""
    others = [lead for level in ("contributor", "project") for lead in leads[level]]
    some = commits.where(
        commits.subjects["sha"].isin([sha for lead in others for sha in lead.evidence]).to_numpy()
    )
    shown = dict(zip(some.subjects["sha"], signals_shown("commit", some.values), strict=True))

    def one(lead: Lead) -> Lead:
        found = {sha: shown[sha] for sha in lead.evidence if shown[sha]}
        return replace(lead, evidence_signals=found)

    people, projects = (list(map(one, leads[level])) for level in ("contributor", "project"))
    return {"commit": leads["commit"], "contributor": people, "project": projects}


def _looked_at(vectors: Vectors, start: int, only: set[str] | None) -> np.ndarray:
    if only is None:
        return (vectors.subjects["known_time"] >= start).to_numpy()
    if vectors.level == "commit":
        return vectors.subjects["sha"].isin(only).to_numpy()
    return np.zeros(len(vectors), dtype=bool)


def _of_level(limits: Limits, level: Level) -> Limits:
    """Windows of a project overlap; a few say it all."""
    most = min(limits.top, MOST_PROJECT_WINDOWS) if level == "project" else limits.top
    return replace(limits, top=most)


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


def _after(vectors: Vectors, start: int) -> Vectors:
    return vectors.where((vectors.subjects["known_time"] >= start).to_numpy())


def _tally(vectors: Vectors, scores: Scores) -> Tally:
    unusual = vectors.subjects[scores.p_value <= 0.01]
    people = unusual["person"].nunique() if "person" in unusual else 0
    return Tally(len(vectors), len(unusual), people)


def described(baseline: Baseline) -> dict[str, str | int]:
    """Say which baseline it is, and what it was learned from."""
    facts = baseline.provenance
    return {
        "version": baseline.version,
        "catalog": baseline.digest,
        "projects": int(facts.get("projects", 0)),
        "corpus": str(facts.get("corpus", "")),
    }


def _scored(baseline: Baseline, commits: Vectors) -> pd.DataFrame:
    return commits.subjects.assign(score=baseline.score(commits).combined)


def _evidence(subject: pd.Series, commits: pd.DataFrame) -> tuple[str, ...]:
    """Name the commits that show a lead: itself, or the most unusual ones of its window."""
    if "sha" in subject.index:
        return (str(subject["sha"]),)
    stop = int(subject["known_time"])
    inside = commits["known_time"].between(stop - WINDOW_SECONDS + 1, stop)
    if "person" in subject.index:
        inside &= commits["person"] == subject["person"]
    best = commits[inside].nlargest(MOST_EVIDENCE, "score")["sha"]
    return tuple(str(sha) for sha in best)
