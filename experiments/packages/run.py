"""Gathers which packages the projects of the corpus declared, which hosts they named, since when.

Usage: python run.py CORPUS TABLES [OUT]

TABLES holds, as `owner+name`, what `trustdrift mine` wrote of each project of the corpus.
"""

import sys
from pathlib import Path

import numpy as np

from trustdrift.features.history import read_history
from trustdrift.features.known import HOSTS, PACKAGES, Known, first_declared, first_named
from trustdrift.training.corpus import read_corpus


def main(corpus: str, tables: str, out: str = str(PACKAGES.parent)) -> None:
    learned = read_corpus(Path(corpus)).learned
    places = [Path(tables) / entry.repo.replace("/", "+") for entry in learned]
    packages, hosts = [], []
    for place in places:
        history = read_history(place)
        packages.append(first_declared(history))
        hosts.append(first_named(history))
    for what, file, firsts in (("packages", PACKAGES, packages), ("hosts", HOSTS, hosts)):
        known = Known.of(firsts)
        known.save(Path(out) / file.name)
        spread = np.array([len(days) for days in known.since.values()])
        print(f"{known.projects} projects, {len(spread):,} {what}")
        for least in (2, 5, 10, 20, 50):
            print(f"known to {least} projects or more: {(spread >= least).sum():,}")


if __name__ == "__main__":
    main(*sys.argv[1:])
