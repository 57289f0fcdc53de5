"""What an earlier run wrote, for the next one to add to: only new commits are read again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from ..errors import SourceError
from ..history import TABLES, Rows, read_table
from ..people import Identity, pseudonym
from .authorship import mailmaps_in_force
from .commits import FACTS
from .graph import ABSENT, NO_TIME, Graph, Parents
from .tables import FACT_COLUMNS, ChangeTable, columns, from_rows

VERSION = "4"  # to be raised whenever the same repository would give other rows


@dataclass(frozen=True)
class Earlier:
    """The tables of an earlier run, in the form in which a run holds them."""

    graph: Graph
    """Its commits, numbered as its tables have them."""
    again: np.ndarray
    """Which of them must be read again: some of what they changed was not there."""
    facts: Rows
    """Of `FACTS`."""
    people: np.ndarray
    """Numbers of author's and committer's identities, n by 2."""
    changes: ChangeTable
    merge_changes: ChangeTable
    numbers: dict[str, int]
    """Of paths."""
    declarations: dict[str, int]
    """Of lists of packages."""
    identities: list[Identity]
    in_force: np.ndarray
    """As `mailmaps_in_force` gives it."""

    def __len__(self) -> int:
        return len(self.graph)


def stamp(key: bytes, project: str, trees_unreadable: int) -> dict[str, str]:
    """Give what is kept in the files to tell whether they can be added to."""
    return {
        "project": project,
        "version": VERSION,
        "key": pseudonym(key, "whose key this is"),
        "trees_unreadable": str(trees_unreadable),
    }


def digest(shas: Sequence[str]) -> str:
    """Give what is kept in the files to tell that they are of one run."""
    return hashlib.sha256("".join(shas).encode()).hexdigest()[:16]


def read_earlier(folder: Path, key: bytes, project: str) -> Earlier | None:
    """Read what an earlier run wrote into `folder`.

    Returns
    -------
    None if there is nothing, or nothing that can be added to: another version or key, a
    damaged file, files of two runs, or trees that could not be read and may be there now.
    """
    try:
        tables = {name: read_table(folder, name) for name in TABLES}
    except SourceError:
        return None
    wanted = {
        f"trustdrift.{name}".encode(): value.encode()
        for name, value in stamp(key, project, 0).items()
    }
    stamps = [table.schema.metadata or {} for table in tables.values()]
    if any(each != stamps[0] for each in stamps) or not wanted.items() <= stamps[0].items():
        return None
    commits = tables["commits"]
    graph = _graph(commits)
    if not _parents_first(graph.parents):
        return None
    numbers: dict[str, int] = {}
    declarations = {"": 0}
    changes = _changes(tables["changes"], numbers, declarations)
    merge_changes = _changes(tables["merge_changes"], numbers, declarations)
    again = np.zeros(len(commits), bool)
    for part in (changes, merge_changes):
        again[part.rows["commit"][part.unread]] = True
    facts = {name: _array(commits[name]) for name in FACTS}
    people = [_array(commits[name]) for name in ("author_identity", "committer_identity")]
    return Earlier(
        graph=graph,
        again=again,
        facts=columns(facts, FACT_COLUMNS),
        people=np.stack(people, axis=1),
        changes=changes,
        merge_changes=merge_changes,
        numbers=numbers,
        declarations=declarations,
        identities=[Identity(**row) for row in tables["identities"].to_pylist()],
        in_force=mailmaps_in_force(len(commits), changes, numbers),
    )


def _graph(commits: pa.Table) -> Graph:
    shas: list[str] = commits["sha"].to_pylist()
    number = {sha: i for i, sha in enumerate(shas)}
    names = [text.split() for text in commits["parents"].to_pylist()]
    counts = np.array([len(some) for some in names], np.int64)
    every = np.array([number.get(name, ABSENT) for some in names for name in some], np.int64)
    times = commits["commit_time"].fill_null(NO_TIME).to_numpy()
    return Graph(shas, Parents.of(counts, every), times)


def _parents_first(parents: Parents) -> bool:
    """Tell whether all parents are there, and before their children."""
    child = np.repeat(np.arange(len(parents.counts)), parents.counts)
    return bool(((parents.numbers != ABSENT) & (parents.numbers < child)).all())


def _array(column: "pa.ChunkedArray | pa.Array") -> np.ndarray:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return whole.to_numpy(zero_copy_only=False)


def _changes(table: pa.Table, numbers: dict[str, int], declarations: dict[str, int]) -> ChangeTable:
    texts = ("path", "declares")
    rows: Rows = {name: _array(table[name]) for name in table.column_names if name not in texts}
    for name in texts:
        text = table[name].combine_chunks().dictionary_encode()
        rows[name] = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    return from_rows(rows, numbers, declarations)
