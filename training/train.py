"""From a corpus and a folder of histories to a baseline."""

import importlib.metadata
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from ..features.errors import SourceError
from ..features.feature import Level
from ..features.mining import mine
from ..features.vectors import Vectors, describe
from ..models.baseline import Baseline
from .corpus import Corpus, Entry, git_directory
from .fit import fit

_KEY = bytes(32)  # pseudonyms of the corpus are never kept, so their key need not be secret


def train(
    corpus: Corpus,
    histories: Path,
    *,
    seed: int = 0,
    workers: int = 1,
    say: Callable[[str], None] = lambda line: None,
) -> Baseline:
    """Mine and describe every repository at its commit, and fit a baseline.

    Parameters
    ----------
    histories
        Folder of git directories; nothing is fetched.
    workers
        Repositories at a time.
    say
        Called with a line about each repository.

    Raises
    ------
    SourceError
        If a repository is absent from `histories` or lacks its commit: a corpus is used whole.
    NotEnoughHistory
        If too few vectors remain on a side of the split.
    """
    found = [(entry, _required(histories, entry)) for entry in corpus.entries]
    split = datetime(corpus.split.year, corpus.split.month, corpus.split.day, tzinfo=UTC)
    provenance = {
        "corpus": corpus.digest,
        "projects": len(corpus.entries),
        "ecosystems": sorted({entry.ecosystem for entry in corpus.entries}),
        "split_date": corpus.split.isoformat(),
        "latest_commit": max(entry.date for entry in corpus.entries).isoformat(),
        "scikit-learn": importlib.metadata.version("scikit-learn"),
    }
    return fit(
        _described(found, workers, say),
        split=int(split.timestamp()),
        seed=seed,
        provenance=provenance,
    )


def _required(histories: Path, entry: Entry) -> Path:
    path = git_directory(histories, entry.repo)
    if path is None:
        raise SourceError(
            f"{histories} has no repository {entry.repo}",
            hint=f"clone it to {histories / entry.repo}.git",
        )
    return path


def _described(
    found: list[tuple[Entry, Path]], workers: int, say: Callable[[str], None]
) -> Iterator[dict[Level, Vectors]]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as executor:
        # Ordered, so that the same corpus and seed give the same baseline
        for (entry, _), vectors in zip(found, executor.map(_describe_one, found), strict=True):
            say(f"{entry.repo}: {len(vectors['commit']):,} commits")
            yield vectors


def _describe_one(item: tuple[Entry, Path]) -> dict[Level, Vectors]:
    entry, path = item
    return describe(mine(path, key=_KEY, project=entry.repo, ref=entry.sha))
