"""How well spliced histories are told from ordinary continuations.

    python experiments/splices/run.py experiments/corpus.toml HISTORIES VECTORS [BASELINE]

Held-out projects of the corpus, commits known after the split: nothing of them was learned from.
Prints Markdown.
"""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from trustdrift.features.history import History
from trustdrift.features.mining import mine
from trustdrift.features.vectors import Vectors, describe_commits
from trustdrift.models.baseline import Baseline
from trustdrift.training.corpus import Corpus, Entry, read_corpus
from trustdrift.training.dataset import each_project, require_history
from trustdrift.training.ranking import Curve, draws, estimate
from trustdrift.training.splices import SHAPES, Files, compromise, ends_at, plant

PLANTS = 6
"""Of each kind, in each project."""

AUTHORS = 6
"""Whose accounts are taken over, in each project."""

LENGTHS = (1, 3, 5, 10)
PAST = 30
"""Commits before which nobody has habits to depart from."""

FLAGGED = (0.001, 0.01)
Scored = list[tuple[str, float]]


def commits_of_people(history: History, split: int) -> np.ndarray:
    commits = history.commits
    fits = (commits["author_kind"] == "person") & (commits["known_time"] >= split)
    fits &= ~commits["parents"].str.contains(" ", regex=False) & (commits["parents"] != "")
    return np.flatnonzero(fits.to_numpy())


def score_last(baseline: Baseline, history: History, positions: Sequence[int]) -> np.ndarray:
    vectors: Vectors = describe_commits(history)
    wanted = vectors.subjects["position"].isin(positions).to_numpy()
    return baseline.levels["commit"].score(vectors.where(wanted)).combined


def planted(baseline: Baseline, history: History, split: int, seed: int) -> Scored:
    rng = np.random.default_rng(seed)
    found: Scored = []
    at = commits_of_people(history, split)
    for kind, shape in SHAPES.items():
        for position in rng.choice(at, min(PLANTS, len(at)), replace=False):
            touches = shape(Files.at(history, int(position)), rng)
            if touches is not None:
                spliced = plant(history, int(position), touches)
                found.append((kind, float(score_last(baseline, spliced, [int(position)])[0])))
    return found


def runs(history: History, split: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """Give the next ten commits of some authors who have a past."""
    at = commits_of_people(history, split)
    author = history.commits["author"].to_numpy()
    everything = commits_of_people(history, 0)
    people, many = np.unique(author[everything], return_counts=True)
    for person in rng.permutation(people[many >= PAST + LENGTHS[-1]]):
        own = everything[author[everything] == person]
        starts = np.flatnonzero((np.arange(len(own)) >= PAST) & np.isin(own, at))
        starts = starts[starts + LENGTHS[-1] <= len(own)]
        if len(starts):
            start = rng.choice(starts)
            yield own[start : start + LENGTHS[-1]].tolist()


def compromised(
    baseline: Baseline, history: History, other: History, split: int, seed: int
) -> list[tuple[np.ndarray, ...]]:
    """Score ten commits of an author as they were, and as another's, their paths moved or not."""
    rng = np.random.default_rng(seed)
    theirs = next(runs(other, 0, rng), None)
    pairs = []
    for own in runs(history, split, rng):
        if theirs is None or len(pairs) == AUTHORS:
            break
        three = (
            ends_at(history, own[-1]),
            compromise(history, own, other, theirs),
            compromise(history, own, other, theirs, at_home=rng),
        )
        pairs.append(tuple(score_last(baseline, each, own) for each in three))
    return pairs


def one_project(
    number: int, entry: Entry, other: Entry, split: int, histories: Path, folder: Path | None
) -> tuple[int, Scored, list[tuple[np.ndarray, ...]]]:
    baseline = Baseline.load(folder)
    history, strange = (
        mine(require_history(histories, e), key=bytes(32), project=e.repo, ref=e.sha)
        for e in (entry, other)
    )
    plants = planted(baseline, history, split, number)
    return number, plants, compromised(baseline, history, strange, split, number)


def ordinary_scores(
    baseline: Baseline, corpus: Corpus, vectors: Path
) -> tuple[np.ndarray, np.ndarray]:
    scores, projects = [], []
    for number, project in enumerate(each_project(corpus.held_out, vectors)):
        late = (project["commit"].subjects["known_time"] >= corpus.split_time).to_numpy()
        scores.append(baseline.levels["commit"].score(project["commit"].where(late)).combined)
        projects.append(np.full(int(late.sum()), number))
    return np.concatenate(scores), np.concatenate(projects)


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
        recalls = [
            curve.true_rate[np.searchsorted(curve.false_rate, share, side="right") - 1]
            for share in FLAGGED
        ]
        taken.append([curve.auroc, curve.average_precision, *recalls])
    columns = np.array(taken).T
    return [str(estimate(column, len(np.unique(odd_projects)))) for column in columns]


def main(manifest: str, histories: str, vectors: str, folder: str | None = None) -> None:
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
    ordinary, projects = ordinary_scores(Baseline.load(place), corpus, Path(vectors))
    print(f"{len(ordinary):,} ordinary commits of {len(np.unique(projects))} projects\n")
    print(
        "| planted | n | AUROC | average precision | recall at 0.1 % | at 1 % |\n|---|" + "---|" * 5
    )
    plants = [(kind, score, number) for number, part, _ in results for kind, score in part]
    for kind in [*SHAPES, "all"]:
        mine_ = [(score, number) for name, score, number in plants if kind in (name, "all")]
        odd, odd_projects = (np.array(column) for column in zip(*mine_, strict=True))
        cells = figures(ordinary, odd, projects, odd_projects)
        print(f"| {kind.replace('_', ' ')} | {len(odd)} | " + " | ".join(cells) + " |")
    print("\n| compromise, commits | n | AUROC | average precision | recall at 0.1 % | at 1 % |")
    print("|---|" + "---|" * 5)
    pairs = [(scores, number) for number, _, part in results for scores in part]
    numbers = np.array([number for _, number in pairs])
    for way, title in ((1, "paths as they are"), (2, "paths of this project")):
        for k in LENGTHS:
            before, after = (
                np.array([scores[column][:k].mean() for scores, _ in pairs]) for column in (0, way)
            )
            cells = figures(before, after, numbers, numbers)
            print(f"| k = {k}, {title} | {len(after)} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main(*sys.argv[1:])
