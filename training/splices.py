"""Real histories with one thing changed, so that what should be found is known and plentiful.

A splice works on mined facts: it ends a history at some commit and replaces what that commit, or
the author's last few, changed. Nothing that came before is touched, and nothing comes after.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from ..features.history import CHANGES, History, table
from ..features.hosts import hosts_in
from ..features.manifests import PROBE
from ..features.mining import measure_text
from ..features.paths import ROLES, has_role
from ..features.windows import DAY

REGULAR_FILE = 0o100644

_HABITS = (
    "author_offset", "signature", "subject_length", "body_lines", "message_length", "trailers",
    "signed_off", "co_authored", "reviews", "references", "conventional",
    "claim",
)  # fmt: skip
"""Columns of a commit that tell who is at the keyboard."""


@dataclass(frozen=True)
class Touch:
    """What a planted commit does to one path."""

    path: str
    text: bytes = b""
    """The lines that are added."""
    deleted: int = 0
    new: bool = False
    binary: bool = False
    size: int = 0
    """Bytes of the file afterwards."""
    form: str = ""
    """What a binary file is: archive, executable, image or other."""
    declares: str = ""
    """Packages that the file comes to declare, by spaces."""


def commits_of_people(history: History, since: int) -> np.ndarray:
    """List the positions of people's commits known from a time on, merges and roots aside."""
    commits = history.commits
    fits = (commits["author_kind"] == "person") & (commits["known_time"] >= since)
    fits &= ~commits["parents"].str.contains(" ", regex=False) & (commits["parents"] != "")
    return np.flatnonzero(fits.to_numpy())


def runs_of_people(
    history: History,
    length: int,
    past: int,
    between: tuple[float, float],
    rng: np.random.Generator,
) -> Iterator[list[int]]:
    """Give `length` commits in a row of each author who has made `past` before, authors drawn.

    Parameters
    ----------
    between
        Times, in seconds since 1970 UTC, from which on and before which the first is known.
    """
    time, author = (history.commits[name].to_numpy() for name in ("known_time", "author"))
    everything = commits_of_people(history, 0)
    people, many = np.unique(author[everything], return_counts=True)
    for person in rng.permutation(people[many >= past + length]):
        own = everything[author[everything] == person]
        number = np.arange(len(own))
        fits = (number >= past) & (number + length <= len(own))
        starts = np.flatnonzero(fits & (time[own] >= between[0]) & (time[own] < between[1]))
        if len(starts):
            start = rng.choice(starts)
            yield own[start : start + length].tolist()


def ends_at(history: History, position: int) -> History:
    """Keep a history up to and with the commit at a position."""
    return replace(
        history,
        commits=history.commits.iloc[: position + 1],
        changes=history.changes[history.changes["commit"] <= position],
        merge_changes=history.merge_changes[history.merge_changes["commit"] <= position],
        tags=history.tags[history.tags["commit"] < position],
    )


def plant(history: History, position: int, touches: Sequence[Touch]) -> History:
    """Let the commit at a position, the last one, change something else; the rest of it stays."""
    ended = ends_at(history, position)
    rows = {
        "commit": [position] * len(touches),
        "path": [touch.path for touch in touches],
        "status": ["A" if touch.new else "M" for touch in touches],
        "old_mode": [0 if touch.new else REGULAR_FILE for touch in touches],
        "new_mode": [REGULAR_FILE] * len(touches),
        "binary": [touch.binary for touch in touches],
        "size": [touch.size for touch in touches],
        "form": [touch.form for touch in touches],
        "declares": [touch.declares for touch in touches],
        "hosts": [" ".join(hosts_in(touch.text)) for touch in touches],
    }
    measured = pd.DataFrame([_measured(touch) for touch in touches])
    rows |= {str(name): measured[name].tolist() for name in measured}
    kept = ended.changes[ended.changes["commit"] < position]
    return replace(ended, changes=pd.concat([kept, table(rows, CHANGES)], ignore_index=True))


def _measured(touch: Touch) -> dict[str, float]:
    """Measure a touch's text as mining does; a binary file has none."""
    if touch.binary:
        return {"added": np.nan, "deleted": np.nan, "minified": False}
    lines = touch.text.count(b"\n")
    counts = {"added": lines, "deleted": touch.deleted, "new_lines": lines}
    return counts | {"added_bytes": len(touch.text)} | measure_text(touch.text)


def compromise(
    history: History,
    own: Sequence[int],
    other: History,
    theirs: Sequence[int],
    *,
    at_home: np.random.Generator | None = None,
) -> History:
    """Put commits of somebody in another project in the place of an author's, under their name.

    Days, order, parents, names and addresses stay the author's; hours where the order allows it,
    clock settings, messages, signatures and changes become the other's.

    Parameters
    ----------
    own
        Positions of the author's k commits, rising; the history ends at the last.
    theirs
        Positions of the k commits that take their place, in `other`.
    at_home
        Move their changes to files of this project, of the same roles, drawn by this generator:
        else every path is a stranger here, which gives them away.
    """
    ended = ends_at(history, own[-1])
    source = other.commits.iloc[list(theirs)]
    new = {name: source[name].to_numpy() for name in _HABITS}
    new |= _at_their_hours(ended.commits, own, source["author_time"].to_numpy() % DAY)
    columns = {}
    for name, values in new.items():
        column = ended.commits[name]
        replaced = column.to_numpy(copy=True)
        replaced[list(own)] = values
        columns[name] = pd.Series(replaced, index=column.index, dtype=column.dtype)
    commits = ended.commits.assign(**columns)
    files = Files.at(history, own[0])
    parts = [ended.changes[~ended.changes["commit"].isin(own)]]
    for position, taken in zip(own, theirs, strict=True):
        changes = other.changes[other.changes["commit"] == taken]
        if at_home is not None:
            changes = moved(changes, files, at_home)
        parts.append(changes.assign(commit=np.int32(position)))
    changes = pd.concat(parts, ignore_index=True).sort_values("commit", kind="stable")
    return replace(ended, commits=commits, changes=changes.reset_index(drop=True))


def in_other_hands(
    history: History,
    own: Sequence[int],
    other: History,
    theirs: Sequence[int],
    rng: np.random.Generator,
) -> tuple[History, History, History]:
    """Give a history up to an author's commits: as it was, and by another, whose files move or not.

    In this order: the author's, another's, another's in this project's files.

    Parameters
    ----------
    As `compromise`; `rng` draws the files.
    """
    return (
        ends_at(history, own[-1]),
        compromise(history, own, other, theirs),
        compromise(history, own, other, theirs, at_home=rng),
    )


def _at_their_hours(
    commits: pd.DataFrame, own: Sequence[int], hours: np.ndarray
) -> dict[str, np.ndarray]:
    """Move commits to other hours of their days, as far as the commits around them allow.

    Order and the delay between author and committer stay, or clocks would give the splice away.
    """
    known = commits["known_time"].to_numpy(copy=True)
    for position, hour in zip(own, hours, strict=True):
        before = known[position - 1] if position else known[position]
        after = known[position + 1] if position + 1 < len(known) else known[position] + DAY
        wanted = known[position] // DAY * DAY + np.nan_to_num(hour)
        known[position] = min(max(wanted, before), after)
    shift = (known - commits["known_time"].to_numpy())[list(own)]
    times = ("known_time", "author_time", "commit_time")
    return {name: commits[name].to_numpy()[list(own)] + shift for name in times}


def moved(changes: pd.DataFrame, files: "Files", rng: np.random.Generator) -> pd.DataFrame:
    """Let changes happen to files that are there."""
    if files.paths.empty:
        return changes
    paths = [files.like(path, rng) for path in changes["path"]]
    moved = changes.assign(path=paths, status="M", old_mode=REGULAR_FILE, new_mode=REGULAR_FILE)
    return moved.astype(changes.dtypes.to_dict()).drop_duplicates("path")


@dataclass(frozen=True)
class Files:
    """The files that a project has at some time, by role."""

    paths: pd.Series
    probes: Mapping[str, str] = field(default_factory=dict)
    """By path the name of a check in it whose program the build tries to compile."""

    @classmethod
    def at(cls, history: History, position: int) -> "Files":
        """List what is there before the commit at a position."""
        before = history.changes[history.changes["commit"] < position]
        last = before.drop_duplicates("path", keep="last")
        there = last["path"][last["status"] != "D"]
        found = before[before["declares"].str.contains(PROBE, regex=False)]
        names = found["declares"].str.extract(f"{PROBE}([^@ ]+)@", expand=False)
        probes = dict(zip(found["path"], names, strict=True))
        return cls(there, {path: probes[path] for path in sorted(probes.keys() & set(there))})

    def some(self, role: str, rng: np.random.Generator, *, but: str = "") -> str | None:
        """Draw a file of a role, none of another; None if there is none."""
        if self.paths.empty:
            return None
        fits = has_role(self.paths, role)
        if but:
            fits &= ~has_role(self.paths, but)
        found = self.paths[fits]
        return None if found.empty else str(found.iloc[rng.integers(len(found))])

    def like(self, path: str, rng: np.random.Generator) -> str:
        """Draw a file of the first role that a path has, or any if there is none."""
        one = pd.Series([path])
        role = next((role for role in ROLES if has_role(one, role)[0]), "")
        found = self.some(role, rng) if role else None
        return found or str(self.paths.iloc[rng.integers(len(self.paths))])
