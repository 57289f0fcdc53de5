"""Turns what was read into the tables of a history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..capabilities import CAPABILITIES
from ..history import (
    CHANGES,
    COMMITS,
    IDENTITIES,
    MERGE_CHANGES,
    TAGS,
    Coverage,
    History,
    Rows,
    memory_type,
    table,
)
from ..people import Identity, Person
from .changes import CHANGE
from .commits import FACTS
from .content import FORMS, MEASURES, UNKNOWN
from .graph import Ordered
from .scratch import Places, Scratch, release, scattered, shown, stretches
from .tags import RawTag

if TYPE_CHECKING:
    import pyarrow as pa

_COUNTED = ("added", "deleted", "size", "new_lines", "added_bytes", "longest_line", "blank_run",
            "hidden", "lookalikes", "base64_runs", "hex_runs", "spelled_runs", "urls",
            "ip_literals", *CAPABILITIES)  # fmt: skip
_SHARES = ("entropy", "non_ascii")
_FLAGS = ("binary", "minified", "cut")


FACT = np.dtype([(name, memory_type(COMMITS[name][0], "S16")) for name in FACTS])
"""What a commit object says by itself; NaN where nothing."""


def facts_of_commits(facts: Sequence[tuple]) -> np.ndarray:
    """Make rows of `FACT` of what `FACTS` names, a tuple a commit."""
    rows = np.empty(len(facts), FACT)
    for name, values in zip(FACTS, zip(*facts, strict=True), strict=bool(facts)):
        rows[name] = np.array(values, FACT[name])
    return rows


Numbers = dict[str, dict[str, int]]
"""By column of `CHANGE`, the numbers that stand there for texts."""


def no_texts() -> Numbers:
    """Give the numbers before any text is met: 0 is an empty list."""
    return {"path": {}, "declares": {"": 0}, "hosts": {"": 0}}


TEXTS = tuple(no_texts())


@dataclass(frozen=True)
class ChangeTable:
    """Changes in arrays of fixed width, 166 bytes each, however long their paths."""

    rows: np.ndarray
    """Of `CHANGE`."""
    measures: np.ndarray
    """Of `MEASURES`, aligned with `rows`."""

    def __len__(self) -> int:
        return len(self.rows)

    def held(self, commits: int) -> np.ndarray:
        """Count the rows of each of some commits."""
        count = np.zeros(commits, np.int64)
        for _, part in shown(self.rows):
            count += np.bincount(part["commit"], minlength=commits)
        return count

    @property
    def unread_commits(self) -> np.ndarray:
        """Give the position of the commit of each row of which a side could not be read."""
        found = [np.empty(0, np.int32)]
        for part in stretches(len(self)):
            measures = self.measures[part]
            unread = (measures["added"] < 0) & ~measures["binary"]
            found.append(self.rows[part]["commit"][unread])
            self.release()
        return np.concatenate(found)

    def where(self, part: slice) -> "ChangeTable":
        """Take some rows."""
        return ChangeTable(self.rows[part], self.measures[part])

    def release(self) -> None:
        """Let go of the memory in which the arrays are shown, if they are in files."""
        release(self.rows, self.measures)


def joined(
    one: ChangeTable, position: np.ndarray, other: ChangeTable, commits: int, scratch: Scratch
) -> ChangeTable:
    """Put two tables, each sorted by commit, into one; none of the commits is in both.

    Parameters
    ----------
    one
        Of an earlier run.
    position
        That each of its commits has now; rows of those at −1 are left out.
    commits
        How many there are now.
    """
    before, held = one.held(len(position)), other.held(commits)
    kept = position >= 0
    every = held.copy()
    every[position[kept]] = before[kept]
    ends = np.cumsum(every)

    def placed(table: ChangeTable, own: np.ndarray, number: np.ndarray) -> Places:
        shift = ends[number] - every[number] - (np.cumsum(own) - own)

        def places(part: slice) -> np.ndarray:
            commit = table.rows[part]["commit"]
            at = np.arange(part.start, part.stop) + shift[commit]
            return np.where(number[commit] >= 0, at, -1)

        return places

    where = placed(one, before, position), placed(other, held, np.arange(commits))
    pairs = (one.rows, other.rows), (one.measures, other.measures)
    rows, measures = (
        scattered(list(zip(pair, where, strict=True)), int(every.sum()), scratch) for pair in pairs
    )
    for part in stretches(len(rows)):
        rows["commit"][part] = ends.searchsorted(np.arange(part.start, part.stop), side="right")
        release(rows)
    return ChangeTable(rows, measures)


@dataclass(frozen=True)
class Authorship:
    """People of n commits, in their order."""

    met: np.ndarray
    """Numbers of the identities of authors and committers, in the order in which they were met."""
    people: list[Person]
    """Of each of them."""
    codes: np.ndarray
    """Places of author and committer there, n by 2."""
    new_aliases: np.ndarray
    """Whether the author appears under another name or address than before."""


@dataclass(frozen=True)
class CommitTable:
    """Commits in columns, of which those that are texts are made when rows are asked for."""

    order: Ordered
    facts: np.ndarray
    """Of `FACT`."""
    authorship: Authorship

    def __len__(self) -> int:
        return len(self.order)

    def rows(self, part: slice) -> Rows:
        """Give some rows of `COMMITS`."""
        who = self.authorship
        pseudonyms = np.array([person.pseudonym for person in who.people], dtype=object)
        kinds = np.array([person.kind for person in who.people], dtype=object)
        authors, committers = who.codes[part].T
        positions = np.arange(*part.indices(len(self)))
        rows: Rows = {
            "sha": self.order.names.texts(part),
            "parents": [" ".join(names) for names in self.order.parents_of(positions)],
            "known_time": self.order.times[part],
            "author": pseudonyms[authors],
            "author_kind": kinds[authors],
            "author_new_alias": who.new_aliases[part],
            "committer": pseudonyms[committers],
            "committer_kind": kinds[committers],
            "author_identity": authors,
            "committer_identity": committers,
        }
        for name in FACTS:
            found = self.facts[name][part]
            rows[name] = found.astype("U").astype(object) if found.dtype.kind == "S" else found
        return rows


@dataclass(frozen=True)
class Mined:
    """All facts of one repository, before they become frames or files."""

    project: str
    commits: CommitTable
    texts: Numbers
    changes: ChangeTable
    merge_changes: ChangeTable
    tags: Rows
    identities: Rows
    coverage: Coverage
    people: dict[str, Person]
    head: str
    """As `History` has it."""
    read: int
    """Commits that were read for it; the others were there from an earlier run."""


def to_history(mined: Mined) -> History:
    """Give all tables as frames."""
    texts = _texts(mined)
    return History(
        mined.project,
        table(mined.commits.rows(slice(None)), COMMITS),
        table(_change_rows(mined.changes, texts), CHANGES),
        table(_change_rows(mined.merge_changes, texts), MERGE_CHANGES),
        table(mined.tags, TAGS),
        table(mined.identities, IDENTITIES),
        mined.coverage,
        mined.people,
        mined.head,
    )


def to_parts(mined: Mined) -> dict[str, Iterator[Rows]]:
    """Give all tables in parts of a row group each."""
    texts = _texts(mined)
    return {
        "commits": _commit_parts(mined.commits),
        "changes": _change_parts(mined.changes, texts),
        "merge_changes": _change_parts(mined.merge_changes, texts),
        "tags": iter([mined.tags]),
        "identities": iter([mined.identities]),
    }


def _texts(mined: Mined) -> dict[str, np.ndarray]:
    """Give texts by their numbers."""
    return {name: np.array(list(numbers), dtype=object) for name, numbers in mined.texts.items()}


def _commit_parts(commits: CommitTable) -> Iterator[Rows]:
    for group in _row_groups(len(commits)):
        yield commits.rows(group)
        release(commits.facts)


def _change_parts(changes: ChangeTable, texts: Mapping[str, np.ndarray]) -> Iterator[Rows]:
    for group in _row_groups(len(changes)):
        yield _change_rows(changes.where(group), texts)
        changes.release()


def _row_groups(rows: int) -> list[slice]:
    """Give the stretches of a table; an empty one has one, too."""
    return list(stretches(rows)) or [slice(0, 0)]


def _change_rows(changes: ChangeTable, texts: Mapping[str, np.ndarray]) -> Rows:
    rows, measures = changes.rows, changes.measures
    columns: Rows = {name: known[rows[name]] for name, known in texts.items()}
    columns |= {
        "commit": rows["commit"],
        "status": rows["status"].astype("U1").astype(object),
        "old_mode": rows["old_mode"],
        "new_mode": rows["new_mode"],
        "form": np.array(FORMS, dtype=object)[measures["form"]],
    }
    for name in _COUNTED:
        columns[name] = np.where(measures[name] < 0, np.nan, measures[name].astype(float))
    for name in _SHARES:
        columns[name] = measures[name].astype(float)
    for name in _FLAGS:
        columns[name] = measures[name]
    return columns


def from_rows(frame: Rows, texts: Numbers) -> ChangeTable:
    """Turn back a stored table.

    Parameters
    ----------
    frame
        Arrays by column, those of `TEXTS` as Arrow dictionary arrays.
    texts
        Gain the numbers that they have not.
    """
    rows = np.zeros(len(frame["commit"]), CHANGE)
    measures = np.full(len(rows), UNKNOWN, MEASURES)
    for name in TEXTS:
        rows[name] = _numbered(frame[name], texts[name])
    rows["status"] = frame["status"].astype("S1")
    for name in ("commit", "old_mode", "new_mode"):
        rows[name] = frame[name]
    for name in _COUNTED:
        measures[name] = np.where(np.isnan(frame[name]), -1, frame[name])
    for name in (*_SHARES, *_FLAGS):
        measures[name] = frame[name]
    forms = {form: code for code, form in enumerate(FORMS)}
    measures["form"] = [forms[form] for form in frame["form"]]
    return ChangeTable(rows, measures)


def _numbered(texts: "pa.DictionaryArray", numbers: dict[str, int]) -> np.ndarray:
    number = [numbers.setdefault(text, len(numbers)) for text in texts.dictionary.to_pylist()]
    return np.array(number, dtype=np.int32)[texts.indices.to_numpy()] if number else np.empty(0)


def columns(rows: Mapping[str, Any], schema: dict[str, tuple[str, str]]) -> Rows:
    """Make an array of each of the given columns; a nullable number is a float, NaN if unknown."""
    return {
        name: np.array(rows[name], memory_type(kind, "object"))
        for name, (kind, _) in schema.items()
    }


@dataclass(frozen=True, slots=True)
class KnownTag:
    """A tag of a mined commit, and when it could be known."""

    tag: RawTag
    commit: int
    """Position of the commit that it leads to."""
    time: int
    """The tag's own time, never before its commit's."""


def tags_columns(tags: Sequence[KnownTag], taggers: dict[str, str]) -> Rows:
    """Make the columns of the table of tags."""
    rows: dict[str, list] = {name: [] for name in TAGS}
    for known in tags:
        tag = known.tag
        tagger = taggers.get(tag.name, "")
        values = (tag.name, tag.sha, known.commit, known.time, tagger, tag.signed)
        for name, value in zip(TAGS, values, strict=True):
            rows[name].append(value)
    return columns(rows, TAGS)


def identities_columns(identities: Sequence[Identity]) -> Rows:
    """Make the columns of the table of identities."""
    rows = {name: [getattr(identity, name) for identity in identities] for name in IDENTITIES}
    return columns(rows, IDENTITIES)
