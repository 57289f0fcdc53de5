"""The facts of one repository up to a date: the tables, their columns and their files."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .capabilities import CAPABILITIES
from .coverage import Coverage
from .errors import NotEnoughHistory, SourceError
from .files import replacing
from .people import Person
from .windows import DAY

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

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
    "claim": ("string", "documentation, version or upkeep if the subject says no more, else empty"),
    "author_identity": ("int32", "row number in `identities`"),
    "committer_identity": ("int32", "row number in `identities`"),
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
    "new_lines": (
        "int32?",
        "added lines that the file, or the one that it was moved from, did not lose as well, "
        "blanks aside; what follows is said of these",
    ),
    "added_bytes": ("int64?", "bytes of the new lines; null for binary and unreadable files"),
    "longest_line": ("int32?", "bytes of the longest added line"),
    "blank_run": ("int32?", "bytes of the longest run of blanks before the end of an added line"),
    "entropy": ("float32?", "Shannon entropy of the added lines' bytes, bits per byte"),
    "non_ascii": ("float32?", "share of the added bytes of 128 and above"),
    "hidden": ("int32?", "invisible and direction-changing characters added"),
    "lookalikes": ("int32?", "words added of Latin letters and Cyrillic or Greek ones like them"),
    "base64_runs": ("int32?", "runs of 60 and more characters added that look like base64"),
    "hex_runs": ("int32?", "runs added that look like bytes in hexadecimal"),
    "spelled_runs": ("int32?", "runs added of decimal numbers that are codes of characters"),
    "urls": ("int32?", "URLs added"),
    "ip_literals": ("int32?", "IPv4 addresses added"),
    **{
        name: ("int32?", f"names in the added lines that stand for {capability.meaning}")
        for name, capability in CAPABILITIES.items()
    },
    "declares": ("string", "packages that the file declares and did not before, by spaces"),
    "hosts": ("string", "hosts that URLs in the added lines name, by spaces; at most 16"),
    "minified": ("bool", "the added text looks minified"),
    "form": ("string", "archive, executable, image or other for a binary file, else empty"),
    "cut": ("bool", "too large to be looked at in full: what is not null covers the beginning"),
}
"""Column: (type, meaning), a row per path and non-merge commit against its first parent."""

MERGE_CHANGES: dict[str, tuple[str, str]] = CHANGES | {
    "status": ("string", "A absent from every parent, D deleted, M otherwise"),
    "old_mode": ("int32", "git file mode in the first parent; 0 if there was none"),
    "added": ("int32?", "lines that no parent has in their place; null if unknown"),
    "deleted": ("int32?", "lines that every parent has in one place, now gone; null if unknown"),
    "declares": ("string", "packages that the file declares and in no parent did, by spaces"),
}
"""Column: (type, meaning), a row per path of a merge that differs from all its parents, as
`git diff-tree -c` lists them; what is said of added lines is said of those that no parent has."""

IDENTITIES: dict[str, tuple[str, str]] = {
    "pair": ("string", "token of a name and address as written, under the mailmap in force"),
    "person": ("string", "pseudonym of somebody who first appears under them"),
    "address": ("string", "token of the address in its usual form; empty if not distinctive"),
    "full_name": ("string", "token of the folded name; empty if not distinctive"),
    "alias": ("string", "token of the address as written"),
    "kind": ("string", "person, bot or forge"),
}
"""Column: (type, meaning), a row per name and address; tokens are keyed as pseudonyms are."""

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

TABLES = {
    "commits": COMMITS,
    "changes": CHANGES,
    "merge_changes": MERGE_CHANGES,
    "tags": TAGS,
    "identities": IDENTITIES,
}
ROWS_IN_GROUP = 65_536  # of a Parquet file: what is held in memory at a time


@dataclass(frozen=True)
class History:
    """The facts of one repository; `people` has names and never leaves the process."""

    project: str
    commits: "pd.DataFrame"
    changes: "pd.DataFrame"
    merge_changes: "pd.DataFrame"
    tags: "pd.DataFrame"
    identities: "pd.DataFrame"
    coverage: Coverage = field(default_factory=Coverage)
    people: dict[str, Person] = field(default_factory=dict)
    head: str = ""
    """SHA of the newest commit of the main line; empty if nothing tells which that is."""

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
            self.merge_changes[self.merge_changes["commit"] < kept],
            self.tags[(self.tags["known_time"] <= time) & (self.tags["commit"] < kept)],
            self.identities,
            self.coverage,
            self.people,
            self._head_among(kept),
        )

    def _head_among(self, kept: int) -> str:
        """Give the newest commit of the main line that is among the first `kept`."""
        later = self.commits.iloc[kept:]
        first_parent = dict(zip(later["sha"], later["parents"].str.split(" ").str[0], strict=True))
        head = self.head
        while head in first_parent:
            head = first_parent.pop(head)  # once: facts from elsewhere may go round in a circle
        return head


def table(rows: Mapping[str, Any], schema: dict[str, tuple[str, str]]) -> "pd.DataFrame":
    """Make a table of the given columns; a nullable number is a float column with NaN."""
    import pandas as pd

    return pd.DataFrame(
        {
            name: pd.Series(rows.get(name, []), dtype=memory_type(kind))
            for name, (kind, _) in schema.items()
        }
    )


def memory_type(kind: str, text: str = "str") -> str:
    """Give the type that a column of one of `TABLES` has in memory, `text` for strings."""
    if kind.endswith("?"):
        return "float64"
    return text if kind == "string" else kind


Rows = dict[str, Any]
"""Some rows of a table: an array a column, of any kind that Arrow takes."""


def write_history(history: History, folder: Path) -> None:
    """Write a Parquet file for each table into `folder`.

    Pseudonyms only: no name, address or message text is written. Each file appears whole or
    not at all.

    Raises
    ------
    ConfigurationError
        If the folder cannot be written to.
    """
    parts = {name: whole(getattr(history, name)) for name in TABLES}
    write_tables(folder, parts, {"project": history.project, "head": history.head})


def whole(frame: "pd.DataFrame") -> Iterator[Rows]:
    """Give all rows of a frame as one part."""
    yield {str(name): frame[name] for name in frame.columns}


def write_tables(
    folder: Path, parts: Mapping[str, Iterator[Rows]], metadata: Mapping[str, str]
) -> None:
    """Write tables part by part, so that no more than one part of one table is in memory.

    Nothing of what was there before is touched until all is written.

    Parameters
    ----------
    parts
        For each of `TABLES`.
    metadata
        Kept in each file, under names that begin with `trustdrift.`.

    Raises
    ------
    ConfigurationError
        If the folder cannot be written to.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    stamped = {f"trustdrift.{name}": value for name, value in metadata.items()}
    with ExitStack() as files:
        for name in TABLES:
            part = files.enter_context(replacing(folder / f"{name}.parquet"))
            schema = arrow_schema(name).with_metadata(stamped)
            repeated = [field.name for field in schema if field.type == pa.string()]
            with pq.ParquetWriter(
                part,
                schema,
                compression="zstd",
                use_dictionary=repeated,  # pyright: ignore[reportArgumentType] - or their names
            ) as writer:
                for rows in parts[name]:
                    writer.write_table(arrow_table(rows, schema), row_group_size=ROWS_IN_GROUP)


def arrow_schema(name: str) -> "pa.Schema":
    """Give the Arrow schema of one of `TABLES`."""
    import pyarrow as pa

    return pa.schema(
        pa.field(column, pa.type_for_alias(kind.rstrip("?")), kind.endswith("?"))
        for column, (kind, _) in TABLES[name].items()
    )


def arrow_table(rows: Rows, schema: "pa.Schema") -> "pa.Table":
    """Make a table of columns; NaN is null."""
    import pyarrow as pa

    arrays = [
        pa.array(rows[field.name], from_pandas=True).cast(field.type, safe=False)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def read_history(folder: Path) -> History:
    """Read what `write_history` wrote; names of people are not in it.

    Raises
    ------
    SourceError
        If a table is absent, damaged, has other columns, or is of another run than the rest.
    """
    tables = {name: read_table(folder, name) for name in TABLES}
    stamps = [table.schema.metadata or {} for table in tables.values()]
    if any(stamp != stamps[0] for stamp in stamps):
        raise SourceError(f"the tables in {folder} are of several runs", hint=_MINE_AGAIN)
    project = stamps[0].get(b"trustdrift.project", folder.name.encode()).decode()
    head = stamps[0].get(b"trustdrift.head", b"").decode()
    frames = {name: _frame(table, TABLES[name]) for name, table in tables.items()}
    return History(
        project,
        frames["commits"],
        frames["changes"],
        frames["merge_changes"],
        frames["tags"],
        frames["identities"],
        head=head,
    )


_MINE_AGAIN = "mine the repository again"


def read_table(folder: Path, name: str) -> "pa.Table":
    """Read one of `TABLES`.

    Raises
    ------
    SourceError
        If it is absent, damaged or has other columns.
    """
    with _opened(folder, name) as file:
        return file.read(list(TABLES[name]))


def read_parts(folder: Path, name: str, repeated: Sequence[str] = ()) -> Iterator["pa.Table"]:
    """Read one of `TABLES` a row group at a time.

    Parameters
    ----------
    repeated
        Columns of text to give as dictionaries, the way they are stored.

    Raises
    ------
    SourceError
        As `read_table`, from the first part on.
    """
    with _opened(folder, name, repeated) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, list(TABLES[name]))


def read_stamp(folder: Path, name: str) -> dict[bytes, bytes]:
    """Read what `write_tables` was given as metadata with one of `TABLES`.

    Raises
    ------
    SourceError
        As `read_table`.
    """
    with _opened(folder, name) as file:
        return file.schema_arrow.metadata or {}


@contextmanager
def _opened(folder: Path, name: str, repeated: Sequence[str] = ()) -> Iterator["pq.ParquetFile"]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"{name}.parquet"
    try:
        with pq.ParquetFile(path, read_dictionary=list(repeated)) as file:
            missing = sorted(set(TABLES[name]) - set(file.schema_arrow.names))
            if missing:
                raise SourceError(
                    f"{path} lacks the columns {', '.join(missing)}", hint=_MINE_AGAIN
                )
            yield file
    except (OSError, pa.ArrowInvalid) as error:
        raise SourceError(f"{path} cannot be read", hint=_MINE_AGAIN) from error


def _frame(stored: "pa.Table", schema: dict[str, tuple[str, str]]) -> "pd.DataFrame":
    return stored.to_pandas().astype({c: memory_type(k) for c, (k, _) in schema.items()})


def days(seconds: np.ndarray) -> np.ndarray:
    """Convert seconds to days."""
    return np.asarray(seconds, dtype=float) / DAY
