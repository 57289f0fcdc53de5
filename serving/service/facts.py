"""Turns the facts of a request into a history, alone or on top of a stored one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ...features.history import TABLES, History, table
from .problems import Problem
from .schemas import Facts, Row

_DEFAULTS = {"string": "", "bool": False, "int32": 0, "int64": 0}
_REQUIRED = {
    "commits": ("sha", "parents", "known_time", "author", "author_kind", "committer",
                "committer_kind"),
    "changes": ("commit", "path", "status", "old_mode", "new_mode"),
    "merge_changes": ("commit", "path", "status"),
    "tags": ("name", "sha", "commit", "known_time"),
}  # fmt: skip
_PLAUSIBLE = {"int32": 2**31 - 1, "int64": 2**53, "float32": 1e30}
_LATEST = 2**40  # seconds since 1970, far beyond any clock


def history_of(facts: Facts) -> History:
    """Make a history of what a request brings.

    Raises
    ------
    Problem
        422, naming the row and column that is wrong.
    """
    frames = {name: _frame(name, getattr(facts, name)) for name in TABLES if name != "identities"}
    commits = frames["commits"]
    _require_order(commits)
    for name in ("changes", "merge_changes", "tags"):
        beyond = ~frames[name]["commit"].between(0, len(commits) - 1)
        if beyond.any():
            raise _fault(name, int(beyond.to_numpy().argmax()), "commit", "no such commit")
    changes = {
        name: frames[name].sort_values("commit", kind="stable").reset_index(drop=True)
        for name in ("changes", "merge_changes")
    }
    return History(
        facts.project, commits, changes["changes"], changes["merge_changes"], frames["tags"],
        table({}, TABLES["identities"]), head=facts.head or "",
    )  # fmt: skip


def _require_order(commits: pd.DataFrame) -> None:
    """Hold commits to what mining promises: each once, parents first, time never falling."""
    shas = commits["sha"]
    if shas.duplicated().any():
        raise _fault("commits", int(shas.duplicated().to_numpy().argmax()), "sha", "comes twice")
    falls = np.diff(commits["known_time"].to_numpy()) < 0
    if falls.any():
        raise _fault(
            "commits", int(falls.argmax()) + 1, "known_time", "lies before the commit above it"
        )
    late = commits["known_time"].abs() > _LATEST
    if late.any():
        raise _fault("commits", int(late.to_numpy().argmax()), "known_time", "is no plausible time")


def _frame(name: str, rows: Sequence[Row]) -> pd.DataFrame:
    schema = TABLES[name]
    known, required = set(schema), set(_REQUIRED[name])
    for number, row in enumerate(rows):
        if not required <= set(row) <= known:
            odd = sorted(set(row) - known) or sorted(required - set(row))
            raise _fault(name, number, odd[0], "no such column" if odd[0] in row else "is lacking")
    columns = {
        column: [_value(name, number, column, kind, row.get(column)) for number, row in
                 enumerate(rows)]
        for column, (kind, _) in schema.items()
    }  # fmt: skip
    return table(columns, schema)


def _value(name: str, number: int, column: str, kind: str, value: object) -> object:
    plain = kind.rstrip("?")
    if value is None:
        if kind.endswith("?"):
            return np.nan
        if column not in _REQUIRED[name]:
            return _DEFAULTS[plain]
        raise _fault(name, number, column, "is lacking")
    if plain == "string" and isinstance(value, str):
        return value
    if plain == "bool" and isinstance(value, bool):
        return value
    right = isinstance(value, (int, float)) and not isinstance(value, bool)
    whole = plain == "float32" or (isinstance(value, (int, float)) and value == int(value or 0))
    if plain in _PLAUSIBLE and right and whole and abs(float(str(value))) <= _PLAUSIBLE[plain]:
        return value
    raise _fault(name, number, column, f"is not {_article(plain)}")


def _article(kind: str) -> str:
    return {"string": "text", "bool": "true or false", "float32": "a number"}.get(
        kind, "a whole number within bounds"
    )


def _fault(name: str, row: int, column: str, what: str) -> Problem:
    return Problem(422, f"facts.{name}.{row}.{column} {what}")


def on_top_of(stored: History, new: History) -> History:
    """Put a request's commits after a project's stored ones.

    Commits that are stored already are taken from the request only for being judged.
    """
    fresh = ~new.commits["sha"].isin(stored.commits["sha"]).to_numpy()
    last = int(stored.commits["known_time"].iloc[-1])
    commits = new.commits[fresh]
    commits = commits.assign(known_time=commits["known_time"].clip(lower=last))
    position = np.full(len(new.commits), -1)
    position[fresh] = len(stored.commits) + np.arange(fresh.sum())
    return replace(
        stored,
        commits=pd.concat([stored.commits, commits], ignore_index=True),
        changes=_joined(stored.changes, new.changes, position),
        merge_changes=_joined(stored.merge_changes, new.merge_changes, position),
        tags=_joined(stored.tags, new.tags, position),
        head=new.head or stored.head,
    )


def _joined(stored: pd.DataFrame, new: pd.DataFrame, position: np.ndarray) -> pd.DataFrame:
    moved = new.assign(commit=position[new["commit"].to_numpy()].astype("int32"))
    return pd.concat([stored, moved[moved["commit"] >= 0]], ignore_index=True)
