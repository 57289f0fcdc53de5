"""What an earlier run wrote, for the next one to add to: only new commits are read again."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from ..errors import SourceError
from ..history import TABLES, Rows, read_parts, read_stamp, read_table
from ..people import Identity, pseudonym
from .authorship import mailmaps_in_force
from .changes import CHANGE
from .commits import FACTS
from .content import MEASURES
from .graph import ABSENT, NO_TIME, Graph, Parents
from .names import LENGTH, Names
from .scratch import Scratch, stretches
from .tables import FACT, TEXTS, ChangeTable, Numbers, from_rows, no_texts

_IDENTITIES = ("author_identity", "committer_identity")
VERSION = "10"  # to be raised whenever the same repository would give other rows


@dataclass(frozen=True)
class Earlier:
    """The tables of an earlier run, in the form in which a run holds them."""

    graph: Graph
    """Its commits, numbered as its tables have them."""
    again: np.ndarray
    """Which of them must be read again: some of what they changed was not there."""
    facts: np.ndarray
    """Of `FACT`."""
    people: np.ndarray
    """Numbers of author's and committer's identities, n by 2."""
    changes: ChangeTable
    merge_changes: ChangeTable
    texts: Numbers
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


def digest(names: Names) -> str:
    """Give what is kept in the files to tell that they are of one run."""
    hashed = hashlib.sha256()
    for part in stretches(len(names)):
        hashed.update("".join(names.texts(part)).encode())
    return hashed.hexdigest()[:16]


def read_earlier(folder: Path, key: bytes, project: str, scratch: Scratch) -> Earlier | None:
    """Read what an earlier run wrote into `folder`.

    Returns
    -------
    None if there is nothing, or nothing that can be added to: another version or key, a
    damaged file, files of two runs, or trees that could not be read and may be there now.
    """
    wanted = {
        f"trustdrift.{name}".encode(): value.encode()
        for name, value in stamp(key, project, 0).items()
    }
    try:
        stamps = [read_stamp(folder, name) for name in TABLES]
        if any(each != stamps[0] for each in stamps) or not wanted.items() <= stamps[0].items():
            return None
        return _read(folder, scratch)
    except (SourceError, ValueError):  # ValueError: what should be a name is none
        return None


def _read(folder: Path, scratch: Scratch) -> Earlier | None:
    graph, facts, people = _read_commits(folder, scratch)
    if not _parents_first(graph.parents):
        return None
    texts = no_texts()
    changes, merge_changes = (
        _read_changes(folder, name, texts, scratch) for name in ("changes", "merge_changes")
    )
    again = np.zeros(len(graph), bool)
    for part in (changes, merge_changes):
        again[part.unread_commits] = True
    return Earlier(
        graph=graph,
        again=again,
        facts=facts,
        people=people,
        changes=changes,
        merge_changes=merge_changes,
        texts=texts,
        identities=[Identity(**row) for row in read_table(folder, "identities").to_pylist()],
        in_force=mailmaps_in_force(len(graph), changes, texts["path"]),
    )


def _read_commits(folder: Path, scratch: Scratch) -> tuple[Graph, np.ndarray, np.ndarray]:
    """Read the commits: their graph, their facts, and the numbers of their identities."""
    names, above, counts, times, people = [], [], [], [], []
    with scratch.spool(FACT) as facts:
        for part in read_parts(folder, "commits"):
            names.append(bytes.fromhex("".join(part["sha"].to_pylist())))
            parents = part["parents"].to_pylist()
            above.append(bytes.fromhex("".join(parents)))
            counts += [(len(each) + 1) // (2 * LENGTH + 1) for each in parents]
            times.append(part["commit_time"].fill_null(NO_TIME).to_numpy())
            people.append(np.stack([_array(part[name]) for name in _IDENTITIES], axis=1))
            rows = np.empty(len(parents), FACT)
            for name in FACTS:
                rows[name] = _array(part[name])
            facts.add(rows)
        found = facts.rows()
    known = Names.of(names)
    every = Parents.of(np.array(counts, np.int64), known.places(Names.of(above)))
    return Graph(known, every, np.concatenate(times)), found, np.concatenate(people)


def _parents_first(parents: Parents) -> bool:
    """Tell whether all parents are there, and before their children."""
    child = np.repeat(np.arange(len(parents.counts)), parents.counts)
    return bool(((parents.numbers != ABSENT) & (parents.numbers < child)).all())


def _array(column: "pa.ChunkedArray | pa.Array") -> np.ndarray:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return whole.to_numpy(zero_copy_only=False)


def _read_changes(folder: Path, name: str, texts: Numbers, scratch: Scratch) -> ChangeTable:
    with scratch.spool(CHANGE) as rows, scratch.spool(MEASURES) as measures:
        for part in read_parts(folder, name, TEXTS):
            frame: Rows = {
                each: _array(part[each]) for each in part.column_names if each not in TEXTS
            }
            frame |= {each: part[each].combine_chunks() for each in TEXTS}
            found = from_rows(frame, texts)
            rows.add(found.rows)
            measures.add(found.measures)
        return ChangeTable(rows.rows(), measures.rows())
