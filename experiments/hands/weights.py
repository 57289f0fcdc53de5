"""What habits should count by in the commits' panel, chosen on projects that are learned from.

    python experiments/hands/weights.py experiments/corpus.toml HISTORIES VECTORS

Ten commits in a row become a stranger's, and single commits something that deserves a look
(`training/splices.py`, `training/shapes.py`), later than anything that the shipped baseline was
fitted on. Its detectors judge them once, and are joined with several weights of `other_hand`. The
held-out projects, on which experiments/splices reports, decide nothing here. Prints Markdown.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from run import LENGTH, MOST_ROWS, PAST, mined, pairs_of_projects
from sklearn.metrics import roc_auc_score

from trustdrift.features.catalog import features
from trustdrift.features.errors import TrustdriftError
from trustdrift.features.history import History
from trustdrift.features.vectors import Vectors, describe_commits
from trustdrift.models.baseline import Baseline, LevelBaseline
from trustdrift.models.calibration import Calibration
from trustdrift.models.combination import COMBINATIONS
from trustdrift.models.rows import Rows
from trustdrift.training.corpus import Entry, read_corpus
from trustdrift.training.replay.yearly import start_of
from trustdrift.training.shapes import plant_each_kind
from trustdrift.training.splices import commits_of_people, in_other_hands, runs_of_people

PROJECTS, AUTHORS, PLANTS = 80, 5, 3
"""Projects; in each, authors who are replaced, and plants of each kind."""

HABITS = "other_hand"
WEIGHTS = (0, 1, 2, 3, 5)
RUNS = (3, 5)
"""Commits of an author's latest over which habits are averaged, to be judged beside the others."""

ALL_TIME = (0.0, start_of(2100))


@dataclass(frozen=True)
class Judged:
    """Some commits as the detectors see them."""

    surprisal: list[np.ndarray]
    """Of each detector, a row for each of its comparisons."""
    runs: np.ndarray
    """Raw scores of habits, averaged over the latest of `RUNS` commits: r by n."""


@dataclass(frozen=True)
class Found:
    """What came of one project."""

    authors: list[tuple[Judged, ...]]
    """Ten commits each: as they were, a stranger's, a stranger's in this project's files."""
    ordinary: Judged
    planted: Judged


def latest(scores: np.ndarray, many: int) -> np.ndarray:
    """Average each score with those before it, `many` in all where there are as many."""
    total, end = np.r_[0, np.cumsum(scores)], np.arange(1, len(scores) + 1)
    start = np.maximum(0, end - many)
    return (total[end] - total[start]) / (end - start)


def averaged(scores: np.ndarray, people: np.ndarray) -> np.ndarray:
    found = np.empty((len(RUNS), len(scores)))
    for person in np.unique(people):
        own = people == person
        found[:, own] = [latest(scores[own], many) for many in RUNS]
    return found


def judged(learned: LevelBaseline, vectors: Vectors, wanted: np.ndarray) -> Judged:
    """Judge the commits of a mask, after what their authors had done before."""
    people = vectors.subjects["person"].to_numpy()
    some = np.isin(people, people[wanted])
    scores = learned.score(vectors.where(some))
    kept = wanted[some]
    runs = averaged(scores.by_detector[HABITS], people[some])[:, kept]
    return Judged([part[:, kept] for part in scores.surprisal.values()], runs)


def replaced(
    history: History, other: History, split: int, rng: np.random.Generator, judge: Callable
) -> list[tuple[Judged, ...]]:
    found, strangers = [], list(runs_of_people(other, LENGTH, PAST, ALL_TIME, rng))
    between = split, ALL_TIME[1]
    for own in runs_of_people(history, LENGTH, PAST, between, rng) if strangers else ():
        if len(found) == AUTHORS:
            break
        theirs = strangers[rng.integers(len(strangers))]
        three = in_other_hands(history, own, other, theirs, rng)
        found.append(tuple(judge(each, own) for each in three))
    return found


def one_project(work: tuple[int, Entry, Entry], histories: Path, split: int) -> Found | None:
    number, entry, other = work
    rng = np.random.default_rng(number)
    learned = Baseline.load().levels["commit"]
    try:
        history, strange = (mined(each, histories) for each in (entry, other))
    except TrustdriftError:
        return None
    at = commits_of_people(history, split)
    if len(at) < PLANTS:
        return None

    def at_positions(some: History, positions: list[int]) -> Judged:
        vectors = describe_commits(some)
        return judged(learned, vectors, vectors.subjects["position"].isin(positions).to_numpy())

    vectors = describe_commits(history)
    late = (vectors.subjects["known_time"] >= split).to_numpy()
    planted, _ = plant_each_kind(history, at, PLANTS, rng)
    odd = learned.score_rows(Rows(planted, features("commit"), learned.reference))
    return Found(
        replaced(history, strange, split, rng, at_positions),
        judged(learned, vectors, late),
        Judged(list(odd.surprisal.values()), np.full((len(RUNS), len(planted)), np.nan)),
    )


def calibrations(found: list[Found]) -> list[Calibration]:
    """Calibrate averages over runs on the ordinary commits of the same projects."""
    rng, kept = np.random.default_rng(0), []
    for project in found:
        runs = project.ordinary.runs
        kept.append(runs[:, rng.permutation(runs.shape[1])[:MOST_ROWS]])
    return [Calibration.fit(scores) for scores in np.concatenate(kept, axis=1)]


@dataclass(frozen=True)
class Joined:
    """All that was judged, to be joined in several ways."""

    learned: LevelBaseline
    found: list[Found]
    runs: list[Calibration]

    @property
    def authors(self) -> list[tuple[Judged, ...]]:
        return [author for part in self.found for author in part.authors]

    def join(self, some: Judged, weight: float, beside: int | None = None) -> np.ndarray:
        parts = list(some.surprisal)
        weights = [weight if each.name == HABITS else 1.0 for each in self.learned.detectors]
        if beside is not None:
            parts.append(self.runs[beside].surprisal(some.runs[beside])[None])
            weights.append(1.0)
        return COMBINATIONS[self.learned.combination].join(parts, weights)

    def compromised(self, way: int, weight: float, beside: int | None = None) -> list[float]:
        scores = np.array(
            [
                [self.join(author[one], weight, beside) for one in (0, way)]
                for author in self.authors
            ]
        )
        label = np.tile([0, 1], len(scores))
        means = [scores[:, :, :k].mean(axis=2).ravel() for k in (1, 3, 5, 10)]
        return [float(roc_auc_score(label, mean)) for mean in means]

    def plants_found(self, weight: float) -> list[float]:
        ordinary, odd = (
            np.concatenate([self.join(getattr(part, side), weight) for part in self.found])
            for side in ("ordinary", "planted")
        )
        return [float((odd > np.quantile(ordinary, 1 - share)).mean()) for share in (0.001, 0.01)]


def row(title: str, cells: list[float]) -> str:
    return f"| {title} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |"


def main(manifest: str, histories: str, vectors: str) -> None:
    corpus = read_corpus(Path(manifest))
    work = pairs_of_projects(list(corpus.learned), Path(vectors), PROJECTS)
    judge = partial(one_project, histories=Path(histories), split=corpus.split_time)
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        found = [part for part in executor.map(judge, work) if part is not None]
    joined = Joined(Baseline.load().levels["commit"], found, calibrations(found))
    plants = sum(part.planted.runs.shape[1] for part in found)
    print(f"{len(joined.authors)} authors, {plants:,} plants; AUROC of the mean over k, recall.\n")
    heads = [f"k = {k}, {way}" for way in ("as it is", "own files") for k in (1, 3, 5, 10)]
    heads = ["habits count by", *heads, "plants at 0.1 %", "at 1 %"]
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for weight in WEIGHTS:
        cells = joined.compromised(1, weight) + joined.compromised(2, weight)
        print(row(str(weight), cells + joined.plants_found(weight)))
    for beside, many in enumerate(RUNS):
        cells = joined.compromised(1, 1, beside) + joined.compromised(2, 1, beside)
        print(row(f"1, their mean over {many} beside", cells))


if __name__ == "__main__":
    main(*sys.argv[1:])
