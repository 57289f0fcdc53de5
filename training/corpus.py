"""The corpus manifest: which repositories, at which commit, a baseline is learned from."""

import hashlib
import tomllib
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from ..features.errors import ConfigurationError
from ..features.windows import first_second


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
    licence: str
    """Under which its history may be read: what its licence files say, in SPDX identifiers."""
    why: str
    """Why it is in."""
    held_out: bool = False
    """Ordinary life that is neither learned from nor calibrated on: evaluations use it."""


@dataclass(frozen=True)
class Corpus:
    """All entries, and the day that parts what is learned from what is calibrated on."""

    entries: tuple[Entry, ...]
    split: date
    digest: str
    """First 16 hexadecimal digits of the manifest's SHA-256."""

    @property
    def split_time(self) -> int:
        """Give the first second of the day of the split, since 1970 UTC."""
        return first_second(self.split)

    @property
    def learned(self) -> tuple[Entry, ...]:
        """Give what a baseline is learned from."""
        return tuple(entry for entry in self.entries if not entry.held_out)

    @property
    def held_out(self) -> tuple[Entry, ...]:
        """Give what it is evaluated on."""
        return tuple(entry for entry in self.entries if entry.held_out)


_REQUIRED = (
    ("repo", str), ("sha", str), ("date", date), ("ecosystem", str), ("licence", str), ("why", str),
)  # fmt: skip


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
    names = [entry.repo for entry in entries]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigurationError(f"{path} lists {twice[0]} twice")
    return Corpus(entries, split, hashlib.sha256(raw).hexdigest()[:16])


def _entry(path: Path, number: int, row: dict[str, object]) -> Entry:
    unknown = sorted(set(row) - {key for key, _ in _REQUIRED} - {"held_out"})
    if unknown:
        raise ConfigurationError(f"{path}: `{unknown[0]}` of repository {number} is no known key")
    values = {}
    for key, kind in (*_REQUIRED, ("held_out", bool)):
        value = row.get(key, False if key == "held_out" else None)
        if not isinstance(value, kind):
            raise ConfigurationError(f"{path}: `{key}` of repository {number} is absent or wrong")
        values[key] = value
    return Entry(**values)


def as_toml(entry: Entry) -> str:
    """Write an entry as a manifest has it. Needs the extra `train`."""
    import tomli_w

    facts = {key: value for key, value in asdict(entry).items() if value is not False}
    return f"[[repository]]\n{tomli_w.dumps(facts)}"


def repositories(histories: Path) -> list[str]:
    """List the owner/name of all git directories in a mirror, whichever form each has."""
    places = [*histories.glob("*+*/repo"), *histories.glob("[!.]*/[!.]*")]
    found = set()
    for place in places:
        if not ((place / "HEAD").is_file() or (place / ".git").exists()):
            continue
        if place.name == "repo" and "+" in place.parent.name:
            found.add(place.parent.name.replace("+", "/", 1))
        else:
            found.add(f"{place.parent.name}/{place.name.removesuffix('.git')}")
    return sorted(found)


def git_directory(histories: Path, repo: str) -> Path | None:
    """Find a repository in a mirror: `owner+name/repo`, `owner/name` or `owner/name.git`."""
    candidates = (f"{repo.replace('/', '+')}/repo", repo, f"{repo}.git")
    return next((histories / c for c in candidates if (histories / c).is_dir()), None)
