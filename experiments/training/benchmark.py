"""Time and memory of training and scoring, beside scikit-learn's and PyOD's own detectors.

    python experiments/training/benchmark.py experiments/corpus.toml HISTORIES VECTORS [BASELINE]

Prints what a training from stored vectors takes; what 100,000 contributor vectors take by the
default panel and by the peers' `decision_function` on the same normal scores, in the same run; and
what a single vector takes. With BASELINE, a folder, nothing is trained.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trustdrift.features.catalog import digest
from trustdrift.features.vectors import Vectors
from trustdrift.models.baseline import Baseline
from trustdrift.training.corpus import Corpus, read_corpus
from trustdrift.training.dataset import read_vectors, vectors_file
from trustdrift.training.promote import single_vector_seconds
from trustdrift.training.settings import Settings
from trustdrift.training.train import train

ROWS = 100_000
FITTED = 20_000
ROUNDS = 3


def contributor_vectors(corpus: Corpus, folder: Path) -> Vectors:
    """Take whole projects until there are 100,000 windows, so that people keep their past."""
    parts: list[Vectors] = []
    for entry in corpus.learned:
        parts.append(read_vectors(vectors_file(folder, "contributor", entry.repo)))
        if sum(map(len, parts)) >= ROWS:
            break
    subjects = pd.concat([part.subjects for part in parts], ignore_index=True)
    values = pd.concat([part.values for part in parts], ignore_index=True)
    return Vectors("contributor", subjects[:ROWS], values[:ROWS], digest())


def best(run: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def peers(scores: np.ndarray) -> dict[str, Callable[[], object]]:
    """Fit the peers on some rows; they judge all."""
    from pyod.models.ecod import ECOD
    from pyod.models.knn import KNN
    from sklearn.ensemble import IsolationForest

    some = scores[np.random.default_rng(0).choice(len(scores), FITTED, replace=False)]
    options: dict[str, Any] = {"n_estimators": 200, "max_samples": 256, "random_state": 0}
    forest = IsolationForest(**options).fit(some)
    ecod, nearest = ECOD().fit(some), KNN(n_neighbors=5, method="mean").fit(some[:2_000])
    return {
        "scikit-learn IsolationForest, 200 trees": lambda: forest.decision_function(scores),
        "PyOD ECOD": lambda: ecod.decision_function(scores),
        "PyOD KNN, 2,000 kept": lambda: nearest.decision_function(scores),
    }


def main(manifest: str, histories: str, vectors: str, baseline: str | None = None) -> None:
    corpus, folder = read_corpus(Path(manifest)), Path(vectors)
    if baseline is None:
        made = train(
            corpus, Path(histories), folder, Settings(), key=bytes(32), workers=2,
            say=lambda line: print(line, file=sys.stderr),
        )  # fmt: skip
        print(
            f"training and evaluation, {len(corpus.learned)} projects from stored vectors: "
            f"{made.seconds / 60:.1f} min, peak {made.peak_megabytes / 1_000:.1f} GB\n"
        )
        learned = made.baseline
    else:
        learned = Baseline.load(Path(baseline))
    contributors = contributor_vectors(corpus, folder)
    level = learned.levels["contributor"]
    ours = best(lambda: level.score(contributors))
    print(f"| {len(contributors):,} contributor vectors | seconds | ours ÷ theirs |\n|---|---|---|")
    print(f"| trustdrift: {', '.join(d.name for d in level.detectors)} | {ours:.2f} | |")
    rows = level.rows(contributors)
    for detector in level.detectors:
        print(f"| of these, {detector.name} | {best(lambda d=detector: d.score(rows)):.2f} | |")
    for name, run in peers(rows.scores).items():
        theirs = best(run)
        print(f"| {name} | {theirs:.2f} | {ours / theirs:.2f} |")
    print("\n| a single vector | ms |\n|---|---|")
    for name, seconds in single_vector_seconds(learned).items():
        print(f"| {name} | {1_000 * seconds:.2f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
