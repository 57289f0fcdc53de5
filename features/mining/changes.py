"""What each commit changes: paths by tree comparison, lines by libgit2's diff. Runs in workers."""

from collections.abc import Sequence

import pygit2
from pygit2.enums import DeltaStatus, DiffOption, FileMode, RepositoryOpenFlag

from .repository import read_object

BINARY_SNIFF = 8_000  # bytes in which git looks for a NUL (buffer_is_binary in xdiff-interface.c)
LARGEST_BLOB = 100 * 1024 * 1024  # bytes; a larger one is listed but not read

_STATUS = {
    DeltaStatus.ADDED: "A",
    DeltaStatus.DELETED: "D",
    DeltaStatus.MODIFIED: "M",
    DeltaStatus.TYPECHANGE: "T",
}

Change = tuple[int, str, str, int, int, str, str]
"""commit position, path, status, old mode, new mode, old object, new object ('' if none)."""

Pair = tuple[str, str, int, int]
"""old object, new object, old mode, new mode."""

Count = tuple[int, int, bool, int]
"""added lines, deleted lines (-1 each if unknown or binary), binary, bytes of the new side (-1)."""

_repository: pygit2.Repository | None = None


def start_worker(path: str) -> None:
    """Open the repository once per worker process; the parent has checked it."""
    global _repository
    _repository = pygit2.Repository(path, RepositoryOpenFlag.NO_SEARCH)


def _opened() -> pygit2.Repository:
    if _repository is None:
        raise RuntimeError("start_worker was not called in this process")
    return _repository


def list_changes(commits: Sequence[tuple[int, str, str]]) -> tuple[list[Change], list[int]]:
    """Compare each commit's tree with its first parent's.

    Parameters
    ----------
    commits
        Position, SHA and first parent's SHA ('' for a root, compared with the empty tree).

    Returns
    -------
    changes
        In commit order.
    unreadable
        Positions of commits of which a tree is absent or damaged.
    """
    changes: list[Change] = []
    unreadable: list[int] = []
    for position, sha, parent in commits:
        try:
            changes.extend(_tree_changes(position, sha, parent))
        except (KeyError, ValueError, pygit2.GitError):
            unreadable.append(position)
    return changes, unreadable


def _tree_changes(position: int, sha: str, parent: str) -> list[Change]:
    repository = _opened()
    new = repository[_tree_of(sha)]
    if not isinstance(new, pygit2.Tree):
        raise ValueError(f"{sha} has no tree")
    flags = DiffOption.INCLUDE_TYPECHANGE | DiffOption.SKIP_BINARY_CHECK
    if parent:
        old = repository[_tree_of(parent)]
        if not isinstance(old, pygit2.Tree):
            raise ValueError(f"{parent} has no tree")
        diff = old.diff_to_tree(new, flags)
    else:
        diff = new.diff_to_tree(flags=flags, swap=True)
    changes = (_change(position, delta) for delta in diff.deltas)
    return [change for change in changes if not _unchanged(change)]


def _unchanged(change: Change) -> bool:
    """Tell whether only bits of the mode differ that git does not know, as in old trees."""
    _, _, _, old_mode, new_mode, old_id, new_id = change
    return (old_mode, old_id) == (new_mode, new_id)


def _canonical(mode: int) -> int:
    """Reduce a regular file's mode to the two that git knows (canon_mode in its cache.h)."""
    if mode & 0o170000 != 0o100000:
        return mode
    return 0o100755 if mode & 0o100 else 0o100644


def _tree_of(sha: str) -> pygit2.Oid:
    """Read the tree's id from the raw commit: a malformed author line must not stop us."""
    found = read_object(_opened(), pygit2.Oid(hex=sha))
    if found is None or not found[1].startswith(b"tree "):
        raise KeyError(sha)
    return pygit2.Oid(hex=found[1][5:].split(b"\n", 1)[0].decode("ascii", "replace"))


def _change(position: int, delta: pygit2.DiffDelta) -> Change:
    old, new = delta.old_file, delta.new_file
    status = _STATUS.get(delta.status, "M")
    path = (old if status == "D" else new).raw_path.decode("utf-8", "surrogateescape")
    return (
        position,
        path.encode("utf-8", "backslashreplace").decode("utf-8"),
        status,
        _canonical(int(old.mode)) if status != "A" else 0,
        _canonical(int(new.mode)) if status != "D" else 0,
        str(old.id) if status != "A" else "",
        str(new.id) if status != "D" else "",
    )


def count_lines(pairs: Sequence[Pair]) -> list[Count]:
    """Count added and deleted lines of each pair as `git log --numstat` does.

    Pairs should come in the order of each path's history, so that one pair's new side is the
    next one's old side: the last blob is kept.
    """
    counts: list[Count] = []
    kept: tuple[str, bytes | None] = ("", b"")
    for old_id, new_id, old_mode, new_mode in pairs:
        old = kept[1] if old_id == kept[0] else _content(old_id, old_mode)
        new = old if new_id == old_id else _content(new_id, new_mode)
        kept = (new_id, new)
        counts.append(_count(old, new))
    return counts


def _content(oid: str, mode: int) -> bytes | None:
    """Give a side's bytes, a submodule as git prints it; None if absent, damaged or too large."""
    if not oid:
        return b""
    if mode == FileMode.COMMIT:
        return f"Subproject commit {oid}\n".encode()
    repository = _opened()
    key = pygit2.Oid(hex=oid)
    try:
        _, size = repository.odb.read_header(key)
    except (KeyError, ValueError, pygit2.GitError):
        return None
    if size > LARGEST_BLOB:
        return None
    found = read_object(repository, key)
    return None if found is None else found[1]


def _count(old: bytes | None, new: bytes | None) -> Count:
    size = -1 if new is None else len(new)
    if old is None or new is None:
        return -1, -1, False, size
    if b"\0" in old[:BINARY_SNIFF] or b"\0" in new[:BINARY_SNIFF]:
        return -1, -1, True, size
    if not old or not new:
        return _lines(new), _lines(old), False, size
    if old == new:
        return 0, 0, False, size
    _, added, deleted = pygit2.Patch.create_from(
        old, new, context_lines=0, interhunk_lines=0
    ).line_stats
    return added, deleted, False, size


def _lines(content: bytes) -> int:
    return content.count(b"\n") + (bool(content) and not content.endswith(b"\n"))
