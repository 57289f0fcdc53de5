"""How long newcomers take to the right to push and to a release, over a corpus.

    python experiments/growth/run.py experiments/corpus.toml VECTORS [CURVES]

Takes the repositories that are learned from, and what was known before the corpus' split. Prints
Markdown; writes the curves if a file is named.
"""

import sys
from pathlib import Path

import pandas as pd

from trustdrift.models.growth import RIGHTS
from trustdrift.training.corpus import read_corpus
from trustdrift.training.dataset import each_project
from trustdrift.training.growth import fit_growth, newcomers

SHOWN = (30, 90, 180, 365, 730, 1_460)


def main(manifest: str, vectors: str, curves: str | None = None) -> None:
    corpus = read_corpus(Path(manifest))
    parts = []
    for project in each_project(corpus.learned, Path(vectors)):
        every = project["contributor"]
        before = (every.subjects["known_time"] < corpus.split_time).to_numpy()
        parts.append(newcomers(every.where(before)))
    people = pd.concat([part for part in parts if len(part)], ignore_index=True)
    found = fit_growth(people)
    print(f"{found.people:,} newcomers of {people['project'].nunique()} projects.\n")
    columns = ["had used by", *(f"{days} days" for days in SHOWN), "people who ever did"]
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
    for right in RIGHTS:
        shares = [f"{found.share_by(right, days):.1%}" for days in SHOWN]
        ever = f"{int(people[right].notna().sum()):,}"
        print(f"| {right} | " + " | ".join([*shares, ever]) + " |")
    if curves is not None:
        found.save(Path(curves))


if __name__ == "__main__":
    main(*sys.argv[1:])
