"""Adds to a corpus manifest, and says what is wrong with one."""

from datetime import UTC, datetime
from pathlib import Path

from ..features.errors import ConfigurationError, SourceError
from ..features.files import replacing
from ..features.mining import clone, is_url, roots, tip
from .corpus import Corpus, Entry, as_toml, git_directory, read_corpus
from .replay.cases import read_cases

_HEADER = """\
# Public repositories, mined at these commits. Vectors known before `split` are learned from; later
# ones calibrate. What is `held_out` is evaluated on only.
split = 2022-01-01
"""


def add_entry(
    manifest: Path,
    histories: Path,
    repo: str,
    *,
    ecosystem: str,
    licence: str,
    why: str,
    ref: str | None = None,
    held_out: bool = False,
) -> Entry:
    """Append a repository to a manifest, which is made if it is absent.

    Parameters
    ----------
    repo
        owner/name of a git directory in `histories`, or a URL, which is cloned into it.
    ref
        Branch, tag or commit to mine from; HEAD if None.

    Raises
    ------
    ConfigurationError
        If it is in the manifest already, or the manifest cannot be read or written.
    SourceError
        If the repository cannot be found, cloned or read.
    """
    text = manifest.read_text("utf-8") if manifest.exists() else _HEADER
    name = "/".join(repo.removesuffix(".git").rstrip("/").split("/")[-2:]) if is_url(repo) else repo
    if manifest.exists() and name in {entry.repo for entry in read_corpus(manifest).entries}:
        raise ConfigurationError(f"{manifest} lists {name} already")
    path = git_directory(histories, name)
    if path is None and is_url(repo):
        path = histories / f"{name}.git"
        clone(repo, path)
    if path is None:
        raise SourceError(f"{histories} has no repository {name}", hint="name a URL to clone it")
    sha, seconds = tip(path, ref)
    day = datetime.fromtimestamp(seconds, UTC).date()
    entry = Entry(name, sha, day, ecosystem, licence, why, held_out)
    with replacing(manifest) as part:
        part.write_text(f"{text.rstrip()}\n\n{as_toml(entry)}", encoding="utf-8")
    return entry


def problems(corpus: Corpus, histories: Path, incidents: Path | None = None) -> list[str]:
    """List what is wrong with a corpus, a line each.

    A repository or commit that is absent, a date that is not the commit's, two repositories that
    share a root commit (a fork would count twice), a known incident that would be learned from.
    """
    known = read_cases(incidents).repositories if incidents else set()
    found, seen = [], {}
    for entry in corpus.entries:
        if entry.repo in known:
            found.append(f"{entry.repo}: a known incident must not be learned from")
        path = git_directory(histories, entry.repo)
        if path is None:
            found.append(f"{entry.repo}: not in {histories}")
            continue
        try:
            sha, seconds = tip(path, entry.sha)
            starts = roots(path, sha)
        except SourceError as error:
            found.append(f"{entry.repo}: {error}")
            continue
        day = datetime.fromtimestamp(seconds, UTC).date()
        if day != entry.date:
            found.append(f"{entry.repo}: the commit is of {day}, not {entry.date}")
        shared = {seen[root] for root in starts if root in seen}
        found += [f"{entry.repo}: shares its history with {other}" for other in sorted(shared)]
        seen |= dict.fromkeys(starts, entry.repo)
    return found
