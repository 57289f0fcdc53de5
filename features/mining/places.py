"""Keeps mining within the folder that was named: nothing in it may lead us elsewhere."""

import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import SourceError, SourceMissing

_READ = ("HEAD", "config", "packed-refs", "refs", "objects", "shallow")
_REDIRECTING = ("commondir", "objects/info/http-alternates")
_LARGEST_LIST = 65_536  # bytes of a file of paths


def require_own_places(path: Path) -> None:
    """Refuse a repository of which a part lies outside the folder `path`.

    A `.git` file, a `commondir`, alternates and symbolic links can each make a folder that a
    stranger made show us another repository of this machine.

    Raises
    ------
    SourceError
    """
    root = path.resolve()
    git = _git_directory(root)
    if git is None:
        return
    for place in _REDIRECTING:
        if (git / place).exists():
            raise SourceError(
                f"{path} is only a part of a repository whose rest lies elsewhere ({place})",
                hint="name the main work tree or its .git folder",
            )
    try:
        for place in _led_to(git):
            if not place.resolve().is_relative_to(root):
                raise SourceError(
                    f"{path} has a part that lies elsewhere: {place}",
                    hint="clone it with --no-local, so that all of it lies in one folder",
                )
    except (OSError, RuntimeError) as error:
        raise SourceMissing(
            f"{path} cannot be read in full: {error}",
            hint="check its permissions",
        ) from error


def object_folders(git_directory: Path) -> list[Path]:
    """Give the folders that hold a git directory's objects: its own, and those it borrows from.

    While a hook decides about a push, git keeps what was pushed apart, in a folder among the
    objects that `GIT_QUARANTINE_PATH` names (git-receive-pack(1), "Quarantine Environment").
    """
    folders = [git_directory / "objects", *_quarantine(git_directory)]
    for folder in folders:  # grows as alternates of alternates are found
        known = {place.resolve() for place in folders}
        folders += [place for place in _alternates(folder) if place.resolve() not in known]
    return folders


def _quarantine(git_directory: Path) -> list[Path]:
    named = os.environ.get("GIT_QUARANTINE_PATH")
    if not named:
        return []
    place, objects = Path(named).resolve(), (git_directory / "objects").resolve()
    return [place] if place.parent == objects else []


def _git_directory(root: Path) -> Path | None:
    inside = root / ".git"
    if inside.is_file():
        raise SourceError(
            f"{root} only points to a repository elsewhere",
            hint=f"name that one instead: {_pointed_to(inside)}",
        )
    if inside.exists():
        if not inside.resolve().is_relative_to(root):
            raise SourceError(
                f"{inside} leads elsewhere", hint=f"name that one instead: {inside.resolve()}"
            )
        return inside
    return root if (root / "objects").exists() else None


def _pointed_to(file: Path) -> str:
    with file.open("rb") as stream:
        return stream.read(_LARGEST_LIST).decode("utf-8", "replace").partition(":")[2].strip()


def _led_to(git: Path) -> Iterator[Path]:
    """Give whatever what we read of a git directory leads to: links, and folders of objects."""
    for name in _READ:
        if (git / name).is_symlink():
            yield git / name
    pending = [git / "refs", git / "objects"]
    borrowed: set[Path] = set()
    while pending:
        folder = pending.pop()
        entries = _entries(folder)
        yield from (Path(entry.path) for entry in entries if entry.is_symlink())
        pending += [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
        fresh = {place.resolve() for place in _alternates(folder)} - borrowed
        borrowed |= fresh
        yield from fresh
        pending += fresh


def _entries(folder: Path) -> list[os.DirEntry]:
    try:
        return list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _alternates(objects: Path) -> list[Path]:
    listed = objects / "info" / "alternates"
    if objects.name != "objects" or not listed.is_file():
        return []
    with listed.open("rb") as stream:
        lines = stream.read(_LARGEST_LIST).decode("utf-8", "surrogateescape").splitlines()
    return [objects / line for line in lines if line and not line.startswith("#")]
