"""What habits and the autoencoder should have to say in the commits' panel.

    python experiments/hands/weights.py experiments/corpus.toml HISTORIES VECTORS

Ten commits in a row become a stranger's, and single commits something that deserves a look
(`training/splices.py`, `training/shapes.py`), later than anything that the shipped baseline was
fitted on. Its detectors judge them once, and are joined with several weights and bounds of the two
that find whatever is odd. The held-out projects, on which experiments/splices reports, decide
nothing here. Prints Markdown.
"""

import math
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from run import LENGTH, PAST, mined, pairs_of_projects
from sklearn.metrics import roc_auc_score

from trustdrift.features.catalog import features
from trustdrift.features.errors import TrustdriftError
from trustdrift.features.history import History
from trustdrift.features.vectors import Vectors, describe_commits
from trustdrift.models.baseline import Baseline, LevelBaseline
from trustdrift.models.combination import COMBINATIONS, Vote
from trustdrift.models.rows import Rows
from trustdrift.training.corpus import Entry, read_corpus
from trustdrift.training.replay.yearly import start_of
from trustdrift.training.shapes import plant_each_kind
from trustdrift.training.splices import commits_of_people, in_other_hands, runs_of_people

PROJECTS, AUTHORS, PLANTS = 80, 5, 3
"""Projects; in each, authors who are replaced, and plants of each kind."""

HABITS, NETWORK = "other_hand", "autoencoder"
ANY = math.inf
VOTES = [
    *((weight, bound, ANY) for weight in (1, 2, 3, 5) for bound in (ANY, 3, 2.5, 2, 1.5)),
    *((2, bound, 2.5) for bound in (ANY, 3, 2.5, 2)),
    *((2, 2.5, bound) for bound in (3, 2, 1.5)),
]
"""What habits count by, and the surprisals that habits and network are heard up to."""

ALL_TIME = (0.0, start_of(2100))
LENGTHS = (1, 5, 10)
FLAGGED = (0.001, 0.005, 0.01)

Judged = list[np.ndarray]
"""What each detector says of some commits, a row for each of its comparisons."""


@dataclass(frozen=True)
class Found:
    """What came of one project."""

    authors: list[tuple[Judged, ...]]
    """Ten commits each: as they were, a stranger's, a stranger's in this project's files."""
    ordinary: Judged
    planted: Judged


def judged(learned: LevelBaseline, vectors: Vectors, wanted: np.ndarray) -> Judged:
    return list(learned.score(vectors.where(wanted)).surprisal.values())


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
        list(odd.surprisal.values()),
    )


@dataclass(frozen=True)
class Joined:
    """All that was judged, joined in one way."""

    learned: LevelBaseline
    found: list[Found]
    votes: dict[str, Vote]

    def join(self, some: Judged) -> np.ndarray:
        votes = [self.votes.get(each.name, Vote()) for each in self.learned.detectors]
        return COMBINATIONS[self.learned.combination].join(some, votes)

    def compromised(self, way: int) -> list[float]:
        authors = [author for part in self.found for author in part.authors]
        scores = np.array([[self.join(author[one]) for one in (0, way)] for author in authors])
        label = np.tile([0, 1], len(scores))
        means = [scores[:, :, :k].mean(axis=2).ravel() for k in LENGTHS]
        return [float(roc_auc_score(label, mean)) for mean in means]

    def plants_found(self) -> list[float]:
        ordinary, odd = (
            np.concatenate([self.join(getattr(part, side)) for part in self.found])
            for side in ("ordinary", "planted")
        )
        return [float((odd > np.quantile(ordinary, 1 - share)).mean()) for share in FLAGGED]


def main(manifest: str, histories: str, vectors: str) -> None:
    corpus = read_corpus(Path(manifest))
    work = pairs_of_projects(list(corpus.learned), Path(vectors), PROJECTS)
    judge = partial(one_project, histories=Path(histories), split=corpus.split_time)
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        found = [part for part in executor.map(judge, work) if part is not None]
    learned = Baseline.load().levels["commit"]
    authors = sum(len(part.authors) for part in found)
    plants = sum(part.planted[0].shape[1] for part in found)
    print(f"{authors} authors, {plants:,} plants; AUROC of the mean over k, recall.\n")
    heads = ["habits count by", "heard up to", "autoencoder up to"]
    heads += [f"k = {k}, {way}" for way in ("as it is", "own files") for k in LENGTHS]
    heads += [f"plants at {share:.1%}" for share in FLAGGED]
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for weight, bound, networks in VOTES:
        votes = {HABITS: Vote(weight, bound), NETWORK: Vote(bound=networks)}
        joined = Joined(learned, found, votes)
        cells = joined.compromised(1) + joined.compromised(2) + joined.plants_found()
        told = [f"{number:g}".replace("inf", "any") for number in (weight, bound, networks)]
        print("| " + " | ".join([*told, *(f"{cell:.3f}" for cell in cells)]) + " |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
