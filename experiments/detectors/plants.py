"""Which detectors see planted commits: chosen on projects that are learned from, after the split.

    python experiments/detectors/plants.py experiments/corpus.toml HISTORIES VECTORS

Commits of `trustdrift.training.shapes` are planted in 60 learning projects, later than anything
that the detectors are fitted on, and ranked among the ordinary commits of these projects. The
held-out projects, on which experiments/splices reports, decide nothing here. Prints Markdown.
"""

import sys
from collections.abc import Sequence
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
from trustdrift.models.calibration import Mondrian, surprisals
from trustdrift.models.combination import COMBINATIONS
from trustdrift.models.detector import Detector
from trustdrift.models.extent import Classes, extent
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
STRANGEST = ("strangest_features", "strangest_content", "capability_tails")
CANDIDATES = ("directional_tails", "conditional_tails", *STRANGEST, "autoencoder", "pca",
              "other_hand")  # fmt: skip
PANELS = (
    ("directional_tails", "autoencoder"),
    ("conditional_tails", "autoencoder"),
    ("conditional_tails", "pca"),
    ("conditional_tails", "autoencoder", "other_hand"),
    ("strangest_features", "autoencoder", "other_hand"),
    STRANGEST,
    (*STRANGEST, "autoencoder"),
    (*STRANGEST, "autoencoder", "other_hand"),
)
CLASSES = (1, 8)
"""Of extent, at most, where a detector compares what is alike."""


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


def by_kind(found: np.ndarray, kinds: np.ndarray) -> list[float]:
    return [float(found[kinds == kind].mean()) for kind in SHAPES]


def row(title: str, ordinary: np.ndarray, planted: np.ndarray, kinds: np.ndarray) -> str:
    cells = []
    for share in FLAGGED:
        found = planted > np.quantile(ordinary, 1 - share)
        cells += [found.mean(), *by_kind(found, kinds)]
    return f"| {title} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |"


def main(manifest: str, histories: str, vectors: str) -> None:
    corpus = read_corpus(Path(manifest))
    split = corpus.split_time
    settings = Settings()
    settings = replace(settings, panel={**settings.panel, "commit": CANDIDATES})
    learning = [entry for entry in corpus.entries if not entry.held_out]
    sample = gather(each_project(learning, Path(vectors)), settings, split)["commit"]
    learned = fit_level(sample, settings, split)
    late = sample.where(sample.time >= split).rows(learned.reference)
    found = planted(learning, Path(histories), split)
    kinds = np.array([kind for result in found for kind in result.kinds])
    ordinary, odd = (
        Rows(np.concatenate(parts), features("commit"), learned.reference)
        for parts in ([r.ordinary for r in found], [r.planted for r in found])
    )
    print(
        f"{len(odd):,} plants among {len(ordinary):,} commits of {len(found)} projects; recall.\n"
    )
    names = [kind.replace("_", " ") for kind in SHAPES]
    head = [f"{name}, {share:.1%}" for share in FLAGGED for name in ["all", *names]]
    print("| detectors, classes | " + " | ".join(head) + " |\n|---" + "|---" * len(head) + "|")
    scores = {
        detector.name: [detector.score(rows) for rows in (late, ordinary, odd)]
        for detector in learned.detectors
    }
    for most in CLASSES:
        classes = Classes.fit(extent(late), most)
        told = {
            detector.name: told_by(detector, classes, (late, ordinary, odd), scores[detector.name])
            for detector in learned.detectors
        }
        for panel in [(name,) for name in CANDIDATES] + list(PANELS):
            for how, combination in COMBINATIONS.items():
                votes = settings.votes("commit", panel)
                plain, strange = (
                    combination.join([told[name][side] for name in panel], votes) for side in (1, 2)
                )
                title = f"{', '.join(panel)} by {how}, {most}".replace("_", " ")
                print(row(title, plain, strange, kinds), flush=True)


def told_by(
    detector: Detector, classes: Classes, rows: Sequence[Rows], scores: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Calibrate a detector on the first of some sets of rows: what it says of each."""
    each = [classes.numbers(part) for part in rows]
    numbers = [[found[among] for among in detector.among["commit"]] for found in each]
    calibrations = [Mondrian.fit(scores[0], number) for number in numbers[0]]
    return [surprisals(calibrations, *part) for part in zip(scores, numbers, strict=True)]


if __name__ == "__main__":
    main(*sys.argv[1:])
