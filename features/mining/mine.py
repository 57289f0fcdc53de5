"""Mines one repository into a History: walk, compare trees, count lines, resolve people."""

import multiprocessing
import time as clock
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pygit2

from ..errors import EmptyRepository
from ..history import CHANGES, COMMITS, TAGS, Coverage, History, table
from ..people import People, Person
from .changes import Change, Count, Pair, count_lines, list_changes, start_worker
from .commits import RawCommit, known_times, message_shape, walk
from .repository import open_repository, read_object, require_commits, require_trees, resolve_tips
from .tags import RawTag, read_tags

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
    tagged = _known_tags(repository, ordered, times, until)
    authorship, taggers = _resolve_people(repository, ordered, times, tagged, changed, people)
    commits = _commits_table(ordered, times, authorship)
    tags = _tags_table(tagged, taggers)
    changes = _changes_table(changed, counts)
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


@dataclass(frozen=True, slots=True)
class _KnownTag:
    tag: RawTag
    commit: int
    """Position of the commit that it leads to."""
    time: int
    """The tag's own time, never before its commit's."""


def _known_tags(
    repository: pygit2.Repository,
    ordered: Sequence[RawCommit],
    times: dict[str, int],
    until: int | None,
) -> list[_KnownTag]:
    position = {commit.sha: i for i, commit in enumerate(ordered)}
    known = []
    for tag in read_tags(repository):
        if tag.sha in position:
            own = tag.tagger.time if tag.tagger is not None else None
            time = max(times[tag.sha], own or 0)
            if until is None or time <= until:
                known.append(_KnownTag(tag, position[tag.sha], time))
    return known


_Authorship = tuple[Person, bool, Person]
"""Author, whether under a new alias, and committer."""


def _resolve_people(
    repository: pygit2.Repository,
    ordered: Sequence[RawCommit],
    times: dict[str, int],
    tags: Sequence[_KnownTag],
    changed: pd.DataFrame,
    people: People,
) -> tuple[list[_Authorship], dict[str, str]]:
    """Meet authors, committers, taggers and mailmaps in the order in which they were known.

    Returns
    -------
    Each commit's people, and each annotated tag's tagger (a pseudonym) by the tag's name.
    """
    mailmaps = changed[(changed["path"] == ".mailmap") & (changed["new"] != "")]
    mailmap_at = dict(zip(mailmaps["commit"], mailmaps["new"], strict=True))
    waiting = sorted((t for t in tags if t.tag.tagger), key=lambda t: (-t.time, t.tag.name))
    taggers: dict[str, str] = {}

    def resolve_tags_before(time: float) -> None:
        while waiting and waiting[-1].time < time:
            tag = waiting.pop().tag
            if tag.tagger is not None:
                person, _ = people.resolve(tag.tagger.name, tag.tagger.address)
                taggers[tag.name] = person.pseudonym

    authorship: list[_Authorship] = []
    for position, commit in enumerate(ordered):
        resolve_tags_before(times[commit.sha])
        if position in mailmap_at:
            found = read_object(repository, pygit2.Oid(hex=mailmap_at[position]))
            if found is not None:
                people.adopt_mailmap(found[1])
        author, new_alias = people.resolve(commit.author.name, commit.author.address)
        committer, _ = people.resolve(commit.committer.name, commit.committer.address)
        authorship.append((author, new_alias, committer))
    resolve_tags_before(float("inf"))
    return authorship, taggers


def _commits_table(
    ordered: Sequence[RawCommit], times: dict[str, int], authorship: Sequence[_Authorship]
) -> pd.DataFrame:
    rows: dict[str, list] = {name: [] for name in COMMITS}
    for commit, (author, new_alias, committer) in zip(ordered, authorship, strict=True):
        row = {
            "sha": commit.sha,
            "parents": " ".join(commit.parents),
            "known_time": times[commit.sha],
            "author": author.pseudonym,
            "author_kind": author.kind,
            "author_time": commit.author.time,
            "author_offset": commit.author.offset,
            "author_new_alias": new_alias,
            "committer": committer.pseudonym,
            "committer_kind": committer.kind,
            "commit_time": commit.committer.time,
            "commit_offset": commit.committer.offset,
            "signature": commit.signature,
            **message_shape(commit.message),
        }
        for name, value in row.items():
            rows[name].append(value)
    return table(rows, COMMITS)


def _changes_table(changed: pd.DataFrame, counts: list[Count]) -> pd.DataFrame:
    numbers = np.array([(a, d, s) for a, d, _, s in counts], dtype=float).reshape(-1, 3)
    numbers[numbers < 0] = np.nan
    rows = {name: changed[name].tolist() for name in changed.columns if name in CHANGES}
    rows["added"], rows["deleted"], rows["size"] = numbers.T.tolist()
    rows["binary"] = [binary for _, _, binary, _ in counts]
    return table(rows, CHANGES)


def _tags_table(tags: Sequence[_KnownTag], taggers: dict[str, str]) -> pd.DataFrame:
    rows: dict[str, list] = {name: [] for name in TAGS}
    for known in tags:
        tag = known.tag
        tagger = taggers.get(tag.name, "")
        values = (tag.name, tag.sha, known.commit, known.time, tagger, tag.signed)
        for name, value in zip(TAGS, values, strict=True):
            rows[name].append(value)
    return table(rows, TAGS)
