"""The corpus manifest: which repositories, at which commit, a baseline is learned from."""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..features.errors import ConfigurationError


@dataclass(frozen=True)
class Entry:
    """One repository of the corpus."""

    repo: str
    """owner/name"""
    sha: str
    """Mined from here: the tip on the day the corpus was put together."""
    date: date
    """Day of that commit."""
    ecosystem: str


@dataclass(frozen=True)
class Corpus:
    """All entries, and the day that parts what is learned from what is calibrated on."""

    entries: tuple[Entry, ...]
    split: date
    digest: str
    """First 16 hexadecimal digits of the manifest's SHA-256."""


def read_corpus(path: Path) -> Corpus:
    """Read a manifest, `experiments/corpus.toml` for the shipped baseline.

    Raises
    ------
    ConfigurationError
        Naming the file and the key that is absent or wrong.
    """
    try:
        raw = path.read_bytes()
        document = tomllib.loads(raw.decode("utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} does not exist") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read as TOML: {error}") from error
    split = document.get("split")
    if not isinstance(split, date):
        raise ConfigurationError(f"{path}: `split` must be a date")
    listed = document.get("repository", [])
    entries = tuple(_entry(path, number, row) for number, row in enumerate(listed, 1))
    if not entries:
        raise ConfigurationError(f"{path} lists no [[repository]]")
    return Corpus(entries, split, hashlib.sha256(raw).hexdigest()[:16])


def _entry(path: Path, number: int, row: dict[str, object]) -> Entry:
    values = {}
    for key, kind in (("repo", str), ("sha", str), ("date", date), ("ecosystem", str)):
        value = row.get(key)
        if not isinstance(value, kind):
            raise ConfigurationError(f"{path}: `{key}` of repository {number} is absent or wrong")
        values[key] = value
    return Entry(**values)


def git_directory(histories: Path, repo: str) -> Path | None:
    """Find a repository in a mirror: `owner+name/repo`, `owner/name` or `owner/name.git`."""
    candidates = (f"{repo.replace('/', '+')}/repo", repo, f"{repo}.git")
    return next((histories / c for c in candidates if (histories / c).is_dir()), None)
