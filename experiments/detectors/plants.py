"""Which detectors see planted commits: chosen on projects that are learned from, after the split.

    python experiments/detectors/plants.py experiments/corpus.toml HISTORIES VECTORS

Commits of `trustdrift.training.shapes` are planted in 60 learning projects, later than anything
that the detectors are fitted on, and ranked among the ordinary commits of these projects. The
held-out projects, on which experiments/splices reports, decide nothing here. Prints Markdown.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from trustdrift.features.catalog import features
from trustdrift.features.errors import TrustdriftError
from trustdrift.features.mining import mine
from trustdrift.features.vectors import describe_commits
from trustdrift.models.combination import COMBINATIONS
from trustdrift.models.rows import Rows
from trustdrift.training.corpus import Entry, read_corpus
from trustdrift.training.dataset import each_project, require_history
from trustdrift.training.fit import fit_level
from trustdrift.training.sample import gather
from trustdrift.training.settings import Settings
from trustdrift.training.shapes import SHAPES, plant_each_kind
from trustdrift.training.splices import commits_of_people

PROJECTS = 60
PLANTS = 4
"""Of each kind, in each project."""

FLAGGED = (0.001, 0.01)
CANDIDATES = ("directional_tails", "conditional_tails", "autoencoder", "pca", "neighbours")
PANELS = (
    ("directional_tails", "autoencoder"),
    ("conditional_tails", "autoencoder"),
    ("directional_tails", "conditional_tails", "autoencoder"),
    ("conditional_tails", "neighbours"),
)


@dataclass(frozen=True)
class Found:
    """What came of one project."""

    ordinary: np.ndarray
    planted: np.ndarray
    kinds: list[str]


def one_project(numbered: tuple[int, Entry], histories: Path, split: int) -> Found | None:
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
    planted, kinds = plant_each_kind(history, at, PLANTS, rng)
    ordinary = vectors.values[(vectors.subjects["known_time"] >= split).to_numpy()]
    return Found(ordinary.to_numpy(dtype=float), planted, kinds) if kinds else None


def planted(learning: list[Entry], histories: Path, split: int) -> list[Found]:
    """Plant in some of the projects that are learned from."""
    chosen = np.random.default_rng(5).permutation(len(learning))[:PROJECTS]
    work = partial(one_project, histories=histories, split=split)
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        results = list(executor.map(work, [(int(number), learning[number]) for number in chosen]))
    return [result for result in results if result is not None]


def row(title: str, ordinary: np.ndarray, planted: np.ndarray, kinds: np.ndarray) -> str:
    cells = []
    for share in FLAGGED:
        found = planted > np.quantile(ordinary, 1 - share)
        cells += [found.mean(), *(found[kinds == kind].mean() for kind in SHAPES)]
    return f"| {title} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |"


def main(manifest: str, histories: str, vectors: str) -> None:
    corpus = read_corpus(Path(manifest))
    settings = Settings()
    settings = replace(settings, panel={**settings.panel, "commit": CANDIDATES})
    learning = [entry for entry in corpus.entries if not entry.held_out]
    projects = each_project(learning, Path(vectors))
    learned = fit_level(
        gather(projects, settings, corpus.split_time)["commit"], settings, corpus.split_time
    )
    found = planted(learning, Path(histories), corpus.split_time)
    kinds = np.array([kind for result in found for kind in result.kinds])
    ordinary, odd = (
        learned.score_rows(Rows(np.concatenate(parts), features("commit"), learned.reference))
        for parts in ([r.ordinary for r in found], [r.planted for r in found])
    )
    print(f"{len(odd.p_value):,} plants among {len(ordinary.p_value):,} commits of "
          f"{len(found)} projects; recall.\n")  # fmt: skip
    names = [kind.replace("_", " ") for kind in SHAPES]
    head = [f"{name}, {share:.1%}" for share in FLAGGED for name in ["all", *names]]
    print("| detectors | " + " | ".join(head) + " |\n|---" + "|---" * len(head) + "|")
    for name in CANDIDATES:
        scores = (part.by_detector[name] for part in (ordinary, odd))
        print(row(name.replace("_", " "), next(scores), next(scores), kinds))
    for panel in PANELS:
        for how, combination in COMBINATIONS.items():
            joined = (
                combination.join([part.surprisal[name] for name in panel])
                for part in (ordinary, odd)
            )
            print(
                row(
                    f"{', '.join(panel).replace('_', ' ')} by {how}",
                    next(joined),
                    next(joined),
                    kinds,
                )
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
