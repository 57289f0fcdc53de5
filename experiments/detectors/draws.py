"""How much of what the commits' panel finds is the luck of how its network was drawn.

    python experiments/detectors/draws.py experiments/corpus.toml HISTORIES VECTORS INCIDENTS...

The autoencoder is fitted from three seeds, all else being the shipped baseline's; then their mean,
as scores and as ranks, takes its place. Plants as in `plants.py`; harmful commits of lists of
incidents from VECTORS/all-refs, where `experiments/replay` puts them. All are ranked among the
later commits of the learning projects. Prints Markdown: shares found, of plants their kinds' mean.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from plants import by_kind, planted, told_by

from trustdrift.models.baseline import Baseline
from trustdrift.models.combination import COMBINATIONS
from trustdrift.models.detectors.autoencoder import Autoencoder
from trustdrift.models.rows import Rows
from trustdrift.training.corpus import read_corpus
from trustdrift.training.dataset import each_project, read_vectors, vectors_file
from trustdrift.training.fit import fit_trimmed
from trustdrift.training.replay.cases import HARMFUL, read_cases
from trustdrift.training.sample import gather
from trustdrift.training.settings import Settings

SEEDS = (0, 1, 2)
FLAGGED = (0.001, 0.005, 0.01)


def harmful(path: Path, vectors: Path) -> np.ndarray:
    """Give the vectors of a list's harmful commits, n by d."""
    rows = []
    for case in read_cases(path).incidents:
        if case.severity in HARMFUL:
            every = read_vectors(vectors_file(vectors / "all-refs", "commit", case.repo))
            shas = [commit.sha for commit in case.malicious]
            rows.append(every.values[every.subjects["sha"].isin(shas).to_numpy()])
    return np.concatenate([part.to_numpy(dtype=float) for part in rows])


def height(reference: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Turn scores into surprisals among a reference's."""
    ordered = np.sort(reference)
    above = len(ordered) + 1
    return lambda scores: np.log(above / (above - np.searchsorted(ordered, scores, "left")))


def main(manifest: str, histories: str, folder: str, *lists: str) -> None:
    corpus, settings, vectors = read_corpus(Path(manifest)), Settings(), Path(folder)
    split = corpus.split_time
    learning = [entry for entry in corpus.entries if not entry.held_out]
    shipped = Baseline.load().levels["commit"]
    sample = gather(each_project(learning, vectors), settings, split)["commit"]
    before, late = (
        sample.where(side).rows(shipped.reference)
        for side in (sample.time < split, sample.time >= split)
    )
    found = planted(learning, Path(histories), split)
    kinds = np.array([kind for part in found for kind in part.kinds])
    bad = [harmful(Path(name), vectors) for name in lists]
    of = np.repeat(np.arange(len(bad)), [len(part) for part in bad])
    odd = [np.concatenate([part.planted for part in found]), np.concatenate(bad)]
    rows = [late, *(Rows(values, late.features, shipped.reference) for values in odd)]
    fixed = {
        part.name: told_by(part, shipped.classes, rows, [part.score(each) for each in rows])
        for part in shipped.detectors
        if not isinstance(part, Autoencoder)
    }
    networks = [fit_trimmed(Autoencoder, before, replace(settings, seed=seed)) for seed in SEEDS]
    drawn = [[network.score(part) for part in rows] for network in networks]
    heights = [[height(scores[0])(each) for each in scores] for scores in drawn]
    ways = {f"seed {seed}": scores for seed, scores in zip(SEEDS, drawn, strict=True)}
    for title, all_of_them in (("mean of scores", drawn), ("mean of ranks", heights)):
        ways[title] = [np.mean(each, axis=0) for each in zip(*all_of_them, strict=True)]

    titles = ["/".join(Path(name).with_suffix("").parts[-2:]) for name in lists]
    sizes = ", ".join(f"{len(part)} of {title}" for title, part in zip(titles, bad, strict=True))
    print(f"{len(kinds):,} plants, {len(late):,} commits, harmful {sizes}.\n")
    columns = ["plants", *titles]
    head = [f"{what}, {share:.1%}" for share in FLAGGED for what in columns]
    print("| autoencoder | " + " | ".join(head) + " |\n|---" + "|---" * len(head) + "|")
    join = COMBINATIONS[shipped.combination].join
    for title, scores in ways.items():
        told = fixed | {Autoencoder.name: told_by(networks[0], shipped.classes, rows, scores)}
        names = [part.name for part in shipped.detectors]
        ordinary, plants, cases = (
            join([told[name][side] for name in names], shipped.votes) for side in range(3)
        )
        cells = []
        for share in FLAGGED:
            least = np.quantile(ordinary, 1 - share)
            cells += [np.mean(by_kind(plants > least, kinds))]
            cells += [(cases[of == number] > least).mean() for number in range(len(bad))]
        print(f"| {title} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
