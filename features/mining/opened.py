"""One process' open repository, and what it has just read of it."""

import threading
from collections import OrderedDict
from pathlib import Path

import pygit2
from pygit2.enums import FileMode

from ..manifests import declared
from .commits import tree_of
from .patches import Content
from .store import MEGABYTE, Store
from .trees import Side, Trees

NOTHING = bytes(20)
"""Stands for the object of a side that is not there."""

EMPTY = Content(b"")

_KEPT_COMMITS = 4_096
_KEPT_CONTENTS = 1_024
_CONTENT_KEPT = 8 * MEGABYTE
_KEPT_DECLARATIONS = 64
_LARGEST_KEPT = 4 * MEGABYTE
_SUBMODULE = int(FileMode.COMMIT)  # an enumeration compares slowly


class Worker:
    """One process' open repository and what it has just read."""

    def __init__(self, path: str) -> None:
        self.store = Store(Path(path))
        self.trees = Trees(self.store)
        self.contents: OrderedDict[bytes, Content] = OrderedDict()
        self.content_held = 0
        self.tree_ids: dict[str, bytes] = {}
        self.declarations: dict[tuple[str, Side], frozenset[str]] = {}

    def commit(self, sha: str) -> bytes:
        """Give a commit's raw bytes; none if it cannot be read."""
        found = self.store.read(pygit2.Oid(hex=sha))
        return b"" if found is None else found[1]

    def tree(self, sha: str, data: bytes | None = None) -> bytes:
        """Give the id of a commit's tree, once read for all its children.

        Raises
        ------
        ValueError
            As `tree_of`.
        """
        if sha not in self.tree_ids:
            if len(self.tree_ids) >= _KEPT_COMMITS:
                self.tree_ids.clear()
            self.tree_ids[sha] = tree_of(self.commit(sha) if data is None else data)
        return self.tree_ids[sha]

    def content(self, mode: int, oid: bytes) -> Content | None:
        """Give a side, a submodule as git prints it; None if absent, damaged or too large."""
        if oid == NOTHING:
            return EMPTY
        if mode == _SUBMODULE:
            return Content(f"Subproject commit {oid.hex()}\n".encode())
        if (kept := self.contents.get(oid)) is not None:
            return kept
        found = self.store.blob(pygit2.Oid(raw=oid))
        if found is None:
            return None
        content = Content(*found)
        if len(content.data) <= _LARGEST_KEPT:
            self.contents[oid] = content
            self.content_held += len(content.data)
            while self.content_held > _CONTENT_KEPT or len(self.contents) > _KEPT_CONTENTS:
                self.content_held -= len(self.contents.popitem(last=False)[1].data)
        return content

    def declared(self, path: str, side: Side) -> frozenset[str]:
        """Give the packages that a side declares, once parsed for the next pair, too."""
        key = path, side
        if key not in self.declarations:
            if len(self.declarations) >= _KEPT_DECLARATIONS:
                self.declarations.clear()
            content = self.content(*(side or (0, NOTHING)))
            names = frozenset() if content is None else declared(path, content.data)
            self.declarations[key] = names
        return self.declarations[key]


_at_work = threading.local()


def worker(path: str) -> Worker:
    """Give this thread's open repository, which stays open for the next piece of work."""
    opened = getattr(_at_work, "opened", None)
    if opened is None or opened[0] != path:
        opened = _at_work.opened = path, Worker(path)
    return opened[1]


def close_worker() -> None:
    """Forget this thread's repository: it may have changed when it is mined next."""
    _at_work.opened = None
