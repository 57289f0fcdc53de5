"""The vectors of a corpus on disk: one Parquet file a level and project, renewed only at need."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..features.catalog import digest, features
from ..features.errors import NotEnoughHistory, SourceError, TrustdriftError
from ..features.feature import LEVELS, Level
from ..features.files import replacing
from ..features.mining import mine
from ..features.vectors import Vectors, describe
from .corpus import Entry, git_directory

Say = Callable[[str], None]
Failed = Callable[[Entry, TrustdriftError], None]


def default_folder() -> Path:
    """Give the place of vectors that nobody named: below `$XDG_CACHE_HOME`."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "trustdrift" / "vectors"


def vectors_file(folder: Path, level: Level, project: str) -> Path:
    """Name the file of one project's vectors (a Hive partition)."""
    return folder / level / f"project={project.replace('/', '+')}" / "vectors.parquet"


def write_vectors(folder: Path, project: str, sha: str, vectors: dict[Level, Vectors]) -> None:
    """Write one project's vectors under pseudonyms, each level whole or not at all.

    The catalog's digest, the project, its commit and the level stand in the schema's metadata.
    """
    for level, part in vectors.items():
        metadata = {
            "trustdrift.catalog": part.digest,
            "trustdrift.project": project,
            "trustdrift.sha": sha,
            "trustdrift.level": level,
        }
        frame = pd.concat([part.subjects.drop(columns="project"), part.values], axis=1)
        table = pa.Table.from_pandas(frame, preserve_index=False)
        with replacing(vectors_file(folder, level, project)) as place:
            pq.write_table(table.replace_schema_metadata(metadata), place, compression="zstd")


def read_vectors(path: Path) -> Vectors:
    """Read one file that `write_vectors` wrote.

    Raises
    ------
    SourceError
        If it is absent or damaged, or holds vectors of another catalog.
    """
    again = "run: trustdrift corpus describe"
    try:
        table = pq.ParquetFile(path).read()
    except (OSError, pa.ArrowInvalid) as error:
        raise SourceError(f"{path} cannot be read", hint=again) from error
    told = _metadata(table.schema)
    level: Level | None = next((name for name in LEVELS if name == told.get("level")), None)
    if level is None or told.get("catalog") != digest():
        raise SourceError(
            f"{path} holds vectors of feature catalog {told.get('catalog')}, this program "
            f"computes {digest()}",
            hint=again,
        )
    frame = table.to_pandas()
    names = [feature.name for feature in features(level)]
    subjects = frame.drop(columns=names)
    subjects.insert(0, "project", told.get("project", ""))
    return Vectors(level, subjects, frame[names], digest())


def read_all(place: Path) -> dict[Level, Vectors]:
    """Read all vectors below a folder that `renew` filled, or of one of its files, by level.

    Raises
    ------
    SourceError
        If there are none, or a file is damaged or of another catalog.
    """
    files = [place] if place.is_file() else sorted(place.rglob("vectors.parquet"))
    parts: dict[Level, list[Vectors]] = {}
    for path in files:
        vectors = read_vectors(path)
        parts.setdefault(vectors.level, []).append(vectors)
    if not parts:
        raise SourceError(
            f"there are no vectors in {place}", hint="run: trustdrift corpus describe"
        )
    return {
        level: Vectors(
            level,
            pd.concat([part.subjects for part in parts[level]], ignore_index=True),
            pd.concat([part.values for part in parts[level]], ignore_index=True),
            digest(),
        )
        for level in LEVELS
        if level in parts
    }


def _metadata(schema: pa.Schema) -> dict[str, str]:
    prefix = "trustdrift."
    told = {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()}
    return {k.removeprefix(prefix): v for k, v in told.items() if k.startswith(prefix)}


def is_current(folder: Path, entry: Entry) -> bool:
    """Tell whether all levels are there, of this commit and this catalog."""
    for level in LEVELS:
        try:
            told = _metadata(pq.read_schema(vectors_file(folder, level, entry.repo)))
        except (OSError, pa.ArrowInvalid):
            return False
        if (told.get("catalog"), told.get("sha")) != (digest(), entry.sha):
            return False
    return True


def require_history(histories: Path, repo: str) -> Path:
    """Give the git directory of a repository.

    Raises
    ------
    SourceError
        If the mirror lacks it.
    """
    path = git_directory(histories, repo)
    if path is None:
        raise SourceError(
            f"{histories} has no repository {repo}",
            hint=f"clone it to {histories / repo}.git, or name a URL in `corpus add`",
        )
    return path


def renew(
    entries: Iterable[Entry],
    histories: Path,
    folder: Path,
    *,
    key: bytes,
    workers: int = 1,
    all_refs: bool = False,
    failed: Failed | None = None,
    say: Say = lambda line: None,
) -> int:
    """Mine and describe what is not current, and return how many repositories that was.

    Parameters
    ----------
    histories
        Folder of git directories; nothing is fetched.
    key
        Of the pseudonyms. No number depends on it.
    workers
        Repositories at a time.
    all_refs
        Start from every reference rather than from the entry's commit, which then only says
        whether the vectors are current.
    failed
        Called with an entry that cannot be read, and why, in place of raising.
    say
        Called with a line about each repository.

    Raises
    ------
    SourceError
        If a repository is absent from `histories`, or lacks its commit.
    ConfigurationError
        If `folder` cannot be written to.
    """
    stale = [entry for entry in entries if not is_current(folder, entry)]
    paths = [require_history(histories, entry.repo) for entry in stale]
    if not stale:
        return 0
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as executor:
        started = [
            executor.submit(_renew_one, entry, path, folder, key, all_refs)
            for entry, path in zip(stale, paths, strict=True)
        ]
        for entry, task in zip(stale, started, strict=True):
            try:
                say(f"{entry.repo}: {task.result():,} commits")
            except (SourceError, NotEnoughHistory) as error:
                if failed is None:
                    executor.shutdown(cancel_futures=True)
                    raise
                failed(entry, error)
    return len(stale)


def _renew_one(entry: Entry, path: Path, folder: Path, key: bytes, all_refs: bool) -> int:
    ref = None if all_refs else entry.sha
    vectors = describe(mine(path, key=key, project=entry.repo, ref=ref, all_refs=all_refs))
    write_vectors(folder, entry.repo, entry.sha, vectors)
    return len(vectors["commit"])


def each_project(entries: Iterable[Entry], folder: Path) -> Iterator[dict[Level, Vectors]]:
    """Read the vectors of all entries, one project at a time, in order.

    Raises
    ------
    SourceError
        If a file is absent or of another catalog.
    """
    for entry in entries:
        yield {level: read_vectors(vectors_file(folder, level, entry.repo)) for level in LEVELS}
