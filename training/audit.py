"""Looks for leaks: anything a baseline or its evaluation could know but should not."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from ..features.feature import LEVELS, Level
from ..features.mining import mine
from ..features.vectors import Vectors, describe
from ..models.baseline import Baseline
from ..models.reference import Reference
from .corpus import Corpus, Entry
from .dataset import require_history, vectors_file
from .planted import plant
from .ranking import Curve
from .sample import Sample

SHUFFLES = 50
FLAT = 4.0
"""Standard errors that the mean area under the curve may be from one half."""

REMINED = 2
"""How many of the smallest held-out histories are mined again, cut off at the split."""


def audit(
    baseline: Baseline, corpus: Corpus, held: dict[Level, Sample], histories: Path, folder: Path
) -> dict[str, bool]:
    """Run every check; True is as it should be.

    - `no_shared_commits`: no commit of a held-out project is in a project that was learned from
    - `shuffled_labels_flat`: with labels shuffled, planted rows are found no better than by chance
    - `no_lookahead`: a history cut off at the split gives the vectors that the whole one gives
      for that time
    - `free_of_identity`: other pseudonyms give the same numbers
    """
    smallest = sorted(
        corpus.held_out,
        key=lambda entry: pq.read_metadata(vectors_file(folder, "commit", entry.repo)).num_rows,
    )
    cut = [_cut_off(entry, histories, corpus.split_time) for entry in smallest[:REMINED]]
    return {
        "no_shared_commits": not _shared(corpus, folder),
        "shuffled_labels_flat": all(_flat(baseline, part) for part in held.values()),
        "no_lookahead": all(same_past for same_past, _ in cut),
        "free_of_identity": all(same_numbers for _, same_numbers in cut),
    }


def _shared(corpus: Corpus, folder: Path) -> set[str]:
    learned = _commits(corpus.learned, folder)
    return learned & _commits(corpus.held_out, folder)


def _commits(entries: tuple[Entry, ...], folder: Path) -> set[str]:
    found: set[str] = set()
    for entry in entries:
        path = vectors_file(folder, "commit", entry.repo)
        found.update(pq.ParquetFile(path).read(["sha"])["sha"].to_pylist())
    return found


def _flat(baseline: Baseline, held: Sample) -> bool:
    """Swap labels at random, often: the mean area under the curve must be one half."""
    learned = baseline.levels[held.level]
    planted = plant(held, Reference.fit(held.values))["three_features"]
    before = learned.score_rows(held.rows(learned.reference)).combined
    after = learned.score_rows(planted.rows(learned.reference)).combined
    rng, odd = np.random.default_rng(0), np.arange(2 * len(held)) >= len(held)
    areas = []
    for _ in range(SHUFFLES):
        swap = rng.random(len(held)) < 0.5
        mixed = np.r_[np.where(swap, after, before), np.where(swap, before, after)]
        areas.append(Curve.of(mixed, odd, np.ones(len(mixed))).auroc)
    error = float(np.std(areas)) / SHUFFLES**0.5
    return abs(float(np.mean(areas)) - 0.5) <= FLAT * error


def _cut_off(entry: Entry, histories: Path, split: int) -> tuple[bool, bool]:
    path = require_history(histories, entry.repo)
    whole = describe(mine(path, key=bytes(32), ref=entry.sha))
    other = describe(mine(path, key=bytes([1] * 32), ref=entry.sha))
    past = describe(mine(path, key=bytes(32), ref=entry.sha, until=split))
    same_numbers = all(_same_but_order(whole[level], other[level]) for level in LEVELS)
    return all(_same(whole[level], past[level]) for level in LEVELS), same_numbers


def _same(whole: Vectors, past: Vectors) -> bool:
    """Compare up to the last row of the past: its windows end with its last commit."""
    last = past.subjects["known_time"].max()
    early = whole.where((whole.subjects["known_time"] <= last).to_numpy())
    return early.subjects.equals(past.subjects) and early.values.equals(past.values)


def _same_but_order(one: Vectors, two: Vectors) -> bool:
    """Compare numbers; rows of one window come in the order of pseudonyms."""
    first, second = (np.nan_to_num(part.values.to_numpy(), nan=-1.0) for part in (one, two))
    return np.array_equal(first[np.lexsort(first.T)], second[np.lexsort(second.T)])
