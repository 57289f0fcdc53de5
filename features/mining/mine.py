"""Mines one repository: walk, compare trees, compare lines, resolve people."""

import time as clock
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import EmptyRepository
from ..history import Coverage, History, write_tables
from ..people import Identities, Mailmap
from .authorship import (
    known_tags,
    mailmaps_in_force,
    number_identities,
    read_mailmap,
    resolve_people,
)
from .bounds import Bounds, Meter
from .changes import CHANGE, Batch, measure_changes, measure_merges, read_batch
from .changes import Written as WrittenPerson
from .commits import FACTS
from .content import MEASURES
from .earlier import Earlier, positions, read_earlier, stamp
from .graph import Node, in_order, walk
from .repository import open_repository, require_commits, require_trees, resolve_tips
from .store import Store, store_of
from .tables import (
    ChangeTable,
    Mined,
    commits_table,
    facts_table,
    identities_table,
    joined,
    tags_table,
    to_history,
    to_parts,
)
from .trees import Side
from .workers import Share, sharing

Progress = Callable[[str, float], None]
"""Called with a stage's name and the share of it that is done."""

COMMITS_WORTH_WORKERS = 400  # below, starting processes costs more than it saves
CHUNK = 256  # commits or changes in one call of a worker
DAY = 86_400


@dataclass(frozen=True)
class Start:
    """What of a repository to mine."""

    ref: str | None = None
    """HEAD if None."""
    all_refs: bool = False
    until: int | None = None
    """Leave out what was not known at this time, in seconds since 1970 UTC."""


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
    bounds: Bounds | None = None,
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
    bounds
        What it may cost; memory is not watched here, as this process may do other things, too.

    Raises
    ------
    SourceError
        If the repository cannot be read, is shallow or lacks commits, has no commit there, or
        is beyond a limit.
    """
    start = Start(ref, all_refs, until)
    run = _Run(path, key, project or name_of(path), workers, progress, bounds or Bounds())
    return to_history(_mined(run, start, None))


@dataclass(frozen=True)
class Written:
    """What `mine_into` wrote."""

    commits: int
    changes: int
    read: int
    """Commits that were read; the others were there from an earlier run."""
    coverage: Coverage


def mine_into(
    folder: Path,
    path: Path,
    *,
    key: bytes,
    project: str | None = None,
    ref: str | None = None,
    all_refs: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
    bounds: Bounds | None = None,
) -> Written:
    """Write the facts of the repository at `path` as tables into `folder`, or add to them.

    What an earlier run with the same key wrote is used: only commits that are new are read, and
    those that are no longer reachable are left out. The result is that of a fresh run.

    Parameters
    ----------
    As `mine`.

    Raises
    ------
    SourceError
        As `mine`.
    ConfigurationError
        If `folder` cannot be written to.
    """
    name = project or name_of(path)
    run = _Run(path, key, name, workers, progress, bounds or Bounds())
    earlier = read_earlier(folder, key, name)
    mined = _mined(run, Start(ref, all_refs), earlier)
    metadata = stamp(key, name, mined.coverage.trees_unreadable)
    write_tables(folder, to_parts(mined), metadata)
    again = 0 if earlier is None else sum(sha in earlier.position for sha in mined.commits["sha"])
    count = len(mined.commits)
    return Written(count, len(mined.changes), count - again, mined.coverage)


def name_of(path: Path) -> str:
    """Give what a repository is called if nobody says otherwise."""
    return path.resolve().name.removesuffix(".git")


@dataclass(frozen=True)
class _Run:
    path: Path
    key: bytes
    project: str
    workers: int
    progress: Progress | None
    bounds: Bounds

    def report(self, stage: str, share: float) -> None:
        if self.progress is not None:
            self.progress(stage, share)


def _mined(run: _Run, start: Start, earlier: Earlier | None) -> Mined:
    meter = Meter(str(run.path), run.bounds)
    repository = open_repository(run.path)
    store = store_of(repository)
    run.report("commits", 0.0)
    tips = resolve_tips(repository, start.ref, all_refs=start.all_refs)
    known = earlier.nodes if earlier is not None else {}
    nodes, missing = walk(store, [str(tip) for tip in tips], known, meter)
    require_commits(run.path, missing)
    order, times = _order(run.path, nodes, start.until)
    read = _read(run, meter, repository.path, nodes, order, earlier)
    require_trees(run.path, len(order), read.unreadable)
    in_force = mailmaps_in_force(order, read.changes, read.numbers)
    if earlier is not None and not _same_mailmaps(earlier, order, in_force):
        return _mined(run, start, None)
    identities = Identities(run.key, () if earlier is None else earlier.identities)
    mailmaps = _mailmaps(store, in_force)
    numbers = number_identities(read.people, in_force, mailmaps, identities, read.identities)
    tags = known_tags(repository, times, order, start.until)
    known_at = [times[sha] for sha in order]
    authorship, taggers, people = resolve_people(
        numbers, known_at, tags, [mailmaps[sha] for sha in in_force], identities
    )
    parents = [nodes[sha].parents for sha in order]
    unknown = int(read.changes.unread.sum())
    return Mined(
        project=run.project,
        commits=commits_table(order, parents, known_at, read.facts, numbers, authorship),
        paths=list(read.numbers),
        changes=read.changes,
        merge_changes=read.merge_changes,
        tags=tags_table(tags, taggers),
        identities=identities_table(identities.every),
        coverage=Coverage(read.unreadable, unknown),
        people=people.everyone,
    )


def _order(
    path: Path, nodes: dict[str, Node], until: int | None
) -> tuple[list[str], dict[str, int]]:
    order, times = in_order(nodes, latest=int(clock.time()) + DAY)
    kept = [sha for sha in order if until is None or times[sha] <= until]
    if not kept:
        raise EmptyRepository(
            f"{path} has no commit in the range asked for",
            hint="try a later --until, or --all-refs",
        )
    return kept, times


def _same_mailmaps(earlier: Earlier, order: Sequence[str], in_force: Sequence[str]) -> bool:
    """Tell whether all earlier commits are still under the mailmap that they were read under."""
    return all(
        earlier.mailmap_in_force[earlier.position[sha]] == held
        for sha, held in zip(order, in_force, strict=True)
        if sha in earlier.position
    )


def _mailmaps(store: Store, in_force: Sequence[str]) -> dict[str, Mailmap]:
    return {sha: read_mailmap(store, sha) if sha else Mailmap() for sha in dict.fromkeys(in_force)}


@dataclass(frozen=True)
class _Read:
    """What the objects say, by position in the order of commits."""

    people: dict[int, tuple[WrittenPerson, WrittenPerson]]
    """Author and committer of the commits that were read in this run."""
    facts: pd.DataFrame
    identities: np.ndarray
    """Numbers of author and committer, of the commits that were not."""
    numbers: dict[str, int]
    """Of paths."""
    changes: ChangeTable
    merge_changes: ChangeTable
    unreadable: int


def _read(
    run: _Run,
    meter: Meter,
    git_directory: str,
    nodes: dict[str, Node],
    order: Sequence[str],
    earlier: Earlier | None,
) -> _Read:
    reused = {} if earlier is None else earlier.position
    new = [(i, sha, nodes[sha].parents) for i, sha in enumerate(order) if sha not in reused]
    numbers = {} if earlier is None else dict(earlier.numbers)
    workers = run.workers if len(new) >= COMMITS_WORTH_WORKERS else 1
    with sharing(git_directory, workers, meter) as share:
        gathered = _gathered(share, new, numbers, meter, run.report)
        changes = _measured(share, gathered.changes, run.report)
        merge_changes = _measured_merges(share, gathered.merge_changes, gathered.merge_sides)
    facts = facts_table(gathered.facts).set_axis([position for position, _, _ in new])
    identities = np.zeros((len(order), 2), dtype=np.int32)
    if earlier is not None:
        where = positions(earlier, list(order))
        kept = earlier.facts[where >= 0].set_axis(where[where >= 0])
        identities[kept.index] = kept[["author_identity", "committer_identity"]].to_numpy()
        facts = pd.concat([kept[list(FACTS)].astype(facts.dtypes), facts])
        changes = joined(earlier.changes.moved(where), changes)
        merge_changes = joined(earlier.merge_changes.moved(where), merge_changes)
    return _Read(
        people=dict(zip([position for position, _, _ in new], gathered.people, strict=True)),
        facts=facts.sort_index().reset_index(drop=True),
        identities=identities,
        numbers=numbers,
        changes=changes,
        merge_changes=merge_changes,
        unreadable=gathered.unreadable,
    )


def _gathered(
    share: Share, commits: Sequence[tuple], numbers: dict[str, int], meter: Meter, report: Progress
) -> Batch:
    """Put the batches of all commits into one, paths numbered by `numbers`."""
    facts, people, sides, unreadable, total = [], [], [], 0, 0
    changes, merges = [np.empty(0, CHANGE)], [np.empty(0, CHANGE)]
    for batch in share(read_batch, _pieces(commits)):
        facts += batch.facts
        people += batch.people
        sides += batch.merge_sides
        unreadable += batch.unreadable
        number = np.array([numbers.setdefault(path, len(numbers)) for path in batch.paths], "i4")
        for rows, every in ((batch.changes, changes), (batch.merge_changes, merges)):
            if len(rows):
                rows["path"] = number[rows["path"]]
                every.append(rows)
        total += len(batch.changes)
        meter.changes(total)
        report("paths", len(facts) / len(commits))
    parts = np.concatenate(changes), np.concatenate(merges)
    return Batch(facts, people, [], *parts, sides, unreadable)


def _measured(share: Share, changes: np.ndarray, report: Progress) -> ChangeTable:
    """Measure all changes, each path's history in turn."""
    order = np.lexsort((changes["commit"], changes["path"]))
    measures = np.empty(len(changes), MEASURES)
    done = 0
    for part in share(measure_changes, (changes[index] for index in _pieces(order))):
        measures[order[done : done + len(part)]] = part
        done += len(part)
        report("lines", done / len(order))
    return ChangeTable(changes, measures)


def _measured_merges(
    share: Share, changes: np.ndarray, sides: Sequence[tuple[Side, ...]]
) -> ChangeTable:
    order = np.lexsort((changes["commit"], changes["path"]))
    measures = np.empty(len(changes), MEASURES)
    done = 0
    work = ((changes[index], [sides[i] for i in index.tolist()]) for index in _pieces(order))
    for part in share(measure_merges, work):
        measures[order[done : done + len(part)]] = part
        done += len(part)
    return ChangeTable(changes, measures)


def _pieces(items: Any) -> Iterator:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
