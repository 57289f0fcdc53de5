"""Gathers which packages the projects of the corpus declared, and since when.

Usage: python run.py CORPUS TABLES [OUT]

TABLES holds, as `owner+name`, what `trustdrift mine` wrote of each project of the corpus.
"""

import sys
from pathlib import Path

import numpy as np

from trustdrift.features.history import read_history
from trustdrift.features.packages import SHIPPED, Packages
from trustdrift.training.corpus import read_corpus


def main(corpus: str, tables: str, out: str = str(SHIPPED)) -> None:
    learned = read_corpus(Path(corpus)).learned
    places = [Path(tables) / entry.repo.replace("/", "+") for entry in learned]
    known = Packages.of(map(read_history, places))
    known.save(Path(out))
    spread = np.array([len(days) for days in known.declared.values()])
    registries = {name.partition(":")[0] for name in known.declared}
    print(f"{known.projects} projects, {len(spread):,} packages of {len(registries)} registries")
    for least in (2, 5, 10, 20, 50):
        print(f"declared by {least} projects or more: {(spread >= least).sum():,}")


if __name__ == "__main__":
    main(*sys.argv[1:])
