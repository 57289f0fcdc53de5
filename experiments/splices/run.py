"""How well spliced histories are told from ordinary continuations.

    python experiments/splices/run.py experiments/corpus.toml HISTORIES [BASELINE]

Held-out projects of the corpus, commits known after the split: nothing of them was learned from.
Prints Markdown.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from trustdrift.features.history import History
from trustdrift.features.mining import mine
from trustdrift.features.vectors import Vectors, describe_commits
from trustdrift.models.baseline import Baseline
from trustdrift.training.corpus import Entry, read_corpus
from trustdrift.training.dataset import require_history
from trustdrift.training.ranking import Curve, draws, estimate
from trustdrift.training.replay.peers import COMMIT_PEERS, Peer, Seen
from trustdrift.training.replay.population import CORPUS, Subjects
from trustdrift.training.shapes import SHAPES
from trustdrift.training.splices import (
    Files,
    commits_of_people,
    in_other_hands,
    plant,
    runs_of_people,
)

PLANTS = 6
"""Of each kind, in each project."""

AUTHORS = 6
"""Whose accounts are taken over, in each project."""

LENGTHS = (1, 3, 5, 10)
PAST = 30
"""Commits before which nobody has habits to depart from."""

FLAGGED = (0.001, 0.01)
LOWEST = -1e9
"""Of those about whom a peer says nothing."""

Judge = Callable[[Vectors, np.ndarray], np.ndarray]
"""From all commits of a history and a mask of some of them to their scores."""

Scores = dict[str, np.ndarray]
"""By the name of the judge."""

OURS = "trustdrift"


def judges(baseline: Baseline) -> dict[str, Judge]:
    def ours(vectors: Vectors, wanted: np.ndarray) -> np.ndarray:
        return baseline.levels["commit"].score(vectors.where(wanted)).combined

    return {OURS: ours} | {name: partial(by_peer, peer) for name, peer in COMMIT_PEERS.items()}


def by_peer(peer: Peer, vectors: Vectors, wanted: np.ndarray) -> np.ndarray:
    """Show a peer the commits to judge, all others of their authors, and the project's first."""
    person = vectors.subjects["person"]
    kept = person.isin(person[wanted]).to_numpy() | (np.arange(len(person)) == 0)
    some = vectors.where(kept)
    rows = Subjects(
        some.values.to_numpy(dtype=float),
        None,
        some.subjects.rename(columns={"known_time": "time"}).assign(view=CORPUS),
    )
    seen = Seen(rows, "commit")
    years = tuple(np.unique(seen.time[wanted[kept]].astype("datetime64[s]").astype("M8[Y]")))
    scores = peer(seen, tuple(int(year.astype(int)) + 1970 for year in years))
    return np.maximum(scores[wanted[kept]], LOWEST)


def judge_some(judged_by: dict[str, Judge], history: History, positions: Sequence[int]) -> Scores:
    vectors = describe_commits(history)
    wanted = vectors.subjects["position"].isin(positions).to_numpy()
    return {name: judge(vectors, wanted) for name, judge in judged_by.items()}


def planted(
    judged_by: dict[str, Judge], history: History, split: int, seed: int
) -> list[tuple[str, Scores]]:
    rng = np.random.default_rng(seed)
    found: list[tuple[str, Scores]] = []
    at = commits_of_people(history, split)
    for kind, shape in SHAPES.items():
        for position in rng.choice(at, min(PLANTS, len(at)), replace=False):
            touches = shape(Files.at(history, int(position)), rng)
            if touches is not None:
                spliced = plant(history, int(position), touches)
                found.append((kind, judge_some(judged_by, spliced, [int(position)])))
    return found


def runs(history: History, since: float, rng: np.random.Generator) -> Iterator[list[int]]:
    return runs_of_people(history, LENGTHS[-1], PAST, (since, np.inf), rng)


def compromised(
    judged_by: dict[str, Judge], history: History, other: History, split: int, seed: int
) -> list[tuple[Scores, ...]]:
    """Score ten commits of an author as they were, and as another's, their paths moved or not."""
    rng = np.random.default_rng(seed)
    theirs = next(runs(other, 0, rng), None)
    pairs = []
    for own in runs(history, split, rng):
        if theirs is None or len(pairs) == AUTHORS:
            break
        three = in_other_hands(history, own, other, theirs, rng)
        pairs.append(tuple(judge_some(judged_by, each, own) for each in three))
    return pairs


@dataclass(frozen=True)
class Found:
    """What came of one project."""

    plants: list[tuple[str, Scores]]
    pairs: list[tuple[Scores, ...]]
    """Each author's ten commits: as they were, another's, another's in this project's files."""
    ordinary: Scores
    """Of all commits after the split."""


def one_project(
    number: int, entry: Entry, other: Entry, split: int, histories: Path, folder: Path | None
) -> Found:
    judged_by = judges(Baseline.load(folder))
    history, strange = (
        mine(require_history(histories, e.repo), key=bytes(32), project=e.repo, ref=e.sha)
        for e in (entry, other)
    )
    vectors = describe_commits(history)
    late = (vectors.subjects["known_time"] >= split).to_numpy()
    return Found(
        planted(judged_by, history, split, number),
        compromised(judged_by, history, strange, split, number),
        {name: judge(vectors, late) for name, judge in judged_by.items()},
    )


def figures(
    ordinary: np.ndarray, odd: np.ndarray, projects: np.ndarray, odd_projects: np.ndarray
) -> list[str]:
    scores = np.r_[ordinary, odd]
    label = np.r_[np.zeros(len(ordinary), dtype=bool), np.ones(len(odd), dtype=bool)]
    every = np.r_[projects, odd_projects]
    taken = []
    for count in draws(every):
        weight = count[every]
        if weight[label].sum() == 0 or weight[~label].sum() == 0:
            continue
        curve = Curve.of(scores, label, weight)
        recalls = [curve.recall_at(share) for share in FLAGGED]
        taken.append([curve.auroc, curve.average_precision, *recalls])
    columns = np.array(taken).T
    return [str(estimate(column, len(np.unique(odd_projects)))) for column in columns]


def row(title: str, number: int, cells: list[str]) -> str:
    return f"| {title} | {number} | " + " | ".join(cells) + " |"


def head(first: str) -> str:
    columns = [first, "n", "AUROC", "average precision", "recall at 0.1 %", "at 1 %"]
    return "| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|"


def plants_table(results: list[Found]) -> None:
    rows = [(kind, scores, n) for n, found in enumerate(results) for kind, scores in found.plants]
    projects = np.repeat(range(len(results)), [len(found.ordinary[OURS]) for found in results])
    print(f"{len(projects):,} ordinary commits of {len(np.unique(projects))} projects\n")
    print(head("planted"))

    def line(title: str, judge: str, kinds: Sequence[str]) -> str:
        some = [(scores[judge][0], n) for kind, scores, n in rows if kind in kinds]
        odd, odd_projects = (np.array(column) for column in zip(*some, strict=True))
        ordinary = np.concatenate([found.ordinary[judge] for found in results])
        return row(title, len(odd), figures(ordinary, odd, projects, odd_projects))

    for kind in SHAPES:
        print(line(kind.replace("_", " "), OURS, [kind]))
    for judge in [OURS, *COMMIT_PEERS]:
        print(line(f"all, {judge}", judge, list(SHAPES)))


def pairs_table(results: list[Found]) -> None:
    pairs = [(scores, number) for number, found in enumerate(results) for scores in found.pairs]
    numbers = np.array([number for _, number in pairs])
    print("\n" + head("compromise, commits"))

    def line(title: str, judge: str, way: int, k: int) -> str:
        before, after = (
            np.array([scores[column][judge][:k].mean() for scores, _ in pairs])
            for column in (0, way)
        )
        return row(f"k = {k}, {title}", len(after), figures(before, after, numbers, numbers))

    for way, title in ((1, "paths as they are"), (2, "paths of this project")):
        for k in LENGTHS:
            print(line(title, OURS, way, k))
    for judge in COMMIT_PEERS:
        print(line(f"paths of this project, {judge}", judge, 2, 5))


def main(manifest: str, histories: str, folder: str | None = None) -> None:
    corpus = read_corpus(Path(manifest))
    place = None if folder is None else Path(folder)
    held = corpus.held_out
    others = held[len(held) // 2 :] + held[: len(held) // 2]
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        tasks = [
            executor.submit(
                one_project, number, entry, other, corpus.split_time, Path(histories), place
            )
            for number, (entry, other) in enumerate(zip(held, others, strict=True))
        ]
        results = [task.result() for task in tasks]
    plants_table(results)
    pairs_table(results)


if __name__ == "__main__":
    main(*sys.argv[1:])
