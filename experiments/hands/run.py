"""Learn what tells that somebody else is at the keyboard, and see how far that carries.

    python experiments/hands/run.py experiments/corpus.toml HISTORIES VECTORS WEIGHTS

Ten commits of an author become a stranger's, under the same name and in files of the same project
(`training/splices.py`), in projects that are learned from. Weights are learned on commits before
2017 and judged on commits from 2022 on. Those of the set that is shipped are written to WEIGHTS.
Prints Markdown.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from trustdrift.features.catalog import features
from trustdrift.features.errors import TrustdriftError
from trustdrift.features.history import History
from trustdrift.features.mining import mine
from trustdrift.features.vectors import describe_commits
from trustdrift.models.detectors.other_hand import HABITS, write_weights
from trustdrift.models.reference import Reference
from trustdrift.models.rows import Rows
from trustdrift.training.contrast import non_negative_weights
from trustdrift.training.corpus import Entry, read_corpus
from trustdrift.training.dataset import each_project, require_history
from trustdrift.training.replay.yearly import start_of
from trustdrift.training.splices import compromise, ends_at, runs_of_people

PROJECTS = 70
AUTHORS = 5
"""In each project, before and after."""

LENGTH, PAST = 10, 30
"""Commits that are taken over, and those that an author has made before."""

COMMITS = (300, 2_500)
"""In the projects that are used: enough habits, and soon described."""

MOST_ROWS = 2_000
"""Ordinary commits of one project, for the reference."""

PENALTY = 1e-3
"""On the squares of the weights."""

_CLOCK = ("offset_surprise",)
SETS = {
    "every feature": tuple(feature.name for feature in features("commit")),
    "habits (shipped)": HABITS,
    "habits without the clock setting": tuple(name for name in HABITS if name not in _CLOCK),
    "the clock setting alone": _CLOCK,
}


ERAS = {"before": (0, start_of(2017)), "after": (start_of(2022), start_of(2100))}


@dataclass(frozen=True)
class Pair:
    """An author's ten commits as they were, and as a stranger's: 10 by d each."""

    era: str
    real: np.ndarray
    swapped: np.ndarray


def each_run(history: History, era: str, rng: np.random.Generator) -> Iterator[list[int]]:
    return runs_of_people(history, LENGTH, PAST, ERAS[era], rng)


def one_project(work: tuple[int, Entry, Entry], histories: Path) -> list[Pair]:
    number, entry, other = work
    rng = np.random.default_rng(number)
    try:
        history, strange = (mined(each, histories) for each in (entry, other))
    except TrustdriftError:
        return []
    strangers = [run for era in ERAS for run in each_run(strange, era, rng)]
    pairs = []
    for era in ERAS if strangers else ():
        for turn, own in enumerate(each_run(history, era, rng)):
            if turn == AUTHORS:
                break
            theirs = strangers[rng.integers(len(strangers))]
            swapped = compromise(history, own, strange, theirs, at_home=rng)
            rows = [values_at(each, own) for each in (ends_at(history, own[-1]), swapped)]
            pairs.append(Pair(era, *rows))
    return pairs


def mined(entry: Entry, histories: Path) -> History:
    path = require_history(histories, entry.repo)
    return mine(path, key=bytes(32), project=entry.repo, ref=entry.sha)


def values_at(history: History, positions: list[int]) -> np.ndarray:
    vectors = describe_commits(history)
    return vectors.values[vectors.subjects["position"].isin(positions)].to_numpy(dtype=float)


def learned(scores: np.ndarray, strange: np.ndarray) -> np.ndarray:
    """Learn weights, d by 2, of low and of high values."""
    sided = np.concatenate([np.maximum(-scores, 0), np.maximum(scores, 0)], axis=1)
    return non_negative_weights(sided, strange, PENALTY).reshape(2, -1).T


def ordinary(learning: list[Entry], vectors: Path) -> np.ndarray:
    rng, kept = np.random.default_rng(0), []
    for project in each_project(learning, vectors):
        commits = project["commit"]
        before = commits.subjects["known_time"].to_numpy() < ERAS["before"][1]
        at = rng.permutation(np.flatnonzero(before))[:MOST_ROWS]
        kept.append(commits.values.to_numpy(dtype=float)[at])
    return np.concatenate(kept)


def pairs_of_projects(
    learning: list[Entry], vectors: Path, many: int
) -> list[tuple[int, Entry, Entry]]:
    """Draw projects of a fitting size, each with its number and one that strangers come from."""
    sized = []
    for project, entry in zip(each_project(learning, vectors), learning, strict=True):
        if COMMITS[0] <= len(project["commit"]) <= COMMITS[1]:
            sized.append(entry)
    chosen = [sized[i] for i in np.random.default_rng(13).permutation(len(sized))[:many]]
    return [(n, entry, chosen[n - 7]) for n, entry in enumerate(chosen)]


def main(manifest: str, histories: str, vectors: str, place: str) -> None:
    corpus = read_corpus(Path(manifest))
    learning = list(corpus.learned)
    work = pairs_of_projects(learning, Path(vectors), PROJECTS)
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        found = list(executor.map(partial(one_project, histories=Path(histories)), work))
    pairs = [pair for part in found for pair in part if len(pair.real) == len(pair.swapped)]
    early, late = ([p for p in pairs if p.era == era] for era in ERAS)
    reference = Reference.fit(ordinary(learning, Path(vectors)))

    def scores(some: list[Pair]) -> np.ndarray:
        rows = np.concatenate([np.concatenate([p.real, p.swapped]) for p in some])
        return Rows(rows, features("commit"), reference).scores

    strange = np.tile(np.repeat([0.0, 1.0], LENGTH), len(early))
    known, asked = scores(early), scores(late)
    names = [feature.name for feature in features("commit")]
    print(
        f"{len(early)} authors before 2017, {len(late)} from 2022 on; AUROC of the mean over k.\n"
    )
    print("| weights of | k = 1 | 3 | 5 | 10 |\n|---|---|---|---|---|")
    for title, some in SETS.items():
        columns = [names.index(name) for name in some]
        weights = learned(known[:, columns], strange)
        low, high = np.maximum(-asked[:, columns], 0), np.maximum(asked[:, columns], 0)
        judged = (low @ weights[:, 0] + high @ weights[:, 1]).reshape(len(late), 2, LENGTH)
        cells = []
        for k in (1, 3, 5, 10):
            means = judged[:, :, :k].mean(axis=2)
            cells.append(roc_auc_score(np.tile([0, 1], len(late)), means.ravel()))
        print(f"| {title} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |", flush=True)
        if some == HABITS:
            write_weights(Path(place), dict(zip(some, weights.tolist(), strict=True)))


if __name__ == "__main__":
    main(*sys.argv[1:])
