"""The facts of one repository up to a date: the tables, their columns and their files."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from .errors import NotEnoughHistory, SourceError
from .files import replacing
from .people import Person

COMMITS: dict[str, tuple[str, str]] = {
    "sha": ("string", "object id, hexadecimal"),
    "parents": ("string", "parents' ids, separated by spaces; empty for a root"),
    "known_time": ("int64", "seconds since 1970 UTC: committer time, never before a parent's"),
    "author": ("string", "pseudonym of the person who wrote it"),
    "author_kind": ("string", "person, bot or forge"),
    "author_time": ("int64?", "seconds since 1970 UTC, as the author line says"),
    "author_offset": ("int32?", "minutes east of UTC, as the author line says"),
    "author_new_alias": ("bool", "a name and address that this person had not used here before"),
    "committer": ("string", "pseudonym of the person who committed it"),
    "committer_kind": ("string", "person, bot or forge"),
    "commit_time": ("int64?", "seconds since 1970 UTC, as the committer line says"),
    "commit_offset": ("int32?", "minutes east of UTC, as the committer line says"),
    "signature": ("string", "pgp, ssh, x509, other, or empty: present, not verified"),
    "subject_length": ("int32", "characters of the first line"),
    "body_lines": ("int32", "non-empty lines after the subject, trailers aside"),
    "message_length": ("int32", "characters of the whole message"),
    "trailers": ("int32", "lines of the form `Token: value` in the last paragraph"),
    "signed_off": ("int32", "Signed-off-by trailers"),
    "co_authored": ("int32", "Co-authored-by trailers"),
    "reviews": ("int32", "Reviewed-by, Acked-by, Tested-by and Approved-by trailers"),
    "references": ("int32", "issues and pull requests mentioned"),
    "conventional": ("bool", "the subject has the form `type(scope): …`"),
    "request_merge": ("bool", "the message is one that forges write when a request is merged"),
}
"""Column: (type, meaning), a row per commit, parents before children."""

CHANGES: dict[str, tuple[str, str]] = {
    "commit": ("int32", "row number in `commits`"),
    "path": ("string", "path from the repository's root"),
    "status": ("string", "A added, M modified, D deleted, T type changed"),
    "old_mode": ("int32", "git file mode before; 0 if there was none"),
    "new_mode": ("int32", "git file mode after; 0 if there is none"),
    "added": ("int32?", "lines added as `git log --numstat` counts them; null if unknown"),
    "deleted": ("int32?", "lines deleted likewise"),
    "binary": ("bool", "one side has a NUL in its first 8,000 bytes"),
    "size": ("int64?", "bytes of the file after the commit; null if unreadable"),
}
"""Column: (type, meaning), a row per path and non-merge commit against its first parent."""

TAGS: dict[str, tuple[str, str]] = {
    "name": ("string", "without refs/tags/"),
    "sha": ("string", "the commit that it leads to"),
    "commit": ("int32", "row number in `commits`"),
    "known_time": (
        "int64",
        "seconds since 1970 UTC: the tag's own time, never before its commit's",
    ),
    "tagger": ("string", "pseudonym; empty for a lightweight tag"),
    "signed": ("bool", "carries a signature: present, not verified"),
}
"""Column: (type, meaning), a row per tag that leads to a mined commit."""

_TABLES = {"commits": COMMITS, "changes": CHANGES, "tags": TAGS}


@dataclass(frozen=True)
class Coverage:
    """What could not be read, so that nobody takes absence of evidence for evidence."""

    trees_unreadable: int = 0
    blobs_unreadable: int = 0


@dataclass(frozen=True)
class History:
    """The facts of one repository; `people` has names and never leaves the process."""

    project: str
    commits: pd.DataFrame
    changes: pd.DataFrame
    tags: pd.DataFrame
    coverage: Coverage = field(default_factory=Coverage)
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def last_time(self) -> int:
        """Known time of the newest commit, in seconds since 1970 UTC."""
        if self.commits.empty:
            raise NotEnoughHistory(f"{self.project} has no commits in the range asked for")
        return int(self.commits["known_time"].iloc[-1])

    def until(self, time: int) -> "History":
        """Keep what was known at `time` (seconds since 1970 UTC)."""
        commits = self.commits[self.commits["known_time"] <= time]
        kept = len(commits)
        return History(
            self.project,
            commits,
            self.changes[self.changes["commit"] < kept],
            self.tags[(self.tags["known_time"] <= time) & (self.tags["commit"] < kept)],
            self.coverage,
            self.people,
        )


def table(rows: dict[str, list], schema: dict[str, tuple[str, str]]) -> pd.DataFrame:
    """Make a table of the given columns; a nullable number is a float column with NaN."""
    return pd.DataFrame(
        {
            name: pd.Series(rows.get(name, []), dtype=_memory_type(kind))
            for name, (kind, _) in schema.items()
        }
    )


def _memory_type(kind: str) -> str | type:
    if kind.endswith("?"):
        return "float64"
    return {"string": "str", "bool": "bool"}.get(kind, kind)


def write_history(history: History, folder: Path) -> None:
    """Write `commits.parquet`, `changes.parquet` and `tags.parquet` into `folder`.

    Pseudonyms only: no name, address or message text is written. Each file appears whole or
    not at all.

    Raises
    ------
    ConfigurationError
        If the folder cannot be written to.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name, schema in _TABLES.items():
        frame: pd.DataFrame = getattr(history, name)
        fields = [
            pa.field(column, pa.type_for_alias(kind.rstrip("?")), kind.endswith("?"))
            for column, (kind, _) in schema.items()
        ]
        arrays = [
            pa.array(frame[f.name], from_pandas=True).cast(f.type, safe=False) for f in fields
        ]
        metadata = {"trustdrift.project": history.project}
        written = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata))
        with replacing(folder / f"{name}.parquet") as part:
            pq.write_table(written, part, compression="zstd")


def read_history(folder: Path) -> History:
    """Read what `write_history` wrote; names of people are not in it.

    Raises
    ------
    SourceError
        If a table is absent, damaged or has other columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables: dict[str, pd.DataFrame] = {}
    project = folder.name
    for name, schema in _TABLES.items():
        path = folder / f"{name}.parquet"
        try:
            stored = pq.read_table(path)
        except (OSError, pa.ArrowInvalid) as error:
            raise SourceError(f"{path} cannot be read", hint="mine the repository again") from error
        missing = sorted(set(schema) - set(stored.column_names))
        if missing:
            raise SourceError(
                f"{path} lacks the columns {', '.join(missing)}", hint="mine the repository again"
            )
        project = (stored.schema.metadata or {}).get(b"trustdrift.project", b"").decode() or project
        frame = stored.select(list(schema)).to_pandas()
        tables[name] = frame.astype({c: _memory_type(k) for c, (k, _) in schema.items()})
    return History(project, tables["commits"], tables["changes"], tables["tags"])


def days(seconds: np.ndarray) -> np.ndarray:
    """Convert seconds to days."""
    return np.asarray(seconds, dtype=float) / 86_400
