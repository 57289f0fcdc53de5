"""Real histories with one thing changed, so that what should be found is known and plentiful.

A splice works on mined facts: it ends a history at some commit and replaces what that commit, or
the author's last few, changed. Nothing that came before is touched, and nothing comes after.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..features.history import CHANGES, History, table
from ..features.paths import ROLES, has_role

REGULAR_FILE = 0o100644

_HABITS = (
    "author_offset", "signature", "subject_length", "body_lines", "message_length", "trailers",
    "signed_off", "co_authored", "reviews", "references", "conventional",
)  # fmt: skip
"""Columns of a commit that tell who is at the keyboard."""


@dataclass(frozen=True)
class Touch:
    """What a planted commit does to one path."""

    path: str
    added: int = 0
    deleted: int = 0
    new: bool = False
    binary: bool = False
    size: int = 0
    """Bytes of the file afterwards."""


def ends_at(history: History, position: int) -> History:
    """Keep a history up to and with the commit at a position."""
    return replace(
        history,
        commits=history.commits.iloc[: position + 1],
        changes=history.changes[history.changes["commit"] <= position],
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
        "added": [np.nan if touch.binary else touch.added for touch in touches],
        "deleted": [np.nan if touch.binary else touch.deleted for touch in touches],
        "binary": [touch.binary for touch in touches],
        "size": [touch.size for touch in touches],
    }
    kept = ended.changes[ended.changes["commit"] < position]
    return replace(ended, changes=pd.concat([kept, table(rows, CHANGES)], ignore_index=True))


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
    new |= _at_their_hours(ended.commits, own, source["author_time"].to_numpy() % 86_400)
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


def _at_their_hours(
    commits: pd.DataFrame, own: Sequence[int], hours: np.ndarray
) -> dict[str, np.ndarray]:
    """Move commits to other hours of their days, as far as the commits around them allow.

    Order and the delay between author and committer stay, or clocks would give the splice away.
    """
    known = commits["known_time"].to_numpy(copy=True)
    for position, hour in zip(own, hours, strict=True):
        before = known[position - 1] if position else known[position]
        after = known[position + 1] if position + 1 < len(known) else known[position] + 86_400
        wanted = known[position] // 86_400 * 86_400 + np.nan_to_num(hour)
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

    @classmethod
    def at(cls, history: History, position: int) -> "Files":
        """List what is there before the commit at a position."""
        before = history.changes[history.changes["commit"] < position]
        last = before.drop_duplicates("path", keep="last")
        return cls(last["path"][last["status"] != "D"])

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


Shape = Callable[[Files, np.random.Generator], list[Touch] | None]
"""Gives what a planted commit does, or None where the project has nothing to do it to."""


def install_hook(files: Files, rng: np.random.Generator) -> list[Touch] | None:
    """A script that runs at installation: a line in a manifest, and a small new file."""
    manifest = files.some("manifest", rng)
    if manifest is None:
        return None
    return [Touch(manifest, 1, 0, size=2_000), Touch("scripts/prepare.js", 12, new=True, size=500)]


def workflow_step(files: Files, rng: np.random.Generator) -> list[Touch] | None:
    """A step that sends secrets away, added to a workflow."""
    workflow = files.some("ci", rng)
    if workflow is None:
        return None
    return [Touch(workflow, int(rng.integers(2, 8)), 0, size=3_000)]


def fixture_and_glue(files: Files, rng: np.random.Generator) -> list[Touch] | None:
    """Two binary test files, and a build file that comes to read them."""
    build, test = files.some("build", rng), files.some("test", rng)
    if build is None or test is None:
        return None
    folder = test.rpartition("/")[0]
    sizes = rng.integers(300, 4_000, 2)
    return [
        *(
            Touch(f"{folder}/case-{number}.bin".lstrip("/"), new=True, binary=True, size=int(size))
            for number, size in enumerate(sizes)
        ),
        Touch(build, 3, 1, size=8_000),
    ]


def added_dependency(files: Files, rng: np.random.Generator) -> list[Touch] | None:
    """One more dependency, in the manifest and the lock file if there is one."""
    manifest, lock = files.some("manifest", rng), files.some("lock", rng)
    if manifest is None:
        return None
    touches = [Touch(manifest, 1, 0, size=2_000)]
    return [*touches, Touch(lock, 8, 2, size=60_000)] if lock else touches


def obfuscated_line(files: Files, rng: np.random.Generator) -> list[Touch] | None:
    """One long line in a source file."""
    source = files.some("source", rng, but="test")
    return None if source is None else [Touch(source, 1, 0, size=9_000)]


def weakened_check(files: Files, rng: np.random.Generator) -> list[Touch] | None:
    """One character in a build file, so that a check can no longer succeed."""
    build = files.some("build", rng)
    return None if build is None else [Touch(build, 1, 1, size=8_000)]


SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        install_hook, workflow_step, fixture_and_glue, added_dependency, obfuscated_line,
        weakened_check,
    )
}  # fmt: skip
"""Kinds of planted commits, in the shape of known cases; what their lines say is not made up."""
