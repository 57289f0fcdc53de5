"""What each family of commit features is worth: the default panel, fitted without it.

    python experiments/detectors/families.py experiments/corpus.toml HISTORIES VECTORS

The same plants in learning projects as `plants.py`, later than anything that is fitted. Prints
Markdown. Some families are parted further, to tell what was added last.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from plants import FLAGGED, planted, row

from trustdrift.features.catalog import features
from trustdrift.models.rows import Rows
from trustdrift.training.corpus import read_corpus
from trustdrift.training.dataset import each_project
from trustdrift.training.fit import fit_level
from trustdrift.training.sample import gather
from trustdrift.training.settings import Settings
from trustdrift.training.shapes import SHAPES

ADDED = {
    "checks switched off": ("disabling", "test_lines_lost"),
    "packages": ("new_packages", "package_spread", "first_dependency"),
}
FAMILIES = ("authorship", "capabilities", "content", "habits", "merges", "novelty", "roles", "size")


def groups() -> dict[str, list[int]]:
    """Give the columns that are left out, by name."""
    every = features("commit")
    added = {name for names in ADDED.values() for name in names}
    found = {"nothing": []}
    for title, names in ADDED.items():
        found[title] = [i for i, feature in enumerate(every) if feature.name in names]
    found["both of these"] = [i for i, feature in enumerate(every) if feature.name in added]
    for family in FAMILIES:
        found[family] = [i for i, feature in enumerate(every) if feature.family == family]
    return found


def without(values: np.ndarray, columns: list[int]) -> np.ndarray:
    kept = values.copy()
    kept[:, columns] = np.nan
    return kept


def main(manifest: str, histories: str, vectors: str) -> None:
    corpus, settings = read_corpus(Path(manifest)), Settings()
    learning = [entry for entry in corpus.entries if not entry.held_out]
    sample = gather(each_project(learning, Path(vectors)), settings, corpus.split_time)["commit"]
    found = planted(learning, Path(histories), corpus.split_time)
    kinds = np.array([kind for result in found for kind in result.kinds])
    ordinary = np.concatenate([result.ordinary for result in found])
    odd = np.concatenate([result.planted for result in found])
    print(f"{len(odd):,} plants among {len(ordinary):,} commits of {len(found)} projects\n")
    names = [kind.replace("_", " ") for kind in SHAPES]
    head = [f"{name}, {share:.1%}" for share in FLAGGED for name in ["all", *names]]
    print("| without | " + " | ".join(head) + " |\n|---" + "|---" * len(head) + "|")
    for title, columns in groups().items():
        for seed in range(3 if title == "nothing" else 1):
            learned = fit_level(
                sample.replaced(without(sample.values, columns)),
                replace(settings, seed=seed),
                corpus.split_time,
            )
            scores = [
                learned.score_rows(
                    Rows(without(values, columns), features("commit"), learned.reference)
                ).combined
                for values in (ordinary, odd)
            ]
            said = f"{title}, seed {seed}" if title == "nothing" else title
            print(row(said, scores[0], scores[1], kinds), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
