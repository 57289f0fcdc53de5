"""From a request's facts or vectors to leads."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...features.catalog import digest, features
from ...features.feature import Level
from ...features.history import History
from ...features.vectors import Vectors, describe, describe_commits
from ...features.windows import DAY, Windows
from ...models.baseline import Baseline, LevelBaseline, Scores
from ...models.leads import Lead, Limits, find_leads
from .facts import history_of, on_top_of
from .problems import Problem
from .schemas import Facts, ScoreRequest, VectorBatch

_SUBJECT = {
    "commit": ("sha",),
    "contributor": ("person", "window_end"),
    "project": ("window_end",),
}


@dataclass(frozen=True)
class Judged:
    """What came of one request."""

    scores: Scores
    leads: list[Lead]
    compared_with: str


def judge_request(
    level: Level, asked: ScoreRequest, baseline: Baseline, stored: History | None
) -> Judged:
    """Score what a request brings.

    Parameters
    ----------
    stored
        What is kept of the request's project, if it is known.

    Raises
    ------
    Problem
        422 if the request is not what it should be, 409 if its vectors are of another catalog.
    """
    limits = Limits(top=asked.top, level=asked.level)
    learned = baseline.levels[level]
    if asked.facts is not None and asked.vectors is None:
        return _of_facts(level, asked.facts, learned, stored, limits)
    if asked.vectors is not None and asked.facts is None:
        vectors, compared = _given(level, asked.vectors), "vectors as given"
        scores = learned.score(vectors)
        return Judged(scores, find_leads(learned, vectors, scores, limits), compared)
    raise Problem(422, "a request has either facts or vectors")


def _of_facts(
    level: Level, facts: Facts, learned: LevelBaseline, stored: History | None, limits: Limits
) -> Judged:
    history = history_of(facts)
    wanted = set(history.commits["sha"] if facts.score is None else facts.score)
    unknown = wanted - set(history.commits["sha"])
    if unknown:
        raise Problem(422, f"facts.score names {min(unknown)}, which is not among the commits")
    compared = "request alone"
    since = int(history.commits["known_time"].iloc[0])
    if stored is not None and len(stored.commits):
        history = on_top_of(stored, history)
        compared = "stored past"
    vectors, keep = _vectors(level, history, wanted, since)
    scores = learned.score(vectors, keep=keep)
    return Judged(scores, find_leads(learned, vectors.where(keep), scores, limits), compared)


def _vectors(
    level: Level, history: History, wanted: set[str], since: int
) -> tuple[Vectors, np.ndarray]:
    """Describe a history, and mark the rows that were asked about."""
    if level == "commit":
        vectors = describe_commits(history)
        return vectors, vectors.subjects["sha"].isin(wanted).to_numpy()
    vectors = describe(history, Windows(anchor_days=history.last_time / DAY))[level]
    return vectors, (vectors.subjects["known_time"] >= since).to_numpy()


def _given(level: Level, batch: VectorBatch) -> Vectors:
    if batch.catalog != digest():
        raise Problem(
            409, f"the vectors are of catalog {batch.catalog}, this service computes {digest()}"
        )
    names = [feature.name for feature in features(level)]
    for number, vector in enumerate(batch.vectors):
        odd = sorted(set(vector.values) - set(names))
        if odd:
            raise Problem(422, f"vectors.{number} has {odd[0]}, which is no {level} feature")
        lacking = [name for name in _SUBJECT[level] if name not in vector.subject]
        if lacking:
            raise Problem(422, f"vectors.{number}.subject lacks {lacking[0]}")
    values = pd.DataFrame([v.values for v in batch.vectors], columns=names, dtype=float)
    subjects = pd.DataFrame([v.subject for v in batch.vectors])
    if "window_end" in subjects:
        ends = pd.to_datetime(subjects["window_end"], errors="coerce", utc=True)
        if ends.isna().any():
            raise Problem(422, "a vector's window_end is no date")
        subjects["window_end"] = ends.dt.tz_localize(None)
        subjects["known_time"] = subjects["window_end"].astype("datetime64[s]").astype("int64")
    else:
        subjects["known_time"] = 0
    if "person" not in subjects:
        subjects["person"] = ""
    subjects["project"] = ""
    return Vectors(level, subjects, values.where(np.isfinite(values)), digest())
