"""Reads objects from a repository's object folders, and nothing else of it: no configuration."""

import os
import stat
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from weakref import WeakKeyDictionary

import pygit2
from pygit2.enums import ObjectType, Option

from .places import object_folders

MEGABYTE = 1024 * 1024
LARGEST_BLOB = 50 * MEGABYTE  # bytes; a larger one is listed but not read
LARGEST_OBJECT = 100 * MEGABYTE  # bytes; of commits, trees and tags, which are much smaller
MAPPED_WHOLE = 512 * MEGABYTE  # bytes of packs up to which all of them may be mapped
WINDOW = 8 * MEGABYTE  # bytes of larger ones that are mapped together
MAPPED = 128 * MEGABYTE  # bytes of larger ones that a process may keep mapped to read contents
MAPPED_COMMITS = 32 * MEGABYTE  # the same to read commits alone, which lie together

_UNREADABLE = (KeyError, ValueError, MemoryError, pygit2.GitError)
_KINDS = {
    b"commit": ObjectType.COMMIT,
    b"tree": ObjectType.TREE,
    b"blob": ObjectType.BLOB,
    b"tag": ObjectType.TAG,
}
_LONGEST_HEADER = 64  # bytes of a loose object before its content


class Store:
    """The objects of a git directory that `open_repository` has checked.

    Packs are read by libgit2. Loose objects are inflated here, in bounds: libgit2 1.9 goes on
    for ever on some that are cut short. Objects are not hashed again as they are read: it takes
    half of the time, and facts about a history need no proof that it is authentic.

    Parameters
    ----------
    mapped
        Bytes of its packs that the process may keep mapped, if these are too large to be mapped
        whole.
    """

    def __init__(self, git_directory: Path, mapped: int = MAPPED) -> None:
        pygit2.option(Option.ENABLE_STRICT_HASH_VERIFICATION, False)
        pygit2.option(Option.ENABLE_CACHING, False)
        self._folders = object_folders(git_directory)
        whole = _packed(self._folders) <= MAPPED_WHOLE
        # A window may begin at any multiple of half its size: here, only where a pack does.
        pygit2.option(Option.SET_MWINDOW_SIZE, 2 * MAPPED_WHOLE if whole else WINDOW)
        pygit2.option(Option.SET_MWINDOW_MAPPED_LIMIT, 2 * MAPPED_WHOLE if whole else mapped)
        self._packs = pygit2.Odb()
        for folder in self._folders:
            if (folder / "pack").is_dir():
                self._packs.add_backend(pygit2.OdbBackendPack(str(folder)), 1)
        self._in_memory = pygit2.Repository()
        self._in_memory.set_odb(self._packs)

    def header(self, oid: pygit2.Oid) -> tuple[int, int] | None:
        """Give an object's kind (an `ObjectType`) and size, as its header states them."""
        try:
            return self._packs.read_header(oid)
        except _UNREADABLE:
            loose = self._loose(oid)
        return None if loose is None else loose[:2]

    def read(self, oid: pygit2.Oid, largest: int = LARGEST_OBJECT) -> tuple[int, bytes] | None:
        """Read an object as stored, replace refs and grafts ignored.

        The size that the header states is looked at first: a small file can inflate to
        gigabytes.

        Returns
        -------
        Its kind (an `ObjectType`) and bytes; None if it is absent, damaged, or of more than
        `largest` bytes.
        """
        try:
            if self._packs.read_header(oid)[1] > largest:
                return None
            return self._packs.read(oid)
        except _UNREADABLE:
            return self._inflated(oid, largest)

    def blob(
        self, oid: pygit2.Oid, largest: int = LARGEST_BLOB
    ) -> tuple[bytes, pygit2.Blob | None] | None:
        """Read a blob, also as an object where it is packed; None as `read`, or if it is none."""
        try:
            if self._packs.read_header(oid)[1] > largest:
                return None
            found = self._in_memory[oid]
        except _UNREADABLE:
            inflated = self._inflated(oid, largest)
            if inflated is None or inflated[0] != ObjectType.BLOB:
                return None
            return inflated[1], None
        if not isinstance(found, pygit2.Blob):
            return None
        return memoryview(found).tobytes(), found  # `found.data` would read it once more

    def _inflated(self, oid: pygit2.Oid, largest: int) -> tuple[int, bytes] | None:
        loose = self._loose(oid)
        if loose is None or loose[1] > largest:
            return None
        kind, size, begun, rest, inflater = loose
        if len(begun) > size:
            return None
        try:
            content = begun + inflater.decompress(rest, size - len(begun) + 1)
        except zlib.error:
            return None
        return (kind, content) if len(content) == size else None

    def _loose(self, oid: pygit2.Oid) -> "tuple[int, int, bytes, bytes, zlib._Decompress] | None":
        """Give kind, size, what of the content is inflated, the rest, and what inflates it."""
        name = str(oid)
        for folder in self._folders:
            packed = _file(folder / name[:2] / name[2:])
            if packed is None:
                continue
            inflater = zlib.decompressobj()
            try:
                start = inflater.decompress(packed, _LONGEST_HEADER)
            except zlib.error:
                return None
            header, _, begun = start.partition(b"\0")
            kind, _, size = header.partition(b" ")
            if kind not in _KINDS or not size.isdigit():
                return None
            return int(_KINDS[kind]), int(size), begun, inflater.unconsumed_tail, inflater
        return None


def _packed(folders: Sequence[Path]) -> int:
    """Give the bytes of all packs."""
    size = 0
    for folder in folders:
        for pack in (folder / "pack").glob("*.pack"):
            with suppress(OSError):  # packed anew meanwhile
                size += pack.stat().st_size
    return size


def _file(path: Path) -> bytes | None:
    """Read a plain file that is not larger than any object may be."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_OBJECT:
                return None
            return file.read()
    except OSError:
        return None


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


_stores: WeakKeyDictionary[pygit2.Repository, Store] = WeakKeyDictionary()


def store_of(repository: pygit2.Repository) -> Store:
    """Give the store of an open repository, the same each time."""
    if repository not in _stores:
        _stores[repository] = Store(Path(repository.path), MAPPED_COMMITS)
    return _stores[repository]
