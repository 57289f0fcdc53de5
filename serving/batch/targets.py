"""Which repositories a batch goes through."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...features.errors import ConfigurationError
from ...features.files import parquet_frame
from ...features.mining import is_url
from ..options import project_name

_NAMES = ("name", "project", "package", "package_name")
_SOURCES = ("source", "repository_url", "repository", "repo_url", "url", "path")


@dataclass(frozen=True)
class Target:
    """One repository."""

    name: str
    source: str
    """Path of a git directory or work tree, or a URL."""


def read_targets(path: Path) -> list[Target]:
    """Read a list of repositories.

    Lines of text: a path or URL, or a name, a tab and one of them; `#` begins a comment. CSV and
    Parquet: a column of sources (`source`, `repository_url`, `url`, `path`) and, if wanted, one of
    names. JSON and JSON lines: objects with such fields, as package registries export them.
    Repositories that several entries name are taken once, under the first name; entries without a
    repository are left out. Paths are relative to the list's folder.

    Returns
    -------
    Targets in the order of their names.

    Raises
    ------
    ConfigurationError
        If the list cannot be read, names nothing, or gives one name to two repositories.
    """
    try:
        rows = _READERS.get(path.suffix, _lines)(path)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read as a list: {error}") from error
    by_source: dict[str, Target] = {}
    for name, source in rows:
        if source:
            place = source if is_url(source) else str((path.parent / source).resolve())
            by_source.setdefault(place, Target(name or _name_of(place), place))
    names: dict[str, str] = {}
    for target in by_source.values():
        other = names.setdefault(target.name, target.source)
        if other != target.source:
            raise ConfigurationError(
                f"{path} calls two repositories {target.name}", hint="give them names of their own"
            )
    if not by_source:
        raise ConfigurationError(f"{path} names no repository")
    return sorted(by_source.values(), key=lambda target: target.name)


def _name_of(source: str) -> str:
    if is_url(source):
        return urlsplit(source).path.strip("/").removesuffix(".git")
    return project_name(source)


def _lines(path: Path) -> Iterable[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        said = line.partition("#")[0].strip() if not is_url(line.strip()) else line.strip()
        name, tab, source = said.partition("\t")
        yield (name.strip(), source.strip()) if tab else ("", name)


def _table(path: Path) -> Iterable[tuple[str, str]]:
    import pandas as pd

    frame = parquet_frame(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=str)
    return _named(frame.fillna("").to_dict("records"), path)


def _objects(path: Path) -> Iterable[tuple[str, str]]:
    text = path.read_text(encoding="utf-8")
    listed = path.suffix == ".json"
    rows = json.loads(text) if listed else [json.loads(line) for line in text.splitlines() if line]
    return _named(rows, path)


def _named(rows: list[dict[Any, Any]], path: Path) -> list[tuple[str, str]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigurationError(f"{path} is no list of objects")
    keys = {str(key).lower(): key for row in rows[:1] for key in row}
    source = next((keys[own] for own in _SOURCES if own in keys), None)
    name = next((keys[own] for own in _NAMES if own in keys), None)
    if source is None:
        raise ConfigurationError(
            f"{path} has the columns {', '.join(keys)}", hint=f"one of {', '.join(_SOURCES)}"
        )
    return [(str(row.get(name) or ""), str(row.get(source) or "")) for row in rows]


_READERS = {".csv": _table, ".parquet": _table, ".json": _objects, ".jsonl": _objects}
