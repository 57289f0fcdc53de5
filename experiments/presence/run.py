"""Indexes who was at work where in the corpus.

    python experiments/presence/run.py experiments/corpus.toml HISTORIES [OUT]

Prints Markdown; writes the index that comes with the program unless another place is named.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from trustdrift.features.mining import commit_authors
from trustdrift.models.presence import SHIPPED, Authorship, Presence
from trustdrift.training.corpus import Entry, read_corpus
from trustdrift.training.dataset import require_history

LEFT_OUT = Path(__file__).parent / "left_out.txt"


def authors(entry: Entry, histories: Path) -> list[Authorship]:
    return list(commit_authors(require_history(histories, entry.repo), entry.sha))


def main(manifest: str, histories: str, out: str = str(SHIPPED)) -> None:
    entries = read_corpus(Path(manifest)).entries
    work = partial(authors, histories=Path(histories))
    listed = LEFT_OUT.read_text("utf-8").splitlines()
    without = {int(line, 16) for line in listed if line and not line.startswith("#")}
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        every: Iterator[list[Authorship]] = executor.map(work, entries)
        found = Presence.of(every, without)
    found.save(Path(out))
    each = np.unique(found.who, return_counts=True)[1]
    print(f"{len(found.who):,} entries of {len(each):,} addresses in {len(entries)} projects;")
    for least in (2, 3, 5, 10):
        print(f"in {least} projects or more: {(each >= least).sum():,}")


if __name__ == "__main__":
    main(*sys.argv[1:])
