"""Whether labels help a reader: re-ranking by feedback against the order as it was.

    python experiments/feedback/run.py experiments/corpus.toml HISTORIES

Commits of `trustdrift.training.shapes` are planted among the ordinary commits of projects, one
kind at a time and all together. A reader looks at the first commit that nobody has labelled, says
what it is, and goes on with the list as it is then. Told is how many of the commits read were
planted. The size of the step is chosen on learning projects; held-out projects decide nothing.
Prints Markdown.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from trustdrift.features.catalog import features
from trustdrift.features.errors import TrustdriftError
from trustdrift.features.mining import mine
from trustdrift.features.vectors import describe_commits
from trustdrift.models.baseline import Baseline
from trustdrift.models.explanation import explain
from trustdrift.models.feedback import feature_factors, standing
from trustdrift.models.rows import Rows
from trustdrift.training.corpus import Entry, read_corpus
from trustdrift.training.dataset import require_history
from trustdrift.training.shapes import SHAPES, plant_each_kind
from trustdrift.training.splices import commits_of_people

LEARNING = 40
"""Projects on which the step is chosen."""

PLANTS = 1
"""Of each kind, in each project."""

KEPT = 0.05
"""Leads with higher p-values are not listed by the service."""

READ = 50
STEPS = (0.0, 0.1, 0.3, 1.0, 3.0)
SUBSETS = 20
"""Random halves of the projects, for the spread."""


@dataclass(frozen=True)
class Listed:
    """The n leads of some projects."""

    p_values: np.ndarray
    weights: np.ndarray
    """n by d shares of the features."""
    kinds: np.ndarray
    """Kind of plant, or nothing for an ordinary commit."""


def one_project(numbered: tuple[int, Entry], histories: Path, split: int) -> Listed | None:
    number, entry = numbered
    rng = np.random.default_rng(number)
    try:
        path = require_history(histories, entry.repo)
        history = mine(path, key=bytes(32), project=entry.repo, ref=entry.sha)
    except TrustdriftError:
        return None
    at = commits_of_people(history, split)
    if len(at) < PLANTS:
        return None
    vectors = describe_commits(history)
    recent = (vectors.subjects["known_time"] >= split).to_numpy()
    planted, kinds = plant_each_kind(history, at, PLANTS, rng)
    ordinary = vectors.values[recent].to_numpy(dtype=float)
    rows = np.concatenate([ordinary, planted]) if kinds else ordinary
    kinds = [""] * len(ordinary) + kinds
    learned = Baseline.load().levels["commit"]
    known = features("commit")
    scores = learned.score_rows(Rows(rows, known, learned.reference))
    listed = np.flatnonzero(scores.p_value <= KEPT).tolist()
    told = explain(learned, scores, listed) if listed else []
    weights = np.array([one.weights for one in told]).reshape(len(told), len(known))
    return Listed(scores.p_value[listed], weights, np.array(kinds)[listed])


def together(lists: list[Listed]) -> Listed:
    return Listed(
        np.concatenate([one.p_values for one in lists]),
        np.concatenate([one.weights for one in lists]),
        np.concatenate([one.kinds for one in lists]),
    )


def found_by_reader(leads: Listed, kind: str, step: float) -> int:
    """Count planted commits among the first that a reader looks at."""
    planted = leads.kinds != ""
    there = ~planted | (leads.kinds == kind) | (kind == "all")
    read: list[int] = []
    factors = np.ones(leads.weights.shape[1])
    for _ in range(min(READ, int(there.sum()))):
        order = np.where(there, standing(leads.p_values, leads.weights, factors), -np.inf)
        order[read] = -np.inf
        read.append(int(order.argmax()))
        if step:
            factors = feature_factors(leads.weights[read], planted[read], step)
    return int(planted[read].sum())


def table(lists: list[Listed]) -> dict[float, dict[str, tuple[float, float, float]]]:
    """Give the mean and the middle nine tenths over halves of the projects, by step and kind."""
    rng = np.random.default_rng(3)
    drawn = [rng.permutation(len(lists))[: len(lists) // 2] for _ in range(SUBSETS)]
    halves = [together([lists[n] for n in half]) for half in drawn]
    result = {}
    for step in STEPS:
        result[step] = {}
        for kind in ("all", *SHAPES):
            counts = [found_by_reader(half, kind, step) for half in halves]
            low, high = np.quantile(counts, [0.05, 0.95])
            result[step][kind] = (float(np.mean(counts)), float(low), float(high))
    return result


def shown(title: str, found: dict[float, dict[str, tuple[float, float, float]]]) -> None:
    kinds = ("all", *SHAPES)
    print(f"### {title}\n")
    print("| step | " + " | ".join(kind.replace("_", " ") for kind in kinds) + " |")
    print("|---" * (len(kinds) + 1) + "|")
    for step, row in found.items():
        cells = (f"{row[k][0]:.1f} [{row[k][1]:.0f}, {row[k][2]:.0f}]" for k in kinds)
        print(f"| {step:g} | " + " | ".join(cells) + " |")
    print()


def main(manifest: str, histories: str) -> None:
    corpus = read_corpus(Path(manifest))
    learning = [entry for entry in corpus.entries if not entry.held_out]
    chosen = np.random.default_rng(7).permutation(len(learning))[:LEARNING]
    groups = {
        "Learning projects": [(int(n), learning[n]) for n in chosen],
        "Held-out projects": [(n, e) for n, e in enumerate(corpus.entries) if e.held_out],
    }
    work = partial(one_project, histories=Path(histories), split=corpus.split_time)
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        for title, entries in groups.items():
            lists = [one for one in executor.map(work, entries) if one is not None]
            planted = sum(int((one.kinds != "").sum()) for one in lists)
            leads = sum(len(one.p_values) for one in lists)
            print(f"{len(lists)} projects, {leads:,} leads, {planted} of them planted.\n")
            shown(title, table(lists))


if __name__ == "__main__":
    main(*sys.argv[1:])
