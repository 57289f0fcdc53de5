"""Reads objects from a repository's object folder, and nothing else of it: no configuration."""

from pathlib import Path

import pygit2
from pygit2.enums import Option

MEGABYTE = 1024 * 1024
LARGEST_BLOB = 50 * MEGABYTE  # bytes; a larger one is listed but not read
LARGEST_OBJECT = 100 * MEGABYTE  # bytes; of commits, trees and tags, which are much smaller
MAPPED_PACKS = 256 * MEGABYTE  # bytes of packs that libgit2 may keep mapped in one process

_UNREADABLE = (KeyError, ValueError, MemoryError, pygit2.GitError)


def open_store(path: Path) -> pygit2.Odb:
    """Open the object folder of a git directory that `open_repository` has checked.

    Objects are not hashed again as they are read: it takes half of the time, and facts about a
    history need no proof that it is authentic. What is damaged does not inflate.
    """
    pygit2.option(Option.ENABLE_STRICT_HASH_VERIFICATION, False)
    pygit2.option(Option.ENABLE_CACHING, False)
    pygit2.option(Option.SET_MWINDOW_SIZE, 32 * MEGABYTE)
    pygit2.option(Option.SET_MWINDOW_MAPPED_LIMIT, MAPPED_PACKS)
    return pygit2.Odb(str(path / "objects"))


def blobs_of(store: pygit2.Odb) -> pygit2.Repository:
    """Give a repository in memory that has the store's objects, and no configuration."""
    repository = pygit2.Repository()
    repository.set_odb(store)
    return repository


def read_blob(
    blobs: pygit2.Repository, store: pygit2.Odb, oid: pygit2.Oid, largest: int = LARGEST_BLOB
) -> pygit2.Blob | None:
    """Read a blob as an object; None as for `read_object`, or if it is something else."""
    try:
        if store.read_header(oid)[1] > largest:
            return None
        found = blobs[oid]
    except _UNREADABLE:
        return None
    return found if isinstance(found, pygit2.Blob) else None


def read_object(
    store: pygit2.Odb, oid: pygit2.Oid, largest: int = LARGEST_OBJECT
) -> tuple[int, bytes] | None:
    """Read an object as stored, replace refs and grafts ignored.

    The size that the header states is looked at first: a small file can inflate to gigabytes.

    Returns
    -------
    Its kind (an `ObjectType`) and bytes; None if it is absent, damaged, or of more than `largest`
    bytes.
    """
    try:
        if store.read_header(oid)[1] > largest:
            return None
        kind, data = store.read(oid)
    except _UNREADABLE:
        return None
    return kind, data
