"""Mines one repository: walk, compare trees, compare lines, resolve people."""

import time as clock
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..coverage import Coverage
from ..errors import EmptyRepository
from ..history import History, write_tables
from ..people import Identities, Mailmap
from ..windows import DAY
from .authorship import (
    known_tags,
    mailmaps_in_force,
    number_identities,
    read_mailmap,
    resolve_people,
)
from .bounds import Bounds, Meter
from .earlier import Earlier, digest, read_earlier, stamp
from .graph import ABSENT, NOTHING, Ordered, in_order, walk
from .names import Names
from .outcome import Outcome
from .reading import Progress, read_objects
from .repository import (
    head_of,
    open_repository,
    require_commits,
    require_trees,
    resolve_tips,
)
from .scratch import Scratch
from .store import Store, store_of
from .tables import CommitTable, Mined, identities_columns, tags_columns, to_history, to_parts
from .workers import Crew, crew, sharing


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
    with crew(workers) as hands:
        run = _Run(path, key, project or name_of(path), hands, progress, bounds or Bounds())
        return to_history(_mined(run, start, None, Scratch()))


def mine_into(
    folder: Path,
    path: Path,
    *,
    key: bytes,
    project: str | None = None,
    ref: str | None = None,
    all_refs: bool = False,
    workers: int | Crew = 1,
    progress: Progress | None = None,
    bounds: Bounds | None = None,
) -> Outcome:
    """Write the facts of the repository at `path` as tables into `folder`, or add to them.

    What an earlier run with the same key wrote is used: only commits that are new are read, and
    those that are no longer reachable are left out. The result is that of a fresh run.

    Parameters
    ----------
    workers
        As `mine` has it, or processes that are there already.

    The others are as `mine` has them.

    Raises
    ------
    SourceError
        As `mine`.
    ConfigurationError
        If `folder` cannot be written to.
    """
    name, scratch = project or name_of(path), Scratch(folder)
    with crew(workers) as hands:
        run = _Run(path, key, name, hands, progress, bounds or Bounds())
        earlier = read_earlier(folder, key, name, scratch)
        mined = _mined(run, Start(ref, all_refs), earlier, scratch)
    metadata = stamp(key, name, mined.coverage.trees_unreadable)
    metadata |= {"commits": digest(mined.commits.order.names), "head": mined.head}
    write_tables(folder, to_parts(mined), metadata)
    return Outcome(len(mined.commits), len(mined.changes), mined.read, mined.coverage)


def name_of(path: Path) -> str:
    """Give what a repository is called if nobody says otherwise."""
    return path.resolve().name.removesuffix(".git")


@dataclass(frozen=True)
class _Run:
    path: Path
    key: bytes
    project: str
    hands: Crew
    progress: Progress | None
    bounds: Bounds

    def report(self, stage: str, share: float) -> None:
        if self.progress is not None:
            self.progress(stage, share)


def _mined(run: _Run, start: Start, earlier: Earlier | None, scratch: Scratch) -> Mined:
    meter = Meter(str(run.path), run.bounds)
    repository = open_repository(run.path)
    store = store_of(repository)
    run.report("commits", 0.0)
    tips = resolve_tips(repository, start.ref, all_refs=start.all_refs)
    known = NOTHING if earlier is None else earlier.graph
    found = walk(store, [str(tip) for tip in tips], known, meter)
    require_commits(run.path, found.unreadable)
    every = in_order(found.graph, latest=int(clock.time()) + DAY)
    order = _order(run.path, every, start.until)
    head = every.line_before(head_of(repository, start.ref), len(order))
    where = _positions(earlier, found.known[order.numbers])
    new = np.setdiff1d(np.arange(len(order), dtype=np.int32), where)
    del found, every
    with sharing(repository.path, run.hands, len(new), meter) as share:
        read = read_objects(share, meter, run.report, order, new, earlier, where, scratch)
    require_trees(run.path, len(order), read.unreadable)
    in_force = mailmaps_in_force(len(order), read.changes, read.texts["path"])
    if earlier is not None and not _same_mailmaps(earlier, where, in_force):
        return _mined(run, start, None, scratch)
    identities = Identities(run.key, () if earlier is None else earlier.identities)
    mailmaps = _mailmaps(store, order.names, in_force)
    numbers = number_identities(new, read.people, in_force, mailmaps, identities, read.identities)
    tags = known_tags(repository, order, start.until)
    authorship, taggers, people = resolve_people(
        numbers, order.times, tags, in_force, mailmaps, identities
    )
    met = authorship.met.tolist()  # nobody who is gone stays in the table
    unknown = len(read.changes.unread_commits)
    return Mined(
        project=run.project,
        commits=CommitTable(order, read.facts, authorship),
        texts=read.texts,
        changes=read.changes,
        merge_changes=read.merge_changes,
        tags=tags_columns(tags, taggers),
        identities=identities_columns([identities.every[number] for number in met]),
        coverage=Coverage(read.unreadable, unknown),
        people=people.everyone,
        head=head,
        read=len(new),
    )


def _order(path: Path, every: Ordered, until: int | None) -> Ordered:
    kept = every if until is None else every.until(until)
    if not len(kept):
        raise EmptyRepository(
            f"{path} has no commit in the range asked for",
            hint="try a later --until, or --all-refs",
        )
    return kept


def _positions(earlier: Earlier | None, known: np.ndarray) -> np.ndarray:
    """Give the position of each earlier commit; −1 for those that are not reused.

    Parameters
    ----------
    known
        Number in `earlier` of the commit at each position; −1 for new ones.
    """
    if earlier is None:
        return np.empty(0, np.int32)
    positions = np.full(len(earlier), ABSENT, np.int32)
    there = np.flatnonzero(known != ABSENT)
    positions[known[there]] = there
    positions[earlier.again] = ABSENT
    return positions


def _same_mailmaps(earlier: Earlier, where: np.ndarray, in_force: np.ndarray) -> bool:
    """Tell whether all reused commits are still under the mailmap that they were read under."""
    reused = where >= 0
    held = earlier.in_force[reused]
    known = held >= 0
    moved = np.where(known, where[held], -1)
    return bool(((moved >= 0) == known).all() and (moved == in_force[where[reused]]).all())


def _mailmaps(store: Store, names: Names, in_force: np.ndarray) -> dict[int, Mailmap]:
    return {
        at: read_mailmap(store, names[at]) if at >= 0 else Mailmap()
        for at in np.unique(in_force).tolist()
    }
