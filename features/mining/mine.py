"""Mines one repository into a History: walk, compare trees, count lines, resolve people."""

import multiprocessing
import time as clock
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import EmptyRepository
from ..history import Coverage, History
from ..people import People
from .changes import Change, Count, Pair, count_lines, list_changes, start_worker
from .commits import RawCommit, known_times, walk
from .repository import open_repository, require_commits, require_trees, resolve_tips
from .tables import changes_table, commits_table, known_tags, resolve_people, tags_table

Progress = Callable[[str, float], None]
"""Called with a stage's name and the share of it that is done."""

COMMITS_WORTH_WORKERS = 400  # below, starting processes costs more than it saves
CHUNK = 256  # commits or pairs in one call of a worker
DAY = 86_400


def mine(
    path: Path,
    *,
    key: bytes,
    project: str | None = None,
    ref: str | None = None,
    all_refs: bool = False,
    until: int | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> History:
    """Read the facts of the repository at `path`.

    Parameters
    ----------
    key
        Secret of the pseudonyms.
    project
        What to call it; the folder's name if None.
    ref, all_refs
        What to start from: a reference, everything, or HEAD.
    until
        Leave out what was not known at this time, in seconds since 1970 UTC.
    workers
        Processes to share the work; with more than one, a script must guard its own main part
        by `if __name__ == "__main__":`, as `multiprocessing` asks.

    Raises
    ------
    SourceError
        If the repository cannot be read, is shallow or lacks commits, or has no commit there.
    """
    repository = open_repository(path)
    report = progress or (lambda stage, share: None)
    report("commits", 0.0)
    raw, missing = walk(repository, resolve_tips(repository, ref, all_refs=all_refs))
    require_commits(path, missing)
    ordered, times = _order(raw, until)
    if not ordered:
        raise EmptyRepository(
            f"{path} has no commit in the range asked for",
            hint="try a later --until, or --all-refs",
        )
    changed, broken_trees, counts = _read_changes(path, ordered, workers, report)
    require_trees(path, len(ordered), broken_trees)
    people = People(key)
    tagged = known_tags(repository, ordered, times, until)
    authorship, taggers = resolve_people(repository, ordered, times, tagged, changed, people)
    commits = commits_table(ordered, times, authorship)
    tags = tags_table(tagged, taggers)
    changes = changes_table(changed, counts)
    unknown = int((changes["added"].isna() & ~changes["binary"]).sum())
    coverage = Coverage(broken_trees, unknown)
    name = project or path.resolve().name.removesuffix(".git")
    return History(name, commits, changes, tags, coverage, people.everyone)


def _order(raw: dict[str, RawCommit], until: int | None) -> tuple[list[RawCommit], dict[str, int]]:
    """Sort by known time, then depth in the graph: parents first, whatever was walked first."""
    times = known_times(raw, latest=int(clock.time()) + DAY)
    depth: dict[str, int] = {}
    for sha in times:
        depth[sha] = 1 + max((depth[p] for p in raw[sha].parents if p in depth), default=0)
    kept = [sha for sha in times if until is None or times[sha] <= until]
    kept.sort(key=lambda sha: (times[sha], depth[sha], sha))
    return [raw[sha] for sha in kept], times


@contextmanager
def _pool(path: Path, workers: int) -> Iterator[Callable]:
    """Give a lazy, ordered map over chunks: in this process, or over several."""
    if workers == 1:
        start_worker(str(path))
        yield map
        return
    # forkserver: a plain fork could copy a lock that another thread of the caller holds
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    with ProcessPoolExecutor(workers, context, start_worker, (str(path),)) as executor:
        yield executor.map


def _read_changes(
    path: Path, ordered: Sequence[RawCommit], workers: int, report: Progress
) -> tuple[pd.DataFrame, int, list[Count]]:
    """List changed paths in commit order, then count lines in the order of each path's history."""
    plain = [
        (position, commit.sha, commit.parents[0] if commit.parents else "")
        for position, commit in enumerate(ordered)
        if len(commit.parents) < 2
    ]
    with _pool(path, workers if len(plain) >= COMMITS_WORTH_WORKERS else 1) as run:
        listed: list[Change] = []
        broken = 0
        chunks = _chunks(plain)
        for done, (changes, unreadable) in enumerate(run(list_changes, chunks), 1):
            listed.extend(changes)
            broken += len(unreadable)
            report("paths", done / len(chunks))
        columns = ["commit", "path", "status", "old_mode", "new_mode", "old", "new"]
        changed = pd.DataFrame(listed, columns=pd.Index(columns))
        pairs, where = _pairs(changed)
        counts: list[Count] = []
        chunks = _chunks(pairs)
        for done, part in enumerate(run(count_lines, chunks), 1):
            counts.extend(part)
            report("lines", done / len(chunks))
    return changed, broken, [counts[i] for i in where]


def _chunks(items: Sequence) -> list[Sequence]:
    return [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]


def _pairs(changed: pd.DataFrame) -> tuple[list[Pair], np.ndarray]:
    """Give the distinct pairs of objects, by path and age, and each change's pair."""
    by_path = changed.sort_values(["path", "commit"], kind="stable")
    keys = ["old", "new", "old_mode", "new_mode"]
    group = by_path.groupby(keys, sort=False).ngroup()
    firsts = by_path[~group.duplicated()]
    where = group.sort_index().to_numpy()
    return list(firsts[keys].itertuples(index=False, name=None)), where
