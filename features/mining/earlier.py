"""What an earlier run wrote, for the next one to add to: only new commits are read again."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import SourceError
from ..history import TABLES, Rows, read_table
from ..people import Identity, pseudonym
from .authorship import mailmaps_in_force
from .commits import FACTS
from .graph import Node
from .tables import ChangeTable, from_rows

VERSION = "4"  # to be raised whenever the same repository would give other rows


@dataclass(frozen=True)
class Earlier:
    """The tables of an earlier run, in the form in which a run holds them."""

    nodes: dict[str, Node]
    position: dict[str, int]
    """Of the commits whose facts need not be read again."""
    facts: pd.DataFrame
    """Of `FACTS`, and the numbers of author's and committer's identities."""
    changes: ChangeTable
    merge_changes: ChangeTable
    numbers: dict[str, int]
    """Of paths."""
    declarations: dict[str, int]
    """Of lists of packages."""
    identities: list[Identity]
    mailmap_in_force: list[str]


def stamp(key: bytes, project: str, trees_unreadable: int) -> dict[str, str]:
    """Give what is kept in the files to tell whether they can be added to."""
    return {
        "project": project,
        "version": VERSION,
        "key": pseudonym(key, "whose key this is"),
        "trees_unreadable": str(trees_unreadable),
    }


def read_earlier(folder: Path, key: bytes, project: str) -> Earlier | None:
    """Read what an earlier run wrote into `folder`.

    Returns
    -------
    None if there is nothing, or nothing that can be added to: another version or key, a
    damaged file, or trees that could not be read and may be there now.
    """
    try:
        tables = {name: read_table(folder, name) for name in TABLES}
    except SourceError:
        return None
    wanted = {
        f"trustdrift.{name}".encode(): value.encode()
        for name, value in stamp(key, project, 0).items()
    }
    if any((table.schema.metadata or {}) != wanted for table in tables.values()):
        return None
    numbers: dict[str, int] = {}
    declarations = {"": 0}
    commits = tables["commits"]
    shas = [str(sha) for sha in commits["sha"].to_pylist()]
    changes = _changes(tables["changes"], numbers, declarations)
    merge_changes = _changes(tables["merge_changes"], numbers, declarations)
    again = {
        shas[position]
        for part in (changes, merge_changes)
        for position in part.rows["commit"][part.unread].tolist()
    }
    columns = [*FACTS, "author_identity", "committer_identity"]
    return Earlier(
        nodes=_nodes(commits, shas),
        position={sha: i for i, sha in enumerate(shas) if sha not in again},
        facts=commits.select(columns).to_pandas(),
        changes=changes,
        merge_changes=merge_changes,
        numbers=numbers,
        declarations=declarations,
        identities=[Identity(**row) for row in tables["identities"].to_pylist()],
        mailmap_in_force=mailmaps_in_force(shas, changes, numbers),
    )


def _nodes(commits: pa.Table, shas: list[str]) -> dict[str, Node]:
    same = {sha: sha for sha in shas}
    nodes = {}
    for sha, parents, time in zip(
        shas, commits["parents"].to_pylist(), commits["commit_time"].to_pylist(), strict=True
    ):
        names = [same.get(name, name) for name in str(parents).split()]
        nodes[sha] = Node(tuple(names), time)
    return nodes


def _changes(table: pa.Table, numbers: dict[str, int], declarations: dict[str, int]) -> ChangeTable:
    texts = ("path", "declares")
    columns: Rows = {
        name: table[name].combine_chunks().to_numpy(zero_copy_only=False)
        for name in table.column_names
        if name not in texts
    }
    for name in texts:
        text = table[name].combine_chunks().dictionary_encode()
        columns[name] = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    return from_rows(columns, numbers, declarations)


def positions(earlier: Earlier, order: list[str]) -> np.ndarray:
    """Give the position in `order` of each earlier commit; −1 for those that are not reused."""
    found = np.full(len(earlier.facts), -1, dtype=np.int32)
    for position, sha in enumerate(order):
        if (before := earlier.position.get(sha)) is not None:
            found[before] = position
    return found
